"""`flask doctor`: what an operator wants to know before calling somebody."""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime

from app.core import calendar
from app.core.clock import local_day
from app.dues.ports import GatewayUnclear
from app.health import READINESS, Unhealthy, workers
from app.wechat import template_check
from app.wechat.errors import WeChatError
from app.wechat.pay.gateway import WeChatPay
from app.wechat.pay.probe import probe
from app.wechat.probe import server_date
from app.wiring import Services

SKEW_SECONDS = 60


def configuration(services: Services) -> str:
    wechat = services.settings.wechat
    if wechat.mode == "plain":
        raise Unhealthy("wechat.mode is plain: anybody who saw one URL can forge messages")
    if not services.settings.site.base_url.startswith("https://"):
        return f"app {wechat.app_id[:6]}…, {wechat.mode} mode; site.base_url is not https"
    return f"app {wechat.app_id[:6]}…, {wechat.mode} mode"


def clock(services: Services) -> str:
    """WeChat's stamps are believed for 300 s, so our clock must be near theirs."""
    stamp = server_date(services.wechat)
    if stamp is None:
        return "the platform sends no date to compare with"
    skew = abs((services.clock.now() - parsedate_to_datetime(stamp).astimezone(UTC)).total_seconds())
    if skew > SKEW_SECONDS:
        raise Unhealthy(f"{int(skew)} s apart from the platform: run NTP")
    return f"{int(skew)} s apart from the platform"


def token(services: Services) -> str:
    services.wechat.broker.token()
    return "an access token was given"


def callback(services: Services) -> str:
    answer = services.wechat.callback_check()
    return f"the platform reaches the outside: {answer}"


def templates(services: Services) -> str:
    """A field of another name would refuse every message of its kind with 47003."""
    kinds = template_check.configured(services.setup)
    if not kinds:
        return "none configured: notices go into open chats alone"
    if found := list(template_check.faults(services.setup, services.wechat.templates())):
        raise Unhealthy("; ".join(found))
    return f"as declared: {', '.join(sorted(kinds))}"


def working_days(services: Services) -> str:
    with services.sessions.read() as session:
        year = calendar.missing_year(session, local_day(services.clock.now()))
    if year is not None:
        raise Unhealthy(f"the working days of {year} are not known; enter them in the console")
    return "known"


def pay(services: Services) -> str:
    """That the keys are of the right shape is seen at every start; here, that they are this merchant's."""
    told = [_paid_through(gateway, services) for gateway in services.gateways.wechat]
    return "; ".join(told) or "not set up: nothing can be paid here"


def _paid_through(gateway: WeChatPay, services: Services) -> str:
    mchid = gateway.merchant.mchid
    try:
        found = probe(gateway)
    except GatewayUnclear as fault:
        raise Unhealthy(f"merchant {mchid}: {fault}") from None
    if found.date and (skew := abs((services.clock.now() - found.date).total_seconds())) > SKEW_SECONDS:
        raise Unhealthy(f"merchant {mchid}: {int(skew)} s apart from WeChat Pay: run NTP")
    if found.code:
        raise Unhealthy(f"merchant {mchid}: refused with {found.code}")
    if found.unsigned not in ("", "missing_headers"):
        raise Unhealthy(f"merchant {mchid}: its answer is not signed with a key of ours: {found.unsigned}")
    good = "our signature is good" if found.unsigned else "our signature and WeChat's are good"
    return f"merchant {mchid}: {good}, by {gateway.account.trust.mode}"


CHECKS: Mapping[str, Callable[[Services], str]] = {
    "settings": configuration,
    **READINESS,
    "workers": workers,
    "calendar": working_days,
    "clock": clock,
    "token": token,
    "templates": templates,
    "callback": callback,
    "pay": pay,
}


def examine(
    services: Services, checks: Mapping[str, Callable[[Services], str]]
) -> Iterator[tuple[str, str | None, str]]:
    """(check, fault or None, note), one after the other as they end."""
    for name, check in checks.items():
        try:
            yield name, None, check(services)
        except (Unhealthy, WeChatError) as fault:
            yield name, _told(fault), ""
        except Exception as error:  # noqa: BLE001 -- a driver's error is a fault of what it drives
            yield name, type(error).__name__, ""


def _told(fault: Exception) -> str:
    """With the platform's own number, under which its manual explains it."""
    errcode = getattr(fault, "errcode", None)
    return str(fault) if errcode is None or str(errcode) in str(fault) else f"{fault} ({errcode})"

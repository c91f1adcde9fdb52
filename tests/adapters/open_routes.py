"""The routes outside the console: what an operator's machines ask, and what WeChat posts."""

from functools import partial

from flask import Flask

from handlers import pay_notify
from tests.adapters.route_cases import Case, Who
from tests.adapters.site import Site
from tests.fakes import wechat
from tests.fakes.wechat import Phone
from tests.services import wired
from tests.unit.wechat_pay import merchant_side, platform_side

FAR_AWAY = {"REMOTE_ADDR": "203.0.113.9"}


def answers(path: str, status: int, site: Site) -> None:
    answer = site.app.test_client().get(path, environ_base=FAR_AWAY)

    assert answer.status_code == status


def nearby(site: Site) -> None:
    answer = site.app.test_client().get("/metrics")

    assert answer.status_code == 200


def unsigned(method: str, site: Site) -> None:
    answer = site.app.test_client().open("/wechat/callback", method=method, data=b"<xml/>")

    assert answer.status_code == 403


def signed_question(site: Site) -> None:
    stamp = str(int(site.clock.now().timestamp()))
    query = {
        "signature": wechat.signature(stamp, "n1"),
        "timestamp": stamp,
        "nonce": "n1",
        "echostr": "echo-5",
    }

    answer = site.app.test_client().get("/wechat/callback", query_string=query)

    assert (answer.status_code, answer.text) == (200, "echo-5")


def signed_push(site: Site) -> None:
    stamp = int(site.clock.now().timestamp())
    push = wechat.safe(Phone("oStranger0000000000000000001", stamp).text("帮助"), stamp=stamp)

    answer = site.app.test_client().post(f"/wechat/callback?{push.query}", data=push.body)

    assert answer.status_code == 200


def paid(path: str, site: Site) -> None:
    """Posted to a site with a merchant: what WeChat Pay signed, and what nobody signed."""
    merchant = {"pay": merchant_side.pay(), "site": {"base_url": merchant_side.SITE}}
    app = Flask("with a merchant")
    pay_notify.register(app, wired(site.services.sessions, site.clock, **merchant))
    body = platform_side.notice({}, site.clock, event="COUPON.USE")
    headers = platform_side.Seals(site.clock).headers(body)

    answered = [app.test_client().post(path, data=body, headers=sent).status_code for sent in (headers, {})]

    assert answered == [204, 401]


def unpaid(path: str, site: Site) -> None:
    assert site.app.test_client().post(path, data=b"{}").status_code == 401


CASES = (
    Case("healthz", "GET", Who.STRANGER, partial(answers, "/healthz", 200)),
    Case("readyz", "GET", Who.STRANGER, partial(answers, "/readyz", 503)),
    Case("metrics", "GET", Who.STRANGER, partial(answers, "/metrics", 403)),
    Case("metrics", "GET", Who.RIGHT, nearby),
    Case("wechat_callback", "GET", Who.STRANGER, partial(unsigned, "GET")),
    Case("wechat_callback", "POST", Who.STRANGER, partial(unsigned, "POST")),
    Case("wechat_callback", "GET", Who.RIGHT, signed_question),
    Case("wechat_callback", "POST", Who.RIGHT, signed_push),
    *(
        Case(endpoint, "POST", who, partial(check, path))
        for endpoint, path in pay_notify.PATHS.items()
        for who, check in ((Who.STRANGER, unpaid), (Who.RIGHT, paid))
    ),
)

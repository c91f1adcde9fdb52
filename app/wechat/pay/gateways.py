"""The merchants that money is received with. None at all is a sound installation."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from app.core.clock import Clock
from app.core.settings import BadSettings, Settings
from app.dues.ports import PaymentGateway
from app.wechat.grants import SharedStore
from app.wechat.http import BoundedSession
from app.wechat.pay.account import accounts
from app.wechat.pay.client import PayClient
from app.wechat.pay.gateway import WeChatPay
from app.wechat.pay.inbound import Notification, open_notification
from app.wechat.pay.signing import Headers


class Gateways:
    """By merchant. `all` keeps the order of the settings; `wechat` are those of them that are WeChat's."""

    def __init__(self, gateways: Iterable[PaymentGateway] = ()) -> None:
        self.all: tuple[PaymentGateway, ...] = tuple(gateways)
        self.wechat = tuple(one for one in self.all if isinstance(one, WeChatPay))

    @property
    def default(self) -> PaymentGateway | None:
        """The first."""
        return self.all[0] if self.all else None

    def of(self, mchid: str) -> PaymentGateway | None:
        return next((one for one in self.all if one.merchant.mchid == mchid), None)

    def mchids(self) -> Sequence[str]:
        return [one.merchant.mchid for one in self.all]

    def open_notification(self, headers: Headers, body: bytes, now: datetime) -> Notification:
        """Raises NotBelieved, NotReadable; asks nobody outside."""
        return open_notification((one.account for one in self.wechat), headers, body, now=now)


def gateways(settings: Settings, *, store: SharedStore, clock: Clock) -> Gateways:
    """Opens no connection yet. Raises BadSettings."""
    pay, app_id = settings.pay, settings.wechat.app_id
    found = accounts(pay, app_id=app_id, store=store, clock=clock)
    if found and not settings.site.base_url:
        raise BadSettings("ZHIBU_SITE__BASE_URL is missing: WeChat Pay must know where to tell of payments")
    session = BoundedSession(pay.timeout_seconds)
    return Gateways(
        WeChatPay(
            one,
            PayClient(one.signer, one.trust, clock, session=session, base_url=pay.base_url),
            site_url=settings.site.base_url,
        )
        for one in found
    )

"""Our gateway against the sandbox, which shares no line with it: lives of orders, and what may go wrong in them."""

import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from werkzeug.wrappers import Request, Response

from app.core.clock import SystemClock, local_day
from app.dues.ports import (
    AlreadyPaid,
    BadStatement,
    GatewayRefused,
    GatewayUnclear,
    NoStatement,
    OrderClosed,
    RefundStatus,
    RefundWanted,
    StatementKind,
    TradeState,
    Wanted,
)
from app.redis_store import MemoryStore
from app.wechat.pay.gateway import WeChatPay
from app.wechat.pay.gateways import Gateways, gateways
from app.wechat.pay.inbound import NotBelieved, Notification
from sandbox.pay.keys import PlatformKeys
from sandbox.pay.settings import PaySettings
from sandbox.server import create_sandbox
from tests.adapters.sandbox.sandbox_account import APP_ID, OPENID, Json, Sandbox, configuration, served
from tests.adapters.sandbox.sandbox_merchant import API_KEY, MCHID, SERIAL, pay_section, private_pem
from tests.services import settings

ORDER = Wanted("D202611210001", "2026年11月党费", 1200, OPENID, datetime.max.replace(tzinfo=UTC))
BACK = RefundWanted(ORDER.out_trade_no, "R202611210001", 200, 1200, "多缴")


@dataclass
class Till:
    """Our callback, as far as it concerns the gateway: what it believed, and why it refused the rest."""

    gateways: Gateways = field(default_factory=Gateways)
    told: list[Notification] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    def __call__(self, environ: Any, start: Any) -> Any:
        request = Request(environ)
        try:
            told = self.gateways.open_notification(request.headers, request.get_data(), SystemClock().now())
        except NotBelieved as fault:
            self.refused.append(fault.reason)
            return Response(status=401)(environ, start)
        self.told.append(told)
        return Response(status=204)(environ, start)


@dataclass
class Shop:
    """A sandbox, and the product beside it."""

    sandbox: Sandbox
    till: Till
    url: str
    site: str

    def opens(self, *, keys: str) -> WeChatPay:
        """Set up with the public key, the platform certificate, or both."""
        given = self.sandbox.get("/sim/pay/keys")
        public = {name: given[name] for name in ("public_key", "public_key_id")}
        certificates = {"platform_certificates": given["certificate"]}
        trusted = {"pubkey": public, "cert": certificates, "mixed": public | certificates}[keys]
        pay = {"mchid": MCHID, "merchant_serial": SERIAL, "api_v3_key": API_KEY, "base_url": self.url}
        configured = settings(
            wechat={"app_id": APP_ID},
            site={"base_url": self.site},
            pay={**pay, **trusted, "merchant_key": private_pem("merchant")},
        )
        self.till.gateways = gateways(configured, store=MemoryStore(SystemClock()), clock=SystemClock())
        return self.till.gateways.wechat[0]

    def faults(self, **faults: object) -> None:
        self.sandbox.post("/sim/faults", {"pay": faults})

    def advance(self, seconds: float) -> None:
        self.sandbox.post("/sim/clock", {"advance_seconds": seconds})

    def order(self) -> Wanted:
        return replace(ORDER, expires_at=datetime.now(UTC) + timedelta(hours=2))

    def pays(self, gateway: WeChatPay, prepay_id: str) -> Json:
        """The phone opens the sheet that we signed, and its owner pays; the first notification is awaited."""
        sheet = gateway.sheet(prepay_id, SystemClock().now())
        return self.sandbox.post(
            f"/sim/pay/{prepay_id}",
            {
                "openid": OPENID,
                "appId": sheet.app_id,
                "timeStamp": sheet.timestamp,
                "nonceStr": sheet.nonce,
                "package": sheet.package,
                "signType": sheet.sign_type,
                "paySign": sheet.signature,
                "wait": True,
            },
        )

    def wait_for(self, count: int) -> list[Notification]:
        ends = time.monotonic() + 5
        while len(self.till.told) < count and time.monotonic() < ends:
            time.sleep(0.01)
        return self.till.told


@pytest.fixture(scope="module")
def platform_keys() -> Json:
    """Made once: RSA keys take their time."""
    keys = PlatformKeys(PaySettings.of(pay_section()))
    assert keys.certificate
    return keys.dump()


@pytest.fixture
def shop(platform_keys: Json) -> Iterator[Shop]:
    till = Till()
    app = create_sandbox(configuration("http://127.0.0.1:9", pay=pay_section()))
    app.extensions["sandbox"].pay_keys.load(platform_keys)
    with ExitStack() as stack:
        stack.callback(app.extensions["sandbox"].pusher.close)
        sandbox = Sandbox(app, stack.enter_context(app.test_client()))
        sandbox.meet(following=False)
        url, site = stack.enter_context(served(app)), stack.enter_context(served(till))
        yield Shop(sandbox, till, url, site)
        for one in till.gateways.wechat:
            one.client.close()


@pytest.mark.parametrize("keys", ["pubkey", "cert", "mixed"])
def test_order_is_placed_paid_and_told_of(keys: str, shop: Shop) -> None:
    shop.faults(key_mode=keys)
    gateway, order = shop.opens(keys=keys), shop.order()

    unknown = gateway.query(order.out_trade_no)
    first, prepay_id = gateway.prepay(order), gateway.prepay(order)
    unpaid = gateway.query(order.out_trade_no)
    shop.pays(gateway, prepay_id)
    paid = gateway.query(order.out_trade_no)
    for again in (lambda: gateway.close(order.out_trade_no), lambda: gateway.prepay(order)):
        with pytest.raises(AlreadyPaid):
            again()

    assert first != prepay_id
    states = [one.state for one in (unknown, unpaid, paid)]
    assert states == [TradeState.UNKNOWN, TradeState.NOT_PAID, TradeState.PAID]
    assert (paid.total, paid.openid, paid.currency) == (1200, OPENID, "CNY")
    assert (shop.till.refused, [one.trade for one in shop.wait_for(1)]) == ([], [paid])


@pytest.mark.parametrize("keys", ["pubkey", "cert", "mixed"])
def test_money_goes_back_and_the_bill_says_so(keys: str, shop: Shop) -> None:
    shop.faults(key_mode=keys)
    gateway, order = shop.opens(keys=keys), shop.order()
    shop.pays(gateway, gateway.prepay(order))

    gone = gateway.query_refund(BACK.out_refund_no)
    asked, again = gateway.refund(BACK), gateway.refund(BACK)
    shop.advance(5)
    back, trade = gateway.query_refund(BACK.out_refund_no), gateway.query(order.out_trade_no)

    statuses = [one.status for one in (gone, asked, back)]
    assert statuses == [RefundStatus.UNKNOWN, RefundStatus.PROCESSING, RefundStatus.SUCCEEDED]
    assert (asked, trade.state) == (again, TradeState.REFUNDED)
    assert shop.wait_for(2)[-1].refund == back

    assert trade.paid_at is not None
    shop.advance(2 * 86_400)
    statement = gateway.statement(local_day(trade.paid_at))
    payment, refund = statement.lines
    assert (payment.kind, payment.total, payment.out_trade_no, payment.transaction_id) == (
        StatementKind.PAYMENT,
        1200,
        order.out_trade_no,
        trade.transaction_id,
    )
    assert (refund.kind, refund.refund, refund.out_refund_no, refund.refund_id) == (
        StatementKind.REFUND,
        200,
        BACK.out_refund_no,
        back.refund_id,
    )
    assert (statement.count, statement.total, statement.refunded) == (2, 1200, 200)
    assert statement.fees == payment.fee + refund.fee


def test_closed_order_needs_a_new_number(shop: Shop) -> None:
    gateway, order = shop.opens(keys="pubkey"), shop.order()
    gateway.prepay(order)

    gateway.close(order.out_trade_no)
    gateway.close(order.out_trade_no)
    gateway.close("D202611219999")
    with pytest.raises(OrderClosed):
        gateway.prepay(order)

    assert gateway.query(order.out_trade_no).state is TradeState.CLOSED


def test_number_with_other_contents_is_refused(shop: Shop) -> None:
    gateway, order = shop.opens(keys="pubkey"), shop.order()
    gateway.prepay(order)

    with pytest.raises(GatewayRefused) as refused:
        gateway.prepay(replace(order, total=1300))

    assert refused.value.code == "OUT_TRADE_NO_USED"


def test_what_was_done_before_the_line_broke_is_done_once(shop: Shop) -> None:
    gateway, order = shop.opens(keys="pubkey"), shop.order()
    shop.faults(reset_after_effect=1)
    with pytest.raises(GatewayUnclear):
        gateway.prepay(order)
    shop.faults(reset_after_effect=0)
    shop.pays(gateway, gateway.prepay(order))
    shop.faults(reset_after_effect=1)
    with pytest.raises(GatewayUnclear):
        gateway.refund(BACK)
    shop.faults(reset_after_effect=0)

    gateway.refund(BACK)

    assert [one["refund"] for one in shop.sandbox.get("/sim/pay/books", mchid=MCHID)["refunds"]] == [200]


def test_order_that_is_paid_while_we_close_it(shop: Shop) -> None:
    gateway, order = shop.opens(keys="pubkey"), shop.order()
    gateway.prepay(order)
    shop.faults(pay_while_closing=1)

    with pytest.raises(GatewayUnclear):
        gateway.close(order.out_trade_no)

    assert gateway.query(order.out_trade_no).state is TradeState.PAID


@pytest.mark.parametrize(
    "fault", [{"bad_signature": 1}, {"status_500": 1}, {"error_rate": 1}, {"key_mode": "cert"}]
)
def test_answer_that_cannot_be_believed_is_unclear(fault: dict[str, Any], shop: Shop) -> None:
    """The last is a merchant that has only the public key, and is answered with the certificate."""
    gateway = shop.opens(keys="pubkey")
    shop.faults(**fault)

    with pytest.raises(GatewayUnclear):
        gateway.prepay(shop.order())


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("notify_forged", "forged"),
        ("notify_unknown_serial", "unknown_serial"),
        ("notify_wrong_mchid", "another_merchant"),
    ],
)
def test_notification_that_is_not_believed(fault: str, reason: str, shop: Shop) -> None:
    gateway = shop.opens(keys="pubkey")
    shop.faults(**{fault: 1})

    shop.pays(gateway, gateway.prepay(shop.order()))

    assert (shop.till.told, shop.till.refused[0]) == ([], reason)


def test_probes_and_replays_are_refused_and_the_notification_believed(shop: Shop) -> None:
    gateway = shop.opens(keys="pubkey")
    shop.faults(notify_signtest=1, notify_replay_old=1)

    shop.pays(gateway, gateway.prepay(shop.order()))

    assert [one.trade and one.trade.total for one in shop.wait_for(1)] == [1200]
    assert sorted(shop.till.refused) == ["probe", "stale"]


def test_certificates_are_fetched_from_whoever_has_our_key(shop: Shop) -> None:
    gateway = shop.opens(keys="pubkey")
    shop.faults(key_mode="cert")
    with pytest.raises(GatewayUnclear):
        gateway.prepay(shop.order())

    gateway.refresh_certificates()
    shop.pays(gateway, gateway.prepay(shop.order()))

    assert len(shop.wait_for(1)) == 1
    assert gateway.account.trust.mode == "both"


def test_bills_that_are_missing_or_changed(shop: Shop) -> None:
    gateway = shop.opens(keys="pubkey")
    shop.pays(gateway, gateway.prepay(shop.order()))
    today = local_day(SystemClock().now())
    shop.advance(2 * 86_400)
    shop.faults(bill_missing=1)
    with pytest.raises(NoStatement):
        gateway.statement(today)
    shop.faults(bill_missing=0, bill_bad_sha1=1)

    with pytest.raises(BadStatement, match="digest"):
        gateway.statement(today)


def test_many_orders_of_a_day_come_to_the_bill(shop: Shop) -> None:
    gateway = shop.opens(keys="pubkey")
    payments = shop.sandbox.world.payments
    for number in range(20):
        wanted = replace(shop.order(), out_trade_no=f"D2026112100{number:02}", total=number + 1)
        payments.pay(gateway.prepay(replace(wanted, description="党费,`补缴")), OPENID)
    shop.advance(2 * 86_400)

    statement = gateway.statement(local_day(SystemClock().now()))

    assert statement.total == sum(line.total for line in statement.lines) == 210

"""The door at which WeChat Pay tells us: what is believed, what is answered, and that nothing else gets in."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, text
from structlog.testing import capture_logs

from app.core.clock import FixedClock
from app.core.db import Sessions
from app.dues.inbound.models import NotificationState, PayNotification
from app.dues.orders.states import OrderState, RefundState
from app.dues.orders.wishes import Wish
from app.dues.statements.models import CaseKind
from app.redis_store import MemoryStore
from app.wechat.pay.gateways import Gateways, gateways
from handlers import pay_notify
from sandbox.pay import answers
from tests.conftest import NOW
from tests.fakes.gateway import APP_ID, MCHID
from tests.services import settings, wired
from tests.unit.dues.orders.counter import DUE, Counter, counter
from tests.unit.wechat_pay.merchant_side import SITE, pay
from tests.unit.wechat_pay.platform_side import Seals, notice, rsa_key, sealed

Json = dict[str, Any]
PAID, REFUNDED = "/wechat/pay/notify", "/wechat/pay/refund-notify"
OTHER_KEY = "another key of 32 bytes, so long"


@pytest.fixture(scope="module")
def merchants() -> Gateways:
    """Parsed once: RSA keys take their time."""
    clock = FixedClock(NOW)
    given = settings(pay=pay(mchid=MCHID), site={"base_url": SITE}, wechat={"app_id": APP_ID})
    return gateways(given, store=MemoryStore(clock), clock=clock)


@pytest.fixture
def at(sessions: Sessions, clock: FixedClock) -> Counter:
    return counter(sessions, clock)


@pytest.fixture
def seals(clock: FixedClock) -> Seals:
    return Seals(clock)


@pytest.fixture
def door(at: Counter, merchants: Gateways) -> FlaskClient:
    app = Flask("door")
    pay_notify.register(app, replace(wired(at.sessions, at.clock), gateways=merchants))
    return app.test_client()


Post = Callable[..., tuple[int, list[str]]]


@pytest.fixture
def post(door: FlaskClient, seals: Seals) -> Post:
    """Send a body signed now; the status, and the events that alarmed somebody."""

    def _post(
        body: str, *, path: str = PAID, headers: Mapping[str, str] | None = None, **changed: str
    ) -> tuple[int, list[str]]:
        signed = dict(seals.headers(body) if headers is None else headers)
        signed |= {name.replace("_", "-"): value for name, value in changed.items()}
        with capture_logs() as logs:
            answer = door.post(path, data=body.encode(), headers=signed)
        said = "" if answer.status_code == 204 else json.loads(answer.text)
        assert said in ("", {"code": "FAIL", "message": "失败"})
        return answer.status_code, [one["event"] for one in logs if one["log_level"] == "error"]

    return _post


def paid(at: Counter) -> Json:
    """What WeChat says of a payment of the first bill."""
    order = at.paid(Wish(at.bills[:1]))
    return answers.transaction(at.platform.payments.query(MCHID, order.out_trade_no))


def state(at: Counter) -> tuple[object, ...]:
    return at.books(), at.order(1).state, at.order(1).transaction_id, at.bill().paid_fen, at.receipts()


def kept(at: Counter) -> list[NotificationState]:
    with at.sessions.read() as session:
        return list(session.scalars(select(PayNotification.state).order_by(PayNotification.id)))


def test_genuine_notification_is_booked_and_answered_with_nothing(at: Counter, post: Post) -> None:
    body = notice(paid(at), at.clock)

    assert post(body) == (204, [])

    assert at.order(1).state is OrderState.PAID
    assert at.receipts() == [DUE]


def test_duplicates_are_answered_alike_and_booked_once(at: Counter, post: Post, seals: Seals) -> None:
    body = notice(paid(at), at.clock)
    headers = seals.headers(body)

    answered = [post(body, headers=headers), post(body, headers=headers), post(body)]

    assert answered == [(204, [])] * 3
    assert at.receipts() == [DUE]
    assert kept(at) == [NotificationState.HANDLED]


def forged(seals: Seals, body: str) -> dict[str, str]:
    return Seals(seals.clock, rsa_key("stranger")).headers(body)


def unsigned(seals: Seals, body: str) -> dict[str, str]:
    return {}


def a_year_old(seals: Seals, body: str) -> dict[str, str]:
    return seals.headers(body, after=timedelta(days=-365))


def six_minutes_old(seals: Seals, body: str) -> dict[str, str]:
    return seals.headers(body, after=timedelta(minutes=-6))


def of_the_future(seals: Seals, body: str) -> dict[str, str]:
    return seals.headers(body, after=timedelta(minutes=6))


def unknown_serial(seals: Seals, body: str) -> dict[str, str]:
    return seals.headers(body) | {"Wechatpay-Serial": "PUB_KEY_ID_" + "9" * 32}


def other_body(seals: Seals, body: str) -> dict[str, str]:
    return seals.headers(body + " ")


@pytest.mark.parametrize(
    "headers",
    [forged, unsigned, a_year_old, six_minutes_old, of_the_future, unknown_serial, other_body],
    ids=lambda one: one.__name__,
)
@pytest.mark.parametrize("path", [PAID, REFUNDED])
def test_what_is_not_wechats_word_of_now_changes_nothing_and_alarms(
    headers: Callable[[Seals, str], dict[str, str]], path: str, at: Counter, post: Post, seals: Seals
) -> None:
    body = notice(paid(at), at.clock)
    before = state(at)

    assert post(body, path=path, headers=headers(seals, body)) == (401, ["handlers.pay_notify.refused"])

    assert (state(at), kept(at)) == (before, [])


def test_sealed_with_another_key_changes_nothing_and_alarms(at: Counter, post: Post) -> None:
    again = sealed(json.dumps(paid(at)).encode(), key=OTHER_KEY)
    before = state(at)

    assert post(notice({}, at.clock, resource=again)) == (401, ["handlers.pay_notify.refused"])

    assert (state(at), kept(at)) == (before, [])


def test_of_another_merchant_changes_nothing_and_alarms(at: Counter, post: Post) -> None:
    said = paid(at) | {"mchid": "1900000009"}
    before = state(at)

    assert post(notice(said, at.clock)) == (401, ["handlers.pay_notify.refused"])

    assert (state(at), kept(at)) == (before, [])


def test_old_signature_around_new_words_changes_nothing_and_alarms(
    at: Counter, post: Post, seals: Seals
) -> None:
    """The nonce was seen: with the same one WeChat would have signed the same words."""
    first, second = notice({}, at.clock, event="COUPON.USE"), notice(paid(at), at.clock)
    headers = seals.headers(first)
    resigned = Seals(at.clock).headers(second) | {"Wechatpay-Nonce": headers["Wechatpay-Nonce"]}
    post(first, headers=headers)
    before = state(at)

    status, alarms = post(second, headers=resigned)

    assert (status, alarms) == (401, ["handlers.pay_notify.refused"])
    assert state(at) == before


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({"amount": {"total": DUE + 1, "currency": "CNY"}}, CaseKind.AMOUNT),
        ({"amount": {"total": DUE, "currency": "USD"}}, CaseKind.AMOUNT),
        ({"out_trade_no": "D20260302FFFFFFFFFFFFFFFFFFFF"}, CaseKind.UNKNOWN_ORDER),
        ({"appid": "wxffffffffffffffff"}, CaseKind.STRANGER),
        ({"payer": {"openid": "oSomebodyElse000000000001"}}, CaseKind.STRANGER),
    ],
    ids=["amount", "currency", "order", "app", "payer"],
)
def test_genuine_but_not_our_order_is_kept_and_refused_and_alarms(
    change: Json, kind: CaseKind, at: Counter, post: Post
) -> None:
    said = paid(at)
    before = state(at)

    status, alarms = post(notice(said | change, at.clock))

    assert (status, alarms) == (204, ["dues.case.opened", "dues.notification.refused"])
    assert (state(at), kept(at), at.cases()) == (before, [NotificationState.REFUSED], [kind])


def test_probe_of_wechat_is_refused_and_alarms_nobody(at: Counter, post: Post) -> None:
    body = notice(paid(at), at.clock)

    assert post(body, Wechatpay_Signature="WECHATPAY/SIGNTEST/abc") == (401, [])
    assert kept(at) == []


def test_too_long_is_not_read(at: Counter, post: Post) -> None:
    assert post("x" * (64 * 1024 + 1)) == (413, ["handlers.pay_notify.refused"])


def test_not_kept_asks_wechat_to_come_again(at: Counter, post: Post) -> None:
    body = notice(paid(at), at.clock)
    with at.sessions.begin() as session:
        session.execute(text("ALTER TABLE dues_notification RENAME TO gone"))

    assert post(body) == (500, ["handlers.pay_notify.not_kept"])

    with at.sessions.begin() as session:
        session.execute(text("ALTER TABLE gone RENAME TO dues_notification"))
    assert post(body) == (204, [])
    assert at.receipts() == [DUE]


def test_refund_is_told_of_at_its_own_address(at: Counter, post: Post) -> None:
    order = at.paid(Wish(at.bills[:1]))
    at.cash()
    at.desk.ask(order.id)
    at.desk.send_refunds()
    at.later(seconds=3)
    said = answers.refund_notice(at.platform.payments.query_refund(MCHID, at.refund().out_refund_no))

    answered = [post(notice(said, at.clock, event="REFUND.SUCCESS"), path=REFUNDED) for _ in range(2)]

    assert answered == [(204, [])] * 2
    assert at.refund().state is RefundState.SUCCEEDED


def test_payload_is_kept_as_it_was_told(at: Counter, post: Post) -> None:
    said = paid(at)

    post(notice(said, at.clock))

    with at.sessions.read() as session:
        row = session.scalars(select(PayNotification)).one()
        assert session.scalar(select(func.count()).select_from(PayNotification)) == 1
    fields = json.loads(row.payload)["fields"]
    assert (fields["transaction_id"], fields["total"]) == (said["transaction_id"], DUE)
    assert (row.event_type, row.out_trade_no) == ("TRANSACTION.SUCCESS", said["out_trade_no"])

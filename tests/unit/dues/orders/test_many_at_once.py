"""Others at the same moment: another phone, another merchant, another transaction that holds a row."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import insert, select

from app.core.clock import FixedClock
from app.core.db import Sessions
from app.dues.orders.desk import PayDesk
from app.dues.orders.models import Order
from app.dues.orders.rounds import AT_ONCE, always, work_off
from app.dues.orders.settling import settle
from app.dues.orders.states import OrderState
from app.dues.orders.wishes import BillNotOpen, Wish
from app.dues.ports import GatewayUnclear, Trade
from tests.fakes.gateway import APP_ID, MCHID, OTHER_MCHID, FakeWeChatPay
from tests.unit.dues.orders.counter import OPENID, Counter, counter


def test_bill_whose_payment_is_just_being_booked_is_not_shown_again(
    any_sessions: Sessions, clock: FixedClock
) -> None:
    at = counter(any_sessions, clock)
    at.paid()
    told = at.platform.notices()[0]
    assert told.trade

    with ThreadPoolExecutor(1) as pool:
        with any_sessions.begin() as session:
            settle(session, told.trade, now=clock.now())
            tapped = pool.submit(at.open, Wish(at.bills[:1]))
            time.sleep(0.3)
        with pytest.raises(BillNotOpen):
            tapped.result()


def test_merchant_that_does_not_answer_leaves_room_for_the_others(
    any_sessions: Sessions, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = counter(any_sessions, clock)
    platform = FakeWeChatPay(clock, MCHID, OTHER_MCHID)
    with any_sessions.begin() as session:
        session.execute(insert(Order), [closing(at, number, MCHID) for number in range(AT_ONCE + 1)])
        session.execute(insert(Order), [closing(at, AT_ONCE + 1, OTHER_MCHID)])

    def silent(_number: str) -> Trade:
        raise GatewayUnclear("ReadTimeout")

    monkeypatch.setattr(platform.gateways[MCHID], "close", silent)
    PayDesk(any_sessions, platform, clock).ask_due()

    with any_sessions.read() as session:
        other = select(Order.state).where(Order.mchid == OTHER_MCHID)
        assert session.scalar(other) is OrderState.CLOSED


def closing(at: Counter, number: int, mchid: str) -> dict[str, object]:
    """The later its number, the shorter it waits."""
    asked_for = at.clock.now() - timedelta(minutes=30)
    return {
        "out_trade_no": f"D20260302{number:020d}",
        "member_id": at.member,
        "organization_id": at.branch,
        "committee_id": at.committee,
        "mchid": mchid,
        "app_id": APP_ID,
        "openid": OPENID,
        "description": "2026年3月党费",
        "amount_fen": 1,
        "content_key": "key",
        "state": OrderState.CLOSING,
        "created_at": asked_for,
        "expires_at": asked_for,
        "ask_at": asked_for + timedelta(seconds=number),
    }


def test_row_that_cannot_even_be_put_off_does_not_hold_up_the_others(at: Counter) -> None:
    order, _ = at.open()
    with at.sessions.read() as session:
        rows = session.execute(select(Order.id, Order.mchid)).all()
    asked: list[int] = []

    def held(one: int) -> bool:
        asked.append(one)
        raise TimeoutError

    def held_still(_one: int) -> None:
        raise TimeoutError

    assert work_off([*rows, *rows], held, later=held_still, goes_on=always) == 2
    assert asked == [order.id, order.id]

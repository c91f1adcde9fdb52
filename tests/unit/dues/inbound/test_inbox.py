"""What WeChat Pay tells us is kept first and acted on once."""

import threading
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, text

from app.core.clock import FixedClock
from app.core.db import Session, Sessions
from app.dues.inbound import service
from app.dues.inbound.finishing import PayInbox
from app.dues.inbound.models import NotificationState, PayNotification
from app.dues.inbound.service import NonceSeen
from app.dues.orders.settling import Outcome
from app.dues.orders.states import OrderState, RefundState
from app.dues.orders.wishes import Wish
from app.dues.statements.models import CaseKind
from tests.fakes.gateway import MCHID, Notice
from tests.unit.dues.orders.counter import DUE, NOW, Counter, counter


@pytest.fixture
def at(sessions: Sessions, clock: FixedClock) -> Counter:
    return counter(sessions, clock)


@pytest.fixture
def inbox(at: Counter) -> PayInbox:
    return PayInbox(at.sessions, at.clock)


def told_of_payment(at: Counter, wish: Wish | None = None) -> Notice:
    at.paid(wish)
    return at.platform.notices()[-1]


def rows(at: Counter) -> list[tuple[NotificationState, int]]:
    with at.sessions.read() as session:
        found = session.scalars(select(PayNotification).order_by(PayNotification.id))
        return [(one.state, one.attempts) for one in found]


def test_told_of_a_payment_books_it_and_repeats_do_nothing(at: Counter, inbox: PayInbox) -> None:
    told = told_of_payment(at)

    assert inbox.receive(told) is Outcome.BOOKED
    assert inbox.receive(told) is Outcome.ALREADY
    assert inbox.receive(replace(told, nonce_key="f" * 64)) is Outcome.ALREADY

    assert rows(at) == [(NotificationState.HANDLED, 1)]
    assert at.receipts() == [2 * DUE]


def test_told_before_the_answer_of_prepay_was_recorded_books_it(at: Counter, inbox: PayInbox) -> None:
    order = at.paid()
    with at.sessions.begin() as session:
        session.execute(text("UPDATE dues_order SET state = 'created', prepay_id = NULL"))

    assert inbox.receive(at.platform.notices()[-1]) is Outcome.BOOKED
    assert at.order(order.id).state is OrderState.PAID


def test_same_nonce_around_other_words_is_not_taken(at: Counter, inbox: PayInbox) -> None:
    told = told_of_payment(at)
    inbox.receive(told)

    with pytest.raises(NonceSeen):
        inbox.receive(replace(told, id="EV-other"))

    assert rows(at) == [(NotificationState.HANDLED, 1)]


def test_wrong_in_any_part_changes_nothing_and_is_a_persons_matter(at: Counter, inbox: PayInbox) -> None:
    told = told_of_payment(at)
    trade = told.trade
    assert trade is not None
    before = at.books(), at.order(1).state, at.bill().paid_fen
    wrong = [
        (replace(trade, total=trade.total + 1), CaseKind.AMOUNT),
        (replace(trade, currency="USD"), CaseKind.AMOUNT),
        (replace(trade, mchid="1900000009"), CaseKind.STRANGER),
        (replace(trade, app_id="wx-other"), CaseKind.STRANGER),
        (replace(trade, openid="oSomebodyElse"), CaseKind.STRANGER),
        (replace(trade, out_trade_no="X00000000001"), CaseKind.UNKNOWN_ORDER),
    ]

    for number, (other, _) in enumerate(wrong):
        lie = replace(told, id=f"EV-lie-{number}", nonce_key=f"{number:064d}", trade=other)
        assert [inbox.receive(lie) for _ in range(2)] == [Outcome.REFUSED, Outcome.ALREADY]

    assert (at.books(), at.order(1).state, at.bill().paid_fen) == before
    # What is wrong twice in the same way is one case: the payer's, the app's and the merchant's here.
    assert set(at.cases()) == {kind for _, kind in wrong}
    assert [state for state, _ in rows(at)] == [NotificationState.REFUSED] * len(wrong)
    assert inbox.receive(told) is Outcome.BOOKED


def test_transaction_of_another_order_is_refused(at: Counter, inbox: PayInbox) -> None:
    inbox.receive(told_of_payment(at, Wish(at.bills[:1])))
    second = told_of_payment(at, Wish(at.bills[1:]))
    assert second.trade is not None
    stolen = replace(second.trade, transaction_id=at.order(1).transaction_id or "")

    assert inbox.receive(replace(second, trade=stolen)) is Outcome.REFUSED

    assert at.order(2).state is OrderState.PENDING
    assert at.cases() == [CaseKind.STRANGER]


def test_event_that_does_not_concern_us_is_kept_and_nothing_more(at: Counter, inbox: PayInbox) -> None:
    told = replace(told_of_payment(at), event_type="COUPON.USE", trade=None)

    assert inbox.receive(told) is Outcome.NOTHING
    assert rows(at) == [(NotificationState.HANDLED, 1)]


def test_refund_told_of_before_its_own_answer_is_booked(at: Counter, inbox: PayInbox) -> None:
    order = at.paid(Wish(at.bills[:1]))
    at.cash()
    at.desk.ask(order.id)
    at.platform.troubles.append("answer lost")
    at.desk.send_refunds()
    at.later(seconds=3)

    told = at.platform.notices()[-1]

    assert at.refund().state is RefundState.WANTED
    assert inbox.receive(told) is Outcome.BOOKED
    assert at.refund().state is RefundState.SUCCEEDED


def test_acting_fails_it_is_kept_and_done_later(at: Counter, inbox: PayInbox) -> None:
    told = told_of_payment(at)
    with at.sessions.begin() as session:
        session.execute(text("ALTER TABLE dues_receipt RENAME TO gone"))

    assert inbox.receive(told) is None
    assert rows(at) == [(NotificationState.RECEIVED, 1)]
    with at.sessions.begin() as session:
        session.execute(text("ALTER TABLE gone RENAME TO dues_receipt"))
    assert inbox.finish_silent(lambda: True) == 0
    at.later(seconds=20)

    assert inbox.finish_silent(lambda: True) == 1
    assert at.receipts() == [2 * DUE]


@pytest.mark.parametrize(
    ("attempts", "after"), [(0, 10), (1, 20), (2, 40), (8, 2560), (9, 3600), (10, 7200), (60, 52 * 3600)]
)
def test_what_fails_again_and_again_is_tried_less_and_less_often(
    at: Counter, attempts: int, after: int
) -> None:
    told = told_of_payment(at)
    with at.sessions.begin() as session:
        kept = service.keep(session, told, now=NOW)
        session.execute(text("UPDATE dues_notification SET attempts = :tried"), {"tried": attempts})

    with at.sessions.read() as session:
        early = service.silent(session, now=NOW + timedelta(seconds=after - 1))
        late = service.silent(session, now=NOW + timedelta(seconds=after))

    assert (list(early), list(late)) == ([], [kept.id])


def test_one_that_cannot_even_be_put_off_holds_up_no_other(
    at: Counter, inbox: PayInbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = [told_of_payment(at, Wish(some)) for some in (at.bills[:1], at.bills[1:])]
    with at.sessions.begin() as session:
        first, _ = (service.keep(session, one, now=NOW).id for one in told)
    act, failed = service.act, service.failed

    def held(session: Session, notification_id: int, **given: Any) -> Outcome:
        if notification_id == first:
            raise TimeoutError
        return act(session, notification_id, **given)

    def held_still(session: Session, notification_id: int, *, error: str) -> None:
        if notification_id == first:
            raise TimeoutError
        failed(session, notification_id, error=error)

    monkeypatch.setattr(service, "act", held)
    monkeypatch.setattr(service, "failed", held_still)
    at.later(seconds=10)

    assert inbox.finish_silent(lambda: True) == 1


def test_told_and_asked_and_told_again_at_the_same_moment_is_booked_once(
    any_sessions: Sessions, clock: FixedClock
) -> None:
    at = counter(any_sessions, clock)
    order = at.paid()
    told = at.platform.notices()[-1]
    again = replace(told, id="EV-again", nonce_key="a" * 64)
    start = threading.Barrier(4)
    done: list[object] = []

    def run(act: object) -> None:
        start.wait()
        done.append(act())  # type: ignore[operator]

    inbox = PayInbox(at.sessions, at.clock)
    acts = [
        lambda: inbox.receive(told),
        lambda: inbox.receive(told),
        lambda: inbox.receive(again),
        lambda: at.desk.ask(order.id),
    ]
    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(done) == 4
    assert at.order(order.id).state is OrderState.PAID
    assert at.receipts() == [2 * DUE]
    assert sum(at.books().values()) == 0
    assert {state for state, _ in rows(at)} == {NotificationState.HANDLED}
    assert at.order(order.id).mchid == MCHID

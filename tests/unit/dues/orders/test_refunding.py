"""Giving back: two people, one number, and what was paid is open again."""

import pytest

from app.core.db import Session
from app.core.errors import DomainError
from app.dues.bills.states import BillState
from app.dues.books.models import Account
from app.dues.orders import queries, refunding
from app.dues.orders.models import Order, Refund, RefundCause
from app.dues.orders.refunding import OrderNotPaid, RefundNeedsReason
from app.dues.orders.refunds import RefundTooMuch
from app.dues.orders.states import RefundState
from app.dues.orders.wishes import Wish
from app.dues.statements.models import CaseKind
from app.staff.deciding import AlreadyDecided, Decision, SecondPersonNeeded
from tests.fakes.gateway import LOST, NOT_SENT
from tests.unit.dues.orders.counter import DUE, Counter

RECONCILER, SECRETARY = "duizhang", "shuji"
YES, NO, BACK = Decision.APPROVED, Decision.REFUSED, Decision.WITHDRAWN


def propose(
    at: Counter, order: Order, fen: int = DUE, *, source: Account = Account.RECEIVABLE, reason: str = "多缴"
) -> Refund:
    with at.sessions.begin() as session:
        return refunding.propose(
            session,
            order_id=order.id,
            fen=fen,
            taken_from=source,
            reason=reason,
            by=RECONCILER,
            now=at.clock.now(),
            bill_id=at.bills[0] if source is Account.RECEIVABLE else None,
        )


def decide(at: Counter, refund: Refund, decision: Decision = YES, *, by: str = SECRETARY) -> None:
    with at.sessions.begin() as session:
        refunding.decide(session, refund.id, decision, by=by, now=at.clock.now())


def given_back(at: Counter) -> None:
    at.run()
    at.later(minutes=2)
    at.run()


def left(at: Counter, order: Order, source: Account) -> int:
    def ask(session: Session) -> int:
        return refunding.left(session, session.get_one(Order, order.id), source)

    with at.sessions.read() as session:
        return ask(session)


def test_part_of_a_bill_goes_back_and_is_owed_again(at: Counter) -> None:
    order = at.settled()
    refund = propose(at, order, 2000)
    assert at.bill().state is BillState.PAID

    decide(at, refund)
    assert (at.bill().paid_fen, at.bill().state) == (DUE - 2000, BillState.PARTIAL)
    assert at.books()[Account.REFUNDS] == -2000
    given_back(at)

    assert at.refund().state is RefundState.SUCCEEDED
    assert at.books() == {Account.WECHAT: 2 * DUE - 2000, Account.RECEIVABLE: 2000 - 2 * DUE}
    assert at.platform.took() == 2 * DUE - 2000


def test_several_parts_never_come_to_more_than_was_paid(at: Counter) -> None:
    order = at.settled()
    for fen in (3000, 4000):
        decide(at, propose(at, order, fen))

    with pytest.raises(RefundTooMuch):
        propose(at, order, 651)
    propose(at, order, 650)


def test_proposer_does_not_decide_and_nobody_else_withdraws(at: Counter) -> None:
    refund = propose(at, at.settled())

    with pytest.raises(SecondPersonNeeded):
        decide(at, refund, by=RECONCILER)
    with pytest.raises(SecondPersonNeeded):
        decide(at, refund, BACK)
    assert at.refund().state is RefundState.PROPOSED


@pytest.mark.parametrize(("decision", "by"), [(NO, SECRETARY), (BACK, RECONCILER)])
def test_refused_or_withdrawn_moves_nothing_and_may_be_proposed_again(
    at: Counter, decision: Decision, by: str
) -> None:
    order = at.settled()
    refund = propose(at, order)

    decide(at, refund, decision, by=by)

    assert (at.refund().state, at.order(order.id).refunded_fen) == (RefundState.REFUSED, 0)
    assert at.books()[Account.WECHAT] == 2 * DUE
    with pytest.raises(AlreadyDecided):
        decide(at, refund)
    propose(at, order)


def test_only_what_was_paid_is_given_back_and_with_a_reason(at: Counter) -> None:
    order, _ = at.open()
    with pytest.raises(OrderNotPaid):
        propose(at, order)
    paid = at.settled()

    with pytest.raises(RefundNeedsReason):
        propose(at, paid, reason=" ")
    for fen in (0, -1, DUE + 1):
        with pytest.raises(RefundTooMuch):
            propose(at, paid, fen)


def test_money_used_otherwise_meanwhile_is_not_given_back(at: Counter) -> None:
    order = at.settled()
    refund = propose(at, order)
    with at.sessions.begin() as session:
        session.get_one(Refund, refund.id).amount_fen = DUE + 1

    with pytest.raises(RefundTooMuch):
        decide(at, refund)

    assert at.refund().state is RefundState.PROPOSED


@pytest.mark.parametrize("source", [Account.ADVANCE, Account.EXTRA])
def test_what_was_on_no_bill_goes_back_from_where_it_stands(at: Counter, source: Account) -> None:
    wish = Wish(advance_months=2) if source is Account.ADVANCE else Wish(extra_fen=2 * DUE)
    order = at.settled(wish)

    decide(at, propose(at, order, DUE, source=source))
    given_back(at)

    assert at.books() == {Account.WECHAT: DUE, source: -DUE}
    assert left(at, order, source) == DUE


def test_answer_lost_asks_with_the_same_number_and_gives_back_once(at: Counter) -> None:
    decide(at, propose(at, at.settled()))
    number = at.refund().out_refund_no
    for trouble in (NOT_SENT, LOST, LOST):
        at.platform.troubles.append(trouble)
        at.run()
        assert at.refund().state is RefundState.WANTED
        at.later(hours=1)

    given_back(at)

    assert list(at.platform.payments.refunds.all) == [f"1900000001/{number}"]
    assert at.refund().state is RefundState.SUCCEEDED
    assert at.books()[Account.WECHAT] == DUE


def test_balance_too_small_is_told_to_a_person_and_tried_again(at: Counter) -> None:
    refund = propose(at, at.settled())
    decide(at, refund)
    at.platform.payments.books.write("1900000001", "moved", -2 * DUE)

    at.run()
    assert (at.refund().state, at.refund().error) == (RefundState.WANTED, "NOT_ENOUGH")
    assert at.cases() == [CaseKind.REFUND_REFUSED]

    at.platform.payments.books.write("1900000001", "moved", 2 * DUE)
    at.later(hours=1)
    given_back(at)
    assert at.refund().state is RefundState.SUCCEEDED
    assert at.cases() == [CaseKind.REFUND_REFUSED]


def test_closed_by_wechat_stands_in_refunds_and_may_go_another_time(at: Counter) -> None:
    order = at.settled()
    at.platform.faults.pay.refund_ends = "closed"
    decide(at, propose(at, order))
    given_back(at)

    assert at.refund().state is RefundState.CLOSED
    assert at.books()[Account.REFUNDS] == -DUE
    assert left(at, order, Account.REFUNDS) == DUE
    assert left(at, order, Account.RECEIVABLE) == 0

    at.platform.faults.pay.refund_ends = "success"
    again = propose(at, order, source=Account.REFUNDS)
    assert again.cause is RefundCause.TOO_MUCH
    decide(at, again)
    given_back(at)
    assert at.refund(again.id).state is RefundState.SUCCEEDED
    assert Account.REFUNDS not in at.books()


def test_abnormal_is_asked_about_until_the_person_at_wechat_has_seen_to_it(at: Counter) -> None:
    at.platform.faults.pay.refund_ends = "abnormal"
    decide(at, propose(at, at.settled()))
    given_back(at)
    assert at.refund().state is RefundState.ABNORMAL

    at.platform.faults.pay.refund_ends = "success"
    refund = at.refund()
    body = {"out_refund_no": refund.out_refund_no, "type": "MERCHANT_BANK_CARD"}
    at.platform.payments.apply_abnormal("1900000001", refund.refund_id or "", body)
    at.later(hours=6)
    at.run()

    assert at.refund().state is RefundState.SUCCEEDED
    assert at.cases() == [CaseKind.REFUND_ABNORMAL]


def test_given_up_by_a_person_stays_owed(at: Counter) -> None:
    order = at.settled()
    refund = propose(at, order)
    decide(at, refund)
    at.platform.payments.books.write("1900000001", "moved", -2 * DUE)
    at.run()

    with at.sessions.begin() as session:
        refunding.give_up(session, refund.id, by=SECRETARY, note="现金退回", now=at.clock.now())

    assert (at.refund().state, at.refund().ask_at) == (RefundState.CLOSED, None)
    assert left(at, order, Account.REFUNDS) == DUE


@pytest.mark.parametrize("lost", [True, False])
def test_nobody_gives_up_what_wechat_may_be_paying_back(
    lost: bool,  # noqa: FBT001 -- a parameter of the test
    at: Counter,
) -> None:
    refund = refused_by_wechat(at)
    refusals: list[DomainError] = []

    def gives_up() -> None:
        try:
            with at.sessions.begin() as session:
                refunding.give_up(session, refund.id, by=SECRETARY, note="现金退回", now=at.clock.now())
        except AlreadyDecided as refusal:
            refusals.append(refusal)

    if lost:
        at.platform.troubles.append(LOST)
    else:
        at.platform.meanwhile["refund"] = gives_up
    at.later(hours=1)
    at.desk.send_refunds()
    gives_up()

    assert len(refusals) == 2 - lost
    at.later(minutes=5)
    at.run(2)
    assert at.refund().state is RefundState.SUCCEEDED


def test_given_up_while_its_turn_came_is_not_asked_for(at: Counter, monkeypatch: pytest.MonkeyPatch) -> None:
    refund = refused_by_wechat(at)
    read = queries.refund

    def given_up_then(session: Session, refund_id: int) -> tuple[Order, Refund]:
        found = read(session, refund_id)
        with at.sessions.begin() as other:
            refunding.give_up(other, refund.id, by=SECRETARY, note="现金退回", now=at.clock.now())
        return found

    monkeypatch.setattr(queries, "refund", given_up_then)
    at.later(hours=1)
    asked = at.platform.said["refund"]
    at.desk.send_refunds()

    assert (at.refund().state, at.platform.said["refund"]) == (RefundState.CLOSED, asked)


def refused_by_wechat(at: Counter) -> Refund:
    """The balance was too small; there is enough by the next time."""
    refund = propose(at, at.settled())
    decide(at, refund)
    at.platform.payments.books.write("1900000001", "moved", -2 * DUE)
    at.run()
    at.platform.payments.books.write("1900000001", "moved", 2 * DUE)
    return at.refund()


def test_merchant_no_longer_set_up_is_a_case_and_no_crash(at: Counter) -> None:
    decide(at, propose(at, at.settled()))
    at.platform.gateways.clear()

    at.run()

    assert at.refund().error == "NO_MERCHANT"
    assert at.cases() == [CaseKind.REFUND_REFUSED]

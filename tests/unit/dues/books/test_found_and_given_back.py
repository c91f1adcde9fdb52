"""Money of unknown origin, and money owed to a member that does not go back by WeChat, booked by hand."""

import pytest

from app.core.db import Sessions
from app.core.errors import DomainError
from app.dues.books import owed
from app.dues.books.drafts import RefundsShort, WechatShort
from app.dues.books.ledger import BankShort, Leg
from app.dues.books.models import Account, DraftKind
from app.dues.books.reversals import SuspenseShort
from app.dues.orders import refunding
from app.dues.orders.models import Order, Refund, RefundCause
from app.dues.orders.refunds import RefundTooMuch
from app.dues.orders.states import OrderState, RefundState
from app.members.models import Member
from app.staff.deciding import Decision
from tests import dues_rows
from tests.factories import NOW
from tests.unit.dues.taking.till import Till, till

A, K = Account, DraftKind


@pytest.fixture
def here(shared: Sessions) -> Till:
    """Of 500 yuan at WeChat and 500 on the account, 7 yuan are owed to the first of two members."""
    one = till(shared, people=2)
    at, owed_to = one.committee, one.members[0]
    one.book([Leg(A.BANK, at, A.OPENING, at, 50_000), Leg(A.WECHAT, at, A.EXTRA, one.branch, 49_300)])
    one.book([Leg(A.WECHAT, at, A.REFUNDS, at, 700, owed_to)])
    return one


@pytest.mark.parametrize(
    ("kind", "debit", "credit"),
    [
        (K.FOUND_WECHAT, A.WECHAT, A.SUSPENSE),
        (K.FOUND_BANK, A.BANK, A.SUSPENSE),
        (K.GIVEN_BACK, A.REFUNDS, A.BANK),
        (K.GIVEN_BACK_WECHAT, A.REFUNDS, A.WECHAT),
    ],
)
def test_it_is_booked_on_the_accounts_of_its_kind(
    here: Till, kind: DraftKind, debit: Account, credit: Account
) -> None:
    before, at = here.balances(), here.committee

    here.approve(here.draft(kind, 700, member_id=here.members[0] if debit is A.REFUNDS else None))

    after = here.balances()
    moved = {where: after.get(where, 0) - before.get(where, 0) for where in {*after, *before}}
    assert {where: fen for where, fen in moved.items() if fen} == {(debit, at): 700, (credit, at): -700}


def test_what_was_found_becomes_the_advance_of_whose_it_is(here: Till) -> None:
    here.approve(here.draft(K.FOUND_WECHAT, 1200))
    here.approve(here.draft(K.SUSPENSE, 1200, member_id=here.members[1]))

    assert here.balances()[A.ADVANCE, here.branch] == -1200


@pytest.mark.parametrize("kind", [K.GIVEN_BACK, K.GIVEN_BACK_WECHAT])
def test_nobody_is_given_back_more_than_is_owed_to_them(here: Till, kind: DraftKind) -> None:
    one, other = here.members
    twice = [here.draft(kind, 700, member_id=one) for _ in range(2)]

    for member, fen in ((one, 701), (other, 1), (None, 1)):
        with pytest.raises(RefundsShort):
            here.draft(kind, fen, member_id=member)
    here.approve(twice[0])
    with pytest.raises(RefundsShort):
        here.approve(twice[1])


@pytest.mark.parametrize(
    ("kind", "source", "refusal"),
    [(K.GIVEN_BACK, A.BANK, BankShort), (K.GIVEN_BACK_WECHAT, A.WECHAT, WechatShort)],
)
def test_it_is_given_back_from_where_it_lies(
    here: Till, kind: DraftKind, source: Account, refusal: type[DomainError]
) -> None:
    at = here.committee
    here.book([Leg(A.USED, at, source, at, 49_301)])

    with pytest.raises(refusal):
        here.approve(here.draft(kind, 700, member_id=here.members[0]))


def order_of(here: Till, state: RefundState) -> Order:
    """Paid by the member to whom it is owed, and a refund of it."""
    with here.sessions.begin() as session:
        bill = here.bill()
        order = dues_rows.order(session, bill, state=OrderState.PAID, amount_fen=700)
        refund = Refund(key=f"test:{order.id}", order_id=order.id, amount_fen=700, reason="多收", state=state)
        refund.out_refund_no, refund.cause, refund.taken_from = f"R{order.id}", RefundCause.ASKED, A.EXTRA
        refund.proposed_by, refund.proposed_at = "duizhang", NOW
        session.add(refund)
        return order


@pytest.mark.parametrize("state", [RefundState.WANTED, RefundState.PROCESSING, RefundState.ABNORMAL])
def test_what_wechat_may_still_give_back_is_not_given_back_another_way(
    here: Till, state: RefundState
) -> None:
    order_of(here, state)

    with pytest.raises(RefundsShort):
        here.draft(K.GIVEN_BACK, 700, member_id=here.members[0])


def test_what_was_given_back_another_way_is_not_asked_of_wechat_again(here: Till) -> None:
    order = order_of(here, RefundState.CLOSED)

    def ask() -> int:
        with here.sessions.begin() as session:
            return refunding.propose(
                session, order_id=order.id, fen=700, taken_from=A.REFUNDS, reason="再退", by="a", now=NOW
            ).id

    asked = ask()
    with pytest.raises(RefundsShort):
        here.draft(K.GIVEN_BACK, 700, member_id=here.members[0])
    with here.sessions.begin() as session:
        refunding.decide(session, asked, Decision.REFUSED, by="b", now=NOW)
    here.approve(here.draft(K.GIVEN_BACK, 700, member_id=here.members[0]))

    with pytest.raises(RefundTooMuch):
        ask()


def test_who_is_owed_something_is_found_by_name_wherever_they_are_now(here: Till) -> None:
    with here.sessions.begin() as session:
        for one, name in zip(here.members, ("王一", "王二"), strict=True):
            session.get_one(Member, one).name = name
        found = [owed.called(session, here.committee, name) for name in ("王一", "王二")]

    assert found == [[here.members[0]], []]


def test_what_was_found_by_mistake_is_reversed_while_it_is_there(here: Till) -> None:
    found = here.approve(here.draft(K.FOUND_WECHAT, 1200)).journal_id
    before = here.balances()
    assert found
    spent = here.approve(here.draft(K.SUSPENSE, 1200)).journal_id

    reversal = here.ask_reversal(found)
    with pytest.raises(SuspenseShort):
        here.approve(reversal)
    assert spent
    here.reverse(spent)
    assert here.balances() == before
    here.approve(reversal)

    assert here.balances().get((A.SUSPENSE, here.committee)) is None

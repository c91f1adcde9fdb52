"""退还预缴: what a member paid ahead and no bill met goes back from the bank account, wherever the member is now."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from time import sleep
from typing import Any

import pytest
from sqlalchemy.exc import DBAPIError

from app.core.clock import FixedClock
from app.core.crypto import Vault
from app.core.db import Sessions, in_turn
from app.core.errors import DomainError
from app.dues.bills import generating
from app.dues.books import ahead, drafts, ledger
from app.dues.books.drafts import AdvanceShort
from app.dues.books.ledger import BankShort, Leg
from app.dues.books.models import Account, Draft, DraftKind, JournalKind
from app.dues.books.reversals import AdvanceUsed
from app.dues.orders import refunding
from app.dues.orders.models import Order
from app.dues.orders.refunds import RefundTooMuch
from app.dues.orders.wishes import Wish
from app.dues.remittance import received
from app.dues.taking import LineKind, Part
from app.members.models import Member, PartyStatus
from app.organizations.models import Organization
from app.staff.deciding import Decision, SecondPersonNeeded
from tests import factories
from tests.factories import NOW
from tests.unit.dues import rows
from tests.unit.dues.orders.counter import Counter, counter
from tests.unit.dues.taking.till import ACCOUNTANT, APRIL, DUE, MARCH, SECRETARY, Till, till

A = Account
BACK = DraftKind.ADVANCE_BACK
YES = Decision.APPROVED
AHEAD = 2 * DUE


@dataclass(frozen=True)
class Two:
    """The first of two members paid two months ahead, half at each of two branches; 500 yuan are on the account."""

    till: Till
    other: int

    @property
    def member(self) -> int:
        return self.till.members[0]

    def ask(self, fen: int, **given: Any) -> Draft:
        return self.till.draft(BACK, fen, **{"member_id": self.member, **given})

    def give(self, fen: int) -> Draft:
        return self.till.approve(self.ask(fen))

    def standing(self) -> dict[int, int]:
        with self.till.sessions.read() as session:
            return dict(+ahead.standing(session, self.till.committee, self.member))

    def generate(self) -> int:
        """April's bills; how much of them was paid from advances."""
        with self.till.sessions.begin() as session:
            return generating.generate(
                session, committee_id=self.till.committee, month=APRIL, by="kuaiji", now=NOW
            ).advance_used


def two(sessions: Sessions) -> Two:
    one = till(sessions, people=2, months=(MARCH,))
    with sessions.begin() as session:
        other = factories.organization(
            session, name="第二党支部", parent=session.get_one(Organization, one.general)
        ).id
    one.book([Leg(A.BANK, one.committee, A.OPENING, one.committee, 50_000)])
    paid = Part(LineKind.ADVANCE, DUE, month=APRIL)
    for branch in (one.branch, other):
        with sessions.begin() as session:
            replace(one, branch=branch).take_parts(session, [paid])
    return Two(one, other)


@pytest.fixture
def here(shared: Sessions) -> Two:
    return two(shared)


@pytest.mark.parametrize("status", [PartyStatus.TRANSFERRED, PartyStatus.LEFT, PartyStatus.DECEASED])
def test_it_goes_back_from_where_it_stands_though_the_member_is_gone(
    any_sessions: Sessions, status: PartyStatus
) -> None:
    """Two branches, and the member in another committee."""
    here = two(any_sessions)
    with any_sessions.begin() as session:
        elsewhere = factories.organization(session, name="外地党委")
        gone = session.get_one(Member, here.member)
        gone.organization_id, gone.status = elsewhere.id, status
    before = here.till.balances()

    here.give(DUE + 50)

    after = here.till.balances()
    moved = {where: after.get(where, 0) - before.get(where, 0) for where in {*before, *after}}
    assert {where: fen for where, fen in moved.items() if fen} == {
        (A.ADVANCE, here.till.branch): DUE,
        (A.ADVANCE, here.other): 50,
        (A.BANK, here.till.committee): -DUE - 50,
    }
    assert (sum(after.values()), here.standing()) == (0, {here.other: DUE - 50})


def test_no_more_than_is_there_and_nobody_elses(here: Two) -> None:
    for given in ({"fen": AHEAD + 1}, {"fen": 1, "member_id": here.till.members[1]}):
        with pytest.raises(AdvanceShort):
            here.ask(**given)
    with pytest.raises(AdvanceShort):
        here.till.draft(BACK, 1)
    twice = [here.ask(AHEAD) for _ in range(2)]

    here.till.approve(twice[0])
    with pytest.raises(AdvanceShort):
        here.till.approve(twice[1])

    assert here.standing() == {}


def test_what_is_ahead_in_other_books_does_not_count(here: Two) -> None:
    apart = two(here.till.sessions)

    with pytest.raises(AdvanceShort):
        apart.ask(1, member_id=here.member)


def test_what_a_bill_took_meanwhile_is_not_given_back(here: Two) -> None:
    asked = here.ask(AHEAD)
    assert here.generate() == DUE

    with pytest.raises(AdvanceShort):
        here.till.approve(asked)
    here.give(DUE)

    assert here.standing() == {}


def test_what_was_given_back_meets_no_bill(here: Two) -> None:
    here.give(AHEAD - 100)

    assert here.generate() == 100


def test_it_comes_from_an_account_that_has_it(here: Two) -> None:
    at = here.till.committee
    here.till.book([Leg(A.CHARGES, at, A.BANK, at, 50_000)])
    asked, before = here.ask(1), here.till.balances()

    with pytest.raises(BankShort):
        here.till.approve(asked)

    assert here.till.balances() == before


def slowly(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever reads what is free waits before they book: without the lock, others book meanwhile."""
    free = ahead.free

    def read(*given: Any) -> Any:
        found = free(*given)
        sleep(0.3)
        return found

    monkeypatch.setattr(ahead, "free", read)


def at_once(*acts: Callable[[], object]) -> list[bool]:
    """Which of them were not refused."""

    def act(one: Callable[[], object]) -> bool:
        try:
            in_turn(one)
        except DomainError:
            return False
        return True

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(act, acts))


def test_two_decided_at_once_give_back_once(any_sessions: Sessions, monkeypatch: pytest.MonkeyPatch) -> None:
    here = two(any_sessions)
    asked = [here.ask(AHEAD), here.ask(AHEAD)]
    slowly(monkeypatch)

    done = at_once(*(lambda one=one: here.till.approve(one) for one in asked))

    assert sorted(done) == [False, True]
    assert here.standing() == {}
    assert here.till.balances()[A.BANK, here.till.committee] == 50_000 - AHEAD


def test_bills_and_a_giving_back_at_once_take_no_fen_twice(
    any_sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = two(any_sessions)
    asked = here.ask(AHEAD)
    slowly(monkeypatch)

    def bills() -> None:
        sleep(0.1)  # the other has read by then
        here.generate()

    _, given = at_once(bills, lambda: here.till.approve(asked))

    assert here.standing() == ({} if given else {here.other: DUE})
    ends = here.till.balances()
    assert all(fen < 0 for (account, _), fen in ends.items() if account is A.ADVANCE)
    assert sum(ends.values()) == 0


@pytest.fixture
def wechat(sessions: Sessions, clock: FixedClock) -> tuple[Counter, Order]:
    """Two months paid ahead by WeChat, and as much on the account."""
    at = counter(sessions, clock)
    order = at.settled(Wish(advance_months=2))
    with sessions.begin() as session:
        legs = [Leg(A.BANK, at.committee, A.OPENING, at.committee, AHEAD)]
        kind = JournalKind.HANDED_OVER
        ledger.post(session, committee_id=at.committee, kind=kind, key="test", legs=legs, by="a", now=NOW)
    return at, order


def by_hand(at: Counter, fen: int) -> int:
    with at.sessions.begin() as session:
        given: dict[str, Any] = {"kind": BACK, "fen": fen, "member_id": at.member, "now": at.clock.now()}
        return drafts.propose_draft(
            session, committee_id=at.committee, reason="退还", by=ACCOUNTANT, **given
        ).id


def book(at: Counter, draft_id: int) -> None:
    with at.sessions.begin() as session:
        drafts.decide_draft(session, draft_id=draft_id, decision=YES, by=SECRETARY, now=at.clock.now())


def by_wechat(at: Counter, order: Order, fen: int) -> int:
    with at.sessions.begin() as session:
        given: dict[str, Any] = {"order_id": order.id, "fen": fen, "taken_from": A.ADVANCE, "by": "duizhang"}
        return refunding.propose(session, reason="本人申请", now=at.clock.now(), **given).id


def answer(at: Counter, refund_id: int, decision: Decision) -> None:
    with at.sessions.begin() as session:
        refunding.decide(session, refund_id, decision, by=SECRETARY, now=at.clock.now())


def test_what_wechat_may_give_back_is_not_given_back_by_hand(wechat: tuple[Counter, Order]) -> None:
    at, order = wechat
    earlier = by_hand(at, DUE + 1)
    asked = by_wechat(at, order, DUE)

    with pytest.raises(AdvanceShort):
        by_hand(at, DUE + 1)
    with pytest.raises(AdvanceShort):
        book(at, earlier)
    answer(at, asked, YES)
    with pytest.raises(AdvanceShort):
        by_hand(at, DUE + 1)
    book(at, by_hand(at, DUE))

    assert at.books() == {A.WECHAT: AHEAD, A.BANK: DUE, A.REFUNDS: -DUE, A.OPENING: -AHEAD}


def test_what_wechat_was_not_asked_for_after_all_is_free_again(wechat: tuple[Counter, Order]) -> None:
    at, order = wechat
    answer(at, by_wechat(at, order, DUE), Decision.REFUSED)

    book(at, by_hand(at, AHEAD))

    assert A.ADVANCE not in at.books()


def test_what_was_given_back_by_hand_is_not_asked_of_wechat(wechat: tuple[Counter, Order]) -> None:
    at, order = wechat
    draft = by_hand(at, DUE)
    book(at, draft)

    with pytest.raises(RefundTooMuch):
        by_wechat(at, order, DUE + 1)
    answer(at, by_wechat(at, order, DUE), YES)

    assert A.ADVANCE not in at.books()


def test_reversed_it_is_ahead_again_where_it_stood(here: Two) -> None:
    before = here.till.balances()
    journal = here.give(AHEAD).journal_id
    assert journal

    here.till.reverse(journal)

    assert here.till.balances() == before
    assert here.standing() == {here.till.branch: DUE, here.other: DUE}


def test_payment_whose_money_went_back_is_reversed_only_after_that(here: Two) -> None:
    with here.till.sessions.begin() as session:
        more = here.till.take_parts(session, [Part(LineKind.ADVANCE, 500, month=APRIL)], person=1).receipt
    given = here.till.approve(here.ask(500, member_id=here.till.members[1])).journal_id
    assert given

    mistaken = here.till.ask_reversal(more.journal_id)
    with pytest.raises(AdvanceUsed):
        here.till.approve(mistaken)
    here.till.reverse(given)
    here.till.approve(mistaken)

    assert here.till.balances()[A.ADVANCE, here.till.branch] == -DUE


def test_it_counts_as_given_back_of_what_was_received(here: Two) -> None:
    """So that no share of it goes up, and what is published is what was kept."""
    here.give(DUE + 50)

    with here.till.sessions.read() as session:
        total = received.received(session, here.till.committee, MARCH, MARCH)
        found = received.by_member(session, here.till.committee, MARCH, MARCH)
    assert total == AHEAD - DUE - 50
    assert {(row.member_id, row.fen, row.back) for row in found} == {
        (here.member, 0, DUE),
        (here.member, DUE - 50, 50),
    }


def test_nobody_has_a_second_person_in_themselves(here: Two, vault: Vault) -> None:
    """Neither who proposed it, nor whose money it is."""
    asked = here.ask(DUE)
    with here.till.sessions.begin() as session:
        rows.own_account(session, vault, "benren", here.member)

    for one in (ACCOUNTANT, "benren"):
        with pytest.raises(SecondPersonNeeded):
            here.till.approve(asked, by=one)
    here.till.approve(asked)


def test_it_is_given_to_somebody(any_sessions: Sessions) -> None:
    """Whoever writes the row, by the database's own word."""
    here = till(any_sessions)
    row = Draft(committee_id=here.committee, kind=BACK, amount_fen=1, reason="退", proposed_by="a")
    row.proposed_at = NOW

    with pytest.raises(DBAPIError, match="given_to"), any_sessions.begin() as session:
        session.add(row)


def test_who_has_paid_ahead_is_found_by_name_and_where_it_stands(here: Two) -> None:
    one, other = here.till.members
    with here.till.sessions.begin() as session:
        for member in (one, other):
            session.get_one(Member, member).name = "王一"
        session.get_one(Member, one).status = PartyStatus.LEFT
        paths = {at: session.get_one(Organization, at).path for at in (here.till.branch, here.other)}

    def called(path: str | None = None) -> list[int]:
        with here.till.sessions.read() as session:
            return list(ahead.called(session, here.till.committee, "王一", path=path))

    assert called() == [one]
    with here.till.sessions.begin() as session:
        here.till.take_parts(session, [Part(LineKind.ADVANCE, 500, month=APRIL)], person=1)
    assert (called(), called(paths[here.other])) == ([one, other], [one])
    here.give(AHEAD)
    assert (called(), called(paths[here.other])) == ([other], [])

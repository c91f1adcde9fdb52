"""Cash on its way up: two people each time, never more than lies there, and into the bank only by a slip."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select, update

from app.core.db import Session, Sessions, in_turn
from app.core.errors import DomainError
from app.dues.books.ledger import CashShort
from app.dues.books.models import Account
from app.dues.cash import handover
from app.dues.cash.handover import CashGoesToBank, HandoverSettled, NotOwnOffer, Slip
from app.dues.cash.models import Handover
from app.dues.cash.states import HandoverState
from app.dues.cash.transfers import AnswerMissing, SlipMissing
from app.organizations.models import Organization
from app.staff.deciding import SecondPersonNeeded
from tests import dues_rows
from tests.factories import NOW
from tests.unit.dues.books.test_ledger import REFUSED
from tests.unit.dues.taking.till import CASHIER, COLLECTOR, Till, till

SLIP = Slip("回单0001", "工商银行", date(2026, 3, 2))
HEAD = "zongzhi"


@pytest.fixture
def here(shared: Sessions) -> Till:
    return till(shared)


def offer(one: Till, fen: int, *, source: int = 0, banked: bool = False, by: str = COLLECTOR) -> Handover:
    with one.sessions.begin() as session:
        return handover.offer(
            session,
            from_organization_id=source or one.branch,
            fen=fen,
            banked=banked,
            note="二月",
            by=by,
            now=NOW,
        )


def receive(one: Till, made: Handover, *, by: str = HEAD, slip: Slip | None = None) -> Handover:
    with one.sessions.begin() as session:
        return handover.receive(session, handover_id=made.id, by=by, now=NOW, slip=slip)


def cash(one: Till) -> list[int]:
    """At the branch, the general branch, the committee; and on the account."""
    found = one.balances()
    places = (one.branch, one.general, one.committee)
    return [*(found.get((Account.CASH, at), 0) for at in places), found.get((Account.BANK, one.committee), 0)]


def test_cash_goes_up_step_by_step_and_into_the_account(shared: Sessions) -> None:
    one = till(shared)
    one.pay(1000)
    seen = [cash(one)]

    received = receive(one, offer(one, 900))
    seen.append(cash(one))
    receive(one, offer(one, 500, source=one.general, by=HEAD), by=CASHIER)
    seen.append(cash(one))
    banked = receive(one, offer(one, 500, source=one.committee, by=CASHIER, banked=True), slip=SLIP)
    receive(one, offer(one, 100, banked=True), slip=SLIP)
    seen.append(cash(one))

    assert seen == [[1000, 0, 0, 0], [100, 900, 0, 0], [100, 400, 500, 0], [0, 400, 0, 600]]
    assert (received.state, received.received_by, received.to_organization_id) == (
        HandoverState.RECEIVED,
        HEAD,
        one.general,
    )
    assert (banked.slip_number, banked.slip_on, banked.journal_id is not None) == ("回单0001", SLIP.on, True)


def test_nothing_moves_before_somebody_else_receives_it(here: Till) -> None:
    here.pay(1000)
    made = offer(here, 1000)

    assert cash(here) == [1000, 0, 0, 0]
    with pytest.raises(SecondPersonNeeded):
        receive(here, made, by=COLLECTOR)
    with pytest.raises(SecondPersonNeeded), here.sessions.begin() as session:
        handover.refuse(session, handover_id=made.id, note="我自己", by=COLLECTOR, now=NOW)


def test_no_more_is_offered_than_lies_there_and_is_not_offered_yet(here: Till) -> None:
    with pytest.raises(CashShort):
        offer(here, 1)
    here.pay(1000)
    first = offer(here, 600)

    with pytest.raises(CashShort):
        offer(here, 401)
    offer(here, 400)
    with here.sessions.begin() as session:
        handover.withdraw(session, handover_id=first.id, by=COLLECTOR, now=NOW)

    assert offer(here, 600).state is HandoverState.OFFERED


def test_cash_taken_before_another_committee_kept_the_books_still_goes_up(here: Till) -> None:
    here.pay(100)
    with here.sessions.begin() as session:
        general = session.get_one(Organization, here.general)
        dues_rows.policy(session, general, effective_from=202603, mchid="1900000002")
    with pytest.raises(CashShort):
        offer(here, 101)

    for source in (here.branch, here.general):
        made = offer(here, 100, source=source)
        receive(here, made)
        assert made.committee_id == here.committee

    assert cash(here) == [0, 0, 100, 0]
    with here.sessions.read() as session:
        assert [handover.lying(session, one) for one in (here.branch, here.committee)] == [0, 100]


def test_committee_pays_its_cash_into_the_account(here: Till) -> None:
    here.pay(1000)
    for source, by in ((here.branch, COLLECTOR), (here.general, HEAD)):
        receive(here, offer(here, 1000, source=source, by=by), by=f"{by}2")

    with pytest.raises(CashGoesToBank):
        offer(here, 1000, source=here.committee)


@pytest.mark.parametrize(
    "slip", [None, Slip(" ", "工行", SLIP.on), Slip("1", "工行", None), Slip("1", "", date(2026, 3, 3))]
)
def test_bank_is_believed_by_its_slip_alone(here: Till, slip: Slip | None) -> None:
    here.pay(1000)
    made = offer(here, 1000, banked=True)

    with pytest.raises(SlipMissing):
        receive(here, made, slip=slip)

    assert cash(here) == [1000, 0, 0, 0]


def _receive(session: Session, handover_id: int) -> object:
    return handover.receive(session, handover_id=handover_id, by=HEAD, now=NOW)


def _refuse(session: Session, handover_id: int) -> None:
    handover.refuse(session, handover_id=handover_id, note="少一百", by=HEAD, now=NOW)


def _withdraw(session: Session, handover_id: int) -> None:
    handover.withdraw(session, handover_id=handover_id, by=COLLECTOR, now=NOW)


ENDS = [_receive, _refuse, _withdraw]


@pytest.mark.parametrize("then", ENDS)
@pytest.mark.parametrize("first", ENDS)
def test_handover_ends_once(
    here: Till, first: Callable[[Session, int], object], then: Callable[[Session, int], object]
) -> None:
    here.pay(1000)
    made = offer(here, 1000)
    with here.sessions.begin() as session:
        first(session, made.id)
    after = cash(here)

    with pytest.raises(HandoverSettled), here.sessions.begin() as session:
        then(session, made.id)

    assert cash(here) == after


def test_only_who_gave_takes_it_back_and_no_needs_a_reason(here: Till) -> None:
    here.pay(1000)
    made = offer(here, 1000)

    refusals: list[tuple[type[DomainError], Callable[[Session], object]]] = [
        (NotOwnOffer, lambda session: handover.withdraw(session, handover_id=made.id, by=HEAD, now=NOW)),
        (
            AnswerMissing,
            lambda session: handover.refuse(session, handover_id=made.id, note=" ", by=HEAD, now=NOW),
        ),
    ]
    for refusal, act in refusals:
        with pytest.raises(refusal), here.sessions.begin() as session:
            act(session)


def test_handovers_at_once_never_give_more_than_lies_there(any_sessions: Sessions) -> None:
    one = till(any_sessions)
    one.pay(1000)

    def give(_: int) -> int:
        try:
            return in_turn(lambda: offer(one, 300)).id
        except CashShort:
            return 0

    with ThreadPoolExecutor(4) as pool:
        offered = [made for made in pool.map(give, range(5)) if made]
        with any_sessions.read() as session:
            rows = session.scalars(select(Handover).order_by(Handover.id)).all()
        taken = [*rows, *rows]  # each is received by two people at once
        ended = list(pool.map(lambda row: in_turn(lambda: _ended(one, row)), taken))

    assert (len(offered), sum(ended), cash(one)[:2]) == (3, 3, [100, 900])


def _ended(one: Till, row: Handover) -> bool:
    try:
        receive(one, row)
    except HandoverSettled:
        return False
    return True


def test_table_refuses_one_person_and_a_bank_without_a_slip(any_sessions: Sessions) -> None:
    one = till(any_sessions)
    one.pay(1000)
    made = offer(one, 1000, banked=True)
    received = {"state": HandoverState.RECEIVED, "received_at": NOW}
    bad: list[dict[str, Any]] = [
        received | {"received_by": COLLECTOR, "slip_number": "1", "slip_on": SLIP.on},
        received | {"received_by": HEAD},
        received | {"received_by": HEAD, "slip_number": "1"},
        {"amount_fen": 0},
    ]

    for row in bad:
        with pytest.raises(REFUSED), any_sessions.begin() as session:
            session.execute(update(Handover).where(Handover.id == made.id).values(**row))

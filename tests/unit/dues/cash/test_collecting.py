"""Cash from one member at a time: as the committee's rule allows it, for what is open, with a receipt and a notice."""

from dataclasses import replace

import pytest
from sqlalchemy import select, update

from app.core.db import Session, Sessions
from app.core.errors import DomainError
from app.dues.assessments.payers import NotAPayer
from app.dues.bills.models import Bill
from app.dues.bills.states import BillState
from app.dues.books.models import Account
from app.dues.cash import collecting, receipts
from app.dues.cash.collecting import (
    AdvanceTooFar,
    BillChanged,
    MustBeLarge,
    OtherBooks,
    PayerUnclear,
    ProxyNotAllowed,
)
from app.dues.cash.desk import WayNotAllowed
from app.dues.cash.models import Receipt
from app.dues.policies.models import DuesPolicy
from app.dues.taking import LineKind, Part, Payer, Taken
from app.members.models import Member, MemberKind
from app.notices.models import Delivery
from app.organizations.models import OrganizationKind
from tests import factories
from tests.factories import NOW
from tests.unit.dues.taking.till import COLLECTOR, DUE, Till, till

SPOUSE = Payer("李四", "配偶", consent=True)


@pytest.fixture
def here(shared: Sessions) -> Till:
    return till(shared)


def receive(
    session: Session, one: Till, *parts: Part, key: str = "form", payer: Payer | None = None
) -> Taken:
    return collecting.receive_cash(
        session,
        member_id=one.members[0],
        parts=parts,
        key=f"{one.committee}:{key}",
        by=COLLECTOR,
        now=NOW,
        payer=payer,
    )


def rule(session: Session, **columns: object) -> None:
    session.execute(update(DuesPolicy).values(**columns))


def february(one: Till, fen: int = DUE) -> Part:
    return Part(LineKind.BILL, fen, one.bills[one.members[0]][0], 202602)


def test_cash_lies_at_the_branch_and_the_member_is_told(here: Till) -> None:
    with here.sessions.begin() as session:
        member = session.get_one(Member, here.members[0])
        factories.identity(session, member=member)

        taken = receive(session, here, february(here), Part(LineKind.EXTRA, 50), payer=SPOUSE)

        told = session.scalars(select(Delivery.subject)).all()
    assert here.balances()[Account.CASH, here.branch] == DUE + 50
    assert (taken.receipt.payer_name, taken.receipt.received_by) == ("李四", COLLECTOR)
    assert list(told) == [f"dues:paid:{taken.receipt.id}"]


def test_form_sent_twice_is_one_payment(here: Till) -> None:
    with here.sessions.begin() as session:
        first = receive(session, here, february(here, 100))
    with here.sessions.begin() as session:
        again = receive(session, here, february(here, 100))

    assert (again.again, again.receipt.id) == (True, first.receipt.id)
    assert here.bill().paid_fen == 100


def test_member_of_a_group_pays_at_the_branch(here: Till) -> None:
    with here.sessions.begin() as session:
        branch = session.get_one(Member, here.members[0]).organization_id
        group = factories.organization(session, name="第一党小组", kind=OrganizationKind.GROUP)
        group.parent_id = branch
        group.path = f"/{here.committee}/{here.general}/{branch}/{group.id}/"
        session.get_one(Member, here.members[0]).organization_id = group.id
        session.flush()

        taken = receive(session, here, february(here))

    assert taken.receipt.organization_id == here.branch
    assert here.balances()[Account.CASH, here.branch] == DUE


@pytest.mark.parametrize(
    ("columns", "payer", "refusal"),
    [
        ({"by_cash": False}, None, WayNotAllowed),
        ({"effective_from": 202604}, None, WayNotAllowed),
        ({"proxy": False}, SPOUSE, ProxyNotAllowed),
        ({"proxy": True}, replace(SPOUSE, consent=False), PayerUnclear),
        ({"proxy": True}, replace(SPOUSE, relation=" "), PayerUnclear),
        ({"proxy": True}, replace(SPOUSE, name=""), PayerUnclear),
    ],
)
def test_cash_is_taken_only_as_the_committees_rule_has_it(
    here: Till, columns: dict[str, object], payer: Payer | None, refusal: type[DomainError]
) -> None:
    with here.sessions.begin() as session:
        rule(session, **columns)

    with pytest.raises(refusal), here.sessions.begin() as session:
        receive(session, here, february(here), payer=payer)

    assert here.balances() == {}


def test_cash_is_taken_for_what_is_open_here(here: Till) -> None:
    part = february(here)
    with here.sessions.begin() as session:
        stranger = factories.member(session, factories.organization(session))
        moved = {"member_id": stranger.id}, {"live": None}

    with pytest.raises(BillChanged), here.sessions.begin() as session:
        receive(session, here, replace(part, fen=DUE + 1))
    with pytest.raises(BillChanged), here.sessions.begin() as session:
        receive(session, here, replace(part, bill_id=0))
    for columns in moved:
        with here.sessions.begin() as session:
            session.execute(update(Bill).where(Bill.id == part.bill_id).values(**columns))
        with pytest.raises(BillChanged), here.sessions.begin() as session:
            receive(session, here, part)


def test_what_is_owed_to_the_committee_before_is_not_taken_here(here: Till) -> None:
    part = february(here)
    with here.sessions.begin() as session:
        session.execute(update(Bill).where(Bill.id == part.bill_id).values(committee_id=here.general))

    with pytest.raises(OtherBooks), here.sessions.begin() as session:
        receive(session, here, part)
    with pytest.raises(BillChanged), here.sessions.begin() as session:
        receive(session, here, replace(part, fen=DUE + 1))


@pytest.mark.parametrize(
    ("month", "allowed"), [(202603, False), (202604, True), (202606, True), (202607, False)]
)
def test_months_are_paid_ahead_as_far_as_the_rule_goes(here: Till, month: int, *, allowed: bool) -> None:
    part = Part(LineKind.ADVANCE, DUE, month=month)

    with here.sessions.begin() as session:
        if allowed:
            assert receive(session, here, part).applied_fen == DUE
        else:
            with pytest.raises(AdvanceTooFar):
                receive(session, here, part)


def test_voluntary_thousand_yuan_is_a_large_gift(here: Till) -> None:
    with here.sessions.begin() as session:
        receive(session, here, Part(LineKind.EXTRA, 99_999), key="below")
    with pytest.raises(MustBeLarge), here.sessions.begin() as session:
        receive(session, here, Part(LineKind.EXTRA, 60_000), Part(LineKind.EXTRA, 40_000))


@pytest.mark.parametrize("parts", [[], [Part(LineKind.EXTRA, 0)], [Part(LineKind.EXTRA, -5)]])
def test_nothing_is_no_payment(here: Till, parts: list[Part]) -> None:
    with pytest.raises(ValueError, match="nothing"), here.sessions.begin() as session:
        receive(session, here, *parts)


def test_every_print_after_the_first_is_a_copy(here: Till) -> None:
    paid = here.pay(DUE).receipt
    other = here.pay(1).receipt

    with here.sessions.begin() as session:
        prints = [receipts.mark_printed(session, receipt_id=paid.id) for _ in range(3)]
        assert (prints, session.get_one(Receipt, other.id).printed) == ([1, 2, 3], 0)


def test_states_of_bills_follow_what_is_paid(here: Till) -> None:
    for fen, state in ((1, BillState.PARTIAL), (DUE - 1, BillState.PAID)):
        with here.sessions.begin() as session:
            receive(session, here, february(here, fen), key=str(fen))

        assert here.bill().state is state


@pytest.mark.parametrize("part", [Part(LineKind.EXTRA, 50), Part(LineKind.ADVANCE, DUE, month=202604)])
def test_who_is_no_party_member_pays_nothing_but_what_they_owe(here: Till, part: Part) -> None:
    with here.sessions.begin() as session:
        session.get_one(Member, here.members[0]).kind = MemberKind.MASSES
    with pytest.raises(NotAPayer), here.sessions.begin() as session:
        receive(session, here, february(here), part)
    with here.sessions.begin() as session:
        assert receive(session, here, february(here)).receipt.amount_fen == DUE


def test_where_no_rule_holds_nothing_can_be_handed_in(here: Till) -> None:
    with here.sessions.begin() as session:
        rule(session, standing=None)
        with pytest.raises(WayNotAllowed):
            receive(session, here)
        session.rollback()

"""What the calendar does for dues: bills once a month, late ones marked, people reminded; nobody's standing changes."""

from datetime import date

import pytest
from sqlalchemy import select

from app.core.clock import FixedClock, from_local
from app.dues.bills.models import Bill
from app.dues.policies.models import DuesPolicy
from app.members.models import Member, PartyStatus
from app.notices.models import Delivery
from app.organizations.models import Organization, OrganizationKind
from app.wiring import Services
from jobs import dues_months
from tests import dues_rows, factories
from tests.adapters.jobs.timing import context


@pytest.fixture
def member_id(services: Services) -> int:
    """With an amount from January on, and a chat."""
    with services.sessions.begin() as session:
        committee = factories.organization(session, kind=OrganizationKind.COMMITTEE)
        member = factories.member(session, factories.organization(session, parent=committee))
        factories.identity(session, member=member)
        dues_rows.assessment(session, member, dues_rows.policy(session, committee))
        return member.id


def bills(services: Services) -> list[tuple[int, str]]:
    with services.sessions.read() as session:
        rows = session.execute(select(Bill.month, Bill.state).order_by(Bill.month))
        return [(month, state.value) for month, state in rows]


def day(services: Services, clock: FixedClock, text: str) -> None:
    """All that the clock does for dues on that day, twice."""
    clock.at = from_local(date.fromisoformat(text), 9)
    for _ in range(2):
        for run in (dues_months.mark_overdue, dues_months.generate_bills, dues_months.remind_of_dues):
            run(context(services), clock.now())


def test_a_month_is_billed_once_falls_late_and_is_reminded_of(
    services: Services, clock: FixedClock, member_id: int
) -> None:
    for text in ("2026-03-01", "2026-03-20", "2026-04-01", "2026-05-01", "2026-12-01"):
        day(services, clock, text)

    assert bills(services) == [
        (202603, "overdue"),
        (202604, "overdue"),
        (202605, "overdue"),
        (202612, "due"),
    ]
    with services.sessions.read() as session:
        said = session.scalars(select(Delivery.subject).order_by(Delivery.subject)).all()
    assert said == ["dues:due:202603", "dues:due:202604"]
    with services.sessions.read() as session:
        assert session.get_one(Member, member_id).status is PartyStatus.NORMAL


def test_who_came_later_in_the_month_is_billed_with_the_next_day(
    services: Services, clock: FixedClock, member_id: int
) -> None:
    day(services, clock, "2026-03-01")
    with services.sessions.begin() as session:
        first = session.get_one(Member, member_id)
        late = factories.member(session, session.get_one(Organization, first.organization_id))
        dues_rows.assessment(session, late, session.query(DuesPolicy).one())

    day(services, clock, "2026-03-02")

    assert bills(services) == [(202603, "due"), (202603, "due")]

"""A branch and what it held: the few things that the duty calendar looks at."""

from datetime import date, datetime

from app.core.clock import from_local
from app.core.db import Session
from app.meetings.duties import calendar, service
from app.meetings.duties.calendar import Cell
from app.meetings.duties.models import Duty, Statement
from app.meetings.duties.rules import DutyState
from app.meetings.models import CheckIn, Meeting, MeetingKind, MeetingOrganization, Way
from app.meetings.records.models import Record
from app.meetings.records.states import RecordState
from app.members.models import Member
from app.organizations.models import Organization, OrganizationKind
from tests import factories
from tests.factories import NOW

TODAY = date(2026, 6, 10)


def branch(
    session: Session,
    *,
    name: str = "第一党支部",
    parent: Organization | None = None,
    kind: OrganizationKind = OrganizationKind.BRANCH,
) -> Organization:
    return factories.organization(session, name=name, parent=parent, kind=kind)


def group(session: Session, parent: Organization, name: str = "第一党小组") -> Organization:
    return branch(session, name=name, parent=parent, kind=OrganizationKind.GROUP)


def people(session: Session, organization: Organization, number: int) -> list[Member]:
    return [factories.member(session, organization, name=f"党员{one}") for one in range(number)]


def announced(
    session: Session,
    organization: Organization,
    kind: MeetingKind,
    on: date,
    *partners: Organization,
    at: datetime | None = None,
) -> Meeting:
    """A meeting at 15:00 that day, at which nobody has signed in."""
    made = factories.meeting(session, organization, starts_at=at or from_local(on, 15))
    made.kind = kind
    session.add_all(MeetingOrganization(meeting_id=made.id, organization_id=one.id) for one in partners)
    session.flush()
    return made


def sign_in(session: Session, meeting: Meeting) -> None:
    one = factories.member(session, session.get_one(Organization, meeting.organization_id), name="到会")
    session.add(CheckIn(meeting_id=meeting.id, member_id=one.id, checked_in_at=NOW, way=Way.SCAN))
    session.flush()


def held(
    session: Session, organization: Organization, kind: MeetingKind, on: date, *partners: Organization
) -> Meeting:
    """The same, and one person signed in."""
    made = announced(session, organization, kind, on, *partners)
    sign_in(session, made)
    return made


def record(session: Session, meeting: Meeting, state: RecordState) -> None:
    session.add(
        Record(meeting_id=meeting.id, version=1, state=state, content="{}", edited_by="test", edited_at=NOW)
    )
    session.flush()


def term(
    session: Session,
    organization: Organization,
    *,
    elected_on: date = date(2024, 6, 15),
    ends_on: date = date(2027, 6, 15),
    has_committee: bool = True,
) -> None:
    service.set_term(
        session,
        organization=organization,
        elected_on=elected_on,
        ends_on=ends_on,
        has_committee=has_committee,
        by="wang.li",
        now=from_local(TODAY),
    )


def say(
    session: Session,
    organization: Organization,
    duty: Duty,
    period: str,
    statement: Statement = Statement.EXPLAINED,
    text: str = "防汛值守，与下月合并",
) -> None:
    service.state(
        session,
        organization=organization,
        duty=duty,
        period=period,
        statement=statement,
        text=text,
        by="wang.li",
        now=from_local(TODAY),
    )


def row(
    session: Session, organization: Organization, duty: Duty, *, year: int = 2026, today: date = TODAY
) -> list[Cell]:
    """Empty where the organisation does not have the duty."""
    rows = calendar.of_year(session, organization=organization, year=year, today=today)
    return next((cells for cells in rows if cells[0].duty is duty), [])


def cell(
    session: Session, organization: Organization, duty: Duty, period: str, *, today: date = TODAY
) -> Cell:
    """Of the year that the period lies in."""
    cells = row(session, organization, duty, year=int(period[:4]), today=today)
    return next(one for one in cells if one.period == period)


def state(
    session: Session, organization: Organization, duty: Duty, period: str, *, today: date = TODAY
) -> DutyState:
    return cell(session, organization, duty, period, today=today).state

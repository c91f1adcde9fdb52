"""What the demo branch did this year and the last: plans, meetings, votes, records, and what it says of its gaps."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from itertools import chain

from sqlalchemy import insert, select

from app.core.clock import from_local, local_day
from app.core.db import Base, Session
from app.meetings.duties.models import Duty, DutyStatement, Statement, Term
from app.meetings.models import CheckIn, Expected, Leave, MakeUp, Meeting
from app.meetings.plans.models import Plan, Skip
from app.meetings.records.models import Record
from app.members.models import Member, MemberKind
from app.notices.timing import IsWorkingDay
from app.organizations.models import Organization
from demo import ballots
from demo.held import HEAT, Cast, came_to, meeting_row, record_rows, tie
from demo.minutes import agenda
from demo.occasions import RHYTHMS, Occasion, Rhythm, Turn, first_day, occasions
from demo.roster import Roster
from demo.topics import Topic
from demo.turnout import BY, Row, Turnout

ROWS_AT_ONCE = 500
TERM_YEARS = 3
APPLICANT = "苗向阳"
BUSY = "机组停机检修，委员分赴现场"


def write_years(session: Session, branch: Organization, *, works: IsWorkingDay, now: datetime) -> None:
    cast, today = _cast(session, branch), local_day(now)
    plans = _plans(session, cast, first_day(today))
    found = occasions(today, works)
    held = [one for one in found if one.turn is not Turn.SKIPPED]
    meetings = [meeting_row(cast, one, plans, number) for number, one in enumerate(held)]
    session.add_all(meetings)
    session.flush()
    session.add_all(tie(cast, held, meetings))
    seen = [came_to(cast, *pair) for pair in zip(held, meetings, strict=True)]
    _insert_people(session, seen)
    records = _decide_and_record(session, cast, held, meetings, seen)
    session.flush()
    _insert(session, Record, records)
    _explain(session, cast, plans, found)


def _cast(session: Session, branch: Organization) -> Cast:
    sister = session.scalars(
        select(Organization)
        .where(Organization.parent_id == branch.parent_id, Organization.id != branch.id)
        .order_by(Organization.id)
        .limit(1)
    ).one()
    return Cast(branch, Roster.of(session, branch).party, sister, Roster.of(session, sister).party)


def _plans(session: Session, cast: Cast, first: date) -> dict[Rhythm, Plan]:
    made = {one: _plan(cast, one, first) for one in RHYTHMS}
    session.add_all(made.values())
    session.flush()
    return made


def _plan(cast: Cast, rhythm: Rhythm, begins_on: date) -> Plan:
    rule = rhythm.rule
    return Plan(
        organization_id=cast.branch.id,
        kind=rhythm.kind,
        title=rhythm.title,
        place=rhythm.place,
        chair=cast.roles.secretary,
        recorder=cast.roles.organizer,
        frequency=rule.frequency,
        month=rule.month,
        month_day=rule.month_day,
        nth=rule.nth,
        weekday=rule.weekday,
        starts_minute=rhythm.minute,
        minutes=rhythm.minutes,
        begins_on=begins_on,
        created_by=BY,
        created_at=from_local(begins_on, 9),
    )


def _insert_people(session: Session, seen: Sequence[Turnout]) -> None:
    _insert(session, Expected, chain.from_iterable(one.expected for one in seen))
    _insert(session, CheckIn, chain.from_iterable(one.check_ins for one in seen))
    _insert(session, Leave, chain.from_iterable(one.leaves for one in seen))
    _insert(session, MakeUp, chain.from_iterable(one.make_ups for one in seen))


def _insert(session: Session, table: type[Base], rows: Iterable[Row]) -> None:
    all_rows = list(rows)
    for start in range(0, len(all_rows), ROWS_AT_ONCE):
        session.execute(insert(table), all_rows[start : start + ROWS_AT_ONCE])


def _decide_and_record(
    session: Session,
    cast: Cast,
    held: Sequence[Occasion],
    meetings: Sequence[Meeting],
    seen: Sequence[Turnout],
) -> list[Row]:
    """Votes first, since a closed record takes none; the branch's latest record is still being written."""
    rows: list[Row] = []
    for occasion, meeting, turnout in zip(held, meetings, seen, strict=True):
        said = _vote(session, cast, occasion, meeting, turnout)
        if said:
            meeting.agenda = agenda(occasion, said)
        rows += record_rows(session, cast, occasion, meeting, said, draft=meeting is meetings[-1])
    return rows


def _vote(
    session: Session, cast: Cast, occasion: Occasion, meeting: Meeting, turnout: Turnout
) -> list[Topic]:
    if occasion.turn is Turn.ADMISSION:
        return [ballots.admit(session, meeting, turnout, _applicant(cast, local_day(meeting.starts_at)))]
    if occasion.turn is Turn.ELECTION:
        standing = cast.party[1 : 2 + ballots.SEATS]
        return [ballots.elect(session, meeting, turnout, standing)]
    return []


def _applicant(cast: Cast, day: date) -> str:
    """Whoever of the branch became a probationary member that day; in another year than the group's own, nobody did."""
    return next((one.name for one in cast.party if _joins(one, day)), APPLICANT)


def _joins(member: Member, day: date) -> bool:
    return member.kind is MemberKind.PROBATIONARY and member.joined_on == day


def _explain(session: Session, cast: Cast, plans: dict[Rhythm, Plan], found: Sequence[Occasion]) -> None:
    """One gap is explained, one is left open, and when the committee's term ends."""
    elected = next(one for one in found if one.turn is Turn.ELECTION)
    elected_on = local_day(elected.starts_at)
    session.add(
        Term(
            organization_id=cast.branch.id,
            elected_on=elected_on,
            ends_on=elected_on.replace(year=elected_on.year + TERM_YEARS),
            entered_by=BY,
            entered_at=elected.ends_at,
        )
    )
    cancelled = next(one for one in found if one.turn is Turn.CANCELLED)
    session.add(_statement(cast, Duty.THEME_DAY, cancelled.day, Statement.EXPLAINED, HEAT))
    for one in found:
        if one.turn is Turn.SKIPPED and one.rhythm and one.planned_on:
            at = one.starts_at - timedelta(days=2)
            session.add(
                Skip(
                    plan_id=plans[one.rhythm].id,
                    planned_on=one.planned_on,
                    reason=BUSY,
                    skipped_by=BY,
                    skipped_at=at,
                )
            )
    session.flush()


def _statement(cast: Cast, duty: Duty, day: date, statement: Statement, text: str) -> DutyStatement:
    """Of the month in which the day lies."""
    return DutyStatement(
        organization_id=cast.branch.id,
        duty=duty,
        period=f"{day:%Y-%m}",
        statement=statement,
        text=text,
        stated_by=BY,
        stated_at=from_local(day.replace(day=28), 10),
    )

"""The reminders of facts/domain §2.7: what nobody has held, announced or planned by its mark."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from app.core.db import Session, Sessions
from app.meetings.duties import queries
from app.meetings.duties.models import Duty, Statement
from app.meetings.duties.queries import Unplanned
from app.meetings.models import MeetingKind
from app.meetings.plans import service as plans
from app.meetings.plans.models import Frequency
from app.meetings.plans.rules import Recurrence
from app.organizations.models import Organization, OrganizationKind
from tests.factories import NOW
from tests.unit.meetings.counting import counted
from tests.unit.meetings.duties import years
from tests.unit.meetings.plans.branches import plan

D = Duty
MONTHLY = [D.BRANCH_COMMITTEE, D.GROUP_MEETING, D.THEME_DAY]
TWENTIETH = date(2026, 6, 20)
THEME_DAY, GROUP_MEETING = MeetingKind.THEME_DAY, MeetingKind.GROUP_MEETING


def works(day: date) -> bool:
    return day.weekday() < 5


def unplanned(session: Session, today: date) -> list[Unplanned]:
    return queries.unplanned(session, today=today, works=works)


def duties(session: Session, today: date = TWENTIETH) -> list[Duty]:
    return [row.duty for row in unplanned(session, today)]


def full_branch(session: Session) -> Organization:
    """With a committee in its first year, and one group."""
    own = years.branch(session)
    years.term(session, own, elected_on=date(2026, 1, 5), ends_on=date(2029, 1, 5))
    years.group(session, own)
    return own


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        (date(2026, 1, 19), []),
        (date(2026, 1, 20), MONTHLY),
        (date(2026, 1, 31), MONTHLY),
        (date(2026, 2, 1), []),
        (date(2026, 2, 28), MONTHLY),
        (date(2026, 3, 1), [D.MEMBER_MEETING]),
        (date(2026, 3, 31), [D.MEMBER_MEETING, *MONTHLY]),
        (date(2026, 4, 1), []),
        (date(2026, 5, 29), MONTHLY),
        (date(2026, 5, 30), [D.MEMBER_MEETING, *MONTHLY]),
        (date(2026, 9, 30), [D.MEMBER_MEETING, *MONTHLY]),
        (date(2026, 10, 1), [D.ORGANIZATIONAL_LIFE, D.APPRAISAL]),
        (date(2026, 12, 1), [D.MEMBER_MEETING, D.ORGANIZATIONAL_LIFE, D.APPRAISAL]),
        (date(2026, 12, 31), [D.MEMBER_MEETING, *MONTHLY, D.ORGANIZATIONAL_LIFE, D.APPRAISAL]),
    ],
)
def test_branch_that_holds_nothing_is_reminded_on_the_days_of_the_calendar(
    session: Session, today: date, expected: list[Duty]
) -> None:
    full_branch(session)

    assert duties(session, today) == expected


def test_reminder_says_whom_what_and_until_when(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        own = years.branch(session)

    with any_sessions.read() as session:
        (row,) = unplanned(session, date(2026, 6, 29))[1:]

    assert (row.organization_id, row.organization_name, row.superior_id) == (own.id, "第一党支部", None)
    assert (row.duty, row.period, row.mark) == (D.THEME_DAY, "2026-06", TWENTIETH)
    assert (row.due_by, "第十六条" in row.clause) == (date(2026, 6, 30), True)


@pytest.mark.parametrize(
    ("today", "mark"),
    [
        (date(2026, 10, 1), date(2026, 10, 1)),
        (date(2026, 11, 30), date(2026, 10, 1)),
        (date(2026, 12, 1), date(2026, 12, 1)),
        (date(2026, 12, 31), date(2026, 12, 1)),
    ],
)
def test_yearly_duties_are_recalled_at_two_marks(session: Session, today: date, mark: date) -> None:
    years.branch(session)

    found = [row for row in unplanned(session, today) if row.duty is D.APPRAISAL]

    assert [(row.period, row.mark) for row in found] == [("2026", mark)]


def hold(session: Session, own: Organization) -> None:
    years.held(session, own, THEME_DAY, date(2026, 6, 1))


def take_part(session: Session, own: Organization) -> None:
    years.held(session, years.branch(session, name="临时", kind=WITHOUT), THEME_DAY, date(2026, 6, 1), own)


def announce(session: Session, own: Organization) -> None:
    years.announced(session, own, THEME_DAY, TWENTIETH)


def announce_for_the_last_day(session: Session, own: Organization) -> None:
    years.announced(session, own, THEME_DAY, date(2026, 6, 30))


def explain(session: Session, own: Organization) -> None:
    years.say(session, own, D.THEME_DAY, "2026-06")


def make_plan(session: Session, own: Organization) -> None:
    plan(session, own, rule=Recurrence(Frequency.MONTHLY, 1, 30, None, None))


def miss(session: Session, own: Organization) -> None:
    years.announced(session, own, THEME_DAY, date(2026, 6, 19))


def call_off(session: Session, own: Organization) -> None:
    years.announced(session, own, THEME_DAY, date(2026, 6, 30)).cancelled_at = NOW


def announce_for_next_month(session: Session, own: Organization) -> None:
    years.announced(session, own, THEME_DAY, date(2026, 7, 1))


def plan_something_else(session: Session, own: Organization) -> None:
    rule = Recurrence(Frequency.MONTHLY, 1, 30, None, None)
    plan(session, own, rule=rule, kind=MeetingKind.PARTY_LECTURE)


def plan_that_has_passed_this_month(session: Session, own: Organization) -> None:
    plan(session, own, rule=Recurrence(Frequency.MONTHLY, 1, 19, None, None))


def plan_and_skip(session: Session, own: Organization) -> None:
    made = plan(session, own, rule=Recurrence(Frequency.MONTHLY, 1, 30, None, None))
    plans.skip(session, plan=made, planned_on=date(2026, 6, 30), reason="合并", by="wang.li", now=NOW)


def plan_and_end(session: Session, own: Organization) -> None:
    made = plan(session, own, rule=Recurrence(Frequency.MONTHLY, 1, 30, None, None))
    plans.end(session, plan=made, now=NOW)


WITHOUT = OrganizationKind.WORK_COMMITTEE


@pytest.mark.parametrize(
    ("given", "reminded"),
    [
        (hold, False),
        (take_part, False),
        (announce, False),
        (announce_for_the_last_day, False),
        (explain, False),
        (make_plan, False),
        (miss, True),
        (call_off, True),
        (announce_for_next_month, True),
        (plan_something_else, True),
        (plan_that_has_passed_this_month, True),
        (plan_and_skip, True),
        (plan_and_end, True),
    ],
)
def test_what_is_held_announced_planned_or_explained_is_not_recalled(
    session: Session, given: Callable[[Session, Organization], None], *, reminded: bool
) -> None:
    own = years.branch(session)

    given(session, own)
    session.flush()

    assert (D.THEME_DAY in duties(session)) is reminded


def test_a_planned_rest_day_counts_where_it_moves_to(session: Session) -> None:
    """20 June 2026 is a Saturday: the plan's 20th is held on Monday the 22nd."""
    own = years.branch(session)
    plan(session, own, rule=Recurrence(Frequency.MONTHLY, 1, 20, None, None))

    assert duties(session, date(2026, 6, 22)) == [D.MEMBER_MEETING]
    assert duties(session, date(2026, 6, 23)) == [D.MEMBER_MEETING, D.THEME_DAY]


@pytest.mark.parametrize("planned", [False, True])
def test_every_group_must_have_planned(session: Session, *, planned: bool) -> None:
    own = years.branch(session)
    first, second = years.group(session, own), years.group(session, own, "第二党小组")
    years.held(session, first, GROUP_MEETING, date(2026, 6, 3))
    if planned:
        years.announced(session, second, GROUP_MEETING, date(2026, 6, 25))

    assert (D.GROUP_MEETING in duties(session)) is not planned


def test_plan_of_a_group_counts_for_the_group_alone(session: Session) -> None:
    own = years.branch(session)
    first, second = years.group(session, own), years.group(session, own, "第二党小组")
    rule = Recurrence(Frequency.MONTHLY, 1, 30, None, None)
    plan(session, first, kind=GROUP_MEETING, rule=rule)

    before = D.GROUP_MEETING in duties(session)
    plan(session, second, kind=GROUP_MEETING, rule=rule)

    assert (before, D.GROUP_MEETING in duties(session)) == (True, False)


@pytest.mark.parametrize("kind", [OrganizationKind.COMMITTEE, OrganizationKind.WORK_COMMITTEE])
def test_who_has_no_branch_life_is_not_reminded_of_it(session: Session, kind: OrganizationKind) -> None:
    years.branch(session, kind=kind)

    assert duties(session, date(2026, 12, 31)) == []


def test_dissolved_branch_is_not_reminded(session: Session) -> None:
    years.branch(session).dissolved_on = date(2026, 6, 1)
    session.flush()

    assert duties(session) == []


ENDS = date(2026, 9, 15)
SIX, THREE = date(2026, 3, 15), date(2026, 6, 15)


def ending(session: Session, kind: OrganizationKind = OrganizationKind.COMMITTEE) -> Organization:
    root = years.branch(session, name="集团党委", kind=OrganizationKind.COMMITTEE)
    own = years.branch(session, name="公司党委", parent=root, kind=kind)
    years.term(session, own, elected_on=date(2023, 9, 15), ends_on=ENDS)
    return own


@pytest.mark.parametrize(
    ("today", "mark"),
    [
        (SIX - timedelta(days=1), None),
        (SIX, SIX),
        (THREE - timedelta(days=1), SIX),
        (THREE, THREE),
        (ENDS - timedelta(days=1), THREE),
        (ENDS, ENDS),
        (date(2027, 2, 1), ENDS),
    ],
)
def test_renewal_is_recalled_to_the_organisation_and_its_superior(
    session: Session, today: date, mark: date | None
) -> None:
    own = ending(session)

    found = unplanned(session, today)

    assert [(row.organization_id, row.superior_id, row.duty, row.mark) for row in found] == (
        [(own.id, own.parent_id, D.RENEWAL, mark)] if mark else []
    )
    assert [(row.period, row.due_by) for row in found] == [("2026", ENDS)] * bool(mark)


def test_renewal_that_is_announced_or_held_is_not_recalled(session: Session) -> None:
    own = ending(session)
    years.announced(session, own, MeetingKind.ELECTION, date(2026, 9, 10))

    assert duties(session, date(2026, 9, 1)) == []
    assert duties(session, date(2026, 9, 11)) == [D.RENEWAL]


def test_renewal_held_long_before_stays_so(session: Session) -> None:
    own = ending(session)
    years.held(session, own, MeetingKind.ELECTION, date(2025, 10, 10))

    assert duties(session, ENDS) == []


@pytest.mark.parametrize("year", ["2026", "2027"])
def test_renewal_that_was_put_off_with_approval_is_not_recalled(session: Session, year: str) -> None:
    own = ending(session)
    years.say(session, own, D.RENEWAL, year, Statement.NOT_APPLICABLE, "上级批准延期")

    assert duties(session, date(2027, 1, 5)) == []


def test_rows_stand_in_the_order_of_the_tree(session: Session) -> None:
    first, second = years.branch(session), years.branch(session, name="第二党支部")

    rows = [row.organization_id for row in unplanned(session, TWENTIETH)]

    assert rows == [first.id, first.id, second.id, second.id]


def test_without_an_organisation_there_is_nothing_to_recall(session: Session) -> None:
    assert unplanned(session, TWENTIETH) == []


@pytest.mark.parametrize("number", [1, 4])
def test_reminders_are_read_in_nine_statements(session: Session, number: int) -> None:
    for one in range(number):
        own = years.branch(session, name=f"支部{one}")
        years.term(session, own)
        years.held(session, years.group(session, own), GROUP_MEETING, date(2026, 6, 6))
        years.announced(session, own, MeetingKind.BRANCH_COMMITTEE, date(2026, 6, 28))
        plan(session, own)

    with counted(session) as statements:
        found = unplanned(session, TWENTIETH)

    assert (len(found), len(statements)) == (2 * number, 9)

"""What the direct superior sees of the organisations below: counts, and nothing of anybody else."""

from datetime import date

import pytest

from app.core.db import Session, Sessions
from app.meetings.duties import calendar, facts
from app.meetings.duties.calendar import DutyCount
from app.meetings.duties.models import Duty, Statement
from app.meetings.models import MeetingKind
from app.organizations.models import OrganizationKind
from tests.unit.meetings.counting import counted
from tests.unit.meetings.duties import years
from tests.unit.meetings.duties.years import TODAY


def test_superior_sees_how_many_periods_stand_how(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        committee = years.branch(session, name="公司党委", kind=OrganizationKind.COMMITTEE)
        one = years.branch(session, parent=committee)
        other = years.branch(session, name="第二党支部", parent=committee)
        years.group(session, other)
        years.held(session, one, MeetingKind.THEME_DAY, date(2026, 1, 7))
        years.held(session, one, MeetingKind.THEME_DAY, date(2026, 6, 3), other)
        years.say(session, one, Duty.THEME_DAY, "2026-03")
        years.say(session, one, Duty.THEME_DAY, "2026-04", Statement.NOT_APPLICABLE)

    with any_sessions.read() as session:
        first, second = calendar.of_children(session, superior=committee, year=2026, today=TODAY)

    assert [(row.organization_id, row.name) for row in (first, second)] == [
        (one.id, "第一党支部"),
        (other.id, "第二党支部"),
    ]
    assert first.counts[Duty.THEME_DAY] == DutyCount(
        held=2, due=0, overdue=2, not_yet=6, explained=1, not_applicable=1
    )
    assert second.counts[Duty.THEME_DAY] == DutyCount(held=1, overdue=5, not_yet=6)
    assert second.counts[Duty.MEMBER_MEETING] == DutyCount(due=1, overdue=1, not_yet=2)
    assert Duty.GROUP_MEETING not in first.counts
    assert second.counts[Duty.GROUP_MEETING] == DutyCount(due=1, overdue=5, not_yet=6)
    assert first.counts[Duty.RENEWAL] == DutyCount(due=1)


def test_only_living_organisations_with_duties_directly_below_are_seen(session: Session) -> None:
    committee = years.branch(session, name="公司党委", kind=OrganizationKind.COMMITTEE)
    general = years.branch(session, name="总支", parent=committee, kind=OrganizationKind.GENERAL_BRANCH)
    years.branch(session, name="总支下的支部", parent=general)
    years.branch(session, name="撤销的支部", parent=committee).dissolved_on = date(2026, 1, 1)
    years.branch(session, name="党工委", parent=committee, kind=OrganizationKind.WORK_COMMITTEE)
    years.branch(session, name="别的支部")
    temporary = years.branch(
        session, name="临时支部", parent=committee, kind=OrganizationKind.TEMPORARY_BRANCH
    )
    session.flush()

    found = calendar.of_children(session, superior=committee, year=2026, today=TODAY)

    assert [row.name for row in found] == [general.name, temporary.name]
    assert list(found[0].counts) == [Duty.RENEWAL]
    assert Duty.RENEWAL not in found[1].counts


def test_branches_stand_in_the_offices_own_order(session: Session) -> None:
    committee = years.branch(session, name="公司党委", kind=OrganizationKind.COMMITTEE)
    last, first = (years.branch(session, name=name, parent=committee) for name in ("机关", "车间"))
    last.position, first.position = 2, 1
    session.flush()

    found = calendar.of_children(session, superior=committee, year=2026, today=TODAY)

    assert [row.name for row in found] == ["车间", "机关"]


@pytest.mark.parametrize("number", [1, 4])
def test_children_are_read_in_six_statements(session: Session, number: int) -> None:
    committee = years.branch(session, name="公司党委", kind=OrganizationKind.COMMITTEE)
    for one in range(number):
        below = years.branch(session, name=f"支部{one}", parent=committee)
        years.people(session, below, 2)
        years.term(session, below)
        years.held(session, years.group(session, below), MeetingKind.GROUP_MEETING, date(2026, 5, 6))
        years.say(session, below, Duty.THEME_DAY, "2026-03")

    with counted(session) as statements:
        found = calendar.of_children(session, superior=committee, year=2026, today=TODAY)

    assert (len(found), len(statements)) == (number, 6)


def test_more_than_one_batch_reads_as_one(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    committee = years.branch(session, name="公司党委", kind=OrganizationKind.COMMITTEE)
    below = [years.branch(session, name=f"支部{one}", parent=committee) for one in range(5)]
    for one in below:
        years.held(session, one, MeetingKind.THEME_DAY, date(2026, 5, 6))
    expected = calendar.of_children(session, superior=committee, year=2026, today=TODAY)

    monkeypatch.setattr(facts, "BATCH", 2)

    assert calendar.of_children(session, superior=committee, year=2026, today=TODAY) == expected
    assert [row.organization_id for row in expected] == [one.id for one in below]


def test_a_branch_has_nothing_to_look_down_on(session: Session) -> None:
    own = years.branch(session)
    years.group(session, own)

    assert calendar.of_children(session, superior=own, year=2026, today=TODAY) == []

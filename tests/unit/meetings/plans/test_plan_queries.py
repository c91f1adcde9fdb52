"""What plans put on which day."""

from datetime import date, timedelta
from typing import Any

import pytest

from app.core.clock import from_local
from app.core.db import Session
from app.meetings.models import MeetingKind
from app.meetings.plans import queries, service
from app.meetings.plans.models import Plan
from app.meetings.plans.queries import Occurrence
from app.organizations.scope import Scope
from tests import factories
from tests.factories import NOW
from tests.unit.meetings.counting import counted
from tests.unit.meetings.plans.branches import EIGHTH_OF_APRIL, ELEVENTH, branch, plan, weekdays

SPRING = {"first": date(2026, 3, 1), "last": date(2026, 4, 30)}


def occurrences(session: Session, *organization_ids: int, **given: Any) -> list[Occurrence]:
    return queries.occurrences(session, organization_ids, **{**SPRING, "works": weekdays, **given})


def days(found: list[Occurrence]) -> list[date]:
    return [one.planned_on for one in found]


def test_occurrence_says_when_it_is_held_and_what_became_of_it(session: Session) -> None:
    own = branch(session)
    made = plan(session, own)
    meeting = service.announce_planned(
        session, plan=made, planned_on=ELEVENTH, works=weekdays, by="wang.li", now=NOW
    )
    service.skip(session, plan=made, planned_on=EIGHTH_OF_APRIL, reason="清明假期", by="wang.li", now=NOW)

    assert occurrences(session, own.id, last=date(2026, 5, 31)) == [
        Occurrence(made, ELEVENTH, from_local(ELEVENTH, 15, 30), from_local(ELEVENTH, 17), meeting.id, None),
        Occurrence(
            made,
            EIGHTH_OF_APRIL,
            from_local(EIGHTH_OF_APRIL, 15, 30),
            from_local(EIGHTH_OF_APRIL, 17),
            None,
            "清明假期",
        ),
        Occurrence(
            made,
            date(2026, 5, 13),
            from_local(date(2026, 5, 13), 15, 30),
            from_local(date(2026, 5, 13), 17),
            None,
            None,
        ),
    ]


def test_moved_occurrence_keeps_its_own_day_as_its_name(session: Session) -> None:
    own = branch(session)
    made = plan(session, own)
    service.skip(session, plan=made, planned_on=ELEVENTH, reason="合并", by="wang.li", now=NOW)
    twelfth = date(2026, 3, 12)

    found = occurrences(session, own.id, first=twelfth, last=twelfth, works=lambda day: day != ELEVENTH)

    assert [(one.planned_on, one.starts_at, one.skipped) for one in found] == [
        (ELEVENTH, from_local(twelfth, 15, 30), "合并")
    ]


def test_several_plans_come_in_the_order_of_time(session: Session) -> None:
    first, second = branch(session), branch(session, name="第二党支部")
    late, early = plan(session, first, starts_minute=960), plan(session, second, starts_minute=540)
    plan(session, branch(session, name="第三党支部"))

    found = occurrences(session, first.id, second.id, last=date(2026, 3, 31))

    assert [one.plan.id for one in found] == [early.id, late.id]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, [ELEVENTH, EIGHTH_OF_APRIL]),
        ({"begins_on": ELEVENTH}, [ELEVENTH, EIGHTH_OF_APRIL]),
        ({"begins_on": date(2026, 3, 12)}, [EIGHTH_OF_APRIL]),
        ({"begins_on": date(2026, 5, 1)}, []),
        ({"ends_on": ELEVENTH}, [ELEVENTH]),
        ({"ends_on": date(2026, 3, 10)}, []),
    ],
)
def test_plan_holds_from_its_first_day_to_its_last(
    session: Session, given: dict[str, Any], expected: list[date]
) -> None:
    own = branch(session)
    plan(session, own, **given)

    assert days(occurrences(session, own.id)) == expected


STARTS = from_local(ELEVENTH, 15, 30)


@pytest.mark.parametrize(
    ("ended_at", "expected"),
    [
        (from_local(date(2026, 2, 28)), []),
        (STARTS, []),
        (STARTS + timedelta(seconds=1), [ELEVENTH]),
        (from_local(EIGHTH_OF_APRIL), [ELEVENTH]),
    ],
)
def test_ended_plan_shows_what_had_begun_by_then(
    session: Session, ended_at: Any, expected: list[date]
) -> None:
    own = branch(session)
    service.end(session, plan=plan(session, own), now=ended_at)

    assert days(occurrences(session, own.id)) == expected


def test_no_organisation_no_occurrence(session: Session) -> None:
    plan(session, branch(session))

    assert occurrences(session) == []


def test_one_plan_and_many_are_read_in_three_statements(session: Session) -> None:
    own = branch(session)
    for _ in range(5):
        made = plan(session, own)
        service.announce_planned(
            session, plan=made, planned_on=ELEVENTH, works=weekdays, by="wang.li", now=NOW
        )

    with counted(session) as statements:
        found = occurrences(session, own.id)

    assert (len(found), len(statements)) == (10, 3)


def test_plan_is_found_only_by_who_sees_its_organisation(session: Session) -> None:
    own, other = branch(session), branch(session, name="第二党支部")
    made = plan(session, own)

    assert queries.by_id(session, Scope.of([own.path]), made.id) is made
    assert queries.by_id(session, Scope.of([other.path]), made.id) is None
    assert queries.by_id(session, Scope.of([own.path]), made.id + 1) is None


def test_plans_of_an_organisation_stand_with_the_ended_last(session: Session) -> None:
    own = branch(session)
    ended = plan(session, own, kind=MeetingKind.BRANCH_COMMITTEE)
    theme_day, lecture = plan(session, own), plan(session, own, kind=MeetingKind.PARTY_LECTURE)
    plan(session, factories.organization(session, name="别的支部"))
    service.end(session, plan=ended, now=NOW)

    found: list[Plan] = list(queries.of_organization(session, own.id))

    assert found == [lecture, theme_day, ended]

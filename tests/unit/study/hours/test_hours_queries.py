"""What an organiser sees: sessions with how many came, meetings that could become one, what is to be decided."""

from datetime import timedelta

import pytest

from app.core.clock import local_day
from app.core.db import Session, Sessions
from app.meetings.models import MeetingKind
from app.organizations.models import Organization
from app.organizations.queries import subtree
from app.organizations.scope import Scope
from app.study.hours import declarations, queries
from app.study.hours.credits import declared_beside
from tests import factories
from tests.factories import NOW
from tests.unit.meetings.counting import counted
from tests.unit.study.hours.hall import HOUR, MORNING, accepted, confirmed, declared, held, made

NOBODY = Scope.of(())


@pytest.fixture
def branch(session: Session) -> Organization:
    return factories.organization(session)


def test_sessions_come_with_how_many_signed_in(session: Session, branch: Organization) -> None:
    members = [factories.member(session, branch) for _ in range(3)]
    early = made(session, held(session, branch, *members))
    late = confirmed(session, held(session, branch, members[0], starts_at=MORNING + HOUR))
    made(session, held(session, factories.organization(session), members[1]))

    with counted(session) as statements:
        found = queries.sessions_of(session, subtree(branch))

    assert [(one.study_session, one.present) for one in found] == [(late, 1), (early, 3)]
    assert len(statements) == 1
    assert queries.sessions_count(session, subtree(branch)) == 2
    assert queries.sessions_of(session, subtree(branch), offset=1, limit=5)[0].study_session is early


def test_sessions_of_others_do_not_exist(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        branch = factories.organization(session)
        other = subtree(factories.organization(session))
        own = subtree(branch)
        meeting = held(session, branch, factories.member(session, branch))
        row = made(session, meeting)

        assert queries.session_for_staff(session, own, row.id) is row
        assert queries.session_of(session, own, meeting.id) is row
        for scope in (other, NOBODY):
            assert queries.session_for_staff(session, scope, row.id) is None
            assert queries.session_of(session, scope, meeting.id) is None
        for number in (0, -1, 2**31, 2**63):
            assert queries.session_for_staff(session, own, number) is None
            assert queries.session_of(session, own, number) is None
            assert queries.declaration_for_staff(session, own, number) is None


def test_meetings_that_could_give_hours_are_offered(session: Session, branch: Organization) -> None:
    lecture = held(session, branch, kind=MeetingKind.PARTY_LECTURE)
    theme_day = held(session, branch, kind=MeetingKind.THEME_DAY, starts_at=MORNING + HOUR)
    made(session, held(session, branch))
    off = held(session, branch)
    off.cancelled_at = NOW
    for kind in (MeetingKind.ELECTION, MeetingKind.MEMBER_MEETING, MeetingKind.OTHER):
        held(session, branch, kind=kind)
    held(session, branch, starts_at=NOW + HOUR)
    held(session, branch, starts_at=NOW - timedelta(days=63))
    held(session, factories.organization(session))

    assert queries.unmade(session, subtree(branch), now=NOW) == [theme_day, lecture]


def test_declarations_wait_in_their_order_with_the_name(session: Session, branch: Organization) -> None:
    members = [factories.member(session, branch, name=name) for name in ("张三", "李四")]
    second = declared(session, members[0], now=NOW + HOUR)
    first = declared(session, members[1])
    accepted(session, members[1], topic="已认定的班")
    taken = declared(session, members[0], topic="撤回的班")
    declarations.take_back(session, member_id=members[0].id, declaration_id=taken.id, revision=1)
    declared(session, factories.member(session, factories.organization(session)))

    with counted(session) as statements:
        found = queries.waiting(session, subtree(branch))

    assert [tuple(row) for row in found] == [(first, "李四"), (second, "张三")]
    assert len(statements) == 1
    assert queries.waiting_count(session, subtree(branch)) == 2
    assert queries.waiting(session, NOBODY) == []
    assert queries.declaration_for_staff(session, subtree(branch), first.id) is first
    assert queries.declaration_for_staff(session, subtree(branch), taken.id) is None
    assert queries.declaration_for_staff(session, NOBODY, first.id) is None


def test_slip_of_the_last_month_can_be_found_again(session: Session, branch: Organization) -> None:
    row = accepted(session, factories.member(session, branch))
    declared(session, factories.member(session, branch))
    scope = subtree(branch)

    found = queries.decided_lately(session, scope, now=NOW + timedelta(days=30))

    assert [tuple(one) for one in found] == [(row, "张三")]
    assert queries.decided_lately(session, scope, now=NOW + timedelta(days=31)) == []


def test_what_those_present_declared_for_the_same_days_is_pointed_out(
    session: Session, branch: Organization
) -> None:
    present, absent = (factories.member(session, branch) for _ in range(2))
    row = made(session, held(session, branch, present, hours=30))
    first, second = (local_day(MORNING) + timedelta(days=days) for days in (0, 1))
    same = declared(session, present, held_on=first)
    next_day = accepted(session, present, held_on=second)
    declared(session, present, held_on=second + timedelta(days=1))
    declared(session, absent, held_on=first)

    assert declared_beside(session, row) == [same, next_day]

"""One person's meetings: what is coming, one of them whole, what is past; nothing of anybody else's."""

from datetime import date, timedelta

import pytest

from app.core.db import Session, Sessions, driver_of
from app.meetings import changes, expecting, leave, make_up, queries
from app.meetings.models import Leave, LeaveKind, Meeting, Standing, Way
from app.meetings.states import LeaveState
from app.members.models import Member
from tests import factories
from tests.factories import NOW
from tests.unit.meetings.gatherings import HOUR, TOMORROW, announce, branch_of, sign

SOON = NOW + HOUR


def on_leave(session: Session, meeting: Meeting, member: Member) -> None:
    leave.ask(
        session, meeting_id=meeting.id, member_id=member.id, kind=LeaveKind.DUTY, reason="出差", now=NOW
    )


def test_coming_meetings_say_where_the_person_stands(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        branch, (person, _) = branch_of(session, 2)
        tomorrow, soon = announce(session, branch), announce(session, branch, starts_at=SOON)
        on_leave(session, tomorrow, person)
        sign(session, soon, person, NOW)

        coming = queries.expected_by(driver_of(session), member_id=person.id, now=NOW, limit=5)

    assert [(row.id, row.standing, row.leave_state, row.checked_in_at) for row in coming] == [
        (soon.id, Standing.VOTING, None, NOW),
        (tomorrow.id, Standing.VOTING, LeaveState.ASKED, None),
    ]
    assert [(row.starts_at, row.ends_at) for row in coming] == [
        (SOON, SOON + 2 * HOUR),
        (TOMORROW, TOMORROW + 2 * HOUR),
    ]


def test_merged_and_cancelled_meetings_are_not_coming(session: Session) -> None:
    branch, (person,) = branch_of(session, 1)
    merged, target, cancelled = (announce(session, branch) for _ in range(3))
    changes.merge(session, meeting=merged, into=target, now=NOW)
    changes.cancel(session, meeting=cancelled, reason="停电", now=NOW)

    coming = queries.expected_by(driver_of(session), member_id=person.id, now=NOW, limit=5)

    assert [row.id for row in coming] == [target.id]


def test_own_meeting_is_seen_whole(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        branch, (person, _) = branch_of(session, 2)
        meeting = announce(session, branch)
        on_leave(session, meeting, person)

        seen = queries.own(session, member_id=person.id, meeting_id=meeting.id)

        assert seen is not None
        assert (seen.meeting, seen.host, seen.standing) == (meeting, "第一党支部", Standing.VOTING)
        assert (seen.checked_in_at, seen.way, seen.made_up_on) == (None, None, None)
        assert isinstance(seen.leave, Leave)
        assert (seen.leave.member_id, seen.leave.reason) == (person.id, "出差")


def test_who_came_or_caught_up_sees_that(session: Session) -> None:
    branch, (came, away) = branch_of(session, 2)
    meeting = announce(session, branch, starts_at=NOW)
    sign(session, meeting, came)
    make_up.record(
        session,
        meeting=meeting,
        member_id=away.id,
        done_on=date(2026, 3, 3),
        way="自学",
        by="wang.li",
        now=TOMORROW,
    )

    first = queries.own(session, member_id=came.id, meeting_id=meeting.id)
    second = queries.own(session, member_id=away.id, meeting_id=meeting.id)

    assert first is not None
    assert second is not None
    assert (first.checked_in_at, first.way, first.made_up_on) == (NOW, Way.SCAN, None)
    assert (second.checked_in_at, second.way, second.made_up_on) == (None, None, date(2026, 3, 3))


def test_merged_meeting_leads_to_the_one_that_took_it_in(session: Session) -> None:
    branch, (person,) = branch_of(session, 1)
    other, _ = branch_of(session, 1, "第二党支部")
    merged, target = announce(session, branch), announce(session, other)
    changes.merge(session, meeting=merged, into=target, now=NOW)

    seen = queries.own(session, member_id=person.id, meeting_id=merged.id)

    assert seen is not None
    assert (seen.meeting.id, seen.host) == (target.id, "第二党支部")


def test_who_is_on_no_list_sees_nothing(session: Session) -> None:
    branch, _ = branch_of(session, 1)
    meeting = announce(session, branch)
    outsider = factories.member(session, factories.organization(session), name="外来")

    assert queries.own(session, member_id=outsider.id, meeting_id=meeting.id) is None
    assert queries.own(session, member_id=outsider.id, meeting_id=999_999) is None
    expecting.invite(session, meeting=meeting, member_id=outsider.id)
    seen = queries.own(session, member_id=outsider.id, meeting_id=meeting.id)
    assert seen is not None
    assert seen.standing is Standing.INVITED


def test_past_meetings_are_the_latest_first(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        branch, (person,) = branch_of(session, 1)
        first, second, coming, cancelled = (
            announce(session, branch, starts_at=NOW + days * timedelta(days=1)) for days in (1, 2, 9, 3)
        )
        changes.cancel(session, meeting=cancelled, reason="停电", now=NOW)
        on_leave(session, second, person)
        sign(session, first, person)
        now = NOW + timedelta(days=4)

        past = queries.own_past(session, member_id=person.id, now=now, limit=9)
        latest = queries.own_past(session, member_id=person.id, now=now, limit=1)

        assert [(row.id, row.checked_in_at, row.leave_state, row.made_up_on) for row in past] == [
            (second.id, None, LeaveState.ASKED, None),
            (first.id, NOW, None, None),
        ]
        assert [row.id for row in latest] == [second.id]
        assert coming.id not in {row.id for row in past}


@pytest.mark.parametrize("edge", [timedelta(0), timedelta(microseconds=1)])
def test_meeting_is_past_once_it_has_ended(edge: timedelta, session: Session) -> None:
    branch, (person,) = branch_of(session, 1)
    meeting = announce(session, branch)
    at = meeting.ends_at + edge

    past = queries.own_past(session, member_id=person.id, now=at, limit=9)
    coming = queries.expected_by(driver_of(session), member_id=person.id, now=at, limit=9)

    assert (len(past), len(coming)) == ((1, 0) if edge else (0, 1))

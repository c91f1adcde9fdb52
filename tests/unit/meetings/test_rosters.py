"""The roster is read again when sign-in opens: who joined, left or was converted since the announcement."""

from datetime import datetime, timedelta

import pytest

from app.core.db import Session, Sessions
from app.meetings import changes, expecting, leave, rosters
from app.meetings.models import Ground, LeaveKind, Meeting, MeetingKind, Standing
from app.members.models import Member, MemberKind, PartyStatus
from app.organizations.models import Organization, OrganizationKind
from tests import factories
from tests.factories import NOW
from tests.unit.meetings.gatherings import TOMORROW, announce, branch_of, counted_in, listed, sign

OPENS = TOMORROW - timedelta(minutes=30)
INSTANT = timedelta(microseconds=1)


def take(session: Session, now: datetime = OPENS) -> int:
    return rosters.take_due(session, now=now)


def move_away(session: Session, member: Member) -> Organization:
    elsewhere = factories.organization(session, name="第二党支部")
    member.organization_id = elsewhere.id
    session.flush()
    return elsewhere


def test_who_joined_is_added_and_who_left_is_taken_off(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        branch, (stays, moves, leaves) = branch_of(session, 3)
        meeting = announce(session, branch)
        move_away(session, moves)
        leaves.status = PartyStatus.LEFT
        joins = factories.member(session, branch, kind=MemberKind.PROBATIONARY)

        assert take(session) == 1

        assert listed(session, meeting) == {stays.id: Standing.VOTING, joins.id: Standing.NON_VOTING}
        assert meeting.roster_at == OPENS


def test_transferred_on_the_day_is_expected_in_the_new_branch_alone(session: Session) -> None:
    branch, (person, _) = branch_of(session, 2)
    other, _ = branch_of(session, 1, "第二党支部")
    old, new = announce(session, branch), announce(session, other)
    person.organization_id = other.id
    session.flush()

    assert take(session) == 2

    assert person.id not in listed(session, old)
    assert counted_in(session, new)[person.id] == other.id


@pytest.mark.parametrize(
    ("now", "taken"),
    [
        (OPENS - INSTANT, 0),
        (OPENS, 1),
        (TOMORROW + timedelta(hours=2), 1),
        (TOMORROW + timedelta(hours=2) + INSTANT, 0),
    ],
    ids=["not-open", "opens", "ends", "over"],
)
def test_roster_is_read_while_the_meeting_is_on(now: datetime, taken: int, session: Session) -> None:
    branch, _ = branch_of(session, 1)
    announce(session, branch)

    assert take(session, now) == taken


def test_roster_is_read_once(session: Session) -> None:
    branch, _ = branch_of(session, 1)
    meeting = announce(session, branch)

    assert [take(session), take(session, TOMORROW)] == [1, 0]
    factories.member(session, branch, name="又来一人")
    assert (take(session, TOMORROW), len(listed(session, meeting))) == (0, 1)


def test_moved_meeting_reads_it_again(session: Session) -> None:
    branch, _ = branch_of(session, 1)
    meeting = announce(session, branch)
    take(session)
    later = TOMORROW + timedelta(days=1)
    changes.move(
        session, meeting=meeting, starts_at=later, ends_at=later + timedelta(hours=1), place="", now=TOMORROW
    )
    joins = factories.member(session, branch, name="新来")

    assert [take(session, TOMORROW), take(session, later)] == [0, 1]
    assert joins.id in listed(session, meeting)


def test_announced_while_sign_in_is_open_needs_no_second_reading(session: Session) -> None:
    branch, _ = branch_of(session, 1)
    announce(session, branch, starts_at=NOW)

    assert take(session, NOW) == 0


def test_who_signed_in_or_asked_for_leave_stays(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        branch, (came, asked, withdrew, _) = branch_of(session, 4)
        meeting = announce(session, branch)
        for one in (asked, withdrew):
            leave.ask(
                session, meeting_id=meeting.id, member_id=one.id, kind=LeaveKind.DUTY, reason="", now=NOW
            )
        leave.withdraw(session, meeting_id=meeting.id, member_id=withdrew.id, now=NOW)
        sign(session, meeting, came, OPENS)
        for one in (came, asked, withdrew):
            move_away(session, one)

        take(session)

        assert {came.id, asked.id} <= set(listed(session, meeting))
        assert withdrew.id not in listed(session, meeting)


def test_guests_stay_and_a_guest_who_joined_is_counted(session: Session) -> None:
    branch, _ = branch_of(session, 1)
    meeting = announce(session, branch)
    _, (guest, joins) = branch_of(session, 2, "第二党支部")
    for one in (guest, joins):
        expecting.invite(session, meeting=meeting, member_id=one.id)
    joins.organization_id = branch.id
    session.flush()

    take(session)

    assert listed(session, meeting)[guest.id] is Standing.INVITED
    assert (listed(session, meeting)[joins.id], counted_in(session, meeting)[joins.id]) == (
        Standing.VOTING,
        branch.id,
    )


def test_who_is_not_counted_stays_so_while_they_belong(session: Session) -> None:
    branch, (abroad, moved, _) = branch_of(session, 3)
    meeting = announce(session, branch)
    for one in (abroad, moved):
        expecting.exclude(
            session, meeting=meeting, member_id=one.id, ground=Ground.ABROAD, approval_no="〔2026〕3号"
        )
    move_away(session, moved)

    take(session)

    assert listed(session, meeting)[abroad.id] is Standing.NOT_COUNTED
    assert moved.id not in listed(session, meeting)


def test_vote_and_group_are_those_of_the_day(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        branch, (observed, grouped) = branch_of(session, 2)
        converted = factories.member(session, branch, kind=MemberKind.PROBATIONARY)
        meeting = announce(session, branch)
        group = factories.organization(session, name="一组", parent=branch, kind=OrganizationKind.GROUP)
        observed.status = PartyStatus.UNDER_OBSERVATION
        converted.kind, grouped.organization_id = MemberKind.FULL, group.id
        session.flush()

        take(session)

        assert listed(session, meeting) == {
            observed.id: Standing.NON_VOTING,
            grouped.id: Standing.VOTING,
            converted.id: Standing.VOTING,
        }
        assert counted_in(session, meeting)[grouped.id] == group.id


def test_partners_of_a_joint_meeting_are_read_too(session: Session) -> None:
    host, _ = branch_of(session, 1)
    partner, _ = branch_of(session, 1, "第二党支部")
    meeting = announce(session, host, partners=[partner])
    joins = factories.member(session, partner, name="新来")

    take(session)

    assert counted_in(session, meeting)[joins.id] == partner.id


def test_roster_adds_nobody_to_chosen_people(session: Session) -> None:
    branch, people = branch_of(session, 3)
    meeting = announce(session, branch, kind=MeetingKind.BRANCH_COMMITTEE, only=[people[0].id])

    assert (take(session), list(listed(session, meeting))) == (0, [people[0].id])


def test_cancelled_and_merged_meetings_are_left_alone(session: Session) -> None:
    branch, _ = branch_of(session, 1)
    cancelled, merged, target = (announce(session, branch) for _ in range(3))
    changes.cancel(session, meeting=cancelled, reason="停电", now=NOW)
    changes.merge(session, meeting=merged, into=target, now=NOW)

    assert take(session) == 1


def test_no_more_are_read_at_once_than_asked(session: Session) -> None:
    branch, _ = branch_of(session, 1)
    meetings: list[Meeting] = [announce(session, branch) for _ in range(3)]

    taken = [rosters.take_due(session, now=OPENS, limit=2) for _ in range(3)]

    assert (taken, {one.roster_at for one in meetings}) == ([2, 1, 0], {OPENS})

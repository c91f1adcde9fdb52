"""Two meetings held as one: people, sign-ins, leave and attempts follow, each person once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from sqlalchemy import func, select

from app.core.db import Session, Sessions, in_turn
from app.meetings import changes, check_in, door, leave, queries
from app.meetings.changes import (
    MeetingCancelled,
    MeetingMerged,
    MeetingOver,
    MergeHasVotes,
    MergeWithItself,
)
from app.meetings.check_in import CheckInResult
from app.meetings.closing import RecordClosed
from app.meetings.models import (
    CheckIn,
    Expected,
    KeptScan,
    LeaveKind,
    Meeting,
    MeetingKind,
    RefusedCheckIn,
    Standing,
    Way,
)
from app.meetings.records.states import RecordState
from app.meetings.rules import CheckInOutcome as Out
from app.meetings.states import LeaveState
from app.meetings.votes.models import Matter, Method, Vote
from app.meetings.votes.states import VoteState
from tests import factories
from tests.factories import NOW
from tests.unit.meetings.gatherings import (
    HOUR,
    announce,
    branch_of,
    counted_in,
    listed,
    record,
    refuse,
    sign,
    signed,
)

INSTANT = timedelta(microseconds=1)


def pair(session: Session, people: int = 2) -> tuple[Meeting, Meeting]:
    """A meeting to be merged into another one of another branch; both are on now."""
    first, _ = branch_of(session, people)
    second, _ = branch_of(session, people, "第二党支部")
    return announce(session, first, starts_at=NOW), announce(session, second, starts_at=NOW)


def merge(session: Session, meeting: Meeting, into: Meeting) -> None:
    changes.merge(session, meeting=meeting, into=into, now=NOW)


def test_people_follow_in_their_own_organisation(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        meeting, target = pair(session)
        both = counted_in(session, meeting) | counted_in(session, target)

        merge(session, meeting, target)

        assert counted_in(session, target) == both
        assert listed(session, meeting) == {}
        assert [one.id for one in queries.partners(session, target.id)] == [meeting.organization_id]
        assert (meeting.merged_into_id, meeting.revision, target.revision) == (target.id, 1, 0)


def test_everything_follows_and_counts_once(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        host, (one, two) = branch_of(session, 2)
        meeting, target = (announce(session, host, starts_at=NOW) for _ in range(2))
        stranger = factories.identity(session)
        guest = factories.member(session, factories.organization(session), name="外来")
        for at in (meeting, target):
            sign(session, at, one, NOW if at is target else NOW - INSTANT)
            refuse(session, at, guest, "not_expected", NOW)
            session.add(KeptScan(meeting_id=at.id, identity_id=stranger.id, scanned_at=NOW))
        sign(session, meeting, two)
        refuse(session, meeting, guest, "closed", NOW)

        merge(session, meeting, target)

        assert signed(session, target) == {one.id: ("scan", NOW), two.id: ("scan", NOW)}
        assert session.scalars(select(CheckIn.meeting_id)).all() == [target.id] * 2
        assert session.scalars(select(KeptScan.meeting_id)).all() == [target.id]
        attempts = session.scalars(select(RefusedCheckIn.reason).order_by(RefusedCheckIn.reason)).all()
        assert attempts == ["closed", "not_expected"]
        assert queries.tally(session, target.id) == queries.Tally(2, 2, 2, 2)


def test_leave_follows_where_the_target_has_none(session: Session) -> None:
    host, (one, two) = branch_of(session, 2)
    meeting, target = (announce(session, host) for _ in range(2))
    for at, member, kind in (
        (meeting, one, LeaveKind.SICK),
        (meeting, two, LeaveKind.SICK),
        (target, two, LeaveKind.DUTY),
    ):
        leave.ask(session, meeting_id=at.id, member_id=member.id, kind=kind, reason="", now=NOW)

    merge(session, meeting, target)

    rows = queries.attendance(session, target).rows
    assert {row.member_id: row.leave_kind for row in rows} == {one.id: LeaveKind.SICK, two.id: LeaveKind.DUTY}


def test_who_came_to_either_is_on_leave_from_neither(session: Session) -> None:
    host, (person,) = branch_of(session, 1)
    meeting, target = (announce(session, host, starts_at=NOW + HOUR) for _ in range(2))
    leave.ask(
        session, meeting_id=meeting.id, member_id=person.id, kind=LeaveKind.SHIFT, reason="夜班", now=NOW
    )
    sign(session, target, person)

    merge(session, meeting, target)

    (row,) = queries.attendance(session, target).rows
    assert (row.checked_in_at, row.leave_state) == (NOW, LeaveState.WITHDRAWN)


@pytest.mark.parametrize(
    ("here", "there", "then"),
    [
        (Standing.VOTING, Standing.INVITED, Standing.VOTING),
        (Standing.NON_VOTING, Standing.INVITED, Standing.NON_VOTING),
        (Standing.INVITED, Standing.VOTING, Standing.VOTING),
        (Standing.INVITED, Standing.INVITED, Standing.INVITED),
        (Standing.NON_VOTING, Standing.VOTING, Standing.VOTING),
    ],
)
def test_who_is_expected_at_either_is_expected(
    here: Standing, there: Standing, then: Standing, session: Session
) -> None:
    meeting, target = pair(session, people=1)
    person = factories.member(session, factories.organization(session), name="列席")
    for at, standing in ((meeting, here), (target, there)):
        session.add(
            Expected(
                meeting_id=at.id,
                member_id=person.id,
                organization_id=person.organization_id,
                standing=standing,
            )
        )
    session.flush()

    merge(session, meeting, target)

    assert listed(session, target)[person.id] is then


def test_partners_follow_and_the_host_is_no_partner_of_itself(session: Session) -> None:
    host, _ = branch_of(session, 1)
    second, _ = branch_of(session, 1, "第二党支部")
    third, _ = branch_of(session, 1, "第三党支部")
    meeting = announce(session, second, partners=[host, third])
    target = announce(session, host, partners=[third])

    merge(session, meeting, target)

    assert {one.id for one in queries.partners(session, target.id)} == {second.id, third.id}
    assert len(listed(session, target)) == 3


def test_chosen_people_do_not_bring_their_whole_branch(session: Session) -> None:
    first, people = branch_of(session, 3)
    second, _ = branch_of(session, 1, "第二党支部")
    chosen = announce(session, first, kind=MeetingKind.BRANCH_COMMITTEE, only=[people[0].id])
    target = announce(session, second)

    merge(session, chosen, target)

    assert (len(listed(session, target)), target.roster_at) == (2, None)


def test_codes_lead_on_however_often_meetings_were_merged(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        first, second = pair(session)
        third, _ = pair(session)
        person = next(iter(listed(session, first)))
        scene, hand_code = first.scene, first.hand_code

        merge(session, first, second)
        merge(session, second, third)

        assert (first.merged_into_id, second.merged_into_id) == (third.id, third.id)
    with any_sessions.write() as driver:
        scanned = check_in.by_scene(driver, scene=scene, member_id=person, now=NOW)
        said = check_in.by_hand_code(driver, hand_code=hand_code or "", member_id=person, now=NOW)

    assert (scanned.outcome, scanned.meeting_id) == (Out.CHECKED_IN, third.id)
    assert (said.outcome, said.meeting_id) == (Out.ALREADY, third.id)


def test_merging_again_changes_nothing(session: Session) -> None:
    meeting, target = pair(session)
    merge(session, meeting, target)
    before = listed(session, target)

    merge(session, meeting, target)

    assert (listed(session, target), meeting.revision) == (before, 1)


def test_meeting_is_not_merged_into_itself(session: Session) -> None:
    meeting, _ = pair(session)

    with pytest.raises(MergeWithItself):
        merge(session, meeting, meeting)


def test_meeting_merged_elsewhere_is_refused(session: Session) -> None:
    meeting, target = pair(session)
    third, _ = pair(session)
    merge(session, meeting, target)

    with pytest.raises(MeetingMerged):
        merge(session, meeting, third)
    with pytest.raises(MeetingMerged):
        merge(session, third, meeting)


def call_off(_session: Session, meeting: Meeting) -> None:
    meeting.cancelled_at = NOW


def end(_session: Session, meeting: Meeting) -> None:
    meeting.check_in_until = NOW - INSTANT


def close(session: Session, meeting: Meeting) -> None:
    record(session, meeting, RecordState.CLOSED)


@pytest.mark.parametrize("which", [0, 1], ids=["source", "target"])
@pytest.mark.parametrize(
    ("spoil", "refusal"), [(call_off, MeetingCancelled), (end, MeetingOver), (close, RecordClosed)]
)
def test_cancelled_over_or_recorded_meeting_is_not_merged(
    spoil: Callable[[Session, Meeting], None], refusal: type[Exception], which: int, session: Session
) -> None:
    meetings = pair(session)
    spoil(session, meetings[which])

    with pytest.raises(refusal):
        merge(session, *meetings)


@pytest.mark.parametrize("of", [0, 1], ids=["of the merged", "of the other"])
@pytest.mark.parametrize(
    ("state", "refused"), [(VoteState.OPEN, True), (VoteState.CONFIRMED, True), (VoteState.VOID, False)]
)
def test_vote_stays_with_those_who_cast_it(
    *, state: VoteState, refused: bool, of: int, session: Session
) -> None:
    meeting, target = pair(session)
    whose = (meeting, target)[of]
    vote = Vote(meeting_id=whose.id, number=1, matter=Matter.GENERAL, method=Method.HANDS, subject="计划")
    vote.state, vote.opened_by, vote.opened_at = state, "wang.li", NOW
    session.add(vote)
    session.flush()

    if refused:
        with pytest.raises(MergeHasVotes):
            merge(session, meeting, target)
    else:
        merge(session, meeting, target)


def at_once(*acts: Callable[[], object]) -> None:
    """Every act in a thread of its own, none before all are ready. Whoever gave way tries again."""
    ready = Barrier(len(acts))

    def run(act: Callable[[], object]) -> object:
        ready.wait()
        return in_turn(act)

    with ThreadPoolExecutor(len(acts)) as pool:
        for done in [pool.submit(run, act) for act in acts]:
            done.result()


def scanning(sessions: Sessions, scene: str, member_id: int) -> Callable[[], CheckInResult]:
    def scan() -> CheckInResult:
        with sessions.write() as driver:
            return check_in.by_scene(driver, scene=scene, member_id=member_id, now=NOW)

    return scan


def test_scans_at_the_instant_of_a_merge_are_neither_lost_nor_doubled(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        meeting, target = pair(session, people=6)
        people = [*listed(session, meeting)]
        both = sorted([*people, *listed(session, target)])

    def merging() -> None:
        with any_sessions.begin() as session:
            merge(session, session.get_one(Meeting, meeting.id), session.get_one(Meeting, target.id))

    scans = [scanning(any_sessions, meeting.scene, one) for one in people]
    at_once(*scans[:3], merging, *scans[3:], *scans[:2])

    with any_sessions.read() as session:
        assert sorted(signed(session, session.get_one(Meeting, target.id))) == sorted(people)
        assert sorted(listed(session, session.get_one(Meeting, target.id))) == both
        assert queries.tally(session, target.id).present == len(people)


@pytest.mark.parametrize(
    "any_database_url",
    [pytest.param(server, marks=pytest.mark.services) for server in ("postgresql", "mysql")],
    indirect=True,
)
def test_scan_that_read_before_the_merge_counts_after_it(any_sessions: Sessions) -> None:
    """On SQLite it cannot have: there, who writes reads after everybody else has written."""
    with any_sessions.begin() as session:
        meeting, target = pair(session)
        person = next(iter(listed(session, meeting)))

    with any_sessions.write() as driver:
        seen = door.by_scene(driver, scene=meeting.scene, member_id=person)
        with any_sessions.begin() as session:
            merge(session, session.get_one(Meeting, meeting.id), session.get_one(Meeting, target.id))
        told = check_in._sign_in(driver, seen, check_in._Try(person, NOW, Way.SCAN))

    assert (seen.id, told.meeting_id, told.outcome) == (meeting.id, target.id, Out.CHECKED_IN)
    with any_sessions.read() as session:
        assert list(signed(session, session.get_one(Meeting, target.id))) == [person]


def test_two_who_merge_crosswise_end_in_one_meeting(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        first, second = (one.id for one in pair(session))

    def merging(source: int, into: int) -> Callable[[], None]:
        def act() -> None:
            with any_sessions.begin() as session:
                try:
                    merge(session, session.get_one(Meeting, source), session.get_one(Meeting, into))
                except MeetingMerged:
                    return

        return act

    at_once(merging(first, second), merging(second, first))

    with any_sessions.read() as session:
        standing = session.scalars(select(Meeting).where(Meeting.merged_into_id.is_(None))).all()
        people = session.scalar(select(func.count()).select_from(Expected))
        assert (len(standing), people) == (1, 4)
        assert len(listed(session, standing[0])) == 4


def test_scans_at_the_instant_of_a_move_stand(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        meeting, _ = pair(session, people=4)
        people = sorted(listed(session, meeting))

    def moving() -> None:
        with any_sessions.begin() as session:
            one = session.get_one(Meeting, meeting.id)
            changes.move(
                session,
                meeting=one,
                starts_at=NOW + timedelta(minutes=10),
                ends_at=NOW + HOUR,
                place="",
                now=NOW,
            )

    at_once(moving, *(scanning(any_sessions, meeting.scene, one) for one in people))

    with any_sessions.read() as session:
        assert sorted(signed(session, session.get_one(Meeting, meeting.id))) == people

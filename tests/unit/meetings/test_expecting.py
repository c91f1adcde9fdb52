"""The list after it was taken: who sits in, who does not count, who belongs to it after all."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from app.core.db import Session, Sessions
from app.meetings import changes, expecting, queries
from app.meetings.closing import RecordClosed
from app.meetings.expecting import (
    AlreadyExpected,
    AlreadySignedIn,
    ApprovalMissing,
    NotAdmissible,
    NotExpected,
    NotOfBranch,
    NoVote,
    StillOfBranch,
)
from app.meetings.holding import MeetingCancelled, MeetingMerged
from app.meetings.models import Expected, Ground, Meeting, MeetingKind, Standing
from app.meetings.records.states import RecordState
from app.members.models import Member, MemberKind, PartyStatus
from tests import factories
from tests.factories import NOW
from tests.unit.meetings.gatherings import (
    TOMORROW,
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
APPROVAL = "京能组〔2026〕3号"


def admit(
    session: Session, meeting: Meeting, member: Member, standing: Standing, now: datetime = NOW
) -> bool:
    return expecting.admit(
        session, meeting=meeting, member_id=member.id, standing=standing, by="wang.li", now=now
    )


def leave_out(session: Session, meeting: Meeting, member: Member, number: str = APPROVAL) -> None:
    expecting.exclude(session, meeting=meeting, member_id=member.id, ground=Ground.ABROAD, approval_no=number)


def outsider(session: Session, **given: object) -> Member:
    elsewhere = factories.organization(session, name="第二党支部")
    made = factories.member(session, elsewhere, name="外来")
    for column, value in given.items():
        setattr(made, column, value)
    session.flush()
    return made


def test_guest_sits_in_outside_the_count(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        branch, _ = branch_of(session, 2)
        meeting, guest = announce(session, branch), outsider(session, kind=MemberKind.ACTIVIST)

        expecting.invite(session, meeting=meeting, member_id=guest.id)
        expecting.invite(session, meeting=meeting, member_id=guest.id)
        sign(session, meeting, guest)

        assert counted_in(session, meeting)[guest.id] == guest.organization_id
        assert queries.tally(session, meeting.id) == queries.Tally(
            2, 0, 2, 0, absent=2, invited=1, invited_present=1
        )


def test_who_is_expected_is_not_invited_too(session: Session) -> None:
    branch, people = branch_of(session, 1)
    meeting = announce(session, branch)

    with pytest.raises(AlreadyExpected):
        expecting.invite(session, meeting=meeting, member_id=people[0].id)
    with pytest.raises(AlreadyExpected):
        admit(session, meeting, people[0], Standing.NON_VOTING)


def test_nobody_unknown_or_gone_comes_onto_the_list(session: Session) -> None:
    branch, _ = branch_of(session, 1)
    meeting, gone = announce(session, branch), outsider(session, status=PartyStatus.DECEASED)

    for member_id in (gone.id, 999_999):
        with pytest.raises(NotAdmissible):
            expecting.invite(session, meeting=meeting, member_id=member_id)


def test_who_joined_since_the_announcement_is_counted(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        branch, _ = branch_of(session, 1)
        meeting = announce(session, branch)
        newcomer = factories.member(session, branch, name="新来")

        assert admit(session, meeting, newcomer, Standing.VOTING) is False

        assert listed(session, meeting)[newcomer.id] is Standing.VOTING
        assert counted_in(session, meeting)[newcomer.id] == branch.id


def test_guest_who_turns_out_to_belong_is_counted(session: Session) -> None:
    branch, _ = branch_of(session, 1)
    meeting, guest = announce(session, branch), outsider(session)
    expecting.invite(session, meeting=meeting, member_id=guest.id)
    guest.organization_id = branch.id
    session.flush()

    admit(session, meeting, guest, Standing.VOTING)

    assert (listed(session, meeting)[guest.id], counted_in(session, meeting)[guest.id]) == (
        Standing.VOTING,
        branch.id,
    )


@pytest.mark.parametrize(
    ("now", "refused"), [(TOMORROW - INSTANT, True), (TOMORROW, False)], ids=["before", "begun"]
)
def test_recorder_counts_who_has_moved_away_since_but_only_once_it_has_begun(
    *, now: datetime, refused: bool, session: Session
) -> None:
    branch, _ = branch_of(session, 1)
    meeting, moved = announce(session, branch), outsider(session)

    if refused:
        with pytest.raises(NotOfBranch):
            admit(session, meeting, moved, Standing.VOTING, now)
    else:
        admit(session, meeting, moved, Standing.VOTING, now)
        assert counted_in(session, meeting)[moved.id] == branch.id


@pytest.mark.parametrize("kind", [MemberKind.TARGET, MemberKind.ACTIVIST, MemberKind.MASSES])
def test_who_is_no_party_member_only_sits_in(kind: MemberKind, session: Session) -> None:
    branch, _ = branch_of(session, 1)
    meeting = announce(session, branch)
    colleague = factories.member(session, branch, kind=kind)

    with pytest.raises(NotOfBranch):
        admit(session, meeting, colleague, Standing.NON_VOTING, TOMORROW)
    admit(session, meeting, colleague, Standing.INVITED)

    assert listed(session, meeting)[colleague.id] is Standing.INVITED


@pytest.mark.parametrize(
    "given",
    [
        {"kind": MemberKind.PROBATIONARY},
        {"status": PartyStatus.UNDER_OBSERVATION},
        {"converted_on": date(2026, 3, 4)},
    ],
)
def test_who_has_no_vote_is_not_admitted_with_one(given: dict[str, object], session: Session) -> None:
    branch, _ = branch_of(session, 1)
    meeting, person = announce(session, branch), outsider(session, **given)
    person.organization_id = branch.id
    session.flush()

    with pytest.raises(NoVote):
        admit(session, meeting, person, Standing.VOTING)
    admit(session, meeting, person, Standing.NON_VOTING)

    assert listed(session, meeting)[person.id] is Standing.NON_VOTING


@pytest.mark.parametrize(
    ("reason", "minutes", "counts"),
    [
        ("not_expected", 0, True),
        ("sit_in", 0, True),
        ("not_expected", -30, True),
        ("not_expected", -31, False),
        ("not_expected", 151, False),
        ("closed", 0, False),
    ],
)
def test_attempt_at_the_door_counts_from_its_own_time(
    *, reason: str, minutes: int, counts: bool, any_sessions: Sessions
) -> None:
    """Sign-in is open from 30 minutes before the start to 150 after it."""
    at = TOMORROW + timedelta(minutes=minutes)
    with any_sessions.begin() as session:
        branch, _ = branch_of(session, 1)
        meeting, guest = announce(session, branch), outsider(session)
        refuse(session, meeting, guest, reason, at)

        counted = admit(session, meeting, guest, Standing.INVITED, TOMORROW)

        assert counted is counts
        assert signed(session, meeting) == ({guest.id: ("recorder", at)} if counts else {})
        assert list(queries.attendance(session, meeting).refused) == []


def test_earliest_attempt_counts_and_only_once(session: Session) -> None:
    branch, _ = branch_of(session, 1)
    meeting, guest = announce(session, branch), outsider(session)
    refuse(session, meeting, guest, "sit_in", TOMORROW + timedelta(minutes=1))
    refuse(session, meeting, guest, "not_expected", TOMORROW)

    told = [admit(session, meeting, guest, Standing.INVITED, TOMORROW) for _ in range(2)]

    assert told == [True, False]
    assert signed(session, meeting) == {guest.id: ("recorder", TOMORROW)}


def test_who_is_not_counted_leaves_the_count_with_a_number(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        branch, people = branch_of(session, 3)
        meeting = announce(session, branch)

        leave_out(session, meeting, people[0], f" {APPROVAL} ")

        assert queries.tally(session, meeting.id) == queries.Tally(2, 0, 2, 0, absent=2, not_counted=1)
        rows = {row.member_id: (row.ground, row.approval_no) for row in _rows(session, meeting)}
        assert rows == {
            people[0].id: (Ground.ABROAD, APPROVAL),
            people[1].id: (None, None),
            people[2].id: (None, None),
        }


def _rows(session: Session, meeting: Meeting) -> list[Expected]:
    return list(session.scalars(select(Expected).where(Expected.meeting_id == meeting.id)))


@pytest.mark.parametrize("number", ["", "  "])
def test_nobody_is_left_out_without_a_number(number: str, session: Session) -> None:
    branch, people = branch_of(session, 1)
    meeting = announce(session, branch)

    with pytest.raises(ApprovalMissing):
        leave_out(session, meeting, people[0], number)


def test_only_who_counts_and_is_away_is_left_out(session: Session) -> None:
    branch, people = branch_of(session, 1)
    meeting, guest = announce(session, branch), outsider(session)
    expecting.invite(session, meeting=meeting, member_id=guest.id)
    sign(session, meeting, people[0])

    with pytest.raises(AlreadySignedIn):
        leave_out(session, meeting, people[0])
    for nobody in (guest, outsider(session)):
        with pytest.raises(NotExpected):
            leave_out(session, meeting, nobody)
        with pytest.raises(NotExpected):
            expecting.include(session, meeting=meeting, member_id=nobody.id)


@pytest.mark.parametrize(
    ("kind", "standing"),
    [(MemberKind.FULL, Standing.VOTING), (MemberKind.PROBATIONARY, Standing.NON_VOTING)],
)
def test_who_is_counted_again_stands_as_the_roster_says(
    kind: MemberKind, standing: Standing, session: Session
) -> None:
    branch, _ = branch_of(session, 1)
    person = factories.member(session, branch, kind=kind)
    meeting = announce(session, branch)
    leave_out(session, meeting, person)

    for _ in range(2):
        expecting.include(session, meeting=meeting, member_id=person.id)

    (row,) = [one for one in _rows(session, meeting) if one.member_id == person.id]
    assert (row.standing, row.ground, row.approval_no) == (standing, None, None)


def test_who_sits_in_or_has_left_is_taken_off(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        branch, (stays, leaves) = branch_of(session, 2)
        meeting, guest = announce(session, branch), outsider(session)
        expecting.invite(session, meeting=meeting, member_id=guest.id)
        leaves.organization_id = guest.organization_id
        session.flush()

        for one in (guest, leaves, leaves):
            expecting.remove(session, meeting=meeting, member_id=one.id)
        with pytest.raises(StillOfBranch):
            expecting.remove(session, meeting=meeting, member_id=stays.id)

        assert list(listed(session, meeting)) == [stays.id]


def test_nobody_who_signed_in_is_taken_off(session: Session) -> None:
    branch, _ = branch_of(session, 1)
    meeting, guest = announce(session, branch), outsider(session)
    expecting.invite(session, meeting=meeting, member_id=guest.id)
    sign(session, meeting, guest)

    with pytest.raises(AlreadySignedIn):
        expecting.remove(session, meeting=meeting, member_id=guest.id)


def test_chosen_person_is_taken_off_until_the_first_signs_in(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        branch, (one, two, three) = branch_of(session, 3)
        meeting = announce(session, branch, kind=MeetingKind.BRANCH_COMMITTEE, only=[one.id, two.id])

        admit(session, meeting, three, Standing.VOTING)
        expecting.remove(session, meeting=meeting, member_id=one.id)
        sign(session, meeting, two)
        with pytest.raises(StillOfBranch):
            expecting.remove(session, meeting=meeting, member_id=three.id)

        assert listed(session, meeting) == {two.id: Standing.VOTING, three.id: Standing.VOTING}


VERBS: dict[str, Callable[[Session, Meeting, Member], object]] = {
    "admit": lambda session, at, one: admit(session, at, one, Standing.INVITED),
    "invite": lambda session, at, one: expecting.invite(session, meeting=at, member_id=one.id),
    "exclude": leave_out,
    "include": lambda session, at, one: expecting.include(session, meeting=at, member_id=one.id),
    "remove": lambda session, at, one: expecting.remove(session, meeting=at, member_id=one.id),
}


@pytest.mark.parametrize("verb", VERBS)
def test_closed_record_closes_the_list_until_it_is_amended(verb: str, session: Session) -> None:
    branch, people = branch_of(session, 1)
    meeting = announce(session, branch)
    act = VERBS[verb]
    person = outsider(session) if verb in ("admit", "invite", "remove") else people[0]

    record(session, meeting, RecordState.CLOSED)
    with pytest.raises(RecordClosed):
        act(session, meeting, person)

    record(session, meeting, RecordState.DRAFT, version=2)
    act(session, meeting, person)


@pytest.mark.parametrize("verb", VERBS)
def test_list_of_a_cancelled_or_merged_meeting_stands(verb: str, session: Session) -> None:
    branch, people = branch_of(session, 1)
    cancelled, merged, target = (announce(session, branch) for _ in range(3))
    changes.cancel(session, meeting=cancelled, reason="停电", now=NOW)
    changes.merge(session, meeting=merged, into=target, now=NOW)

    for meeting, refusal in ((cancelled, MeetingCancelled), (merged, MeetingMerged)):
        with pytest.raises(refusal):
            VERBS[verb](session, meeting, people[0])

"""A list is confirmed when it can no longer change, by what was read, and taken back for a reason."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.core.db import Session, Sessions, in_turn
from app.meetings.holding import MeetingMerged
from app.meetings.models import Meeting, MeetingKind
from app.meetings.records.models import Record
from app.meetings.records.states import RecordState
from app.members.models import Member
from app.organizations.models import Organization
from app.study.hours import rules, service
from app.study.hours.lines import LineWrong
from app.study.hours.models import HoursUnit, StudySession
from tests import factories
from tests.factories import NOW
from tests.unit.study.hours.hall import HOUR, MORNING, change, confirm, confirmed, held, made, sign

U = HoursUnit


@pytest.fixture
def branch(session: Session) -> Organization:
    return factories.organization(session)


@pytest.fixture
def member(session: Session, branch: Organization) -> Member:
    return factories.member(session, branch)


@pytest.fixture
def meeting(session: Session, branch: Organization, member: Member) -> Meeting:
    return held(session, branch, member)


def record(session: Session, meeting: Meeting, state: RecordState, version: int = 1) -> None:
    session.add(
        Record(
            meeting_id=meeting.id,
            version=version,
            state=state,
            content="{}",
            reason="漏记一人" if version > 1 else "",
            edited_by="wang.li",
            edited_at=NOW,
        )
    )
    session.flush()


def test_session_is_made_before_the_meeting_and_confirmed_after_sign_in(
    session: Session, branch: Organization, member: Member
) -> None:
    row = made(session, held(session, branch, member, starts_at=NOW + HOUR))
    over = NOW + 3 * HOUR + timedelta(minutes=30)

    with pytest.raises(service.SessionTooEarly):
        confirm(session, row, now=over)
    confirm(session, row, now=over + timedelta(seconds=1))

    assert row.confirmed_by == "wang.li"


def test_empty_list_is_not_confirmed(session: Session, branch: Organization, member: Member) -> None:
    meeting = held(session, branch)
    row = made(session, meeting)

    with pytest.raises(service.NobodyCame):
        confirm(session, row)
    sign(session, meeting, member)
    confirm(session, row)


def test_list_whose_record_is_being_written_is_not_confirmed(session: Session, meeting: Meeting) -> None:
    row = made(session, meeting)
    record(session, meeting, RecordState.CLOSED)
    record(session, meeting, RecordState.DRAFT, version=2)

    with pytest.raises(service.ListOpen):
        confirm(session, row)
    record(session, meeting, RecordState.CLOSED, version=3)
    confirm(session, row)


def test_confirmed_session_stays_until_that_is_taken_back(session: Session, meeting: Meeting) -> None:
    row = confirmed(session, meeting)

    with pytest.raises(service.SessionConfirmed):
        confirm(session, row)
    with pytest.raises(service.SessionConfirmed):
        change(session, row)
    with pytest.raises(service.SessionConfirmed):
        service.remove_session(session, study_session=row, revision=row.revision)
    service.take_back_confirmation(
        session, study_session=row, revision=row.revision, reason=" 名单漏了\0一人 "
    )
    change(session, row, minutes=60)

    assert (row.confirmed_at, row.confirmed_by, row.note, row.minutes) == (None, None, "名单漏了一人", 60)


def test_confirmed_again_it_has_no_note(session: Session, meeting: Meeting) -> None:
    row = confirmed(session, meeting)
    service.take_back_confirmation(session, study_session=row, revision=row.revision, reason="名单有误")
    confirm(session, row)

    assert (row.confirmed_at, row.note) == (NOW, "")


@pytest.mark.parametrize("reason", ["", " \0", "因" * 201])
def test_confirmation_is_taken_back_for_a_reason(session: Session, meeting: Meeting, reason: str) -> None:
    row = confirmed(session, meeting)

    with pytest.raises(LineWrong):
        service.take_back_confirmation(session, study_session=row, revision=row.revision, reason=reason)


def test_what_is_not_confirmed_is_not_taken_back(session: Session, meeting: Meeting) -> None:
    row = made(session, meeting)

    with pytest.raises(service.SessionNotConfirmed):
        service.take_back_confirmation(session, study_session=row, revision=1, reason="名单有误")
    confirm(session, row)
    with pytest.raises(service.SessionOvertaken):
        service.take_back_confirmation(session, study_session=row, revision=1, reason="名单有误")


def test_second_of_two_who_opened_the_same_form_learns_of_the_first(
    session: Session, meeting: Meeting
) -> None:
    row = made(session, meeting)
    change(session, row, revision=1, minutes=60)

    for act in (change, confirm):
        with pytest.raises(service.SessionOvertaken):
            act(session, row, revision=1)
    with pytest.raises(service.SessionOvertaken):
        service.remove_session(session, study_session=row, revision=1)

    assert (row.topic, row.minutes, row.made_by, row.revision) == ("学习条例", 60, "li.si", 2)


def test_meeting_that_became_shorter_is_looked_at_again_before_it_is_confirmed(
    session: Session, meeting: Meeting
) -> None:
    row = made(session, meeting)
    meeting.ends_at = MORNING + HOUR

    with pytest.raises(rules.MinutesWrong):
        confirm(session, row)
    change(session, row)
    confirm(session, row)

    assert row.minutes == 60


def test_meeting_that_became_one_of_another_kind_gives_nothing(session: Session, meeting: Meeting) -> None:
    row = made(session, meeting)
    meeting.kind = MeetingKind.ELECTION

    with pytest.raises(rules.NoHoursKind):
        confirm(session, row)


def test_session_of_a_meeting_that_was_merged_is_not_confirmed(
    session: Session, branch: Organization, meeting: Meeting
) -> None:
    row = made(session, meeting)
    meeting.merged_into_id = held(session, branch).id

    with pytest.raises(MeetingMerged):
        confirm(session, row)


def test_two_who_make_or_confirm_at_once_do_it_once(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        branch = factories.organization(session)
        meeting_id = held(session, branch, factories.member(session, branch)).id

    def one_makes(_: int) -> str:
        with any_sessions.begin() as session:
            try:
                made(session, session.get_one(Meeting, meeting_id))
            except service.SessionExists:
                return "exists"
        return "made"

    def one_confirms(_: int) -> str:
        with any_sessions.begin() as session:
            try:
                confirm(session, session.scalars(select(StudySession)).one(), revision=1)
            except service.SessionConfirmed:
                return "confirmed before"
        return "confirmed"

    with ThreadPoolExecutor(4) as pool:
        makes = sorted(pool.map(lambda turn: in_turn(lambda: one_makes(turn)), range(4)))
        confirms = sorted(pool.map(lambda turn: in_turn(lambda: one_confirms(turn)), range(4)))

    assert makes == ["exists"] * 3 + ["made"]
    assert confirms == ["confirmed"] + ["confirmed before"] * 3

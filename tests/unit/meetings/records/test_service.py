"""Writing a record, closing it with a number, amending it: nothing is lost, nothing is numbered twice."""

from dataclasses import replace
from datetime import timedelta
from threading import Barrier, Thread

import pytest
from sqlalchemy import select

from app.core.clock import from_local
from app.core.db import Session, Sessions, in_turn
from app.core.errors import DomainError
from app.meetings.models import CheckIn, Expected, Leave, LeaveKind, Meeting, MeetingKind, Way
from app.meetings.records import queries, service
from app.meetings.records.content import Action, Content, Item, Named, RecordMarked, RecordSpeeches, from_json
from app.meetings.records.models import Record
from app.meetings.records.queries import fingerprint
from app.meetings.records.states import RecordState
from app.meetings.states import LeaveState
from app.meetings.votes.models import Matter, Method, Vote
from app.meetings.votes.states import VoteState
from tests import factories
from tests.factories import NOW
from tests.unit.meetings.records.minutes import AFTER, MINUTES, closed, held

OTHER = Content((Item("别的议题"),))


def save(session: Session, meeting: Meeting, content: Content = MINUTES, seen: str | None = None) -> Record:
    return service.save_draft(session, meeting=meeting, content=content, by="王丽", now=NOW, seen=seen)


def close(session: Session, meeting: Meeting, seen: str | None = None) -> Record:
    return service.close(session, meeting=meeting, by="王丽", now=AFTER, seen=seen)


def amend(session: Session, meeting: Meeting, reason: str = "决定写漏了") -> Record:
    return service.amend(session, meeting=meeting, reason=reason, by="李红", now=AFTER)


def test_draft_is_kept_and_written_over(session: Session) -> None:
    meeting = held(session)

    save(session, meeting)
    again = save(session, meeting, OTHER)

    assert [(one.version, one.state) for one in queries.versions(session, meeting.id)] == [
        (1, RecordState.DRAFT)
    ]
    assert from_json(again.content) == OTHER
    assert queries.standing(session, meeting.id) is None


def test_draft_may_be_begun_before_the_meeting(session: Session) -> None:
    meeting = held(session)

    drafted = service.save_draft(
        session, meeting=meeting, content=MINUTES, by="王丽", now=NOW - timedelta(days=2)
    )

    assert (drafted.edited_by, drafted.state) == ("王丽", RecordState.DRAFT)


def test_second_of_two_writers_is_told_and_the_first_one_s_text_stays(session: Session) -> None:
    meeting = held(session)
    seen = fingerprint(save(session, meeting))
    save(session, meeting, OTHER, seen=seen)

    with pytest.raises(service.RecordOvertaken):
        save(session, meeting, MINUTES, seen=seen)

    kept = queries.current(session, meeting.id)
    assert kept is not None
    assert from_json(kept.content) == OTHER


def test_two_who_begin_at_once_make_one_draft(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        meeting_id = held(session).id
    texts = [Content((Item(f"议题{number}"),)) for number in range(2)]
    outcomes: list[str] = []
    start = Barrier(2)

    def write(content: Content) -> None:
        start.wait()

        def transact() -> None:
            with any_sessions.begin() as session:
                save(session, session.get_one(Meeting, meeting_id), content, seen="")

        try:
            in_turn(transact)
            outcomes.append("kept")
        except service.RecordOvertaken:
            outcomes.append("told")

    writers = [Thread(target=write, args=(content,)) for content in texts]
    for one in writers:
        one.start()
    for one in writers:
        one.join()

    assert sorted(outcomes) == ["kept", "told"]
    with any_sessions.read() as session:
        assert len(queries.versions(session, meeting_id)) == 1


def test_two_who_save_the_same_draft_at_once_do_not_write_over_each_other(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        meeting = held(session)
        seen, meeting_id = fingerprint(save(session, meeting)), meeting.id
    read, outcomes = Barrier(2), list[str]()

    def write(number: int) -> None:
        def transact() -> None:
            with any_sessions.begin() as session:
                found = session.get_one(Meeting, meeting_id)
                if session.get_bind().dialect.name != "sqlite":  # it has one writer at a time anyway
                    queries.current(session, meeting_id)
                    read.wait()
                save(session, found, Content((Item(f"议题{number}"),)), seen=seen)

        try:
            transact()
            outcomes.append("kept")
        except service.RecordOvertaken:
            outcomes.append("told")

    writers = [Thread(target=write, args=(number,)) for number in range(2)]
    for one in writers:
        one.start()
    for one in writers:
        one.join()

    assert sorted(outcomes) == ["kept", "told"]


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"cancelled_at": NOW}, service.RecordNotHeld),
        ({"merged_into_id": 1}, service.RecordNotHeld),
    ],
)
def test_what_was_not_held_has_no_record(
    session: Session, change: dict[str, object], refusal: type[DomainError]
) -> None:
    into = held(session)
    meeting = held(session)
    for name, value in change.items():
        setattr(meeting, name, into.id if name == "merged_into_id" else value)

    for verb in (save, close):
        with pytest.raises(refusal):
            verb(session, meeting)


def test_draft_that_may_not_be_kept_is_refused(session: Session) -> None:
    meeting = held(session, kind=MeetingKind.ORGANIZATIONAL_LIFE)

    with pytest.raises(RecordSpeeches):
        save(session, meeting)
    with pytest.raises(RecordMarked):
        save(session, meeting, Content(actions=(Action("绝密"),)))


def test_close_numbers_it_and_takes_down_who_was_there(session: Session) -> None:
    meeting = held(session)
    meeting.chair, meeting.recorder, meeting.place = "赵书", "钱记", "三楼"
    came, away = session.scalars(select(Expected.member_id).where(Expected.meeting_id == meeting.id))
    session.add(CheckIn(meeting_id=meeting.id, member_id=came, checked_in_at=NOW, way=Way.SCAN))
    leave = Leave(meeting_id=meeting.id, member_id=away, kind=LeaveKind.SICK, asked_at=NOW)
    leave.state = LeaveState.GRANTED
    session.add(leave)
    session.flush()

    record = closed(session, meeting)

    facts = from_json(record.content).facts
    assert facts is not None
    assert (meeting.record_year, meeting.record_number) == (2026, 1)
    assert (record.state, record.closed_by, record.closed_at) == (RecordState.CLOSED, "王丽", AFTER)
    assert (facts.counts.expected, facts.counts.present, facts.counts.on_leave) == (2, 1, 1)
    assert (facts.chair, facts.recorder, facts.place) == ("赵书", "钱记", "三楼")
    assert facts.on_leave == (Named("乙二", "病假"),)
    assert facts.absent == ()


def test_closed_record_stands_whatever_happens_to_the_meeting_afterwards(session: Session) -> None:
    meeting = held(session)
    before = closed(session, meeting).content

    meeting.title, meeting.chair = "改了名称", "换了主持"
    session.flush()

    stands = queries.standing(session, meeting.id)
    assert stands is not None
    assert stands.content == before
    assert "改了名称" not in before


def test_closed_record_is_written_over_by_nobody(session: Session) -> None:
    meeting = held(session)
    record = closed(session, meeting)

    with pytest.raises(service.RecordNotDraft):
        save(session, meeting, OTHER)
    with pytest.raises(service.RecordOvertaken):
        save(session, meeting, OTHER, seen="of the draft that was open")

    assert from_json(record.content).items == MINUTES.items


def test_close_twice_is_one_number(session: Session) -> None:
    meeting = held(session)
    closed(session, meeting)

    close(session, meeting)

    assert (meeting.record_number, len(queries.versions(session, meeting.id))) == (1, 1)


def test_close_what_another_has_changed_since_is_refused(session: Session) -> None:
    meeting = held(session)
    seen = fingerprint(save(session, meeting))
    save(session, meeting, OTHER)

    with pytest.raises(service.RecordOvertaken):
        close(session, meeting, seen=seen)

    assert meeting.record_number is None


@pytest.mark.parametrize("content", [None, Content(), Content(actions=(Action("x"),))])
def test_close_nothing_is_refused(session: Session, content: Content | None) -> None:
    meeting = held(session)
    if content is not None:
        save(session, meeting, content)

    with pytest.raises(service.RecordEmpty):
        close(session, meeting)


def test_close_of_criticism_needs_no_text(session: Session) -> None:
    meeting = held(session, kind=MeetingKind.ORGANIZATIONAL_LIFE)
    save(session, meeting, Content())

    assert close(session, meeting).state is RecordState.CLOSED


def test_close_after_the_meeting_became_one_of_criticism_is_refused(session: Session) -> None:
    meeting = held(session)
    save(session, meeting)
    meeting.kind = MeetingKind.ORGANIZATIONAL_LIFE

    with pytest.raises(RecordSpeeches):
        close(session, meeting)


def test_close_before_it_begins_is_refused(session: Session) -> None:
    meeting = held(session)
    save(session, meeting)

    with pytest.raises(service.RecordTooEarly):
        service.close(session, meeting=meeting, by="王丽", now=NOW - timedelta(seconds=1))


@pytest.mark.parametrize("state", VoteState)
def test_close_waits_until_every_vote_is_confirmed_or_void(session: Session, state: VoteState) -> None:
    meeting = held(session)
    save(session, meeting)
    vote = Vote(meeting_id=meeting.id, number=1, matter=Matter.GENERAL, method=Method.HANDS, subject="计划")
    vote.state, vote.opened_by, vote.opened_at = state, "wang.li", NOW
    session.add(vote)
    session.flush()

    if state in (VoteState.CONFIRMED, VoteState.VOID):
        assert close(session, meeting).state is RecordState.CLOSED
    else:
        with pytest.raises(service.RecordVotesOpen):
            close(session, meeting)
        assert meeting.record_number is None


def test_numbers_go_on_in_each_organisation_and_year(session: Session) -> None:
    branch, other = factories.organization(session), factories.organization(session, name="第二党支部")
    meetings = [held(session, branch), held(session, branch), held(session, other), held(session, branch)]
    # 1 January in China is 31 December in UTC.
    meetings[3].starts_at = from_local(NOW.date().replace(year=2025, month=1, day=1))

    for one in meetings:
        closed(session, one)

    assert [(one.record_year, one.record_number) for one in meetings] == [
        (2026, 1),
        (2026, 2),
        (2026, 1),
        (2025, 1),
    ]


def test_many_closed_at_once_are_numbered_without_gap(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        branch = factories.organization(session)
        ids = [held(session, branch).id for _ in range(5)]
        for meeting_id in ids:
            save(session, session.get_one(Meeting, meeting_id))
    start = Barrier(len(ids))

    def close_one(meeting_id: int) -> None:
        start.wait()

        def transact() -> None:
            with any_sessions.begin() as session:
                close(session, session.get_one(Meeting, meeting_id))

        in_turn(transact)

    threads = [Thread(target=close_one, args=(meeting_id,)) for meeting_id in ids]
    for one in threads:
        one.start()
    for one in threads:
        one.join()

    with any_sessions.read() as session:
        numbers = session.scalars(select(Meeting.record_number)).all()
    assert sorted(number or 0 for number in numbers) == [1, 2, 3, 4, 5]


def test_amendment_keeps_both_versions_and_the_number(session: Session) -> None:
    meeting = held(session)
    first = closed(session, meeting)
    before = first.content

    draft = amend(session, meeting)
    standing = queries.standing(session, meeting.id)
    save(session, meeting, OTHER)
    second = close(session, meeting)

    assert (draft.version, draft.reason) == (2, "决定写漏了")
    assert standing is not None
    assert standing.version == 1
    assert meeting.record_number == 1
    assert [one.version for one in queries.versions(session, meeting.id)] == [2, 1]
    assert from_json(second.content).items == OTHER.items
    assert first.content == before


def test_amendment_begins_with_what_stood(session: Session) -> None:
    meeting = held(session)
    closed(session, meeting)

    draft = amend(session, meeting)

    assert from_json(draft.content) == replace(MINUTES, facts=None)


@pytest.mark.parametrize("reason", ["", "  ", "\u3000\n"])
def test_amendment_without_a_reason_is_refused(session: Session, reason: str) -> None:
    meeting = held(session)
    closed(session, meeting)

    with pytest.raises(service.AmendmentWithoutReason):
        amend(session, meeting, reason)


def test_amendment_needs_a_closed_record(session: Session) -> None:
    nothing, draft, open_amendment = held(session), held(session), held(session)
    save(session, draft)
    closed(session, open_amendment)
    amend(session, open_amendment)

    for meeting in (nothing, draft, open_amendment):
        with pytest.raises(service.NothingToAmend):
            amend(session, meeting)


def test_amendment_may_be_taken_back_until_it_is_closed(session: Session) -> None:
    meeting = held(session)
    closed(session, meeting)
    amend(session, meeting)

    service.drop_amendment(session, meeting=meeting)

    assert [one.version for one in queries.versions(session, meeting.id)] == [1]
    with pytest.raises(service.NothingToAmend):
        service.drop_amendment(session, meeting=meeting)


def test_first_draft_is_no_amendment_to_take_back(session: Session) -> None:
    meeting = held(session)
    save(session, meeting)

    with pytest.raises(service.NothingToAmend):
        service.drop_amendment(session, meeting=meeting)


def test_amendment_that_another_has_changed_is_not_taken_back(session: Session) -> None:
    meeting = held(session)
    closed(session, meeting)
    seen = fingerprint(amend(session, meeting))
    save(session, meeting, OTHER)

    with pytest.raises(service.RecordOvertaken):
        service.drop_amendment(session, meeting=meeting, seen=seen)


def test_names_to_hide_are_of_the_list_and_of_those_who_took_part(session: Session) -> None:
    meeting = held(session)
    branch = session.get_one(Meeting, meeting.id).organization_id
    factories.member(session, factories.organization(session, name="无关支部"), name="丁四")
    late = factories.member(session, factories.organization(session, name="借调支部"), name="丙三")
    late.organization_id = branch

    assert queries.names_to_hide(session, meeting) == {"甲一", "乙二", "丙三"}

"""Leave: asked, answered, taken back; it takes nobody out of 应到."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from itertools import product

import pytest
from sqlalchemy import func, select

from app.core.db import Session, Sessions, driver_of, in_turn
from app.core.states import IllegalTransition, advance
from app.meetings import changes, expecting, leave, queries
from app.meetings.closing import RecordClosed
from app.meetings.expecting import AlreadySignedIn, NotExpected
from app.meetings.holding import MeetingCancelled, MeetingOver
from app.meetings.leave import LeaveAnswerMissing, LeaveResult, LeaveTooLate, LeaveWithdrawn, NoLeave
from app.meetings.models import Ground, Leave, LeaveKind, Meeting
from app.meetings.records.states import RecordState
from app.meetings.states import LEAVE, LeaveState
from app.members.models import Member
from app.organizations.queries import subtree
from tests import factories
from tests.factories import NOW
from tests.unit.meetings.gatherings import TOMORROW, announce, branch_of, record, sign

INSTANT = timedelta(microseconds=1)
S = LeaveState
MAY = {
    (S.ASKED, S.GRANTED),
    (S.ASKED, S.REFUSED),
    (S.ASKED, S.WITHDRAWN),
    (S.GRANTED, S.REFUSED),
    (S.GRANTED, S.WITHDRAWN),
    (S.REFUSED, S.GRANTED),
    (S.REFUSED, S.ASKED),
    (S.REFUSED, S.WITHDRAWN),
    (S.WITHDRAWN, S.ASKED),
    (S.WITHDRAWN, S.GRANTED),
}


def gathering(session: Session) -> tuple[Meeting, Member]:
    branch, people = branch_of(session, 2)
    return announce(session, branch), people[0]


def ask(
    session: Session, meeting: Meeting, member: Member, now: datetime = NOW, reason: str = "出差"
) -> LeaveResult:
    return leave.ask(
        session, meeting_id=meeting.id, member_id=member.id, kind=LeaveKind.DUTY, reason=reason, now=now
    )


def answer(
    session: Session, result: LeaveResult, word: str = "", *, granted: bool = True, now: datetime = NOW
) -> LeaveResult:
    found = session.get_one(Leave, result.leave_id)
    return leave.answer(session, leave=found, granted=granted, answer=word, by="wang.li", now=now)


def enter(session: Session, meeting: Meeting, member: Member, now: datetime = NOW) -> LeaveResult:
    return leave.record(
        session,
        meeting=meeting,
        member_id=member.id,
        kind=LeaveKind.SICK,
        reason="住院",
        by="wang.li",
        now=now,
    )


def withdraw(session: Session, meeting: Meeting, member: Member, now: datetime = NOW) -> LeaveResult:
    return leave.withdraw(session, meeting_id=meeting.id, member_id=member.id, now=now)


@pytest.mark.parametrize(("before", "after"), [*product(LeaveState, LeaveState)])
def test_leave_moves_as_the_table_says(before: LeaveState, after: LeaveState) -> None:
    if (before, after) in MAY:
        assert advance(LEAVE, before, after) is after
    else:
        with pytest.raises(IllegalTransition):
            advance(LEAVE, before, after)


def test_leave_is_asked_granted_and_still_counts(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        meeting, person = gathering(session)

        asked = ask(session, meeting, person)
        while_it_waits = queries.tally(session, meeting.id)
        granted = answer(session, asked, "路上注意安全")

        assert (asked.state, asked.changed, asked.title) == (S.ASKED, True, meeting.title)
        assert (granted.state, granted.changed, granted.leave_id) == (S.GRANTED, True, asked.leave_id)
        assert while_it_waits == queries.Tally(2, 0, 2, 0, absent=2)
        assert queries.tally(session, meeting.id) == queries.Tally(2, 0, 2, 0, on_leave=1, absent=1)
        kept = session.get_one(Leave, asked.leave_id)
        assert (kept.answer, kept.answered_by, kept.answered_at) == ("路上注意安全", "wang.li", NOW)


def test_asking_again_corrects_what_waits_and_tells_nobody_twice(session: Session) -> None:
    meeting, person = gathering(session)
    ask(session, meeting, person)

    again = leave.ask(
        session, meeting_id=meeting.id, member_id=person.id, kind=LeaveKind.SICK, reason="发烧", now=NOW
    )

    kept = session.get_one(Leave, again.leave_id)
    assert (again.state, again.changed, kept.kind, kept.reason) == (S.ASKED, False, LeaveKind.SICK, "发烧")


def test_asking_again_after_the_grant_changes_nothing(session: Session) -> None:
    meeting, person = gathering(session)
    answer(session, ask(session, meeting, person))

    again = ask(session, meeting, person, reason="另一件事")

    assert (again.state, again.changed) == (S.GRANTED, False)
    assert session.get_one(Leave, again.leave_id).reason == "出差"


@pytest.mark.parametrize("before", [S.REFUSED, S.WITHDRAWN])
def test_who_was_refused_or_withdrew_may_ask_again(before: LeaveState, session: Session) -> None:
    meeting, person = gathering(session)
    asked = ask(session, meeting, person)
    if before is S.REFUSED:
        answer(session, asked, "要表决", granted=False)
    else:
        withdraw(session, meeting, person)

    again = ask(session, meeting, person, reason="家里有事")

    kept = session.get_one(Leave, again.leave_id)
    assert (again.state, again.changed, kept.reason) == (S.ASKED, True, "家里有事")
    assert (kept.answer, kept.answered_by, kept.answered_at) == ("", "", None)


@pytest.mark.parametrize(
    ("now", "refused"), [(TOMORROW - INSTANT, False), (TOMORROW, True)], ids=["before", "begun"]
)
def test_leave_is_asked_before_the_start(*, now: datetime, refused: bool, session: Session) -> None:
    meeting, person = gathering(session)

    if refused:
        with pytest.raises(LeaveTooLate):
            ask(session, meeting, person, now)
    else:
        assert ask(session, meeting, person, now).state is S.ASKED


def test_only_who_is_expected_asks(session: Session) -> None:
    meeting, person = gathering(session)
    guest = factories.member(session, factories.organization(session), name="外来")
    with pytest.raises(NotExpected):
        ask(session, meeting, guest)
    expecting.invite(session, meeting=meeting, member_id=guest.id)
    expecting.exclude(
        session, meeting=meeting, member_id=person.id, ground=Ground.ILLNESS, approval_no="〔2026〕3号"
    )

    for nobody in (guest, person):
        with pytest.raises(NotExpected):
            ask(session, meeting, nobody)


def test_who_signed_in_is_not_on_leave(session: Session) -> None:
    meeting, person = gathering(session)
    asked = ask(session, meeting, person)
    sign(session, meeting, person)

    acts: tuple[Callable[[], object], ...] = (
        lambda: ask(session, meeting, person),
        lambda: enter(session, meeting, person),
        lambda: answer(session, asked),
    )
    for act in acts:
        with pytest.raises(AlreadySignedIn):
            act()


def test_refusal_says_why(session: Session) -> None:
    meeting, person = gathering(session)
    asked = ask(session, meeting, person)

    with pytest.raises(LeaveAnswerMissing):
        answer(session, asked, "  ", granted=False)
    refused = answer(session, asked, "要表决", granted=False)

    assert (refused.state, refused.changed) == (S.REFUSED, True)
    assert queries.tally(session, meeting.id).absent == 2


def test_answer_may_be_corrected(session: Session) -> None:
    meeting, person = gathering(session)
    asked = ask(session, meeting, person)
    answer(session, asked)

    same = answer(session, asked, "好好休息")
    other = answer(session, asked, "改为要表决", granted=False)
    back = answer(session, asked)

    assert [(one.state, one.changed) for one in (same, other, back)] == [
        (S.GRANTED, False),
        (S.REFUSED, True),
        (S.GRANTED, True),
    ]


def test_withdrawn_leave_is_not_answered_any_more(session: Session) -> None:
    meeting, person = gathering(session)
    asked = ask(session, meeting, person)
    withdraw(session, meeting, person)

    for granted in (True, False):
        with pytest.raises(LeaveWithdrawn):
            answer(session, asked, "知道了", granted=granted)


@pytest.mark.parametrize("before", [S.ASKED, S.GRANTED, S.REFUSED])
def test_leave_is_taken_back_until_sign_in_ends(before: LeaveState, session: Session) -> None:
    meeting, person = gathering(session)
    asked = ask(session, meeting, person)
    if before is not S.ASKED:
        answer(session, asked, "知道了", granted=before is S.GRANTED)
    until = meeting.check_in_until

    with pytest.raises(MeetingOver):
        withdraw(session, meeting, person, until + INSTANT)
    first, second = (withdraw(session, meeting, person, until) for _ in range(2))

    assert [(one.state, one.changed) for one in (first, second)] == [
        (S.WITHDRAWN, True),
        (S.WITHDRAWN, False),
    ]


def test_who_never_asked_takes_nothing_back(session: Session) -> None:
    meeting, person = gathering(session)

    with pytest.raises(NoLeave):
        withdraw(session, meeting, person)


def test_recorder_enters_leave_also_after_the_meeting(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        meeting, person = gathering(session)
        later = TOMORROW + timedelta(days=2)

        entered = enter(session, meeting, person, later)
        again = enter(session, meeting, person, later)

        kept = session.get_one(Leave, entered.leave_id)
        assert (entered.state, entered.changed, again.changed) == (S.GRANTED, True, False)
        assert (kept.kind, kept.reason, kept.answered_by) == (LeaveKind.SICK, "住院", "wang.li")


@pytest.mark.parametrize("before", [S.ASKED, S.REFUSED, S.WITHDRAWN])
def test_entered_leave_stands_whatever_was_asked_before(before: LeaveState, session: Session) -> None:
    meeting, person = gathering(session)
    asked = ask(session, meeting, person)
    if before is S.REFUSED:
        answer(session, asked, "要表决", granted=False)
    elif before is S.WITHDRAWN:
        withdraw(session, meeting, person)

    entered = enter(session, meeting, person)

    assert (entered.state, entered.changed, entered.leave_id) == (S.GRANTED, True, asked.leave_id)


@pytest.mark.parametrize(
    ("before", "after"),
    [(S.ASKED, S.WITHDRAWN), (S.GRANTED, S.WITHDRAWN), (S.REFUSED, S.REFUSED), (S.WITHDRAWN, S.WITHDRAWN)],
)
def test_coming_ends_the_leave(before: LeaveState, after: LeaveState, any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        meeting, person = gathering(session)
        asked = ask(session, meeting, person)
        session.get_one(Leave, asked.leave_id).state = before
        driver = driver_of(session)

        ended = leave.came(driver, meeting_id=meeting.id, member_id=person.id, now=TOMORROW)

        session.expire_all()
        assert session.get_one(Leave, asked.leave_id).state is after
        assert ended is (before in (S.ASKED, S.GRANTED))


def test_leave_leads_to_the_meeting_that_took_the_other_in(session: Session) -> None:
    meeting, person = gathering(session)
    other, _ = branch_of(session, 1, "第二党支部")
    target = announce(session, other)
    changes.merge(session, meeting=meeting, into=target, now=NOW)

    asked = ask(session, meeting, person)
    taken_back = withdraw(session, meeting, person)

    assert {asked.meeting_id, taken_back.meeting_id} == {target.id}


def test_leave_from_a_cancelled_meeting_is_neither_asked_nor_answered(session: Session) -> None:
    meeting, person = gathering(session)
    asked = ask(session, meeting, person)
    changes.cancel(session, meeting=meeting, reason="停电", now=NOW)

    acts: tuple[Callable[[], object], ...] = (
        lambda: ask(session, meeting, person),
        lambda: answer(session, asked),
        lambda: withdraw(session, meeting, person),
        lambda: enter(session, meeting, person),
    )
    for act in acts:
        with pytest.raises(MeetingCancelled):
            act()


def test_closed_record_ends_all_leave(session: Session) -> None:
    meeting, person = gathering(session)
    asked = ask(session, meeting, person)
    record(session, meeting, RecordState.CLOSED)

    acts: tuple[Callable[[], object], ...] = (
        lambda: ask(session, meeting, person),
        lambda: answer(session, asked),
        lambda: withdraw(session, meeting, person),
        lambda: enter(session, meeting, person),
    )
    for act in acts:
        with pytest.raises(RecordClosed):
            act()


def test_leave_is_found_by_the_host_alone(session: Session) -> None:
    host, _ = branch_of(session, 1)
    partner, theirs = branch_of(session, 1, "第二党支部")
    asked = ask(session, announce(session, host, partners=[partner]), theirs[0])

    assert queries.leave_by_id(session, subtree(host), asked.leave_id) is not None
    assert queries.leave_by_id(session, subtree(partner), asked.leave_id) is None


def test_asked_twice_at_once_is_one_leave(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        meeting, person = gathering(session)

    def asking() -> LeaveResult:
        with any_sessions.begin() as session:
            return ask(session, session.get_one(Meeting, meeting.id), person)

    acts: list[Callable[[], LeaveResult]] = [asking] * 4
    with ThreadPoolExecutor(len(acts)) as pool:
        told = [one.result() for one in [pool.submit(in_turn, act) for act in acts]]

    with any_sessions.read() as session:
        assert session.scalar(select(func.count()).select_from(Leave)) == 1
    assert sorted(one.changed for one in told) == [False, False, False, True]

"""补录: a meeting that was held before anybody entered it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest

from app.core.db import Session, Sessions
from app.meetings import queries, service
from app.meetings.models import Meeting, MeetingKind
from app.meetings.rosters import NobodyExpected, NotOnRoster
from app.meetings.service import MeetingTimesWrong, NotHeldYet, ReasonMissing, TooLongAgo
from app.organizations.models import Organization
from tests.factories import NOW
from tests.unit.meetings.gatherings import HOUR, branch_of, listed, signed

LAST_WEEK = NOW - timedelta(days=7)
INSTANT = timedelta(microseconds=1)


def enter(
    session: Session,
    organization: Organization,
    present: Sequence[int] = (),
    starts_at: datetime = LAST_WEEK,
    reason: str = "记录人住院，当时没有录入",
    **more: Any,
) -> Meeting:
    return service.enter_late(
        session,
        organization=organization,
        kind=MeetingKind.MEMBER_MEETING,
        title="第一季度支部党员大会",
        place="三楼会议室",
        starts_at=starts_at,
        ends_at=more.pop("ends_at", starts_at + HOUR),
        reason=reason,
        present=present,
        by="wang.li",
        now=NOW,
        **more,
    )


def test_late_entry_has_its_people_and_says_that_it_is_late(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        branch, people = branch_of(session, 3)

        meeting = enter(session, branch, [people[0].id, people[2].id, people[0].id])

        assert signed(session, meeting) == {
            people[0].id: ("recorder", LAST_WEEK),
            people[2].id: ("recorder", LAST_WEEK),
        }
        assert queries.tally(session, meeting.id) == queries.Tally(3, 2, 3, 2, absent=1)
        assert (meeting.late_reason, meeting.created_at) == ("记录人住院，当时没有录入", NOW)


def test_nobody_signs_in_at_a_late_entry_with_a_code(session: Session) -> None:
    branch, _ = branch_of(session, 1)

    meeting = enter(session, branch)

    assert (meeting.hand_code, meeting.check_in_until < NOW) == (None, True)


@pytest.mark.parametrize(
    ("starts_at", "refusal"),
    [
        (NOW - HOUR, None),
        (NOW - HOUR + INSTANT, NotHeldYet),
        (NOW - timedelta(days=366), None),
        (NOW - timedelta(days=366) - INSTANT, TooLongAgo),
    ],
    ids=["just-ended", "still-on", "a-year-ago", "longer-ago"],
)
def test_late_entry_is_of_the_year_that_is_past(
    starts_at: datetime, refusal: type[Exception] | None, session: Session
) -> None:
    branch, _ = branch_of(session, 1)

    if refusal is None:
        assert enter(session, branch, starts_at=starts_at).starts_at == starts_at
    else:
        with pytest.raises(refusal):
            enter(session, branch, starts_at=starts_at)


@pytest.mark.parametrize("reason", ["", "  "])
def test_late_entry_wants_a_reason(reason: str, session: Session) -> None:
    branch, _ = branch_of(session, 1)

    with pytest.raises(ReasonMissing):
        enter(session, branch, reason=reason)


def test_times_of_a_late_entry_have_to_be_in_order(session: Session) -> None:
    branch, _ = branch_of(session, 1)

    with pytest.raises(MeetingTimesWrong):
        enter(session, branch, ends_at=LAST_WEEK)


def test_who_was_there_must_be_on_the_list(session: Session) -> None:
    branch, _ = branch_of(session, 1)
    _, others = branch_of(session, 1, "第二党支部")

    with pytest.raises(NotOnRoster):
        enter(session, branch, [others[0].id])


def test_roster_of_that_day_is_what_the_secretary_says(session: Session) -> None:
    """The registry does not know who joined the branch since: `only` leaves them out, of any kind of meeting."""
    branch, people = branch_of(session, 3)

    meeting = enter(session, branch, [people[0].id], only=[people[0].id, people[1].id])

    assert set(listed(session, meeting)) == {people[0].id, people[1].id}


def test_late_entry_of_nobody_is_refused(session: Session) -> None:
    branch, _ = branch_of(session, 1)

    with pytest.raises(NobodyExpected):
        enter(session, branch, only=[])

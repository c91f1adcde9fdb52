"""Announcing a meeting: who is expected, which code is read aloud, and what is kept of it."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import func, select

from app.core.db import Session, Sessions
from app.meetings import service
from app.meetings.models import Expected, Meeting, Standing
from app.meetings.rosters import NobodyExpected
from app.meetings.service import MeetingInPast, MeetingTimesWrong
from app.members.models import MemberKind, PartyStatus
from app.organizations.models import OrganizationKind
from tests import factories
from tests.factories import NOW
from tests.unit.meetings.gatherings import TOMORROW, announce, branch_of, listed


def expected(session: Session, meeting: Meeting) -> dict[int, bool]:
    rows = session.execute(
        select(Expected.member_id, Expected.standing).where(Expected.meeting_id == meeting.id)
    )
    return {row.member_id: row.standing is Standing.VOTING for row in rows}


def test_meeting_opens_half_an_hour_before_and_closes_half_an_hour_after(session: Session) -> None:
    branch = factories.organization(session)
    factories.member(session, branch)

    meeting = announce(session, branch)

    assert meeting.check_in_from == TOMORROW - timedelta(minutes=30)
    assert meeting.check_in_until == TOMORROW + timedelta(hours=2, minutes=30)
    assert (meeting.created_by, meeting.created_at, meeting.cancelled_at) == ("wang.li", NOW, None)


@pytest.mark.parametrize(
    ("kind", "status", "votes"),
    [
        (MemberKind.FULL, PartyStatus.NORMAL, True),
        (MemberKind.FULL, PartyStatus.RECTIFYING, True),
        (MemberKind.PROBATIONARY, PartyStatus.NORMAL, False),
        (MemberKind.FULL, PartyStatus.UNDER_OBSERVATION, False),
        (MemberKind.FULL, PartyStatus.SUSPENDED, None),
        (MemberKind.FULL, PartyStatus.TRANSFERRED, None),
        (MemberKind.FULL, PartyStatus.LEFT, None),
        (MemberKind.FULL, PartyStatus.DECEASED, None),
        (MemberKind.TARGET, PartyStatus.NORMAL, None),
        (MemberKind.ACTIVIST, PartyStatus.NORMAL, None),
        (MemberKind.APPLICANT, PartyStatus.NORMAL, None),
        (MemberKind.MASSES, PartyStatus.NORMAL, None),
    ],
)
def test_roster_decides_who_is_expected_and_who_votes(
    *, kind: MemberKind, status: PartyStatus, votes: bool | None, session: Session
) -> None:
    branch = factories.organization(session)
    always = factories.member(session, branch).id
    person = factories.member(session, branch, kind=kind, status=status).id

    meeting = announce(session, branch)

    assert expected(session, meeting) == {always: True} | ({} if votes is None else {person: votes})


def test_whole_subtree_is_expected_and_nobody_beside_it(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        committee = factories.organization(session, name="一厂党委", kind=OrganizationKind.COMMITTEE)
        inside = [factories.organization(session, name=name, parent=committee) for name in ("一", "二")]
        beside = factories.organization(session, name="二厂党委", kind=OrganizationKind.COMMITTEE)
        people = {factories.member(session, one).id for one in (committee, *inside)}
        factories.member(session, beside)

        meeting = announce(session, committee)

        assert set(expected(session, meeting)) == people


def test_roster_is_that_of_the_moment(session: Session) -> None:
    branch = factories.organization(session)
    person = factories.member(session, branch)
    meeting = announce(session, branch)

    person.status = PartyStatus.SUSPENDED
    factories.member(session, branch, name="后来")
    session.flush()

    assert expected(session, meeting) == {person.id: True}


@pytest.mark.parametrize(
    "lasts",
    [timedelta(0), timedelta(seconds=-1), timedelta(days=3, microseconds=1)],
    ids=["no-length", "backwards", "too-long"],
)
def test_times_that_cannot_be_are_refused(lasts: timedelta, session: Session) -> None:
    branch = factories.organization(session)
    factories.member(session, branch)

    with pytest.raises(MeetingTimesWrong):
        announce(session, branch, lasts=lasts)


def test_meeting_of_three_days_is_the_longest(session: Session) -> None:
    branch = factories.organization(session)
    factories.member(session, branch)

    assert announce(session, branch, lasts=timedelta(days=3)).ends_at == TOMORROW + timedelta(days=3)


def test_naive_time_is_refused(sessions: Sessions) -> None:
    with sessions.begin() as session:
        branch = factories.organization(session)
        factories.member(session, branch)

    with pytest.raises(TypeError, match="naive"), sessions.begin() as session:
        announce(session, branch, starts_at=datetime(2026, 3, 3))


def test_meeting_that_nobody_could_attend_is_refused_and_leaves_nothing(sessions: Sessions) -> None:
    with sessions.begin() as session:
        branch = factories.organization(session)
        factories.member(session, branch, status=PartyStatus.SUSPENDED)

    with pytest.raises(NobodyExpected), sessions.begin() as session:
        announce(session, branch)

    with sessions.read() as session:
        assert session.scalar(select(func.count()).select_from(Meeting)) == 0


def test_scene_cannot_be_guessed_and_the_code_is_six_digits(session: Session) -> None:
    branch = factories.organization(session)
    factories.member(session, branch)

    meetings = [announce(session, branch) for _ in range(20)]

    scenes, codes = {one.scene for one in meetings}, {one.hand_code for one in meetings}
    assert (len(scenes), len(codes)) == (20, 20)
    assert all(len(scene) == 31 and int(scene[1:], 16) >= 0 for scene in scenes)
    assert all(code is not None and len(code) == 6 and code.isdigit() for code in codes)


def test_code_of_an_open_meeting_is_not_given_again(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    branch = factories.organization(session)
    factories.member(session, branch)
    drawn = iter([7, 7, 7, 8])
    monkeypatch.setattr("secrets.randbelow", lambda _: next(drawn))

    codes = [announce(session, branch).hand_code for _ in range(2)]

    assert codes == ["000007", "000008"]


def test_meeting_whose_sign_in_has_ended_is_entered_late_instead(session: Session) -> None:
    branch = factories.organization(session)
    factories.member(session, branch)
    ended = {"starts_at": NOW - timedelta(hours=2), "lasts": timedelta(hours=1, minutes=30)}

    announce(session, branch, **ended)
    with pytest.raises(MeetingInPast):
        announce(session, branch, **ended, now=NOW + timedelta(microseconds=1))


@pytest.mark.parametrize(
    ("dates", "standing"),
    [
        ({"converted_on": date(2026, 3, 3)}, Standing.VOTING),
        ({"converted_on": date(2026, 3, 4)}, Standing.NON_VOTING),
        ({"joined_on": date(2026, 3, 3)}, Standing.VOTING),
        ({"joined_on": date(2026, 3, 4)}, None),
        ({"joined_on": None}, Standing.VOTING),
    ],
)
def test_vote_and_membership_are_those_of_the_day(
    dates: dict[str, date | None], standing: Standing | None, session: Session
) -> None:
    """The meeting is on 3 March in China."""
    branch, (always, person) = branch_of(session, 2)
    for column, day in dates.items():
        setattr(person, column, day)
    session.flush()

    meeting = announce(session, branch)

    assert listed(session, meeting).get(person.id) is standing
    assert listed(session, meeting)[always.id] is Standing.VOTING


def test_what_is_planned_is_kept_with_the_meeting(session: Session) -> None:
    branch, _ = branch_of(session, 1)
    words = {"chair": "王书记", "recorder": "李梅", "agenda": "一、学习\n二、讨论"}

    meeting = announce(session, branch, **words)

    assert {name: getattr(meeting, name) for name in words} == words
    assert (meeting.late_reason, meeting.plan_id, meeting.planned_on) == (None, None, None)
    assert (meeting.roster_at, meeting.revision) == (NOW, 0)


def test_wording_is_corrected_without_a_new_revision(session: Session) -> None:
    branch, _ = branch_of(session, 1)
    meeting = announce(session, branch)

    service.describe(
        session, meeting=meeting, title="大会", place="二楼", chair="王", recorder="李", agenda="学习"
    )

    assert (meeting.title, meeting.place, meeting.chair) == ("大会", "二楼", "王")
    assert (meeting.recorder, meeting.agenda, meeting.revision) == ("李", "学习", 0)


def test_ticket_is_kept_with_its_end(any_sessions: Sessions) -> None:
    until = NOW + timedelta(days=30)
    with any_sessions.begin() as session:
        meeting_id = factories.meeting(session, factories.organization(session)).id
        meeting = session.get_one(Meeting, meeting_id)
        service.ticket_issued(session, meeting=meeting, url="http://weixin.qq.com/q/02abc", until=until)

    with any_sessions.read() as session:
        kept = session.get_one(Meeting, meeting_id)
        assert (kept.ticket_url, kept.ticket_until) == ("http://weixin.qq.com/q/02abc", until)

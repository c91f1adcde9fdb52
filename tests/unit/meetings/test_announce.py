"""Announcing a meeting: who is expected, which code is read aloud, and how it is called off."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from app.core.db import Session, Sessions
from app.meetings import changes, service
from app.meetings.changes import MeetingOver
from app.meetings.models import Expected, Meeting, MeetingKind, Standing
from app.meetings.rosters import NobodyExpected
from app.meetings.service import MeetingTimesWrong
from app.members.models import MemberKind, PartyStatus
from app.organizations.models import Organization, OrganizationKind
from tests import factories
from tests.factories import NOW

TOMORROW = NOW + timedelta(days=1)


def announce(
    session: Session,
    organization: Organization,
    *,
    starts_at: datetime = TOMORROW,
    lasts: timedelta = timedelta(hours=2),
) -> Meeting:
    return service.announce(
        session,
        organization=organization,
        kind=MeetingKind.MEMBER_MEETING,
        title="第一季度支部党员大会",
        place="三楼会议室",
        starts_at=starts_at,
        ends_at=starts_at + lasts,
        by="wang.li",
        now=NOW,
    )


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


def test_meeting_is_cancelled_once_until_it_is_over(session: Session) -> None:
    branch = factories.organization(session)
    factories.member(session, branch)
    meeting = announce(session, branch)

    changes.cancel(session, meeting=meeting, reason="改期另行通知", now=NOW)
    changes.cancel(session, meeting=meeting, reason="改期另行通知", now=meeting.check_in_until)
    with pytest.raises(MeetingOver):
        changes.cancel(
            session,
            meeting=meeting,
            reason="改期另行通知",
            now=meeting.check_in_until + timedelta(microseconds=1),
        )

    assert meeting.cancelled_at == NOW


def test_ticket_is_kept_with_its_end(any_sessions: Sessions) -> None:
    until = NOW + timedelta(days=30)
    with any_sessions.begin() as session:
        meeting_id = factories.meeting(session, factories.organization(session)).id
        meeting = session.get_one(Meeting, meeting_id)
        service.ticket_issued(session, meeting=meeting, url="http://weixin.qq.com/q/02abc", until=until)

    with any_sessions.read() as session:
        kept = session.get_one(Meeting, meeting_id)
        assert (kept.ticket_url, kept.ticket_until) == ("http://weixin.qq.com/q/02abc", until)

"""What the clock does for meetings: the list is read once more, and people are reminded; all of it once."""

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import select

from app.core.clock import FixedClock, from_local
from app.meetings.models import Expected, Meeting
from app.members.models import Member
from app.notices.models import Delivery
from app.organizations.models import Organization
from app.staff.models import Role, StaffAccount, StaffRole
from app.wiring import Services
from jobs import tasks
from tests import factories
from tests.adapters.jobs.timing import context
from tests.factories import NOW
from tests.fakes.sender import FakeSender

TOMORROW = NOW + timedelta(days=1)


def branch_with_meeting(services: Services) -> tuple[Organization, Meeting, Member]:
    """A meeting tomorrow morning, announced yesterday, and its one member, who follows."""
    with services.sessions.begin() as session:
        branch = factories.organization(session)
        member = factories.member(session, branch, name="张三")
        factories.identity(session, member=member).wrote_at = NOW
        meeting = factories.meeting(session, branch, starts_at=TOMORROW, expected=(member,))
        meeting.created_at = meeting.roster_at = NOW - timedelta(days=1)
    return branch, meeting, member


def listed(services: Services, meeting: Meeting) -> list[str]:
    with services.sessions.read() as session:
        people = select(Member.name).join(Expected, Expected.member_id == Member.id)
        named = people.where(Expected.meeting_id == meeting.id).order_by(Member.id)
        return list(session.scalars(named))


def test_roster_is_taken_once_when_sign_in_opens(services: Services, clock: FixedClock) -> None:
    branch, meeting, _ = branch_with_meeting(services)
    clock.at = meeting.check_in_from - timedelta(seconds=1)
    with services.sessions.begin() as session:
        factories.member(session, branch, name="新来的")

    tasks.take_rosters(context(services))
    before = listed(services, meeting)
    clock.advance(timedelta(seconds=1))
    tasks.take_rosters(context(services))
    with services.sessions.begin() as session:
        factories.member(session, branch, name="开会后来的")
    tasks.take_rosters(context(services))

    assert (before, listed(services, meeting)) == (["张三"], ["张三", "新来的"])


def test_no_roster_is_taken_once_this_process_no_longer_leads(services: Services, clock: FixedClock) -> None:
    branch, meeting, _ = branch_with_meeting(services)
    clock.at = meeting.check_in_from
    with services.sessions.begin() as session:
        factories.member(session, branch, name="新来的")

    tasks.take_rosters(replace(context(services), goes_on=lambda: False))

    assert listed(services, meeting) == ["张三"]


def test_reminder_of_a_meeting_reaches_the_chat_once(services: Services, clock: FixedClock) -> None:
    _, meeting, _ = branch_with_meeting(services)

    for _ in range(2):
        tasks.remind_of_meetings(context(services))
        tasks.send_due_notices(context(services))
        clock.advance(timedelta(minutes=1))

    assert isinstance(services.sender, FakeSender)
    assert [(notice.kind, notice.fields["meeting"]) for notice in services.sender.sent] == [
        ("meeting_reminder", str(meeting.id))
    ]


def test_secretary_is_reminded_of_duties_once_a_mark(services: Services, clock: FixedClock) -> None:
    clock.at = from_local(NOW.date() + timedelta(days=18), 9)  # 20 March, a Friday
    with services.sessions.begin() as session:
        branch = factories.organization(session)
        member = factories.member(session, branch)
        account = StaffAccount(
            username="secretary",
            display_name="书记",
            member_id=member.id,
            password_hash="x",
            totp_sealed="x",
            created_at=NOW,
        )
        session.add(account)
        session.flush()
        session.add(StaffRole(account_id=account.id, role=Role.SECRETARY, organization_id=branch.id))

    for _ in range(2):
        tasks.remind_of_duties(context(services), clock.now())

    with services.sessions.read() as session:
        subjects = set(session.scalars(select(Delivery.subject)))
        assert len(subjects) == len(session.scalars(select(Delivery.id)).all())
    assert f"duty:{branch.id}:theme_day:2026-03-20:1" in subjects

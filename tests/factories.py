"""Rows that tests start from: each takes only what the test is about and fills in the rest."""

from datetime import UTC, date, datetime, timedelta
from itertools import count

from app.core.db import Session
from app.meetings.models import Expected, Meeting, MeetingKind, Standing
from app.members.models import Member, MemberKind, PartyStatus, WeChatIdentity
from app.organizations.models import Organization, OrganizationKind

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
APP_ID = "wx1234567890abcdef"
serial = count(1)


def organization(
    session: Session,
    *,
    name: str = "第一党支部",
    parent: Organization | None = None,
    kind: OrganizationKind = OrganizationKind.BRANCH,
) -> Organization:
    number = next(serial)
    made = Organization(
        code=f"{number:012d}",
        name=name,
        short_name=name,
        kind=kind,
        path="/",
        parent_id=parent.id if parent else None,
    )
    session.add(made)
    session.flush()
    made.path = f"{parent.path if parent else '/'}{made.id}/"
    session.flush()
    return made


def member(
    session: Session,
    organization: Organization,
    *,
    name: str = "张三",
    kind: MemberKind = MemberKind.FULL,
    status: PartyStatus = PartyStatus.NORMAL,
) -> Member:
    made = Member(
        organization_id=organization.id,
        name=name,
        kind=kind,
        status=status,
        joined_on=date(2015, 7, 1),
        created_at=NOW,
    )
    session.add(made)
    session.flush()
    return made


def identity(
    session: Session, *, openid: str | None = None, member: Member | None = None, app_id: str = APP_ID
) -> WeChatIdentity:
    made = WeChatIdentity(
        app_id=app_id,
        openid=openid or f"oTest{next(serial):023d}",
        member_id=member.id if member else None,
        bound_at=NOW if member else None,
        followed_at=NOW,
    )
    session.add(made)
    session.flush()
    return made


def meeting(
    session: Session,
    organization: Organization,
    *,
    starts_at: datetime = NOW,
    expected: tuple[Member, ...] = (),
    scene: str | None = None,
    hand_code: str | None = None,
) -> Meeting:
    """Check-in opens 30 minutes before the start and closes two hours after it."""
    number = next(serial)
    made = Meeting(
        organization_id=organization.id,
        kind=MeetingKind.MEMBER_MEETING,
        title="第一季度支部党员大会",
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=2),
        check_in_from=starts_at - timedelta(minutes=30),
        check_in_until=starts_at + timedelta(hours=2),
        roster_at=starts_at,
        scene=scene or f"m{number:015d}",
        hand_code=hand_code or f"{number % 1_000_000:06d}",
        created_by="test",
        created_at=NOW,
    )
    session.add(made)
    session.flush()
    session.add_all(
        Expected(
            meeting_id=made.id,
            member_id=one.id,
            organization_id=one.organization_id,
            standing=Standing.VOTING if one.kind is MemberKind.FULL else Standing.NON_VOTING,
        )
        for one in expected
    )
    session.flush()
    return made

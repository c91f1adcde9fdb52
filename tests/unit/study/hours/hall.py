"""A branch, its meetings, and who came: what the tests of 学时 start from."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from app.core.db import Session
from app.meetings.models import CheckIn, Expected, Meeting, MeetingKind, Standing, Way
from app.members.models import Member
from app.organizations.models import Organization
from app.staff.models import Role, StaffAccount, StaffRole
from app.study.hours import declarations, service
from app.study.hours.declarations import Told
from app.study.hours.models import Declaration, HoursUnit, StudySession
from tests import factories
from tests.factories import NOW

MORNING = datetime(2026, 2, 10, 1, 0, tzinfo=UTC)
"""Tuesday 09:00 in China, three weeks before NOW."""
DAY = date(2026, 2, 20)
HOUR = timedelta(hours=1)


def held(
    session: Session,
    organization: Organization,
    *present: Member,
    kind: MeetingKind = MeetingKind.TRAINING,
    starts_at: datetime = MORNING,
    hours: float = 2,
) -> Meeting:
    """A meeting that lasted so long, at which these people signed in."""
    meeting = factories.meeting(session, organization, starts_at=starts_at, expected=present)
    meeting.kind = kind
    meeting.ends_at = starts_at + timedelta(hours=hours)
    meeting.check_in_until = meeting.ends_at + timedelta(minutes=30)
    for one in present:
        sign(session, meeting, one)
    session.flush()
    return meeting


def sign(session: Session, meeting: Meeting, member: Member, way: Way = Way.SCAN) -> None:
    session.add(CheckIn(meeting_id=meeting.id, member_id=member.id, checked_in_at=meeting.starts_at, way=way))
    session.flush()


def listed(session: Session, meeting: Meeting, member: Member, standing: Standing) -> None:
    session.add(
        Expected(
            meeting_id=meeting.id,
            member_id=member.id,
            organization_id=member.organization_id,
            standing=standing,
        )
    )
    session.flush()


def made(session: Session, meeting: Meeting, **given: Any) -> StudySession:
    told = {"topic": "学习党章", "unit": HoursUnit.CLOCK, "by": "wang.li", "now": NOW, **given}
    return service.make_session(session, meeting=meeting, **told)


def confirmed(session: Session, meeting: Meeting, **given: Any) -> StudySession:
    row = made(session, meeting, **given)
    service.confirm_session(session, study_session=row, revision=row.revision, by="wang.li", now=NOW)
    return row


def told(**given: Any) -> Told:
    said = {
        "held_on": DAY,
        "topic": "市委党校专题班",
        "held_by": "市委党校",
        "unit": HoursUnit.CLOCK,
        "minutes": 120,
    }
    return Told(**{**said, **given})


def declared(session: Session, member: Member, now: datetime = NOW, **given: Any) -> Declaration:
    return declarations.declare(session, member_id=member.id, told=told(**given), now=now)


def accepted(session: Session, member: Member, **given: Any) -> Declaration:
    row = declared(session, member, **given)
    declarations.decide(session, declaration=row, revision=row.revision, accept=True, by="wang.li", now=NOW)
    return row


def account(
    session: Session,
    username: str,
    *,
    member: Member | None = None,
    role: Role | None = None,
    organization: Organization | None = None,
    active: bool = True,
) -> StaffAccount:
    one = StaffAccount(
        username=username,
        display_name=username,
        member_id=member.id if member else None,
        password_hash="x",
        totp_sealed="x",
        active=active,
        created_at=NOW,
    )
    session.add(one)
    session.flush()
    if role and organization:
        session.add(StaffRole(account_id=one.id, role=role, organization_id=organization.id))
        session.flush()
    return one


def correct(session: Session, row: Declaration, **given: Any) -> Declaration:
    revision, now = given.pop("revision", row.revision), given.pop("now", NOW)
    return declarations.correct(
        session,
        member_id=row.member_id,
        declaration_id=row.id,
        revision=revision,
        told=told(**given),
        now=now,
    )


def decide(session: Session, row: Declaration, *, accept: bool = True, **given: Any) -> None:
    words = {"revision": row.revision, "by": "wang.li", "note": "" if accept else "请写明主办单位", **given}
    declarations.decide(session, declaration=row, accept=accept, now=NOW, **words)


def take_back(session: Session, row: Declaration) -> None:
    declarations.take_back(session, member_id=row.member_id, declaration_id=row.id, revision=row.revision)


def confirm(session: Session, row: StudySession, **given: Any) -> None:
    told = {"revision": row.revision, "by": "wang.li", "now": NOW, **given}
    service.confirm_session(session, study_session=row, **told)


def change(session: Session, row: StudySession, **given: Any) -> None:
    told = {
        "revision": row.revision,
        "topic": "学习条例",
        "unit": HoursUnit.CLOCK,
        "by": "li.si",
        "now": NOW,
        **given,
    }
    service.change_session(session, study_session=row, **told)

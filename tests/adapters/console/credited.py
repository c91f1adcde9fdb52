"""学时 with one of everything that waits for somebody, long enough ago that no other page is about it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from app.core.db import Session
from app.meetings.models import CheckIn, Meeting, MeetingKind, Way
from app.members.models import Member
from app.organizations.models import Organization
from app.study.hours import declarations, figures, service
from app.study.hours.declarations import Told
from app.study.hours.models import HoursFigure, HoursUnit, StudySession
from tests import factories
from tests.factories import NOW

SECRETARY = "shuji"
HELD_AT = datetime(2025, 6, 10, 1, 0, tzinfo=UTC)
"""A Tuesday, 09:00 in China."""


@dataclass(frozen=True)
class Credited:
    meeting_id: int
    """Gives nothing yet; it took two hours, and both people signed in."""
    open_id: int
    """A session whose list nobody has confirmed."""
    confirmed_id: int
    declaration_id: int
    figure_id: int


def seed(
    session: Session, mark: str, committee: Organization, branch: Organization, people: Sequence[Member]
) -> Credited:
    one, _ = people
    meeting = training(session, mark, branch, people, HELD_AT)
    waiting = made(session, mark, training(session, mark, branch, people, HELD_AT + timedelta(days=1)))
    done = made(session, mark, training(session, mark, branch, people, HELD_AT + timedelta(days=2)))
    service.confirm_session(session, study_session=done, revision=done.revision, by=SECRETARY, now=NOW)
    declared = declarations.declare(session, member_id=one.id, told=told(mark), now=NOW)
    figure = figures.propose_figure(
        session,
        figure=HoursFigure.FULL_DAY,
        minutes=420,
        effective_from=date(2027, 1, committee.id % 28 + 1),
        clause="党办〔2026〕3号",
        by=SECRETARY,
        now=NOW,
    )
    return Credited(meeting.id, waiting.id, done.id, declared.id, figure.id)


def training(
    session: Session, mark: str, branch: Organization, people: Sequence[Member], at: datetime
) -> Meeting:
    meeting = factories.meeting(session, branch, starts_at=at, expected=tuple(people))
    meeting.title = f"{mark}集中培训"
    meeting.kind = MeetingKind.TRAINING
    meeting.ends_at = at + timedelta(hours=2)
    meeting.check_in_until = meeting.ends_at
    session.add_all(
        CheckIn(meeting_id=meeting.id, member_id=one.id, checked_in_at=at, way=Way.SCAN) for one in people
    )
    session.flush()
    return meeting


def made(session: Session, mark: str, meeting: Meeting) -> StudySession:
    return service.make_session(
        session, meeting=meeting, topic=f"{mark}学习党章", unit=HoursUnit.CLOCK, by=SECRETARY, now=NOW
    )


def told(mark: str) -> Told:
    return Told(date(2026, 2, 20), f"{mark}党校专题班", "市委党校", HoursUnit.CLOCK, 120)

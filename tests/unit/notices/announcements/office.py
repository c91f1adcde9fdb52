"""A committee with two branches, and announcements written there with little ado."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import event, select

from app.core.db import Session
from app.members.models import Member
from app.notices.announcements import sending, service
from app.notices.announcements.audience import Audience, Target
from app.notices.announcements.content import Content
from app.notices.announcements.models import Announcement
from app.notices.declarations import load
from app.notices.models import Delivery, Urgency
from app.notices.setup import Setup, TemplateIds
from app.notices.states import DeliveryState
from app.organizations.models import Organization, OrganizationKind
from app.organizations.scope import Scope
from tests import factories
from tests.factories import APP_ID, NOW

MINI_APP_ID = "wxmini0000000000"
SETUP = Setup(APP_ID, MINI_APP_ID, load(), {"announcement": TemplateIds("t", "s", "m")})
BODY = "<p>请于周五前报送。</p>"


@dataclass(frozen=True)
class Office:
    """The committee, its two branches, and another committee beside it."""

    root: Organization
    first: Organization
    second: Organization
    foreign: Organization

    @property
    def scope(self) -> Scope:
        return Scope.of([self.root.path])

    @property
    def everybody(self) -> Audience:
        return Audience((Target(self.root.id),))


def office(session: Session) -> Office:
    root = factories.organization(session, name="集团党委", kind=OrganizationKind.COMMITTEE)
    return Office(
        root,
        factories.organization(session, name="第一支部", parent=root),
        factories.organization(session, name="第二支部", parent=root),
        factories.organization(session, name="外单位党委", kind=OrganizationKind.COMMITTEE),
    )


def person(
    session: Session,
    organization: Organization,
    name: str = "张三",
    *,
    bound: bool = True,
    follows: bool = True,
) -> Member:
    made = factories.member(session, organization, name=name)
    if bound:
        chat = factories.identity(session, member=made)
        chat.followed_at = NOW if follows else None
        session.flush()
    return made


def content(
    audience: Audience,
    *,
    title: str = "关于报送材料的通知",
    body: str = BODY,
    urgency: Urgency = Urgency.OWN_PUSH,
    basis: str = "",
    until: datetime | None = None,
) -> Content:
    return Content(title, body, audience, urgency, basis, until)


def draft(
    session: Session, made: Office, wanted: Content | None = None, *, now: datetime = NOW
) -> Announcement:
    return service.draft(
        session,
        organization=made.root,
        content=wanted or content(made.everybody),
        author="wang.li",
        author_name="王丽",
        now=now,
    )


def scheduled(
    session: Session, made: Office, wanted: Content | None = None, *, now: datetime = NOW
) -> Announcement:
    """Approved, whoever had to."""
    announcement = draft(session, made, wanted, now=now)
    if announcement.urgency is Urgency.EMERGENCY:
        service.submit(session, announcement=announcement, revision=1, send_at=None, now=now)
        service.approve(session, announcement=announcement, revision=1, by="li.si", now=now)
    else:
        service.schedule(session, announcement=announcement, revision=1, send_at=None, by="wang.li", now=now)
    return announcement


def sent(
    session: Session, made: Office, wanted: Content | None = None, *, now: datetime = NOW
) -> Announcement:
    """Prepared: everybody has a delivery."""
    announcement = scheduled(session, made, wanted, now=now)
    sending.prepare(session, announcement_id=announcement.id, setup=SETUP, now=now)
    session.refresh(announcement)
    return announcement


def states(session: Session, subject: str) -> dict[str, tuple[DeliveryState, str | None]]:
    """By the person's name."""
    rows = session.execute(
        select(Member.name, Delivery.state, Delivery.reason)
        .join(Member, Member.id == Delivery.member_id)
        .where(Delivery.subject == subject)
    )
    return {row.name: (row.state, row.reason) for row in rows}


def one(session: Session, subject: str, member: Member) -> Delivery:
    mine = Delivery.subject == subject, Delivery.member_id == member.id
    return session.scalars(select(Delivery).where(*mine)).one()


def names(session: Session, ids: Iterable[int]) -> list[str]:
    return sorted(session.scalars(select(Member.name).where(Member.id.in_(list(ids)))))


@contextmanager
def statements(session: Session) -> Iterator[list[str]]:
    """What this session asks the database inside the block."""
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        seen.append(statement)

    engine = session.get_bind()
    event.listen(engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine, "before_cursor_execute", note)

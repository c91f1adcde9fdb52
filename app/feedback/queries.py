"""Reading threads: the in-tray and one letter."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import case, func, select

from app.core.db import AnyRow, Session
from app.feedback.models import Side, Thread, ThreadMessage
from app.feedback.states import ThreadState
from app.members.models import Member
from app.organizations.models import Organization
from app.organizations.scope import Scope

TRAY_ORDER = (
    Thread.state != ThreadState.OPEN,
    case((Thread.state == ThreadState.OPEN, Thread.due_at)),
    Thread.answered_at.desc(),
    Thread.id,
)
"""Open letters by when they are due, then the answered ones, the latest answer first."""


@dataclass(frozen=True)
class TrayCounts:
    open: int
    overdue: int


def by_id(session: Session, scope: Scope, thread_id: int) -> Thread | None:
    return session.scalar(select(Thread).where(Thread.id == thread_id, scope.owns(Thread.organization_id)))


def tray(
    session: Session, scope: Scope, *, state: ThreadState | None, offset: int, limit: int
) -> Sequence[AnyRow]:
    """(Thread, organisation, writer's name or None, first words): in TRAY_ORDER."""
    of_writer = ThreadMessage.thread_id == Thread.id, ThreadMessage.side == Side.WRITER
    first = select(func.min(ThreadMessage.id)).where(*of_writer).correlate(Thread)
    statement = (
        select(Thread, Organization.short_name, Member.name, ThreadMessage.text)
        .join(Organization, Organization.id == Thread.organization_id)
        .outerjoin(Member, Member.id == Thread.member_id)
        .join(
            ThreadMessage,
            (ThreadMessage.thread_id == Thread.id) & (ThreadMessage.id == first.scalar_subquery()),
        )
        .where(scope.organizations())
        .order_by(*TRAY_ORDER)
    )
    if state is not None:
        statement = statement.where(Thread.state == state)
    return session.execute(statement.offset(offset).limit(limit)).all()


def total(session: Session, scope: Scope, *, state: ThreadState | None) -> int:
    statement = select(func.count(Thread.id)).where(scope.owns(Thread.organization_id))
    if state is not None:
        statement = statement.where(Thread.state == state)
    return session.scalar(statement) or 0


def messages(session: Session, thread_id: int) -> Sequence[ThreadMessage]:
    wanted = select(ThreadMessage).where(ThreadMessage.thread_id == thread_id)
    return session.scalars(wanted.order_by(ThreadMessage.id)).all()


def writer_name(session: Session, thread: Thread) -> str | None:
    if thread.member_id is None:
        return None
    return session.scalar(select(Member.name).where(Member.id == thread.member_id))


def counts(session: Session, scope: Scope, *, now: datetime) -> TrayCounts:
    wanted = scope.owns(Thread.organization_id), Thread.state == ThreadState.OPEN
    late = select(func.count(Thread.id)).where(*wanted, Thread.due_at < now)
    return TrayCounts(
        open=session.scalar(select(func.count(Thread.id)).where(*wanted)) or 0,
        overdue=session.scalar(late) or 0,
    )

"""Which timed jobs have run: one row a job and due moment, so that the database decides who runs it."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, String, delete, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Session, UTCDateTime, rows_changed

AGAIN_AFTER = timedelta(seconds=60)
"""A run that failed, or whose process died, is begun again after this."""


class JobRun(Base):
    """`ended_at` is empty while it runs, and for ever where it died and its time passed."""

    __tablename__ = "job_run"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    due_at: Mapped[datetime] = mapped_column(UTCDateTime, primary_key=True)
    holder: Mapped[str] = mapped_column(String(64))
    started_at: Mapped[datetime] = mapped_column(UTCDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    tries: Mapped[int] = mapped_column(default=1)


def start(session: Session, *, name: str, due_at: datetime, holder: str, now: datetime) -> bool:
    """Whether `holder` is the one to run the job now; False where it has run, or somebody is at it."""
    begun = {"holder": holder, "started_at": now}
    broken = _run(name, due_at), JobRun.ended_at.is_(None), JobRun.started_at <= now - AGAIN_AFTER
    if rows_changed(session, update(JobRun).where(*broken).values(tries=JobRun.tries + 1, **begun)):
        return True
    try:
        with session.begin_nested():
            session.execute(insert(JobRun).values(name=name, due_at=due_at, tries=1, **begun))
    except IntegrityError:
        return False
    return True


def end(session: Session, *, name: str, due_at: datetime, holder: str, now: datetime) -> bool:
    """False where somebody else has begun it again meanwhile."""
    ours = _run(name, due_at), JobRun.holder == holder, JobRun.ended_at.is_(None)
    return rows_changed(session, update(JobRun).where(*ours).values(ended_at=now)) == 1


def ended(session: Session, *, name: str, due_at: datetime) -> bool:
    return session.scalar(select(JobRun.ended_at).where(_run(name, due_at))) is not None


def forget(session: Session, *, before: datetime) -> int:
    return rows_changed(session, delete(JobRun).where(JobRun.due_at < before))


def _run(name: str, due_at: datetime) -> ColumnElement[bool]:
    return (JobRun.name == name) & (JobRun.due_at == due_at)

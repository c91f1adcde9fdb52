"""Who leads, and who is at work: one row a role, held by a conditional UPDATE and renewed like a heartbeat."""

from datetime import datetime, timedelta

from sqlalchemy import String, delete, insert, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Session, UTCDateTime, rows_changed


class Lease(Base):
    __tablename__ = "lease"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    holder: Mapped[str] = mapped_column(String(64))
    until: Mapped[datetime] = mapped_column(UTCDateTime)
    beat_at: Mapped[datetime] = mapped_column(UTCDateTime)


def hold(session: Session, *, name: str, holder: str, lasts: timedelta, now: datetime) -> bool:
    """Take or renew the lease; False while somebody else's is running."""
    ours = {"holder": holder, "until": now + lasts, "beat_at": now}
    free = or_(Lease.holder == holder, Lease.until < now)
    if rows_changed(session, update(Lease).where(Lease.name == name, free).values(ours)):
        return True
    try:
        with session.begin_nested():
            session.execute(insert(Lease).values(name=name, **ours))
    except IntegrityError:
        return False
    return True


def release(session: Session, *, name: str, holder: str, now: datetime) -> None:
    """Let the next one lead at once."""
    mine = update(Lease).where(Lease.name == name, Lease.holder == holder)
    session.execute(mine.values(until=now - timedelta(seconds=1)))


def last_beat(session: Session, name: str) -> datetime | None:
    return session.scalar(select(Lease.beat_at).where(Lease.name == name))


def held(session: Session, *, prefix: str, now: datetime) -> frozenset[str]:
    """The leases that are running and whose names begin so, by what follows the prefix."""
    running = select(Lease.name).where(Lease.name.startswith(prefix), Lease.until >= now)
    return frozenset(name.removeprefix(prefix) for name in session.scalars(running))


def sweep(session: Session, *, prefix: str, before: datetime) -> int:
    """Drop the leases whose names begin so and whose holders have been silent since then."""
    silent = Lease.name.startswith(prefix), Lease.until < before
    return rows_changed(session, delete(Lease).where(*silent))

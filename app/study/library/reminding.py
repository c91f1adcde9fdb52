"""Telling a column's owner that nothing new came for long (facts/domain §7.3 FR16): their own matter, never a list."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select

from app.core.clock import local_day
from app.core.db import Session
from app.notices import personal
from app.organizations.models import Organization
from app.staff.models import StaffAccount
from app.study.library.staleness import Stale, stale

KIND: Final = "study_column"


def remind_owners(session: Session, *, now: datetime) -> int:
    """How many will be told. May be called at any time: an owner hears of each silence of a column once."""
    return sum(_remind(session, one, now) for one in stale(session, now=now))


def _remind(session: Session, one: Stale, now: datetime) -> int:
    column = one.column
    fields = {
        "title": column.name,
        "organization": session.get_one(Organization, column.organization_id).short_name,
        "days": str(one.days),
    }
    owner = select(StaffAccount.member_id).where(
        StaffAccount.username == column.owner, StaffAccount.active, StaffAccount.member_id.is_not(None)
    )
    # The day of the last news names the silence: whatever comes in between begins another.
    since = local_day(now) - timedelta(days=one.days)
    subject = f"study_column:{column.id}:{since.isoformat()}"
    return personal.queue_for(session, owner, subject=subject, kind=KIND, fields=fields, now=now)

"""Reminding secretaries of what nobody has planned (facts/domain §2.7): never a list that others see."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import Select, select

from app.core.clock import local_day
from app.core.db import Session
from app.meetings import periods
from app.meetings.duties import queries
from app.meetings.duties.queries import Unplanned
from app.meetings.duties.rules import RULES
from app.meetings.words import word
from app.notices import personal
from app.notices.workdays import known_to
from app.staff.models import Role, StaffAccount, StaffRole

KIND: Final = "duty_reminder"
AGAIN_AFTER: Final = timedelta(days=7)
OF_BRANCH: Final = (Role.SECRETARY, Role.ORGANIZER)
OF_SUPERIOR: Final = (*OF_BRANCH, Role.OFFICE)


def wanted(session: Session, *, now: datetime) -> list[Unplanned]:
    """What is to be said, where there is somebody to hear it. Takes seconds in a large group, and writes nothing."""
    heard = _heard(session)
    missing = queries.unplanned(session, today=local_day(now), works=known_to(session))
    return [one for one in missing if {one.organization_id, one.superior_id} & heard]


def remind(session: Session, some: Iterable[Unplanned], *, now: datetime) -> int:
    """How many deliveries. May be called at any time: each reminder is made once."""
    return sum(_remind(session, one, local_day(now), now) for one in some)


def _heard(session: Session) -> set[int | None]:
    """The organisations with an account whose person could be told."""
    seats = (
        select(StaffRole.organization_id)
        .join(StaffAccount, StaffRole.account_id == StaffAccount.id)
        .where(StaffAccount.active, StaffAccount.member_id.is_not(None), StaffRole.role.in_(OF_SUPERIOR))
    )
    return set(session.scalars(seats))


def _remind(session: Session, one: Unplanned, today: date, now: datetime) -> int:
    period = periods.read(one.period)
    fields = {
        "duty": one.duty.value,
        "title": word(one.duty),
        "organization": one.organization_name,
        "frequency": period.frequency.value if period else "",
        "until": f"{one.due_by.year}年{one.due_by.month}月{one.due_by.day}日",
    }
    return personal.queue_for(
        session, _secretaries(one), subject=_subject(one, today), kind=KIND, fields=fields, now=now
    )


def _subject(one: Unplanned, today: date) -> str:
    """Where the calendar has one mark for a period, it is said once more a week later; else once for each mark."""
    marks = sum(len(rule.marks) for rule in RULES if rule.duty is one.duty)
    number = 2 if marks == 1 and today >= one.mark + AGAIN_AFTER else 1
    return f"duty:{one.organization_id}:{one.duty}:{one.mark.isoformat()}:{number}"


def _secretaries(one: Unplanned) -> Select[Any]:
    """The organisation's own, as people of the registry; for a term's end the superior's too."""
    own = (StaffRole.organization_id == one.organization_id) & StaffRole.role.in_(OF_BRANCH)
    above = (StaffRole.organization_id == one.superior_id) & StaffRole.role.in_(OF_SUPERIOR)
    return (
        select(StaffAccount.member_id)
        .join(StaffRole, StaffRole.account_id == StaffAccount.id)
        .where(StaffAccount.active, StaffAccount.member_id.is_not(None), own | above)
    )

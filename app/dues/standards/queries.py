"""Which standard is in force in a month."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from sqlalchemy import select

from app.core.db import Session
from app.core.errors import DomainError
from app.dues import months
from app.dues.standards.models import DuesStandard
from app.dues.standards.rules import Standard
from app.dues.standing import STANDS


class NoStandard(DomainError):
    """No standard is in force for that month."""

    code: ClassVar[str] = "no_dues_standard"


@dataclass(frozen=True, slots=True)
class InForce:
    row: DuesStandard
    standard: Standard


def in_force(session: Session, month: int) -> InForce:
    """That of the month's first day: a month has one standard. Raises NoStandard."""
    row = session.scalar(
        select(DuesStandard)
        .where(DuesStandard.standing == STANDS, DuesStandard.effective_from <= months.first_day(month))
        .order_by(DuesStandard.effective_from.desc())
        .limit(1)
    )
    if row is None:
        raise NoStandard
    return InForce(row, Standard.read(row.table))


def all_of_them(session: Session) -> Sequence[DuesStandard]:
    """Proposed, approved, refused and replaced; the latest date first."""
    return session.scalars(
        select(DuesStandard).order_by(DuesStandard.effective_from.desc(), DuesStandard.id.desc())
    ).all()

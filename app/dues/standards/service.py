"""Changing the standard: a new row with its clause, put in force by a second person."""

from datetime import date, datetime
from typing import ClassVar

from app.core.clock import local_day
from app.core.db import Session
from app.core.errors import DomainError
from app.dues.standards.models import DuesStandard
from app.dues.standards.rules import BadStandard, Standard
from app.dues.standing import stand
from app.staff import deciding
from app.staff.deciding import Decision

NAME_WIDTH, CLAUSE_WIDTH = 100, 300


class StandardPast(DomainError):
    """A standard begins on a day to come: months that were billed keep theirs."""

    code: ClassVar[str] = "dues_standard_past"


def propose(
    session: Session,
    *,
    name: str,
    clause: str,
    effective_from: date,
    standard: Standard,
    by: str,
    now: datetime,
) -> DuesStandard:
    """Raises BadStandard, StandardPast. `clause`: the document that says so, which every explanation names."""
    name, clause = name.strip(), clause.strip()
    if not name or len(name) > NAME_WIDTH or not clause or len(clause) > CLAUSE_WIDTH:
        raise BadStandard("名称和依据都要填写")
    if effective_from <= local_day(now):
        raise StandardPast
    row = DuesStandard(
        name=name,
        clause=clause,
        effective_from=effective_from,
        table=Standard.read(standard.written()).written(),
        proposed_by=by,
        proposed_at=now,
    )
    session.add(row)
    session.flush()
    return row


def decide(
    session: Session, standard_id: int, decision: Decision, *, by: str, now: datetime, note: str = ""
) -> None:
    """Approved, it replaces what stood for the same day. Raises SecondPersonNeeded, AlreadyDecided, StandardPast."""
    deciding.decide(session, DuesStandard, standard_id, decision, by=by, now=now, note=note)
    if decision is not Decision.APPROVED:
        return
    row = session.get_one(DuesStandard, standard_id)
    if row.effective_from <= local_day(now):
        raise StandardPast
    stand(session, row, DuesStandard, DuesStandard.effective_from == row.effective_from)

"""Differences for a person: opened once however often they are seen, settled with a note."""

from datetime import datetime
from typing import Final

import structlog
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from app.core.db import Session, rows_changed
from app.core.errors import DomainError
from app.dues.policies.models import DuesPolicy
from app.dues.statements.models import Case, CaseKind, CaseState

log = structlog.get_logger()

SYSTEM: Final = "system"
LONGEST_NOTE: Final = 300
LONGEST_KEY: Final = 120


class CaseSettled(DomainError):
    code = "case_settled"


class CaseNeedsNote(DomainError):
    """What was found and done must be written down."""

    code = "case_needs_note"


def open_case(
    session: Session,
    *,
    key: str,
    kind: CaseKind,
    details: str,
    now: datetime,
    committee_id: int | None = None,
    mchid: str = "",
    order_id: int | None = None,
    statement_id: int | None = None,
    ours_fen: int | None = None,
    theirs_fen: int | None = None,
) -> bool:
    """Whether this call opened it; False where `key` was opened before, whatever became of it. Alarms the operator."""
    key = key[:LONGEST_KEY]
    case = Case(
        key=key,
        kind=kind,
        state=CaseState.OPEN,
        committee_id=committee_id or _committee(session, mchid),
        mchid=mchid,
        order_id=order_id,
        statement_id=statement_id,
        ours_fen=ours_fen,
        theirs_fen=theirs_fen,
        details=details,
        opened_at=now,
    )
    try:
        with session.begin_nested():
            session.add(case)
    except IntegrityError:
        if session.scalar(select(Case.id).where(Case.key == key)) is None:
            raise
        return False
    log.error("dues.case.opened", kind=kind.value, key=key, mchid=mchid)
    return True


def settle(session: Session, case_id: int, *, by: str, note: str, now: datetime) -> None:
    """Raises CaseNeedsNote, CaseSettled."""
    if not (note := note.strip()):
        raise CaseNeedsNote
    if not _settled(session, Case.id == case_id, by=by, note=note, now=now):
        raise CaseSettled


def clear(session: Session, *, key: str, note: str, now: datetime) -> None:
    """What the case waited for has happened: nobody need look at it any more."""
    _settled(session, Case.key == key, by=SYSTEM, note=note, now=now)


def not_booked(out_trade_no: str, transaction_id: str) -> str:
    """The key of a payment that a bill has and our books have not."""
    return f"not_booked:{out_trade_no}:{transaction_id}"


def refund_not_booked(out_refund_no: str) -> str:
    """〃 of a refund."""
    return f"billed_refund:{out_refund_no}:{CaseKind.NOT_BOOKED}"


def _settled(session: Session, which: object, *, by: str, note: str, now: datetime) -> bool:
    opened = update(Case).where(which, Case.state == CaseState.OPEN)  # type: ignore[arg-type]  # a condition
    done = {
        "state": CaseState.SETTLED,
        "settled_by": by,
        "settled_at": now,
        "note": note[:LONGEST_NOTE],
    }
    return rows_changed(session, opened.values(done)) == 1


def _committee(session: Session, mchid: str) -> int | None:
    """Whose merchant account it is, where that is known."""
    if not mchid:
        return None
    theirs = select(DuesPolicy.organization_id).where(DuesPolicy.mchid == mchid)
    return session.scalar(theirs.order_by(DuesPolicy.standing.is_(None), DuesPolicy.id.desc()).limit(1))

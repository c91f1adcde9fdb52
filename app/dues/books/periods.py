"""结账: a month is locked once it is over, the earlier ones first; opening it again takes a reason and two people."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, update

from app.core.clock import from_local
from app.core.db import Session, rows_changed
from app.core.errors import DomainError
from app.dues import months
from app.dues.books import counters
from app.dues.books.drafts import ReasonMissing
from app.dues.books.models import Draft, Period, PeriodState, Reopening
from app.dues.cash.models import Handover, Transfer
from app.dues.cash.states import HandoverState, TransferState
from app.dues.statements.models import Case, CaseState
from app.staff.deciding import Decision, decide


class MonthNotOver(DomainError):
    code = "dues_month_not_over"


class EarlierMonthOpen(DomainError):
    """Months are locked in their order."""

    code = "dues_earlier_month_open"


class MonthLocked(DomainError):
    code = "dues_month_locked"


class MonthOpen(DomainError):
    """It is not locked."""

    code = "dues_month_open"


class ReopeningWaiting(DomainError):
    """Somebody asked for it already; it waits for the second person."""

    code = "dues_reopening_waiting"


@dataclass(frozen=True, slots=True)
class Hints:
    """What began by the end of the month and is not finished; none of it keeps the month open."""

    cases: int
    handovers: int
    transfers: int
    drafts: int

    @property
    def any(self) -> bool:
        return bool(self.cases or self.handovers or self.transfers or self.drafts)


def hints(session: Session, *, committee_id: int, month: int) -> Hints:
    after = from_local(months.first_day(months.plus(month, 1)))
    open_ones = (
        (Case, Case.state == CaseState.OPEN, Case.opened_at),
        (Handover, Handover.state == HandoverState.OFFERED, Handover.handed_at),
        (Transfer, Transfer.state == TransferState.REPORTED, Transfer.reported_at),
        (Draft, Draft.decision == Decision.PROPOSED, Draft.proposed_at),
    )
    counts = [
        session.execute(
            select(func.count())
            .select_from(kind)
            .where(kind.committee_id == committee_id, waits, began < after)
        ).scalar_one()
        for kind, waits, began in open_ones
    ]
    return Hints(*counts)


def lock(session: Session, *, committee_id: int, month: int, by: str, now: datetime) -> Period:
    """Book nothing more into `month` (yyyymm): what comes goes on to the next open one.

    Raises MonthNotOver, EarlierMonthOpen, MonthLocked.
    """
    if month >= months.current(now):
        raise MonthNotOver
    earlier = Period.committee_id == committee_id, Period.month < month, Period.state == PeriodState.OPEN
    if session.scalar(select(Period.id).where(*earlier).limit(1)) is not None:
        raise EarlierMonthOpen
    fresh = {"committee_id": committee_id, "month": month, "state": PeriodState.OPEN, "vouchers": 0}
    counters.ensure(session, Period, fresh)
    mine = Period.committee_id == committee_id, Period.month == month
    open_one = update(Period).where(*mine, Period.state == PeriodState.OPEN)
    if not rows_changed(session, open_one.values(state=PeriodState.LOCKED, locked_by=by, locked_at=now)):
        raise MonthLocked
    session.expire_all()
    return session.scalars(select(Period).where(*mine)).one()


def propose_reopening(
    session: Session, *, committee_id: int, month: int, reason: str, by: str, now: datetime
) -> Reopening:
    """Raises ReasonMissing, MonthOpen, ReopeningWaiting."""
    if not reason.strip():
        raise ReasonMissing
    period = session.scalar(
        select(Period).where(
            Period.committee_id == committee_id, Period.month == month, Period.state == PeriodState.LOCKED
        )
    )
    if period is None:
        raise MonthOpen
    waits = Reopening.period_id == period.id, Reopening.decision == Decision.PROPOSED
    if session.scalar(select(Reopening.id).where(*waits).limit(1)) is not None:
        raise ReopeningWaiting
    asked = Reopening(period_id=period.id, reason=reason.strip(), proposed_by=by, proposed_at=now)
    session.add(asked)
    session.flush()
    return asked


def decide_reopening(
    session: Session, *, reopening_id: int, decision: Decision, by: str, now: datetime, note: str = ""
) -> Reopening:
    """Yes opens the month until it is locked again. Raises SecondPersonNeeded, AlreadyDecided, MonthOpen."""
    decide(session, Reopening, reopening_id, decision, by=by, now=now, note=note)
    asked = session.get_one(Reopening, reopening_id)
    if decision is Decision.APPROVED:
        locked = update(Period).where(Period.id == asked.period_id, Period.state == PeriodState.LOCKED)
        opened = {"state": PeriodState.OPEN, "locked_by": None, "locked_at": None}
        if not rows_changed(session, locked.values(**opened)):
            raise MonthOpen
        session.expire_all()
        session.refresh(asked)
    return asked

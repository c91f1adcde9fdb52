"""Making a committee's bills of a month: for everybody who owes one and has none, as often as it is asked."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, ClassVar

import structlog
from sqlalchemy import ColumnElement, Date, Select, and_, case, func, insert, literal, or_, select
from sqlalchemy.exc import IntegrityError, OperationalError

from app.core.clock import local_day
from app.core.db import AnyRow, Session, Sessions, UTCDateTime, codes, in_turn
from app.core.errors import DomainError
from app.dues import months
from app.dues.assessments.models import Assessment, Relief, ReliefKind
from app.dues.assessments.queries import current_id, relief_id
from app.dues.bills import booking, rules
from app.dues.bills.booking import New
from app.dues.bills.models import NOT_BILLED, Bill, BillRun
from app.dues.bills.states import BillState
from app.dues.policies import queries as policies
from app.dues.policies.models import DuesPolicy
from app.dues.policies.queries import NoPolicy
from app.dues.standing import STANDS
from app.dues.sums import whole
from app.members.models import PARTY_MEMBERS, Member

log = structlog.get_logger()

SYSTEM = "system"
AHEAD = 1
"""Months before their first day that bills may be made."""
WAITED = frozenset({"55P03", 1205})
"""Somebody else held the row too long: SQLSTATE of PostgreSQL, number of MySQL."""


class MonthTooFar(DomainError):
    """Bills are made for months begun and the next one."""

    code: ClassVar[str] = "dues_month_too_far"


class BillsBeingMade(DomainError):
    """Somebody else is making the same bills at this moment."""

    code: ClassVar[str] = "dues_bills_being_made"


@dataclass(frozen=True, slots=True)
class Made:
    """`bills` and their `total` fen are those of this call; `advance_used`, fen, met some of them at once.

    `without_amount`: members of the committee's branches for whom no amount is set, and so no bill is made.
    """

    bills: int
    total: int
    without_amount: int
    advance_used: int


def generate(session: Session, *, committee_id: int, month: int, by: str, now: datetime) -> Made:
    """Bills of `month` (yyyymm, China) for the committee's members without one. Called again it adds who joined.

    Who joined or has an amount since that month gets one; who has gone does not. What a relief takes off is not
    booked. Raises NoPolicy, MonthTooFar, BillsBeingMade.
    """
    if not months.valid(month) or months.between(months.current(now), month) > AHEAD:
        raise MonthTooFar
    policy = policies.policy_for(session, committee_id, month)
    if policy is None or policy.organization_id != committee_id:
        raise NoPolicy
    run = _hold(session, committee_id, month, by=by, now=now)
    branches = policies.governed(session, committee_id, month)
    last = _last_bill(session, committee_id, month)
    session.execute(_insert(policy, branches, month, local_day(now), now))
    new = New(committee_id, month, last)
    made = _made(session, new)
    used = booking.book(session, new, by=by, now=now) if made.total else 0
    without = session.scalar(_owing(branches, month).with_only_columns(func.count())) or 0
    _sign(session, run, without, now=now, by=by if made.bills else None)
    session.flush()
    return Made(made.bills, int(made.total), without, used)


def _hold(session: Session, committee_id: int, month: int, *, by: str, now: datetime) -> BillRun:
    """The month's one row, locked: who comes second makes nothing, rather than everything again."""
    mine = BillRun.committee_id == committee_id, BillRun.month == month
    fresh = BillRun(committee_id=committee_id, month=month, made_at=now, made_by=by)
    fresh.bills = fresh.total_fen = fresh.without_amount = 0
    if session.scalar(select(BillRun.id).where(*mine)) is None:
        try:
            with session.begin_nested():
                session.add(fresh)
        except IntegrityError:
            pass  # somebody was quicker, and has ended
        except OperationalError as error:
            if not WAITED.isdisjoint(codes(error)):
                raise BillsBeingMade from error
            raise
    held = select(BillRun).where(*mine).with_for_update(skip_locked=True)
    run = session.scalar(held.execution_options(populate_existing=True))
    if run is None:
        raise BillsBeingMade
    return run


def _last_bill(session: Session, committee_id: int, month: int) -> int:
    mine = Bill.committee_id == committee_id, Bill.month == month
    return session.scalar(select(func.max(Bill.id)).where(*mine)) or 0


def _owing(branches: list[int], month: int) -> Select[Any]:
    """Members of those branches who owe for that month and have no bill."""
    has_one = select(Bill.id).where(Bill.member_id == Member.id, Bill.month == month, Bill.live.is_not(None))
    return (
        select(Member.id)
        .select_from(Member)
        .where(
            Member.organization_id.in_(branches),
            Member.kind.in_(PARTY_MEMBERS),
            Member.status.not_in(NOT_BILLED),
            or_(Member.joined_on.is_(None), Member.joined_on <= months.last_day(month)),
            ~has_one.exists(),
        )
    )


def _insert(policy: DuesPolicy, branches: list[int], month: int, today: date, now: datetime) -> Any:
    """All of them in one statement; the UNIQUE key holds should anybody get past the run's lock."""
    amount, to_pay = _amount(), rules.unpaid(month, today)
    values: dict[str, ColumnElement[Any]] = {
        "member_id": Member.__table__.c.id,
        "organization_id": Member.__table__.c.organization_id,
        "committee_id": literal(policy.organization_id),
        "month": literal(month),
        "amount_fen": amount,
        "paid_fen": literal(0),
        "state": case(
            (amount == 0, literal(BillState.EXEMPT, Bill.state.type)),
            else_=literal(to_pay, Bill.state.type),
        ),
        "due_on": literal(rules.due_on(month, policy.due_day, today), Date()),
        "assessment_id": Assessment.__table__.c.id,
        "relief_id": Relief.__table__.c.id,
        "live": literal(STANDS),
        "created_at": literal(now, UTCDateTime()),
    }
    rows = (
        _owing(branches, month)
        .with_only_columns(*values.values())
        .join(
            Assessment,
            and_(Assessment.member_id == Member.id, Assessment.id == current_id(Member.id, month)),
        )
        .outerjoin(Relief, and_(Relief.member_id == Member.id, Relief.id == relief_id(Member.id, month)))
        .order_by(Member.id)
    )
    return insert(Bill.__table__).from_select(list(values), rows)  # type: ignore[arg-type]  # a Table


def _amount() -> ColumnElement[int]:
    """Fen after the relief, which never makes it more."""
    less = and_(Relief.kind == ReliefKind.REDUCED, Relief.amount_fen < Assessment.amount_fen)
    return case(
        (Relief.kind == ReliefKind.EXEMPT, 0),
        (less, Relief.amount_fen),
        else_=Assessment.amount_fen,
    )


def _made(session: Session, new: New) -> AnyRow:
    totals = select(func.count().label("bills"), func.coalesce(func.sum(Bill.amount_fen), 0).label("total"))
    return session.execute(totals.where(new.bills())).one()


def _sign(session: Session, run: BillRun, without: int, *, now: datetime, by: str | None) -> None:
    """`by`: who made some now. Counted anew, since bills may have been taken back meanwhile."""
    stand = Bill.committee_id == run.committee_id, Bill.month == run.month, Bill.live == STANDS
    totals = select(func.count(), whole(Bill.amount_fen)).where(*stand)
    run.bills, run.total_fen = session.execute(totals).one()
    run.without_amount = without
    if by is not None:
        run.made_at, run.made_by = now, by


def generate_due(
    sessions: Sessions, *, now: datetime, goes_on: Callable[[], bool] = lambda: True
) -> list[Made]:
    """For every committee that keeps books this month, each in a transaction of its own; who is busy waits a day.

    One that fails does not keep the others from theirs: it is raised once they have them.
    """
    month = months.current(now)
    with sessions.read() as session:
        committees = sorted(policies.in_force(session, month))
    made, faults = [], []
    for committee_id in committees:
        if not goes_on():
            break
        try:
            made.append(in_turn(lambda one=committee_id: _in_own(sessions, one, month, now)))  # type: ignore[misc]  # the loop's own value
        except BillsBeingMade:
            continue
        except Exception as fault:
            log.exception("dues.bills.not_made", committee=committee_id)
            faults.append(fault)
    if faults:
        raise faults[0]
    return made


def _in_own(sessions: Sessions, committee_id: int, month: int, now: datetime) -> Made:
    with sessions.begin() as session:
        return generate(session, committee_id=committee_id, month=month, by=SYSTEM, now=now)

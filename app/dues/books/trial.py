"""试算平衡 and the account of one name: what came before, what went in and out, what is left."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, and_, case, cast, func, or_, select

from app.core.db import AnyRow, Session
from app.dues.books.models import Account, Entry, Journal
from app.dues.sums import whole


@dataclass(frozen=True)
class TrialLine:
    """Of one account, in fen: a debit balance is positive."""

    account: Account
    before: int
    debit: int
    credit: int

    @property
    def after(self) -> int:
        return self.before + self.debit - self.credit

    @property
    def sides(self) -> tuple[int, int, int, int, int, int]:
        """Debit and credit before, in, and after the months."""
        return (*_sides(self.before), self.debit, self.credit, *_sides(self.after))


def _sides(balance: int) -> tuple[int, int]:
    return max(balance, 0), max(-balance, 0)


@dataclass(frozen=True)
class Total:
    """Of all lines. In each pair debit and credit are equal, whatever was booked."""

    sides: tuple[int, ...]

    @classmethod
    def of(cls, lines: Sequence[TrialLine]) -> "Total":
        return cls(tuple(map(sum, zip(*(one.sides for one in lines), strict=True))) or (0,) * 6)


def trial(session: Session, committee_id: int, *, first: int, last: int) -> list[TrialLine]:
    """Each account that was ever used: before the months, in them, after them. All balances together are zero."""
    sums: dict[Account, list[int]] = {}
    for side, column in enumerate((Entry.debit, Entry.credit)):
        earlier = whole(case((Journal.month < first, Entry.amount_fen), else_=0))
        within = whole(case((Journal.month >= first, Entry.amount_fen), else_=0))
        rows = session.execute(
            select(column, earlier, within)
            .join(Journal, Journal.id == Entry.journal_id)
            .where(Journal.committee_id == committee_id, Journal.month <= last)
            .group_by(column)
        )
        for account, before, during in rows:
            line = sums.setdefault(account, [0, 0, 0])
            line[0] += -before if side else before
            line[1 + side] += during
    return [TrialLine(one, *sums[one]) for one in Account if one in sums]


@dataclass(frozen=True)
class AccountFilter:
    """Of which account, and of which organisation: None is all that the committee keeps."""

    committee_id: int
    account: Account
    first: int
    last: int
    organization_id: int | None = None


def account_before(session: Session, wanted: AccountFilter) -> int:
    """The balance that is brought forward, in fen."""
    moved = _moved(wanted).subquery()
    total = select(whole(moved.c.debit - moved.c.credit)).where(moved.c.month < wanted.first)
    return session.scalar(total) or 0


def account_lines(
    session: Session, wanted: AccountFilter, *, offset: int = 0, limit: int | None = None
) -> Sequence[AnyRow]:
    """(journal_id, month, number, kind, reason, debit, credit, so_far), one row a voucher, the oldest first.

    `so_far`: what the months' rows up to this one come to; the balance is that and what was brought forward.
    """
    moved = _within(wanted)
    so_far = func.sum(moved.c.debit - moved.c.credit).over(order_by=(moved.c.month, moved.c.number))
    rows = select(moved, cast(so_far, BigInteger).label("so_far")).order_by(moved.c.month, moved.c.number)
    return session.execute(rows.offset(offset).limit(limit)).all()


def account_total(session: Session, wanted: AccountFilter) -> AnyRow:
    """(vouchers, debit, credit) of the months."""
    moved = _within(wanted)
    return session.execute(
        select(
            func.count().label("vouchers"),
            whole(moved.c.debit).label("debit"),
            whole(moved.c.credit).label("credit"),
        ).select_from(moved)
    ).one()


def _within(wanted: AccountFilter) -> Any:
    return _moved(wanted).having(Journal.month >= wanted.first).subquery()


def _moved(wanted: AccountFilter) -> Any:
    """What each voucher up to the last month moved on the account. Entries between two of its holders count twice."""
    debit, credit = (
        case((_side(column, at, wanted), Entry.amount_fen), else_=0)
        for column, at in (
            (Entry.debit, Entry.debit_organization_id),
            (Entry.credit, Entry.credit_organization_id),
        )
    )
    return (
        select(
            Journal.id.label("journal_id"),
            Journal.month,
            Journal.number,
            Journal.kind,
            Journal.reason,
            whole(debit).label("debit"),
            whole(credit).label("credit"),
        )
        .join(Entry, Entry.journal_id == Journal.id)
        .where(
            Journal.committee_id == wanted.committee_id,
            Journal.month <= wanted.last,
            or_(
                _side(Entry.debit, Entry.debit_organization_id, wanted),
                _side(Entry.credit, Entry.credit_organization_id, wanted),
            ),
        )
        .group_by(Journal.id, Journal.month, Journal.number, Journal.kind, Journal.reason)
    )


def _side(column: Any, at: Any, wanted: AccountFilter) -> ColumnElement[bool]:
    of_it: ColumnElement[bool] = column == wanted.account
    return and_(of_it, at == wanted.organization_id) if wanted.organization_id else of_it

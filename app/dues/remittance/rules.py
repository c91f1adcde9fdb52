"""Periods, shares and days of remitting upward (facts/domain §1.5). Pure."""

from collections.abc import Collection
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Final

from app.dues import money, months
from app.dues.remittance.models import RemitEvery

LENGTH: Final = {RemitEvery.MONTH: 1, RemitEvery.QUARTER: 3, RemitEvery.HALF: 6, RemitEvery.YEAR: 12}
"""Months."""
Span = tuple[int, int]
"""The first and the last month (yyyymm)."""
WHOLE: Final = 10_000
"""Hundredths of a percent."""


def period_of(every: RemitEvery, month: int) -> tuple[int, int]:
    """The first and last month (yyyymm) of the calendar's period in which `month` lies."""
    length = LENGTH[every]
    first = month // 100 * 100 + (month % 100 - 1) // length * length + 1
    return first, months.plus(first, length - 1)


def share(received_fen: int, ratio_bp: int) -> int:
    """Whole fen, half up; nothing of less than nothing."""
    return money.rounded(Decimal(max(received_fen, 0)) * ratio_bp / WHOLE)


def due_on(until_month: int, due_days: int) -> date:
    """That many days after the period's last one."""
    return months.last_day(until_month) + timedelta(days=due_days)


def pieces(wanted: Span, others: Collection[Span]) -> list[Span]:
    """The spans of months that `wanted` and those which overlap it are cut into by all ends; none where it stands
    alone."""
    spans = {wanted, *others}
    touching = [one for one in spans if one[0] <= wanted[1] and wanted[0] <= one[1]]
    ends = sorted({first for first, _ in spans} | {months.plus(last, 1) for _, last in spans})
    cut = [(first, months.plus(after, -1)) for first, after in pairwise(ends)]
    inside = [one for one in cut if any(first <= one[0] and one[1] <= last for first, last in touching)]
    return inside if len(inside) > 1 else []

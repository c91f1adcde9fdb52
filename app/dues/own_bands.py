"""The bands that a member's amount was taken from, as they are shown beside it: whole base, one rate (facts §1.1)."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from app.core.db import Session
from app.dues.assessments.models import Assessment
from app.dues.standards.models import DuesStandard
from app.dues.standards.rules import FROM_PAY, Standard, band_text, monthly


@dataclass(frozen=True, slots=True)
class BandLine:
    """`percent` of the whole base. `mine`: the member's base lies in it."""

    text: str
    percent: Decimal
    mine: bool


@dataclass(frozen=True, slots=True)
class Step:
    """What is due at a bound, and one fen above it: why two like bases may differ by much. Fen."""

    bound: int
    at: int
    beyond: int


@dataclass(frozen=True, slots=True)
class Bands:
    lines: Sequence[BandLine]
    step: Step | None
    """At the bound that is nearest to the member's base."""


def bands(session: Session, assessment: Assessment, counted_fen: int | None) -> Bands | None:
    """None where the amount is not taken of a base. `counted_fen`: the base after the factor for pensions."""
    if assessment.category not in FROM_PAY or counted_fen is None:
        return None
    table = Standard.read(session.get_one(DuesStandard, assessment.standard_id).table)
    rows = table.bands[assessment.category]
    mine = next(at for at, band in enumerate(rows) if band.up_to is None or counted_fen <= band.up_to)
    lines = [BandLine(band_text(rows, at), band.percent, at == mine) for at, band in enumerate(rows)]
    bounds = [band.up_to for band in rows if band.up_to is not None]
    nearest = min(bounds, key=lambda bound: abs(bound - counted_fen), default=None)
    return Bands(lines, None if nearest is None else _step(table, assessment, nearest))


def _step(table: Standard, assessment: Assessment, bound: int) -> Step:
    at, beyond = (monthly(table, assessment.category, base).amount for base in (bound, bound + 1))
    return Step(bound, at, beyond)

"""The dated figures: which stand on a day, and how a new one comes in force by two people."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import ClassVar, Final

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from app.core.clock import local_day
from app.core.db import Session, rows_changed
from app.core.errors import DomainError
from app.staff import deciding
from app.staff.deciding import Decision
from app.study.hours.lines import line
from app.study.hours.models import HoursFigure, HoursRule
from app.study.hours.rules import LEAST, QUARTER, Figures, is_id

CLAUSE_WIDTH, NOTE_WIDTH = 300, 200
STANDS: Final = 1
OF_A_YEAR: Final = frozenset({HoursFigure.MEMBER_YEAR, HoursFigure.LEADER_YEAR})
DAY = range(QUARTER, 24 * 60 + 1, QUARTER)
ALLOWED: Final[dict[HoursFigure, range]] = {
    HoursFigure.MEMBER_YEAR: range(0, 30_001, QUARTER),
    HoursFigure.LEADER_YEAR: range(0, 30_001, QUARTER),
    HoursFigure.FULL_DAY: DAY,
    HoursFigure.HALF_DAY: DAY,
    HoursFigure.CLOCK_HOUR: range(LEAST, 121),
}
"""Study minutes. A clock hour may give what is no quarter: where 45 minutes are one 学时, it gives 80."""


class NoHoursFigures(DomainError):
    """Nothing says how many 学时 that day asked for or gave."""

    code: ClassVar[str] = "study_no_figures"


class FigureWrong(DomainError):
    """Out of range, or a year's figure that does not begin with a year."""

    code: ClassVar[str] = "study_figure_wrong"


class FigurePast(DomainError):
    """A year's figure is for the running year or a later one, any other begins on a day to come: what was reckoned
    stays as it was.
    """

    code: ClassVar[str] = "study_figure_past"


class FigureOvertaken(DomainError):
    """Somebody else put another one in force at the same moment."""

    code: ClassVar[str] = "study_figure_overtaken"


def in_force(session: Session, on: date) -> dict[HoursFigure, HoursRule]:
    """Each figure's row on that day, with its clause. Raises NoHoursFigures."""
    rows = session.scalars(
        select(HoursRule)
        .where(HoursRule.standing == STANDS, HoursRule.effective_from <= on)
        .order_by(HoursRule.effective_from)
    )
    found = {row.figure: row for row in rows}
    if len(found) < len(HoursFigure):
        raise NoHoursFigures
    return found


def figures(session: Session, on: date) -> Figures:
    """In study minutes. What a year asks for is what stood on its 1 January. Raises NoHoursFigures."""
    return Figures(**{figure.value: row.minutes for figure, row in in_force(session, on).items()})


def of_year(session: Session, year: int) -> Figures:
    """Raises NoHoursFigures."""
    return figures(session, date(year, 1, 1))


def all_of_them(session: Session) -> Sequence[HoursRule]:
    """Proposed, approved, refused and replaced; the latest date first."""
    return session.scalars(
        select(HoursRule).order_by(HoursRule.effective_from.desc(), HoursRule.id.desc())
    ).all()


def propose_figure(
    session: Session,
    *,
    figure: HoursFigure,
    minutes: int,
    effective_from: date,
    clause: str,
    by: str,
    now: datetime,
) -> HoursRule:
    """`minutes`: of study; `clause`: the document that says so. Raises FigureWrong, FigurePast, LineWrong."""
    begins_a_year = (effective_from.month, effective_from.day) == (1, 1)
    if minutes not in ALLOWED[figure] or (figure in OF_A_YEAR and not begins_a_year):
        raise FigureWrong
    _check_begin(figure, effective_from, now)
    row = HoursRule(
        figure=figure,
        effective_from=effective_from,
        minutes=minutes,
        clause=line(clause, field="clause", limit=CLAUSE_WIDTH),
        proposed_by=by,
        proposed_at=now,
    )
    session.add(row)
    session.flush()
    return row


def decide_figure(
    session: Session, *, rule_id: int, decision: Decision, by: str, now: datetime, note: str = ""
) -> None:
    """Approved, it replaces what stood for the same figure and day.

    Raises SecondPersonNeeded, AlreadyDecided, FigurePast, FigureOvertaken, LineWrong.
    """
    why = line(note, field="note", limit=NOTE_WIDTH, needed=False)
    row = session.get(HoursRule, rule_id) if is_id(rule_id) else None
    if row is None:
        raise deciding.AlreadyDecided
    if decision is Decision.APPROVED:
        _check_begin(row.figure, row.effective_from, now)
    deciding.decide(session, HoursRule, rule_id, decision, by=by, now=now, note=why)
    if decision is Decision.APPROVED:
        _stand(session, row)


def _check_begin(figure: HoursFigure, effective_from: date, now: datetime) -> None:
    """When it is proposed and when it is approved: time has passed in between."""
    today = local_day(now)
    past = effective_from.year < today.year if figure in OF_A_YEAR else effective_from <= today
    if past:
        raise FigurePast


def _stand(session: Session, row: HoursRule) -> None:
    same = HoursRule.figure == row.figure, HoursRule.effective_from == row.effective_from
    rows_changed(session, update(HoursRule).where(*same, HoursRule.standing == STANDS).values(standing=None))
    session.expire_all()
    try:
        with session.begin_nested():
            row.standing = STANDS
    except IntegrityError as error:
        raise FigureOvertaken from error

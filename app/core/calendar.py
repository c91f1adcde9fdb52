"""Working days in China: the State Council's holidays and make-up days, and the office's own corrections."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

import chinese_calendar
from sqlalchemy import ColumnElement, Date, String, delete, func, select
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Session, enum_column

FIRST_MONTH_TO_KNOW_NEXT_YEAR = 11
"""The State Council announces the next year's holidays in November; from December on a gap is an alarm."""
STATUTORY_HOLIDAYS = 13
"""Free days a year by law (全国年节及纪念日放假办法 of 2025): an office that has entered fewer is not done yet."""
SATURDAY = 5


class DayKind(StrEnum):
    WORK = "work"
    REST = "rest"


class CalendarDay(Base):
    """A day that the office sets itself: it wins over the library."""

    __tablename__ = "calendar_day"

    day: Mapped[date] = mapped_column(Date, primary_key=True)
    kind: Mapped[DayKind] = mapped_column(enum_column(DayKind))
    note: Mapped[str] = mapped_column(String(100))


class CalendarMissing(RuntimeError):
    """Nobody knows yet which days of that year are worked: a person must enter them."""

    def __init__(self, year: int) -> None:
        super().__init__(f"the working days of {year} are not known; enter them in calendar_day")
        self.year = year


def is_working_day(session: Session, day: date) -> bool:
    """Raises CalendarMissing for a year that neither the library knows nor the office has entered."""
    own = session.scalar(select(CalendarDay.kind).where(CalendarDay.day == day))
    if own:
        return own is DayKind.WORK
    try:
        return _published(day)
    except CalendarMissing:
        if not _entered(session, day.year):
            raise
        return day.weekday() < SATURDAY


def _published(day: date) -> bool:
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError as error:
        raise CalendarMissing(day.year) from error


def add_working_days(session: Session, start: date, count: int) -> date:
    """The `count`-th working day after `start`."""
    day = start
    while count > 0:
        day += timedelta(days=1)
        count -= is_working_day(session, day)
    return day


def set_day(session: Session, *, day: date, kind: DayKind, note: str) -> None:
    session.merge(CalendarDay(day=day, kind=kind, note=note))


def clear_day(session: Session, *, day: date) -> None:
    session.execute(delete(CalendarDay).where(CalendarDay.day == day))


def own_days(session: Session, year: int) -> Sequence[CalendarDay]:
    """What the office set for that year, in order."""
    return session.scalars(select(CalendarDay).where(_of(year)).order_by(CalendarDay.day)).all()


def _of(year: int) -> ColumnElement[bool]:
    return CalendarDay.day.between(date(year, 1, 1), date(year, 12, 31))


def _entered(session: Session, year: int) -> bool:
    """Whether the office has written that year's holidays down itself; its other days are ordinary ones."""
    free = select(func.count()).where(_of(year), CalendarDay.kind == DayKind.REST)
    return (session.scalar(free) or 0) >= STATUTORY_HOLIDAYS


@dataclass(frozen=True)
class Exceptional:
    """Days in a row that are published as worked or free against the ordinary week."""

    first: date
    last: date
    kind: DayKind
    name: str


def published_exceptions(year: int) -> list[Exceptional] | None:
    """Holidays with the weekends inside them, and make-up days; None for a year not yet published."""
    day, found = date(year, 1, 1), list[Exceptional]()
    while day.year == year:
        try:
            free, name = chinese_calendar.get_holiday_detail(day)
        except NotImplementedError:
            return None
        if name:
            _join(found, day, DayKind.REST if free else DayKind.WORK, chinese_calendar.Holiday(name).chinese)
        day += timedelta(days=1)
    return found


def _join(found: list[Exceptional], day: date, kind: DayKind, name: str) -> None:
    before = found[-1] if found else None
    if before and (before.last + timedelta(days=1), before.kind, before.name) == (day, kind, name):
        found[-1] = replace(before, last=day)
    else:
        found.append(Exceptional(day, day, kind, name))


def missing_year(session: Session, today: date) -> int | None:
    """The year whose working days are needed now and unknown, if there is one."""
    wanted = [today.year] + ([today.year + 1] if today.month > FIRST_MONTH_TO_KNOW_NEXT_YEAR else [])
    return next((year for year in wanted if not _known(session, year)), None)


def _known(session: Session, year: int) -> bool:
    try:
        _published(date(year, 1, 1))
    except CalendarMissing:
        return _entered(session, year)
    return True

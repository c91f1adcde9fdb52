"""When an answer is due: working days after the day of writing, to the end of that day in China."""

from datetime import UTC, date, datetime, timedelta

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from app.core import calendar
from app.core.calendar import DayKind
from app.core.clock import from_local
from app.core.db import Session
from app.feedback.rules import due_day, plain_working_day
from tests import factories
from tests.unit.feedback.letters import submit


@given(start=st.dates(date(2020, 1, 1), date(2030, 1, 1)), count=st.integers(1, 60))
def test_due_day_is_worked_and_the_count_is_right(start: date, count: int) -> None:
    due = due_day(start, count, plain_working_day)

    between = [start + timedelta(days=number) for number in range(1, (due - start).days + 1)]
    assert due.weekday() < 5
    assert sum(plain_working_day(day) for day in between) == count


def test_no_working_day_is_due_on_the_same_day() -> None:
    assert due_day(date(2026, 3, 1), 0, plain_working_day) == date(2026, 3, 1)


@pytest.mark.parametrize(
    ("written", "due"),
    [
        (from_local(date(2026, 3, 2), 9), date(2026, 3, 9)),  # Monday
        (from_local(date(2026, 3, 7), 9), date(2026, 3, 13)),  # Saturday
        (from_local(date(2026, 2, 13), 9), date(2026, 2, 27)),  # over 春节, with the worked 14th
        (from_local(date(2026, 2, 25), 9), date(2026, 3, 3)),  # with the worked Saturday 28th
        (from_local(date(2026, 9, 30), 9), date(2026, 10, 13)),  # over 国庆, with the worked 10th
        (from_local(date(2026, 3, 2), 23, 59), date(2026, 3, 9)),
        (from_local(date(2026, 3, 3), 0, 0), date(2026, 3, 10)),
    ],
)
def test_letter_is_due_five_working_days_later(written: datetime, due: date, session: Session) -> None:
    thread = submit(session, factories.organization(session), now=written)

    assert thread.due_at == from_local(due, 23, 59)


def test_office_s_own_free_day_moves_the_due_day(session: Session, now: datetime) -> None:
    calendar.set_day(session, day=date(2026, 3, 4), kind=DayKind.REST, note="厂庆")

    thread = submit(session, factories.organization(session), now=now)

    assert thread.due_at == from_local(date(2026, 3, 10), 23, 59)


def test_missing_calendar_falls_back_on_the_plain_week_and_warns(session: Session) -> None:
    written = datetime(2026, 12, 30, 1, tzinfo=UTC)  # Wednesday; 2027 is not published

    with structlog.testing.capture_logs() as told:
        thread = submit(session, factories.organization(session), now=written)

    assert thread.due_at == from_local(date(2027, 1, 6), 23, 59)
    assert {(event["event"], event["year"], event["log_level"]) for event in told} == {
        ("calendar.missing", 2027, "warning")
    }

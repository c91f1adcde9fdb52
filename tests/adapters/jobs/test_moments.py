"""When timed jobs are due: wall-clock times in China, and the last working day before a free one."""

from datetime import datetime, time

import pytest

from app.core.clock import SHANGHAI
from app.core.db import Session
from app.notices.workdays import known_to
from jobs.moments import Daily, DigestTime


def china(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("now", "due"),
    [
        ("2026-03-02 03:29:59", "2026-03-01 03:30"),
        ("2026-03-02 03:30:00", "2026-03-02 03:30"),
        ("2026-03-02 23:59:59", "2026-03-02 03:30"),
        ("2026-01-01 00:00:00", "2025-12-31 03:30"),
    ],
)
def test_daily_is_due_at_its_time_in_china(now: str, due: str) -> None:
    assert Daily(time(3, 30)).last(china(now), lambda _: True) == china(due)


@pytest.mark.parametrize(
    ("now", "due"),
    [
        pytest.param("2026-03-06 15:59:59", "2026-02-27 16:00", id="a second before Friday's"),
        pytest.param("2026-03-06 16:00:00", "2026-03-06 16:00", id="Friday's moment"),
        pytest.param("2026-03-11 12:00:00", "2026-03-06 16:00", id="Wednesday after"),
        pytest.param("2026-04-30 15:59:59", "2026-04-24 16:00", id="before 1 May, a Friday"),
        pytest.param("2026-04-30 16:00:00", "2026-04-30 16:00", id="Thursday stands in for 1 May"),
        pytest.param("2026-05-01 16:00:00", "2026-04-30 16:00", id="on 1 May nothing further"),
        pytest.param("2026-09-30 16:00:00", "2026-09-30 16:00", id="Wednesday before the National Day"),
        pytest.param(
            "2026-10-10 16:00:00", "2026-10-09 16:00", id="Friday after it; Saturday is a make-up day"
        ),
        pytest.param("2026-02-22 16:00:00", "2026-02-13 16:00", id="the Spring Festival's week has none"),
        pytest.param("2027-01-08 16:00:00", "2027-01-08 16:00", id="a year that nobody knows yet"),
    ],
)
def test_digest_is_due_on_friday_or_the_last_working_day_before(session: Session, now: str, due: str) -> None:
    assert DigestTime().last(china(now), known_to(session)) == china(due)


def test_digest_without_a_working_day_in_sight_is_not_due() -> None:
    assert DigestTime().last(china("2026-03-06 16:00"), lambda _: False) is None

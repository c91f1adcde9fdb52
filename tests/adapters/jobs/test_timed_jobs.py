"""A timed job runs once for each due moment, whoever leads, and late rather than never."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest

from app.core.clock import FixedClock
from app.core.db import Sessions
from app.core.runs import AGAIN_AFTER
from app.notices.timing import IsWorkingDay
from jobs.context import Context
from jobs.schedule import LEASE_LASTS, Scheduler
from jobs.table import Timed
from tests.adapters.jobs.timing import scheduler

HOUR = timedelta(hours=1)
INSTANT = timedelta(microseconds=1)


@dataclass
class Hourly:
    """Due at each full hour."""

    def last(self, now: datetime, works: IsWorkingDay) -> datetime:
        return now.replace(minute=0, second=0, microsecond=0)


@dataclass
class Ran:
    fails: Callable[[], bool] = lambda: False
    due: list[datetime] = field(default_factory=list)

    def job(self, *, grace: timedelta = HOUR) -> Timed:
        def run(_: Context, due_at: datetime) -> None:
            self.due.append(due_at)
            if self.fails():
                raise RuntimeError("not this time")

        return Timed("hourly", Hourly(), grace, run)


def look(one: Scheduler, job: Timed) -> None:
    one._beat()
    one._look(job)


def test_timed_job_runs_once_a_moment_however_often_it_is_looked_at(
    any_sessions: Sessions, clock: FixedClock
) -> None:
    one, ran = scheduler(any_sessions, clock), Ran()
    first = clock.now()

    for _ in range(3):
        look(one, ran.job())
        clock.advance(timedelta(minutes=30))

    assert ran.due == [first, first + HOUR]


def test_next_leader_does_not_run_what_has_run(sessions: Sessions, clock: FixedClock) -> None:
    first, second, ran = scheduler(sessions, clock), scheduler(sessions, clock), Ran()
    look(first, ran.job())

    clock.advance(LEASE_LASTS + INSTANT)
    look(second, ran.job())

    assert ran.due == [clock.now().replace(minute=0, second=0, microsecond=0)]


def test_two_that_both_believe_to_lead_run_it_once(any_sessions: Sessions, clock: FixedClock) -> None:
    first, second, ran = scheduler(any_sessions, clock), scheduler(any_sessions, clock), Ran()
    first._beat()
    second._leads_until = float("inf")

    first._look(ran.job())
    second._look(ran.job())

    assert len(ran.due) == 1


def test_run_that_broke_off_is_finished_by_the_next_leader(sessions: Sessions, clock: FixedClock) -> None:
    first, second, ran = scheduler(sessions, clock), scheduler(sessions, clock), Ran()
    due_at = clock.now()
    first._beat()
    first._begins(ran.job(), due_at)  # and dies

    clock.advance(AGAIN_AFTER - INSTANT)
    look(second, ran.job())
    clock.advance(INSTANT)
    look(second, ran.job())
    look(second, ran.job())

    assert ran.due == [due_at]


def test_run_that_failed_is_tried_again_after_a_minute(sessions: Sessions, clock: FixedClock) -> None:
    failures = iter([True, False])
    one, ran = scheduler(sessions, clock), Ran(fails=lambda: next(failures))
    due_at = clock.now()

    for _ in range(3):
        look(one, ran.job())
        clock.advance(AGAIN_AFTER)

    assert ran.due == [due_at, due_at]


@pytest.mark.parametrize(("late", "runs"), [(timedelta(minutes=10), 1), (timedelta(minutes=10) + INSTANT, 0)])
def test_missed_moment_is_made_up_for_within_its_grace(
    late: timedelta, runs: int, sessions: Sessions, clock: FixedClock
) -> None:
    one, ran = scheduler(sessions, clock), Ran()

    clock.advance(late)
    look(one, ran.job(grace=timedelta(minutes=10)))

    assert len(ran.due) == runs


def test_of_several_missed_moments_only_the_last_runs(sessions: Sessions, clock: FixedClock) -> None:
    one, ran = scheduler(sessions, clock), Ran()
    look(one, ran.job())

    clock.advance(5 * HOUR)
    look(one, ran.job())
    look(one, ran.job())

    assert ran.due == [clock.now() - 5 * HOUR, clock.now()]


def test_who_does_not_lead_runs_nothing(sessions: Sessions, clock: FixedClock) -> None:
    first, second, ran = scheduler(sessions, clock), scheduler(sessions, clock), Ran()
    first._beat()

    look(second, ran.job())

    assert ran.due == []

"""A timed job runs once a due moment; the database decides, and a run that broke off is begun again."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

from sqlalchemy import select

from app.core import runs
from app.core.db import Sessions
from app.core.runs import AGAIN_AFTER, JobRun

INSTANT = timedelta(microseconds=1)


def start(sessions: Sessions, holder: str, at: datetime, due_at: datetime, name: str = "digest") -> bool:
    with sessions.begin() as session:
        return runs.start(session, name=name, due_at=due_at, holder=holder, now=at)


def end(sessions: Sessions, holder: str, at: datetime, due_at: datetime) -> bool:
    with sessions.begin() as session:
        return runs.end(session, name="digest", due_at=due_at, holder=holder, now=at)


def ended(sessions: Sessions, due_at: datetime) -> bool:
    with sessions.read() as session:
        return runs.ended(session, name="digest", due_at=due_at)


def test_first_runs_and_second_does_not(any_sessions: Sessions, now: datetime) -> None:
    assert start(any_sessions, "a", now, now) is True
    assert start(any_sessions, "b", now, now) is False
    assert ended(any_sessions, now) is False


def test_eight_that_start_together_run_once(any_sessions: Sessions, now: datetime) -> None:
    with ThreadPoolExecutor(8) as pool:
        first = list(pool.map(lambda number: start(any_sessions, f"h{number}", now, now), range(8)))
        later = now + AGAIN_AFTER
        again = list(pool.map(lambda number: start(any_sessions, f"h{number}", later, now), range(8)))

    assert sorted(first) == [False] * 7 + [True]
    assert sorted(again) == [False] * 7 + [True]


def test_run_that_ended_is_never_begun_again(any_sessions: Sessions, now: datetime) -> None:
    start(any_sessions, "a", now, now)
    assert end(any_sessions, "a", now, now) is True

    assert start(any_sessions, "b", now + timedelta(days=1), now) is False
    assert ended(any_sessions, now) is True


def test_run_that_broke_off_is_begun_again_after_a_minute(sessions: Sessions, now: datetime) -> None:
    start(sessions, "a", now, now)

    before = start(sessions, "b", now + AGAIN_AFTER - INSTANT, now)
    after = start(sessions, "b", now + AGAIN_AFTER, now)

    assert (before, after) == (False, True)
    with sessions.read() as session:
        assert session.execute(select(JobRun.holder, JobRun.tries)).one() == ("b", 2)


def test_run_taken_over_is_not_ended_by_its_first_holder(sessions: Sessions, now: datetime) -> None:
    start(sessions, "a", now, now)
    start(sessions, "b", now + AGAIN_AFTER, now)

    assert end(sessions, "a", now + AGAIN_AFTER, now) is False
    assert ended(sessions, now) is False
    assert end(sessions, "b", now + AGAIN_AFTER, now) is True


def test_other_moments_and_other_jobs_are_apart(sessions: Sessions, now: datetime) -> None:
    start(sessions, "a", now, now)

    assert start(sessions, "b", now, now + timedelta(days=7)) is True
    assert start(sessions, "b", now, now, name="reminders") is True


def test_old_runs_are_forgotten(sessions: Sessions, now: datetime) -> None:
    start(sessions, "a", now, now)
    start(sessions, "a", now, now + INSTANT)

    with sessions.begin() as session:
        gone = runs.forget(session, before=now + INSTANT)

    assert gone == 1
    assert start(sessions, "a", now, now + INSTANT) is False

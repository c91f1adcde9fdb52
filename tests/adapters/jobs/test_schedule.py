"""The table of jobs, and who of several schedulers works it off."""

import time
from datetime import timedelta

import pytest

from app.core import leases
from app.core.clock import FixedClock
from app.core.db import Sessions
from app.core.runs import JobRun
from app.wiring import Services
from jobs.context import Context
from jobs.schedule import LEASE, LEASE_LASTS, Scheduler
from jobs.table import JOBS, TIMED, Job
from tests.adapters.jobs.timing import context, scheduler


class Ran:
    def __init__(self) -> None:
        self.names: list[str] = []

    def job(self, name: str, *, fails: bool = False) -> Job:
        def run(_: Context) -> None:
            self.names.append(name)
            if fails:
                raise RuntimeError(name)

        return Job(name, timedelta(seconds=1), run)


def beat_and_run(one: Scheduler, job: Job) -> None:
    one._beat()
    one._run(job)


def test_jobs_have_names_of_their_own_and_steps_of_a_second_or_more() -> None:
    names = [job.name for job in JOBS] + [job.name for job in TIMED]

    assert len(set(names)) == len(names)
    assert all(len(name) <= JobRun.name.type.length for name in names)
    assert all(job.every >= timedelta(seconds=1) for job in JOBS)


def test_leader_works_and_the_other_waits(any_sessions: Sessions, clock: FixedClock) -> None:
    first, second, ran = scheduler(any_sessions, clock), scheduler(any_sessions, clock), Ran()

    beat_and_run(first, ran.job("first"))
    beat_and_run(second, ran.job("second"))

    assert ran.names == ["first"]


def test_leader_that_falls_silent_is_followed_by_the_other(sessions: Sessions, clock: FixedClock) -> None:
    first, second, ran = scheduler(sessions, clock), scheduler(sessions, clock), Ran()
    first._beat()
    second._beat()

    clock.advance(LEASE_LASTS)
    beat_and_run(second, ran.job("still the first's"))
    clock.advance(timedelta(seconds=1))
    beat_and_run(second, ran.job("second"))
    beat_and_run(first, ran.job("first"))

    assert ran.names == ["second"]


def test_leader_that_stops_hands_over_at_once(sessions: Sessions, clock: FixedClock) -> None:
    first, second, ran = scheduler(sessions, clock), scheduler(sessions, clock), Ran()
    first.start()
    second._beat()
    first.stop()

    beat_and_run(second, ran.job("second"))

    assert ran.names == ["second"]


def test_scheduler_without_a_database_does_nothing_and_comes_back(
    sessions: Sessions, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, ran = scheduler(sessions, clock), Ran()
    one._beat()

    def lost(*_: object, **__: object) -> bool:
        raise OSError("the database is away")

    with monkeypatch.context() as away:
        away.setattr(leases, "hold", lost)
        beat_and_run(one, ran.job("without"))
    beat_and_run(one, ran.job("with"))

    assert ran.names == ["with"]


def test_leader_that_was_held_up_longer_than_its_lease_does_not_go_on(
    sessions: Sessions, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, ran = scheduler(sessions, clock), Ran()
    started = time.monotonic()
    one._beat()

    monkeypatch.setattr("time.monotonic", lambda: started + LEASE_LASTS.total_seconds() + 1)
    one._run(ran.job("late"))

    assert ran.names == []


def test_job_that_raises_stops_neither_itself_nor_the_others(sessions: Sessions, clock: FixedClock) -> None:
    one, ran = scheduler(sessions, clock), Ran()
    broken, sound = ran.job("broken", fails=True), ran.job("sound")
    one._beat()

    for job in (broken, sound, broken):
        one._run(job)

    assert ran.names == ["broken", "sound", "broken"]


def test_started_scheduler_beats_and_knows_every_job(services: Services) -> None:
    one = Scheduler(context(services))
    one.start()
    try:
        with services.sessions.read() as session:
            beat = leases.last_beat(session, LEASE)
        known = {job.id for job in one._clockwork.get_jobs()}
    finally:
        one.stop()

    assert beat == services.clock.now()
    assert known == {*one.names(), "beat"}


def test_holder_fits_its_column_whatever_the_host_is_called(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("socket.gethostname", lambda: "h" * 253)

    holder = Scheduler(context(services))._holder

    assert len(holder) <= 64
    assert holder != Scheduler(context(services))._holder


def test_every_job_may_run_twice(services: Services) -> None:
    for job in JOBS:
        if job.name != "refresh-menus":  # asks the platform: see test_menu_jobs.py
            job.run(context(services))
            job.run(context(services))
    for timed in TIMED:
        timed.run(context(services), services.clock.now())
        timed.run(context(services), services.clock.now())

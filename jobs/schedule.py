"""The process that works the table of jobs off while it leads."""

import logging
import signal
import threading
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import structlog
from apscheduler.schedulers.background import BackgroundScheduler

from app.core import leases, runs
from app.core.clock import SHANGHAI, SystemClock
from app.notices import workdays
from jobs.context import Context
from jobs.presence import Presence, holder
from jobs.table import JOBS, TIMED, Job, Timed

log = structlog.get_logger()

LEASE = "scheduler"
LEASE_LASTS = timedelta(seconds=20)
BEAT = timedelta(seconds=5)
LOOK = timedelta(seconds=5)
"""How late a timed job may begin while all is well."""


class Scheduler:
    """Several may run; the one that holds the lease works, and another takes over when it falls silent."""

    def __init__(
        self,
        context: Context,
        *,
        jobs: Sequence[Job] = JOBS,
        timed: Sequence[Timed] = TIMED,
        lasts: timedelta = LEASE_LASTS,
    ) -> None:
        self._context = replace(context, goes_on=self._goes_on)
        self._jobs, self._timed, self._lasts = jobs, timed, lasts
        self._holder = holder()
        self._presence = Presence(context.services, self._holder)
        self._leads_until = 0.0
        self._stopping = threading.Event()
        self._done: dict[str, datetime] = {}
        # A job that runs longer than its interval is expected when WeChat is slow, and not worth a line each second.
        logging.getLogger("apscheduler").setLevel(logging.ERROR)
        # Ours are the rules of what was missed (jobs/table.py): APScheduler only wakes a job up, never twice at a time.
        self._clockwork = BackgroundScheduler(
            timezone=SHANGHAI,
            executors={"default": {"type": "threadpool", "max_workers": len(jobs) + len(timed) + 1}},
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )

    def run(self) -> None:
        """Until SIGTERM or SIGINT; then a running job ends, and the lease is given back."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self._stopping.set())
        with self._presence:
            self.start()
            self._stopping.wait()
            self.stop()

    def start(self) -> None:
        self._beat()
        self._clockwork.add_job(self._beat, "interval", seconds=self._beat_seconds(), id="beat")
        first = SystemClock().now()  # at once: a process that restarts daily must reach its six-hour jobs too
        for job in self._jobs:
            every = {"seconds": job.every.total_seconds(), "next_run_time": first}
            self._clockwork.add_job(self._run, "interval", id=job.name, args=[job], **every)
        for timed in self._timed:
            every = {"seconds": min(LOOK, self._lasts / 4).total_seconds(), "next_run_time": first}
            self._clockwork.add_job(self._look, "interval", id=timed.name, args=[timed], **every)
        self._clockwork.start()
        log.info("jobs.scheduler.started", jobs=self.names())

    def names(self) -> list[str]:
        return [job.name for job in self._jobs] + [job.name for job in self._timed]

    def stop(self) -> None:
        self._stopping.set()
        self._clockwork.shutdown(wait=True)
        services = self._context.services
        with services.sessions.begin() as session:
            leases.release(session, name=LEASE, holder=self._holder, now=services.clock.now())

    def _beat_seconds(self) -> float:
        return min(BEAT, self._lasts / 4).total_seconds()

    def _beat(self) -> None:
        services = self._context.services
        asked = time.monotonic()
        try:
            with services.sessions.begin() as session:
                now = services.clock.now()
                leads = leases.hold(session, name=LEASE, holder=self._holder, lasts=self._lasts, now=now)
        except Exception:
            log.exception("jobs.scheduler.no_lease")
            leads = False
        # A process that was held up for longer than the lease must not go on as if it led.
        self._leads_until = asked + self._lasts.total_seconds() if leads else 0.0

    def _goes_on(self) -> bool:
        return time.monotonic() < self._leads_until and not self._stopping.is_set()

    def _run(self, job: Job) -> None:
        if not self._goes_on():
            return
        try:
            job.run(self._context)
        except Exception:
            log.exception("jobs.job.failed", job=job.name)

    def _look(self, job: Timed) -> None:
        if not self._goes_on():
            return
        try:
            due_at = self._due(job)
            if due_at is not None and self._begins(job, due_at):
                job.run(self._context, due_at)
                self._ends(job, due_at)
        except Exception:
            log.exception("jobs.job.failed", job=job.name)

    def _due(self, job: Timed) -> datetime | None:
        """The moment for which it has to run now."""
        services = self._context.services
        now = services.clock.now()
        with services.sessions.read() as session:
            due_at = job.moments.last(now, workdays.known_to(session))
            if due_at is None or now - due_at > job.grace or self._done.get(job.name) == due_at:
                return None
            if not runs.ended(session, name=job.name, due_at=due_at):
                return due_at
        self._done[job.name] = due_at
        return None

    def _begins(self, job: Timed, due_at: datetime) -> bool:
        services = self._context.services
        with services.sessions.begin() as session:
            now = services.clock.now()
            return runs.start(session, name=job.name, due_at=due_at, holder=self._holder, now=now)

    def _ends(self, job: Timed, due_at: datetime) -> None:
        services = self._context.services
        with services.sessions.begin() as session:
            now = services.clock.now()
            runs.end(session, name=job.name, due_at=due_at, holder=self._holder, now=now)
        log.info("jobs.job.ran", job=job.name, due_at=due_at)

"""The table of jobs, and the process that runs them while it leads."""

import logging
import os
import secrets
import signal
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import structlog
from apscheduler.schedulers.background import BackgroundScheduler

from app.core import leases
from app.core.clock import SHANGHAI, SystemClock
from jobs import tasks
from jobs.context import Context

log = structlog.get_logger()

LEASE = "scheduler"
LEASE_LASTS = timedelta(seconds=20)
BEAT = timedelta(seconds=5)


@dataclass(frozen=True)
class Job:
    name: str
    every: timedelta
    run: Callable[[Context], None]


JOBS = (
    Job("send-due-notices", timedelta(seconds=1), tasks.send_due_notices),
    Job("finish-silent-events", timedelta(seconds=10), tasks.finish_silent_events),
    Job("refresh-menus", timedelta(seconds=5), tasks.refresh_menus),
    Job("give-up-claims", timedelta(minutes=1), tasks.give_up_claims),
    Job("fade-texts", timedelta(hours=12), tasks.fade_texts),
    Job("check-calendar", timedelta(hours=6), tasks.check_calendar),
)


class Scheduler:
    """Several may run; the one that holds the lease works, and another takes over when it falls silent."""

    def __init__(self, context: Context) -> None:
        self._context = context
        # Containers repeat both host names and process ids; the column holds 64 characters.
        self._holder = f"{socket.gethostname()[:40]}:{os.getpid()}:{secrets.token_hex(4)}"
        self._leads = threading.Event()
        # A job that runs longer than its interval is expected when WeChat is slow, and not worth a line each second.
        logging.getLogger("apscheduler.scheduler").setLevel(logging.ERROR)
        # Times of day in job definitions are China's, whatever the host's zone is.
        self._clockwork = BackgroundScheduler(
            timezone=SHANGHAI,
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": 3600},
        )

    def run(self) -> None:
        """Until SIGTERM or SIGINT; then a running job ends, and the lease is given back."""
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        self.start()
        stop.wait()
        self.stop()

    def start(self) -> None:
        self._beat()
        self._clockwork.add_job(self._beat, "interval", seconds=BEAT.total_seconds(), id="beat")
        first = (
            SystemClock().now()
        )  # at once: a process that restarts daily must reach its twelve-hour jobs too
        for job in JOBS:
            every = {"seconds": job.every.total_seconds(), "next_run_time": first}
            self._clockwork.add_job(self._run, "interval", id=job.name, args=[job], **every)
        self._clockwork.start()
        log.info("jobs.scheduler.started", jobs=[job.name for job in JOBS])

    def stop(self) -> None:
        self._clockwork.shutdown(wait=True)
        services = self._context.services
        with services.sessions.begin() as session:
            leases.release(session, name=LEASE, holder=self._holder, now=services.clock.now())

    def _beat(self) -> None:
        services = self._context.services
        try:
            with services.sessions.begin() as session:
                now = services.clock.now()
                leads = leases.hold(session, name=LEASE, holder=self._holder, lasts=LEASE_LASTS, now=now)
        except Exception:
            log.exception("jobs.scheduler.no_lease")
            leads = False
        self._leads.set() if leads else self._leads.clear()

    def _run(self, job: Job) -> None:
        if not self._leads.is_set():
            return
        try:
            job.run(self._context)
        except Exception:
            log.exception("jobs.job.failed", job=job.name)

"""From the scheduler to the workers: batches of due deliveries, laid out a little ahead of what they take."""

import time
from collections.abc import Callable

import structlog

from app.notices import handing
from app.redis_store.tasks import Tasks, TasksAway
from app.wiring import Services
from jobs.presence import workers
from jobs.worker import declare

log = structlog.get_logger()

BATCH = 100
AHEAD = 4
"""Batches that wait for each worker: more would only grow old in Redis."""
FULL_SECONDS = 0.05


class Tray:
    def __init__(self, services: Services, tasks: Tasks) -> None:
        self._services = services
        self._tasks = tasks
        self._actor = declare(tasks, services)
        self._away = False

    def hand_out(self, goes_on: Callable[[], bool]) -> bool:
        """Until nothing is left to hand out. False where nobody takes it: no worker is there, or Redis is away."""
        try:
            while goes_on():
                if not (there := self._workers()):
                    return False
                if self._tasks.forgot():
                    self._take_all_back()
                if self._tasks.waiting() >= there * AHEAD:
                    time.sleep(FULL_SECONDS)
                elif not self._hand_one():
                    break
        except TasksAway as fault:
            self._told(away=True, reason=str(fault))
            return False
        self._told(away=False)
        return True

    def _workers(self) -> int:
        with self._services.sessions.read() as session:
            return workers(session, now=self._services.clock.now())

    def _take_all_back(self) -> None:
        with self._services.sessions.begin() as session:
            lost = handing.take_all_back(session)
        log.info("jobs.tasks.handed_anew", count=lost)

    def _hand_one(self) -> bool:
        services = self._services
        with services.sessions.begin() as session:
            ids = handing.hand(session, limit=BATCH, now=services.clock.now())
        if not ids:
            return False
        try:
            self._tasks.put(self._actor, ids)
        except TasksAway:
            with services.sessions.begin() as session:
                handing.take_back(session, ids)
            raise
        return True

    def _told(self, *, away: bool, reason: str = "") -> None:
        """An outage is told once, and its end."""
        if away and not self._away:
            log.warning("jobs.tasks.lost", error=reason)
        elif self._away and not away:
            log.info("jobs.tasks.back")
        self._away = away

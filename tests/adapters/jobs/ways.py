"""The two ways of sending, for tests that must come out alike: by the scheduler itself, or by workers."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from app.core.db import driver_of
from app.notices import service as notices
from app.redis_store.tasks import QUEUE, Tasks
from app.wiring import Services
from jobs import tasks
from jobs.context import Context
from jobs.presence import Presence, holder
from jobs.tray import Tray
from jobs.worker import Worker
from tests import factories

LONGEST_MS = 30_000


def queue(services: Services, number: int) -> list[str]:
    """So many notices, each to a person of its own; their OpenIDs."""
    with services.sessions.begin() as session:
        people = [factories.identity(session) for _ in range(number)]
        for person in people:
            notices.queue(
                driver_of(session),
                subject="feedback:1",
                identity_id=person.id,
                kind="feedback_answered",
                fields={"number": "N1", "text": "好"},
                now=services.clock.now(),
            )
        return [person.openid for person in people]


class Embedded:
    """The scheduler's job sends itself."""

    def __init__(self, services: Services) -> None:
        self.context = Context(services, lambda: 0)

    def send(self) -> None:
        tasks.send_due_notices(self.context)


class ByWorkers:
    """The scheduler's job hands out, and a worker with two threads, wired as another process is, sends."""

    def __init__(self, services: Services, handed: Tasks, taken: Tasks) -> None:
        self.tray = Tray(services, handed)
        self.context = Context(services, lambda: 0, tray=self.tray)
        self.services = replace(services)  # claims under a name of its own
        self.presence = Presence(self.services, holder(), hears=taken.reachable)
        self.worker = Worker(self.services, taken, threads=2)
        self._taken = taken

    def send(self) -> None:
        self.presence.beat()
        for _ in range(3):  # a row that another batch's claim had locked is handed out once more
            tasks.send_due_notices(self.context)
            self.join()

    def join(self) -> None:
        self._taken.broker.join(QUEUE, interval=10, timeout=LONGEST_MS)


@contextmanager
def by_workers(services: Services, redis_url: str, prefix: str) -> Iterator[ByWorkers]:
    handed, taken = Tasks(redis_url, prefix=prefix), Tasks(redis_url, prefix=prefix)
    way = ByWorkers(services, handed, taken)
    way.worker.start()
    try:
        yield way
    finally:
        way.worker.stop()
        handed.close()

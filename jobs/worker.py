"""The process that sends what the scheduler hands out: any number of them, on any host."""

import signal
import threading

import dramatiq
import structlog
from dramatiq import Actor

from app.notices import dispatch, handing
from app.notices.ports import GoesOn
from app.redis_store.tasks import QUEUE, Tasks
from app.wiring import Services
from jobs.presence import Presence, holder

log = structlog.get_logger()

POLL_MS = 250
"""How long an idle worker may take to see a message."""
LAST_BATCH_MS = 30_000


def declare(
    tasks: Tasks, services: Services, goes_on: GoesOn = dispatch.always
) -> "Actor[[list[str]], None]":
    """The one actor. Scheduler and workers each declare it; only workers run it."""

    @dramatiq.actor(broker=tasks.broker, actor_name="send-deliveries", queue_name=QUEUE)
    def send(ids: list[str]) -> None:
        if not goes_on() or dispatch.send_batch(services.post, ids=ids, goes_on=goes_on) < len(ids):
            _take_back(services, ids)

    return send


def _take_back(services: Services, ids: list[str]) -> None:
    """What was left, as its row was locked, the pace used up or this worker stops, is handed out anew at once."""
    with services.sessions.begin() as session:
        handing.take_back(session, ids)


class Worker:
    def __init__(self, services: Services, tasks: Tasks, *, threads: int) -> None:
        self._stopping = threading.Event()
        declare(tasks, services, lambda: not self._stopping.is_set())
        self._services = services
        self._tasks = tasks
        self._dramatiq = dramatiq.Worker(tasks.broker, worker_threads=threads, worker_timeout=POLL_MS)

    def run(self) -> None:
        """Until SIGTERM or SIGINT; then what is on the wire ends, and what was not begun goes back."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self._stopping.set())
        with Presence(self._services, holder(), hears=self._tasks.reachable) as presence:
            self.start()
            self._stopping.wait()
            presence.leave_work()
            self.stop()

    def start(self) -> None:
        self._dramatiq.start()
        log.info("jobs.worker.started", threads=self._dramatiq.worker_threads)

    def stop(self) -> None:
        self._stopping.set()
        self._dramatiq.stop(timeout=LAST_BATCH_MS)
        self._services.sender.close()
        self._tasks.close()
        log.info("jobs.worker.stopped")

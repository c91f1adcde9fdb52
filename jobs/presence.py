"""Who sends, and who can be given work: each holds leases of its own, and is missed when it falls silent."""

import os
import secrets
import socket
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Self

import structlog

from app.core import leases
from app.core.db import Session
from app.wiring import Services

log = structlog.get_logger()

SENDER = "sender:"
"""Its claims are its own."""
WORKER = "worker:"
"""It hears of what the scheduler hands out."""
LASTS = timedelta(seconds=15)
BEAT_SECONDS = 5.0


def holder() -> str:
    """Containers repeat both host names and process ids; the column holds 64 characters."""
    return f"{socket.gethostname()[:40]}:{os.getpid()}:{secrets.token_hex(4)}"


def alive(session: Session, *, now: datetime) -> frozenset[str]:
    """The senders that are there, by the names under which they claim."""
    return leases.held(session, prefix=SENDER, now=now)


def workers(session: Session, *, now: datetime) -> int:
    return len(leases.held(session, prefix=WORKER, now=now))


def forget(session: Session, *, before: datetime) -> None:
    for prefix in (SENDER, WORKER):
        leases.sweep(session, prefix=prefix, before=before)


class Presence:
    """Beats in a thread of its own from `with` to its end; as a worker, only as long as it `hears`."""

    def __init__(self, services: Services, holder: str, *, hears: Callable[[], bool] = lambda: False) -> None:
        self._services = services
        self._holder = holder
        self._hears = hears
        self._leaving = threading.Event()
        self._thread = threading.Thread(target=self._keep_beating, name="presence", daemon=True)

    def __enter__(self) -> Self:
        self.beat()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._leaving.set()
        self._thread.join()
        self._give_back(SENDER)

    def leave_work(self) -> None:
        """Be given nothing more, while what was begun ends."""
        self._hears = lambda: False
        self._give_back(WORKER)

    def beat(self) -> None:
        prefixes = (SENDER, WORKER) if self._hears() else (SENDER,)
        try:
            with self._services.sessions.begin() as session:
                now = self._services.clock.now()
                for prefix in prefixes:
                    name = prefix + self._services.post.worker
                    leases.hold(session, name=name, holder=self._holder, lasts=LASTS, now=now)
        except Exception:
            log.exception("jobs.presence.no_beat")

    def _keep_beating(self) -> None:
        while not self._leaving.wait(BEAT_SECONDS):
            self.beat()

    def _give_back(self, prefix: str) -> None:
        try:
            with self._services.sessions.begin() as session:
                name, now = prefix + self._services.post.worker, self._services.clock.now()
                leases.release(session, name=name, holder=self._holder, now=now)
        except Exception:
            log.exception("jobs.presence.not_given_back")

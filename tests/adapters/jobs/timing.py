"""Services, a context and a scheduler whose hands a test moves."""

from collections.abc import Sequence
from dataclasses import replace

from app.core.clock import FixedClock
from app.core.db import Sessions
from app.wiring import Services
from jobs.context import Context
from jobs.schedule import Scheduler
from jobs.table import Timed
from tests.services import wired


class Silent:
    """Stands for the callback's desk: counts how often it was asked to finish what died."""

    def __init__(self) -> None:
        self.asked = 0

    def finish_silent(self) -> int:
        self.asked += 1
        return 0


def context(services: Services, desk: Silent | None = None) -> Context:
    return Context(services, (desk or Silent()).finish_silent)


def scheduler(sessions: Sessions, clock: FixedClock, timed: Sequence[Timed] = ()) -> Scheduler:
    return Scheduler(context(wired(sessions, clock)), timed=timed)


def with_sender(services: Services, sender: object) -> Services:
    return replace(services, sender=sender)  # type: ignore[arg-type]  # tests hand in broken ones too

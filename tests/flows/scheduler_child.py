"""A scheduler with a table of jobs of its own, due every other second: `python -m tests.flows.scheduler_child`.

Its database is that of the environment; each run leaves a row that says for which moment, and in which process.
"""

import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Column, DateTime, Integer, MetaData, Table, insert

from app.core import settings
from app.notices.timing import IsWorkingDay
from app.wiring import build
from jobs.context import Context
from jobs.schedule import Scheduler
from jobs.table import Timed

STEP = timedelta(seconds=2)
LASTS = timedelta(seconds=2)
EPOCH = datetime(2026, 1, 1, tzinfo=UTC)

PROBES = MetaData()
Probe = Table(
    "probe",
    PROBES,
    Column("id", Integer, primary_key=True),
    Column("due_at", DateTime, nullable=False),
    Column("pid", Integer, nullable=False),
)


@dataclass(frozen=True)
class EveryStep:
    def last(self, now: datetime, works: IsWorkingDay) -> datetime:
        return EPOCH + (now - EPOCH) // STEP * STEP


def probe(context: Context, due_at: datetime) -> None:
    with context.services.sessions.begin() as session:
        session.execute(insert(Probe).values(due_at=due_at.replace(tzinfo=None), pid=os.getpid()))


def main() -> None:
    timed = (Timed("probe", EveryStep(), timedelta(hours=1), probe),)
    Scheduler(Context(build(settings.load()), lambda: 0), jobs=(), timed=timed, lasts=LASTS).run()


if __name__ == "__main__":
    main()

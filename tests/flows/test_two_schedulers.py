"""Two schedulers started together, the leader killed: every due job ran once, and the other goes on."""

import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select

from app.core.db import Sessions
from app.core.leases import Lease
from app.core.runs import JobRun
from app.notices.announcements.audience import Audience, Target
from app.notices.announcements.models import Announcement
from app.notices.announcements.states import AnnouncementState
from app.notices.models import Delivery, Urgency
from jobs.schedule import LEASE, LEASE_LASTS
from tests import factories
from tests.backend import ROOT, environment
from tests.flows.scheduler_child import LASTS, PROBES, Probe
from tests.processes import flask, until

PEOPLE = 3
START_SECONDS = 30


def leader(sessions: Sessions) -> int:
    """The process that leads now; 0 where none does."""
    with sessions.read() as session:
        running = Lease.name == LEASE, Lease.until >= datetime.now(UTC)
        holder = session.scalar(select(Lease.holder).where(*running))
    return int(holder.split(":")[-2]) if holder else 0


def schedule_an_announcement(sessions: Sessions, title: str) -> None:
    """Due now, to a branch of its own."""
    now = datetime.now(UTC)
    with sessions.begin() as session:
        branch = factories.organization(session)
        for _ in range(PEOPLE):
            factories.member(session, branch)
        session.add(
            Announcement(
                organization_id=branch.id,
                title=title,
                body="<p>正文</p>",
                audience=Audience(targets=(Target(branch.id),)).to_json(),
                urgency=Urgency.EMERGENCY,
                state=AnnouncementState.SCHEDULED,
                author="writer",
                author_name="王丽",
                created_at=now,
                send_at=now,
            )
        )


def prepared(sessions: Sessions) -> dict[str, int]:
    """How many deliveries each announcement has."""
    with sessions.read() as session:
        made = select(Announcement.title, func.count(Delivery.id)).join(
            Delivery, Delivery.announcement_id == Announcement.id
        )
        return {row[0]: row[1] for row in session.execute(made.group_by(Announcement.title))}


def runs(sessions: Sessions) -> list[tuple[str, str, int, bool]]:
    """(job, process that ran it, tries, whether it ended), in order."""
    with sessions.read() as session:
        rows = session.scalars(select(JobRun).order_by(JobRun.name, JobRun.due_at))
        return [(run.name, run.holder, run.tries, run.ended_at is not None) for run in rows]


def rested(sessions: Sessions) -> bool:
    """What was due at the start has been done."""
    ended = {name: done for name, _, _, done in runs(sessions)}
    return "fade-texts" in ended and all(ended.values())


@pytest.mark.timeout(180)
@pytest.mark.parametrize(
    "any_database_url", ["sqlite", pytest.param("postgresql", marks=pytest.mark.services)], indirect=True
)
def test_jobs_that_were_due_ran_once_and_the_other_scheduler_takes_over(
    any_sessions: Sessions, any_database_url: str, tmp_path: Path
) -> None:
    sessions, variables = any_sessions, environment(any_database_url)
    schedule_an_announcement(sessions, "第一件")
    with ExitStack() as stack:
        both = [
            stack.enter_context(flask("scheduler", variables, tmp_path / f"scheduler-{number}.log"))
            for number in (1, 2)
        ]
        until(lambda: prepared(sessions) == {"第一件": PEOPLE}, START_SECONDS, "the first announcement")
        until(lambda: rested(sessions), 20, "what was due")
        before = runs(sessions)

        (dead,) = [one for one in both if one.process.pid == leader(sessions)]
        (other,) = [one for one in both if one is not dead]
        dead.kill()
        schedule_an_announcement(sessions, "第二件")
        until(lambda: len(prepared(sessions)) == 2, LEASE_LASTS.total_seconds() + 20, "the other's turn")

        assert leader(sessions) == other.process.pid
        assert other.stop() == 0

    assert prepared(sessions) == {"第一件": PEOPLE, "第二件": PEOPLE}
    assert runs(sessions) == before
    assert "fade-texts" in [name for name, *_ in before]
    assert {(holder.split(":")[-2], tries) for _, holder, tries, _ in before} == {(str(dead.process.pid), 1)}


@contextmanager
def probing(variables: dict[str, str]) -> Iterator["subprocess.Popen[bytes]"]:
    process = subprocess.Popen([sys.executable, "-m", "tests.flows.scheduler_child"], cwd=ROOT, env=variables)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def probes(sessions: Sessions) -> tuple[Counter[datetime], Counter[int]]:
    """How often each moment was run, and how many by each process."""
    with sessions.read() as session:
        rows = session.execute(select(Probe.c.due_at, Probe.c.pid)).all()
    return Counter(row.due_at for row in rows), Counter(row.pid for row in rows)


@pytest.mark.timeout(180)
def test_each_moment_runs_in_one_of_two_schedulers_whoever_dies(
    any_sessions: Sessions, any_database_url: str
) -> None:
    sessions, variables = any_sessions, environment(any_database_url)
    with sessions.begin() as session:
        PROBES.drop_all(session.connection())
        PROBES.create_all(session.connection())
    with ExitStack() as stack:
        one, two = (stack.enter_context(probing(variables)) for _ in range(2))
        until(lambda: len(probes(sessions)[0]) >= 3, START_SECONDS, "three moments")
        dead, other = (one, two) if leader(sessions) == one.pid else (two, one)
        dead.kill()
        dead.wait()
        until(lambda: probes(sessions)[1][other.pid] >= 2, LASTS.total_seconds() + 20, "the other's turn")

    moments, processes = probes(sessions)
    assert set(moments.values()) == {1}
    assert set(processes) == {dead.pid, other.pid}
    with sessions.begin() as session:
        PROBES.drop_all(session.connection())

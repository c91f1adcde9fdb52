"""`flask dues reconcile DATE`, and the jobs that do the same when nobody asks."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from flask.testing import FlaskCliRunner

from app.core.clock import FixedClock
from app.core.db import Sessions
from app.dues.orders.states import OrderState
from app.dues.ports import NoStatement
from app.main import create_app
from app.wechat.pay.gateways import Gateways
from app.wiring import Services
from jobs import dues_pay
from jobs.context import Context
from jobs.table import JOBS
from tests.services import wired
from tests.unit.dues.orders.counter import DUE, Counter, counter

DAY = date(2026, 3, 2)
PAY_JOBS = [job for job in JOBS if job.run.__module__ == dues_pay.__name__]


@pytest.fixture
def at(sessions: Sessions, clock: FixedClock) -> Counter:
    return counter(sessions, clock)


@pytest.fixture
def services(at: Counter) -> Services:
    gateways = Gateways(at.platform.gateways.values())
    return replace(wired(at.sessions, at.clock), gateways=gateways)


@pytest.fixture
def reconcile(services: Services) -> Callable[..., tuple[int, str]]:
    shell: FlaskCliRunner = create_app(services).test_cli_runner()

    def _reconcile(day: str = "2026-03-02") -> tuple[int, str]:
        done = shell.invoke(args=["dues", "reconcile", day])
        lines = [line for line in done.output.splitlines() if line.startswith("19")]
        return done.exit_code, lines[0] if lines else ""

    return _reconcile


def test_reconcile_says_what_agrees(at: Counter, reconcile: Callable[..., tuple[int, str]]) -> None:
    at.settled()
    said = "1 lines, 153.00 yuan received, 0.00 refunded; 0 new cases"

    assert reconcile() == (0, f"1900000001  2026-03-02  {said}")


def test_reconcile_ends_with_1_where_something_differs(
    at: Counter, reconcile: Callable[..., tuple[int, str]]
) -> None:
    at.settled()
    at.platform.bills[DAY] = lambda lines: [replace(lines[0], total=1)]

    status, line = reconcile()

    assert (status, line.rpartition("; ")[2]) == (1, "1 new cases")


def test_reconcile_without_a_bill_says_so(at: Counter, reconcile: Callable[..., tuple[int, str]]) -> None:
    at.settled()
    at.platform.bills[DAY] = NoStatement("STATEMENT_CREATING")

    assert reconcile() == (1, "1900000001  2026-03-02  not matched: STATEMENT_CREATING")
    assert reconcile("the second of March")[0] == 2


def test_jobs_find_the_payment_nobody_told_us_of_and_match_its_bill(at: Counter, services: Services) -> None:
    context = Context(services, finish_silent=lambda: 0)
    order = at.paid()
    at.later(seconds=5)

    for job in PAY_JOBS:
        job.run(context)
    assert at.order(order.id).state is OrderState.PAID

    at.clock.at = datetime(2026, 3, 3, 2, 5, tzinfo=UTC)
    for job in PAY_JOBS:
        job.run(context)
    assert at.platform.said["statement"] == 1
    assert at.receipts() == [2 * DUE]
    assert at.cases() == []

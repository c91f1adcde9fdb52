"""What an operator's machines ask: alive, ready, how much; and who may ask it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import migrate
from app.core import leases
from app.core.clock import FixedClock
from app.core.db import Sessions, driver_of, new_engine
from app.inbox import service as inbox
from app.inbox.service import Arrival
from app.main import create_app
from app.notices import service as notices
from app.wiring import Services
from tests import factories
from tests.services import wired


@pytest.fixture
def services(sessions: Sessions, clock: FixedClock) -> Services:
    """On tables of this version, with a scheduler that has just beaten."""
    engine = sessions.engine
    sessions.engine.dispose()
    migrated = Sessions(new_engine(str(engine.url) + "-migrated"))
    migrate.upgrade(migrated.engine)
    built = wired(migrated, clock)
    beat(built)
    return built


@pytest.fixture
def app(services: Services) -> Iterator[Flask]:
    made = create_app(services)
    yield made
    made.extensions["zhibu.desk"].close()
    services.sessions.engine.dispose()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def beat(services: Services) -> None:
    with services.sessions.begin() as session:
        now = services.clock.now()
        leases.hold(session, name="scheduler", holder="h", lasts=timedelta(seconds=20), now=now)


def test_healthz_says_alive_and_nothing_else(client: FlaskClient) -> None:
    answer = client.get("/healthz")

    assert (answer.status_code, answer.json) == (200, {"status": "alive"})


def test_readyz_is_ready_with_tables_and_a_beating_scheduler(client: FlaskClient) -> None:
    answer = client.get("/readyz")

    assert answer.status_code == 200
    assert answer.json == {"status": "ready", "database": "ok", "redis": "ok", "scheduler": "ok"}


def test_readyz_tells_of_a_scheduler_that_fell_silent(client: FlaskClient, clock: FixedClock) -> None:
    clock.advance(timedelta(seconds=60))
    at_the_limit = client.get("/readyz").status_code
    clock.advance(timedelta(seconds=1))

    answer = client.get("/readyz")

    assert (at_the_limit, answer.status_code) == (200, 503)
    assert answer.json == {"status": "not ready", "database": "ok", "redis": "ok", "scheduler": "fault"}


def test_readyz_tells_of_tables_of_another_version(client: FlaskClient, services: Services) -> None:
    migrate.downgrade(services.sessions.engine, "0012")

    answer = client.get("/readyz")

    assert (answer.status_code, answer.get_json()["database"]) == (503, "fault")


def test_readyz_of_an_empty_database_is_no_crash(tmp_path: object, clock: FixedClock) -> None:
    empty = Sessions(new_engine(f"sqlite:///{tmp_path}/empty.db"))
    app = create_app(wired(empty, clock))
    answer = app.test_client().get("/readyz")
    app.extensions["zhibu.desk"].close()
    empty.engine.dispose()

    assert answer.status_code == 503
    assert answer.json == {"status": "not ready", "database": "fault", "redis": "ok", "scheduler": "fault"}


def test_readyz_names_no_host_and_no_figure(client: FlaskClient, services: Services) -> None:
    migrate.downgrade(services.sessions.engine, "base")

    assert set(client.get("/readyz").get_json().values()) == {"not ready", "ok", "fault"}


def test_metrics_count_events_and_deliveries_by_state(client: FlaskClient, services: Services) -> None:
    with services.sessions.begin() as session:
        for number in range(2):
            notices.queue(
                driver_of(session),
                subject=f"s:{number}",
                identity_id=factories.identity(session).id,
                kind="late_reply",
                fields={"text": "x"},
                now=services.clock.now(),
            )
        arrival = Arrival("k1", "wechat", "text", "oPerson", "<xml/>")
        inbox.accept(driver_of(session), arrival, now=services.clock.now())

    text = client.get("/metrics").text

    assert 'zhibu_deliveries{state="queued"} 2.0\n' in text
    assert 'zhibu_inbox_events{state="received"} 1.0\n' in text
    assert "oPerson" not in text


@pytest.mark.parametrize(
    ("address", "headers", "status"),
    [
        ("127.0.0.1", {}, 200),
        ("::1", {}, 200),
        ("10.0.0.7", {}, 403),
        ("127.0.0.1", {"X-Forwarded-For": "127.0.0.1"}, 403),
        ("127.0.0.1", {"X-Forwarded-For": "10.0.0.7", "Authorization": "Bearer "}, 403),
        ("10.0.0.7", {"Authorization": "Bearer scrape-me"}, 403),
    ],
)
def test_metrics_without_a_token_are_for_this_machine_alone(
    address: str, headers: dict[str, str], status: int, client: FlaskClient
) -> None:
    answer = client.get("/metrics", headers=headers, environ_base={"REMOTE_ADDR": address})

    assert answer.status_code == status


@pytest.mark.parametrize(
    ("address", "headers", "status"),
    [
        ("10.0.0.7", {"Authorization": "Bearer scrape-me"}, 200),
        ("127.0.0.1", {"Authorization": "Bearer scrape-me", "X-Forwarded-For": "10.0.0.7"}, 200),
        ("10.0.0.7", {"Authorization": "Bearer scrape-m"}, 403),
        ("10.0.0.7", {"Authorization": "Bearer scrape-me2"}, 403),
        ("10.0.0.7", {"Authorization": "Basic scrape-me"}, 403),
        ("10.0.0.7", {"Authorization": "Bearer \xe9"}, 403),
        ("10.0.0.7", {}, 403),
        ("127.0.0.1", {"X-Forwarded-For": "10.0.0.7"}, 403),
    ],
)
def test_metrics_with_a_token_are_for_who_brings_it(
    address: str, headers: dict[str, str], status: int, services: Services
) -> None:
    configured = services.settings.model_copy(
        update={"metrics": services.settings.metrics.model_validate({"token": "scrape-me"})}
    )
    app = create_app(replace(services, settings=configured))

    answer = app.test_client().get("/metrics", headers=headers, environ_base={"REMOTE_ADDR": address})

    app.extensions["zhibu.desk"].close()
    assert answer.status_code == status


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
def test_operations_are_only_read(path: str, client: FlaskClient) -> None:
    assert client.post(path).status_code == 405

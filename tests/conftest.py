"""Databases, clock and keys that every test may ask for."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.engine import URL

from app.core.clock import FixedClock
from app.core.crypto import KeyRing, Vault
from app.core.db import Session, Sessions, new_engine
from app.wiring import Services
from tests import tables
from tests.services import wired

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)  # Monday 09:00 in China
SERVERS = {
    "postgresql": ("ZHIBU_TEST_POSTGRES_URL", "postgresql+psycopg://postgres@127.0.0.1:5432/postgres"),
    "mysql": ("ZHIBU_TEST_MYSQL_URL", "mysql+pymysql://root@127.0.0.1:3306/test"),
}
REQUIRED = os.environ.get("REQUIRE_SERVICES") == "1"
used: set[str] = set()


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW)


@pytest.fixture(scope="session")
def vault() -> Vault:
    return Vault(KeyRing(keys={"k1": bytes(range(32))}, current="k1"), index_key=b"i" * 32)


def _server_url(backend: str) -> URL:
    variable, default = SERVERS[backend]
    return make_url(os.environ.get(variable, default))


def _scratch_database(backend: str) -> Iterator[str]:
    """A database of our own on the server, dropped afterwards; skipped, or failed in CI, where there is none."""
    server = _server_url(backend)
    name = f"zhibu_test_{os.getpid()}"
    admin = create_engine(server, isolation_level="AUTOCOMMIT", connect_args={"connect_timeout": 3})
    try:
        with admin.connect() as connection:
            connection.execute(text(f"DROP DATABASE IF EXISTS {name}"))
            connection.execute(text(f"CREATE DATABASE {name}"))
            if backend == "postgresql":  # no test pulls the plug of the server, so none waits for its disk
                connection.execute(text(f"ALTER DATABASE {name} SET synchronous_commit = off"))
    except Exception as error:  # noqa: BLE001 -- any failure means the same: no such server here
        admin.dispose()
        (pytest.fail if REQUIRED else pytest.skip)(f"no {backend}: {type(error).__name__}")
    yield server.set(database=name).render_as_string(hide_password=False)
    with admin.connect() as connection:
        force = " WITH (FORCE)" if backend == "postgresql" else ""
        connection.execute(text(f"DROP DATABASE {name}{force}"))
    admin.dispose()


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    yield from _scratch_database("postgresql")


@pytest.fixture(scope="session")
def mysql_url() -> Iterator[str]:
    yield from _scratch_database("mysql")


@pytest.fixture(
    params=[
        "sqlite",
        pytest.param("postgresql", marks=pytest.mark.services),
        pytest.param("mysql", marks=pytest.mark.services),
    ]
)
def any_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Each engine in turn, as an URL of an empty or emptied database."""
    backend: str = request.param
    used.add(backend)
    if backend == "sqlite":
        return f"sqlite:///{tmp_path}/zhibu.db"
    url: str = request.getfixturevalue(f"{backend}_url")
    return url


@pytest.fixture
def any_sessions(any_database_url: str) -> Iterator[Sessions]:
    """Fresh tables on each engine in turn: for whatever a database decides (unique, locks, types)."""
    yield from _fresh(any_database_url)


@pytest.fixture
def sessions(tmp_path: Path) -> Iterator[Sessions]:
    """Fresh tables on SQLite: for rules that every engine keeps the same way."""
    used.add("sqlite")
    yield from _fresh(f"sqlite:///{tmp_path}/zhibu.db")


def _fresh(url: str) -> Iterator[Sessions]:
    engine = new_engine(url)
    tables.empty(engine)
    yield Sessions(engine)
    engine.dispose()


@pytest.fixture
def services(sessions: Sessions, clock: FixedClock) -> Services:
    """The whole product on SQLite at NOW."""
    return wired(sessions, clock)


@pytest.fixture
def session(sessions: Sessions) -> Iterator[Session]:
    """One writing transaction, committed when the test ends well."""
    with sessions.begin() as session:
        yield session


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    terminalreporter.write_line(f"databases and services used: {', '.join(sorted(used)) or 'none'}")


def pytest_sessionfinish(session: pytest.Session) -> None:
    """One of several processes (`-n`) tells the first one what it used."""
    output = getattr(session.config, "workeroutput", None)
    if output is not None:
        output["used"] = sorted(used)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    used.update(getattr(node, "workeroutput", {}).get("used", ()))

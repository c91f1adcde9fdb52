"""The member pages on a database of their own, with one branch and its people."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from app.core.clock import FixedClock
from app.core.db import Sessions, new_engine
from app.main import create_app
from tests import tables
from tests.adapters.pages import collecting
from tests.adapters.pages.collecting import Collecting
from tests.adapters.pages.door import Door, lent, opened
from tests.adapters.pages.people import People, settled
from tests.factories import NOW
from tests.services import wired


@pytest.fixture(scope="session")
def one_app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """An application behind which a door puts one database after another: its routes are compiled once."""
    engine = new_engine(f"sqlite:///{tmp_path_factory.mktemp('pages')}/nobody.db")
    app = create_app(wired(Sessions(engine), FixedClock(NOW)))
    yield app
    app.extensions["zhibu.desk"].close()
    engine.dispose()


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "pages.db"
    engine = new_engine(f"sqlite:///{path}")
    tables.empty(engine)
    engine.dispose()
    return path


@pytest.fixture
def open_door(database: Path, clock: FixedClock) -> Iterator[Callable[..., Door]]:
    """Opens an application of the test's own, with changed settings."""
    doors: list[Door] = []

    def create(**sections: dict[str, Any]) -> Door:
        doors.append(opened(database, clock, **sections))
        return doors[-1]

    yield create
    for door in doors:
        door.app.extensions["zhibu.desk"].close()
        door.services.sessions.engine.dispose()


@pytest.fixture
def door(one_app: Flask, database: Path, clock: FixedClock) -> Iterator[Door]:
    door = lent(one_app, database, clock)
    yield door
    door.services.sessions.engine.dispose()


@pytest.fixture
def people(door: Door) -> People:
    with door.services.sessions.begin() as session:
        return settled(session)


@pytest.fixture
def here(one_app: Flask, tmp_path: Path, clock: FixedClock) -> Iterator[Collecting]:
    found = collecting.opened(one_app, tmp_path / "collecting.db", clock)
    yield found
    found.services.sessions.engine.dispose()

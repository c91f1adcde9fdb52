"""The member pages on a database of their own, with one branch and its people."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from app.core.clock import FixedClock
from app.core.db import new_engine
from tests import tables
from tests.adapters.pages.door import Door, opened
from tests.adapters.pages.people import People, settled


@pytest.fixture
def open_door(tmp_path: Path, clock: FixedClock) -> Iterator[Callable[..., Door]]:
    """Opens the application with changed settings."""
    database = tmp_path / "pages.db"
    engine = new_engine(f"sqlite:///{database}")
    tables.empty(engine)
    engine.dispose()
    doors: list[Door] = []

    def create(**sections: dict[str, Any]) -> Door:
        doors.append(opened(database, clock, **sections))
        return doors[-1]

    yield create
    for door in doors:
        door.app.extensions["zhibu.desk"].close()
        door.services.sessions.engine.dispose()


@pytest.fixture
def door(open_door: Callable[..., Door]) -> Door:
    return open_door()


@pytest.fixture
def people(door: Door) -> People:
    with door.services.sessions.begin() as session:
        return settled(session)

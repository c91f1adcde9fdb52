"""A small group, loaded once: most tests work on a copy of its database."""

import shutil
from pathlib import Path

import pytest

from app.core.crypto import Vault
from app.core.db import Sessions, new_engine
from demo.load import Target, ensure
from demo.reference_group import ReferenceGroup, Size, build
from tests import tables
from tests.conftest import NOW

APP_ID = "wx00000000000de301"
SMALL = Size(branches=40, members=500, masses=12)


@pytest.fixture(scope="session")
def group() -> ReferenceGroup:
    return build(size=SMALL)


@pytest.fixture(scope="session")
def loaded(tmp_path_factory: pytest.TempPathFactory, vault: Vault, group: ReferenceGroup) -> Path:
    path = tmp_path_factory.mktemp("loaded") / "group.db"
    engine = new_engine(f"sqlite:///{path}")
    tables.empty(engine)
    ensure(Target(Sessions(engine), vault, APP_ID), group, now=NOW)
    engine.dispose()
    return path


@pytest.fixture
def target(sessions: Sessions, vault: Vault) -> Target:
    return Target(sessions, vault, APP_ID)


@pytest.fixture
def of_group(target: Target, loaded: Path) -> Target:
    """With the group in it, as of NOW."""
    shutil.copy(loaded, str(target.sessions.engine.url.database))
    return target

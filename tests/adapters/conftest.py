"""The whole web application with two subtrees in it."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from app.core.clock import FixedClock
from app.wiring import vault_of
from tests.adapters.console import matrix
from tests.adapters.console.world import World, build
from tests.adapters.site import Site, lent, opened
from tests.factories import NOW
from tests.services import settings


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, World]:
    """Built once; each test works on a copy."""
    path = tmp_path_factory.mktemp("world") / "zhibu.db"
    return path, build(path, vault_of(settings()))


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """An application behind which `site` puts one database after another: its routes are compiled once."""
    nobody = tmp_path_factory.mktemp("shared") / "nobody.db"
    with opened(nobody, FixedClock(NOW)) as site:
        yield site.app


@pytest.fixture
def site(shared: Flask, model: tuple[Path, World], tmp_path: Path, clock: FixedClock) -> Iterator[Site]:
    path, world = model
    copy = shutil.copy(path, tmp_path / "site.db")
    with lent(shared, Path(copy), clock) as site:
        site.app.extensions[matrix.WORLD] = world
        yield site


@pytest.fixture
def whole_site(model: tuple[Path, World], tmp_path: Path, clock: FixedClock) -> Iterator[Site]:
    """With an application of its own, for who changes it or asks more of it than views."""
    path, world = model
    copy = shutil.copy(path, tmp_path / "whole.db")
    with opened(Path(copy), clock) as site:
        site.app.extensions[matrix.WORLD] = world
        yield site


@pytest.fixture
def world(model: tuple[Path, World]) -> World:
    return model[1]

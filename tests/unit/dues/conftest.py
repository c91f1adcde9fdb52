"""One database for a module: each test has a committee of its own in it."""

from collections.abc import Iterator

import pytest

from app.core.db import Sessions, new_engine
from tests import tables


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sessions]:
    engine = new_engine(f"sqlite:///{tmp_path_factory.mktemp('dues')}/zhibu.db")
    tables.empty(engine)
    yield Sessions(engine)
    engine.dispose()

"""The shelf of these tests."""

import pytest

from app.core.db import Session
from tests.unit.study.library.shelf import Shelf, shelf


@pytest.fixture
def made(session: Session) -> Shelf:
    return shelf(session)

"""The house of these tests."""

import pytest

from app.core.db import Session
from tests.unit.study.plans.shelf import House, house


@pytest.fixture
def made(session: Session) -> House:
    return house(session)

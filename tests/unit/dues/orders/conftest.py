"""The counter at which members pay by WeChat."""

import pytest

from app.core.clock import FixedClock
from app.core.db import Sessions
from tests.unit.dues.orders.counter import Counter, counter


@pytest.fixture
def at(sessions: Sessions, clock: FixedClock) -> Counter:
    return counter(sessions, clock)

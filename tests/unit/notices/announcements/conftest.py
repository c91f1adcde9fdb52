"""The office of these tests."""

import pytest

from app.core.db import Session
from tests.unit.notices.announcements.office import Office, office


@pytest.fixture
def made(session: Session) -> Office:
    return office(session)

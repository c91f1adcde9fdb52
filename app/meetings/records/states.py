"""The life of a version of a record."""

from enum import StrEnum

from app.core.states import Transitions


class RecordState(StrEnum):
    DRAFT = "draft"
    CLOSED = "closed"


RECORD: Transitions[RecordState] = {
    RecordState.DRAFT: frozenset({RecordState.CLOSED}),
    RecordState.CLOSED: frozenset(),
}
"""What is closed is never opened again: a reasoned amendment is a new version."""

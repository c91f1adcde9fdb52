"""The life of a feedback thread."""

from enum import StrEnum

from app.core.states import Transitions


class ThreadState(StrEnum):
    OPEN = "open"
    ANSWERED = "answered"


TRANSITIONS: Transitions[ThreadState] = {
    ThreadState.OPEN: frozenset({ThreadState.ANSWERED}),
    ThreadState.ANSWERED: frozenset(
        {ThreadState.ANSWERED, ThreadState.OPEN}
    ),  # a second answer; the writer adds
}

"""The life of a count sheet."""

from enum import StrEnum

from app.core.states import Transitions


class VoteState(StrEnum):
    OPEN = "open"
    COUNTED = "counted"
    CONFIRMED = "confirmed"
    VOID = "void"


VOTE: Transitions[VoteState] = {
    VoteState.OPEN: frozenset({VoteState.COUNTED, VoteState.VOID}),
    VoteState.COUNTED: frozenset({VoteState.COUNTED, VoteState.CONFIRMED, VoteState.VOID}),
    VoteState.CONFIRMED: frozenset(),
    VoteState.VOID: frozenset(),
}
"""Counted again while no two tellers have confirmed; a confirmed sheet stands."""

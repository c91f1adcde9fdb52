"""Life cycles as tables: one dictionary says which state may follow which."""

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

State = TypeVar("State", bound=StrEnum)
Transitions = Mapping[State, frozenset[State]]


class IllegalTransition(RuntimeError):
    """Code asked for a step that the table forbids: a bug, never a refusal."""


def advance(table: Transitions[State], current: State, to: State) -> State:
    """`to`, if the table allows it after `current`; IllegalTransition if not."""
    if to not in table[current]:
        raise IllegalTransition(f"{current.__class__.__name__}: {current} may not become {to}")
    return to

"""What a line of a roster means, and the life of a proposed change."""

from enum import StrEnum

from app.core.states import Transitions


class ChangeKind(StrEnum):
    JOINED = "joined"
    RETURNED = "returned"
    MOVED = "moved"
    CHANGED = "changed"
    LEFT = "left"
    UNKNOWN_BRANCH = "unknown_branch"
    DUPLICATE = "duplicate"
    INVALID = "invalid"


BLOCKED_KINDS = frozenset({ChangeKind.UNKNOWN_BRANCH, ChangeKind.DUPLICATE, ChangeKind.INVALID})
"""A person must decide or correct the file first; nothing of these can be applied."""


class ChangeState(StrEnum):
    BLOCKED = "blocked"
    PROPOSED = "proposed"
    APPLIED = "applied"
    STALE = "stale"
    REVERTED = "reverted"


TRANSITIONS: Transitions[ChangeState] = {
    ChangeState.BLOCKED: frozenset(),
    ChangeState.PROPOSED: frozenset({ChangeState.APPLIED, ChangeState.STALE}),
    ChangeState.APPLIED: frozenset({ChangeState.REVERTED}),
    ChangeState.STALE: frozenset(),  # the person changed since the preview: look again, in a new one
    ChangeState.REVERTED: frozenset(),
}

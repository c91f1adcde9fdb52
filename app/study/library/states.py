"""One version of an item, from the first line to the day when another takes its place."""

from enum import StrEnum

from app.core.states import Transitions


class VersionState(StrEnum):
    DRAFT = "draft"
    IN_REVIEW = "in_review"
    PUBLISHED = "published"
    SUPERSEDED = "superseded"
    """A later version of the same item is published."""
    WITHDRAWN = "withdrawn"
    DROPPED = "dropped"
    """A draft that nobody goes on with."""


V = VersionState
VERSION: Transitions[VersionState] = {
    V.DRAFT: frozenset({V.IN_REVIEW, V.DROPPED}),
    V.IN_REVIEW: frozenset({V.DRAFT, V.PUBLISHED}),
    V.PUBLISHED: frozenset({V.SUPERSEDED, V.WITHDRAWN}),
    V.SUPERSEDED: frozenset(),
    V.WITHDRAWN: frozenset(),
    V.DROPPED: frozenset(),
}

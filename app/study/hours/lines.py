"""One-line texts that people type: a topic, who held it, a reason."""

from typing import ClassVar, Final
from unicodedata import category

from app.core import wording
from app.core.errors import DomainError
from app.notices.announcements.content import WordingMarked

UNPRINTED: Final = frozenset({"Cc", "Cf", "Cs"})
"""Controls with NUL, invisible signs, halves of surrogates: no database of ours keeps all of them."""


class LineWrong(DomainError):
    """`field` is empty, or longer than `limit` signs."""

    code: ClassVar[str] = "study_line_wrong"

    def __init__(self, field: str, limit: int) -> None:
        super().__init__(field=field, limit=limit)


def line(text: str, *, field: str, limit: int, needed: bool = True) -> str:
    """Without what nobody sees, spaces counted once. Raises LineWrong, WordingMarked."""
    seen = "".join(sign for sign in " ".join(text.split()) if category(sign) not in UNPRINTED)
    kept = " ".join(seen.split())
    if len(kept) > limit or (needed and not kept):
        raise LineWrong(field, limit)
    if words := wording.marked(kept):
        raise WordingMarked(words=words)
    return kept

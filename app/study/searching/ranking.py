"""Which of some items a person most likely means, and the piece of a text that shows why. Pure."""

from collections.abc import Sequence
from math import log1p

from app.study.searching.terms import Wanted

EXTRACT = 60
"""Signs of an extract at most, the dots included."""
BEFORE = 15
"""Signs of it before the first match, so that one sees what it is about."""
LEAD = 300
"""Signs at the beginning of a text, where it says what it is about."""
OFTEN = 10
"""A text that has the words more often than this is not more about them."""
_ENDS = "。！？；\n"


def score(wanted: Wanted, *, title: str, plain: str) -> float:
    """Higher is nearer; both texts are the index's. What is written as it was asked for counts by its length."""
    text = plain.lower()
    signs = sum(len(run) for run in wanted.runs)
    total = 0.0
    for run in wanted.runs:
        share = len(run) / signs
        times = min(text.count(run), OFTEN)
        total += share * (8 * (run in title) + 2 * (run in text[:LEAD]) + 3 * log1p(times) / log1p(OFTEN))
    total += 4 * sum(term.text in title for term in wanted.terms) / len(wanted.terms)
    return total + _of_the_title(wanted, title)


def _of_the_title(wanted: Wanted, title: str) -> float:
    """A title that is little else than what was asked for."""
    inside = [run for run in wanted.runs if run in title]
    share = min(1.0, sum(len(run) for run in inside) / max(1, len(title)))
    first = wanted.runs[0]
    if f"{title} ".startswith(f"{first} "):  # what follows the blank are tags
        return 3 * share + 5
    return 3 * share + (1 if title.startswith(first) else 0)


def extract(wanted: Wanted, plain: str) -> str:
    """A piece of at most 60 signs around the first match, on one line; the beginning where nothing matches."""
    at = _first(wanted, plain.lower())
    start = 0 if at < 0 else _beginning(plain, at)
    piece = " ".join(plain[start : start + EXTRACT].split())
    before = "…" if start and plain[start - 1] not in _ENDS else ""
    room = EXTRACT - len(before)
    if len(piece) <= room and len(plain) <= start + EXTRACT:
        return before + piece
    return before + piece[: room - 1] + "…"


def _first(wanted: Wanted, text: str) -> int:
    """Where the longest run that is there begins; else the first term. -1: nothing of it."""
    sought: Sequence[str] = [*sorted(wanted.runs, key=len, reverse=True), *(one.text for one in wanted.terms)]
    return next((at for at in map(text.find, sought) if at >= 0), -1)


def _beginning(plain: str, at: int) -> int:
    """The sentence's own, where that is near enough."""
    if at <= BEFORE:
        return 0
    ends = [plain.rfind(sign, at - BEFORE, at) for sign in _ENDS]
    return max(max(ends) + 1, at - BEFORE)

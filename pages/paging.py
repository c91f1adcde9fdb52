"""Which part of a list a page shows."""

from dataclasses import dataclass
from math import ceil

from flask import request

PER_PAGE = 20
LAST_POSSIBLE = 100_000
MOST_DIGITS = 6


@dataclass(frozen=True)
class Page:
    number: int
    total: int

    @property
    def last(self) -> int:
        return max(1, ceil(self.total / PER_PAGE))


def wanted_page() -> int:
    asked = request.args.get("page", "1")
    fits = asked.isascii() and asked.isdigit() and len(asked) <= MOST_DIGITS
    return min(max(int(asked), 1), LAST_POSSIBLE) if fits else 1


def offset(number: int) -> int:
    return (number - 1) * PER_PAGE

"""Which page of a list, and the addresses of its neighbours."""

from dataclasses import dataclass
from math import ceil

from flask import request, url_for

PER_PAGE = 30
LAST_POSSIBLE = 100_000
MOST_DIGITS = 6
LONGEST_LIST = 5000
"""Rows that a browser prints at once; a longer list is printed branch by branch."""


@dataclass(frozen=True)
class Page:
    number: int
    total: int
    size: int = PER_PAGE

    @property
    def last(self) -> int:
        return max(1, ceil(self.total / self.size))

    def address(self, number: int) -> str:
        """This page's address with its filters, at another page."""
        kept = {name: value for name, value in request.args.items() if name != "page"}
        return url_for(request.endpoint or "", **{**(request.view_args or {}), **kept, "page": number})


def wanted_page() -> int:
    asked = request.args.get("page", "1")
    fits = asked.isascii() and asked.isdigit() and len(asked) <= MOST_DIGITS
    return min(max(int(asked), 1), LAST_POSSIBLE) if fits else 1


def offset(number: int, size: int = PER_PAGE) -> int:
    return (number - 1) * size

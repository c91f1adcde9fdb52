"""What each route must be tried with, and which trials there are: a new route without them fails the walk."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from flask import Flask

from app.access import Access, Gate, access_of
from tests.adapters.site import Site

IMPLIED = frozenset({"HEAD", "OPTIONS"})


class Who(StrEnum):
    STRANGER = "stranger"
    WRONG_ROLE = "wrong role"
    WRONG_SUBTREE = "wrong subtree"
    FOLLOWER = "follower"
    OTHER_MEMBER = "other member"
    RIGHT = "right one"


@dataclass(frozen=True)
class Case:
    """One trial of one route: `check` asks and asserts."""

    endpoint: str
    method: str
    who: Who
    check: Callable[[Site], None]

    @property
    def key(self) -> tuple[str, str, Who]:
        return self.endpoint, self.method, self.who

    def __str__(self) -> str:
        return f"{self.method} {self.endpoint} by {self.who}"


def needed(access: Access) -> frozenset[Who]:
    """Who must be tried at that gate."""
    if access.gate is Gate.PUBLIC:
        return frozenset({Who.STRANGER})
    if access.gate is Gate.STAFF and access.permission is not None:
        return frozenset({Who.STRANGER, Who.WRONG_ROLE, Who.WRONG_SUBTREE, Who.RIGHT})
    if access.gate in (Gate.FOLLOWER, Gate.MEMBER):
        return frozenset({Who.STRANGER, Who.FOLLOWER, Who.OTHER_MEMBER, Who.RIGHT})
    return frozenset({Who.STRANGER, Who.RIGHT})


def routes(app: Flask) -> Iterator[tuple[str, str]]:
    """Every endpoint and method that the URL map serves."""
    seen = {
        (rule.endpoint, method)
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - IMPLIED
    }
    yield from sorted(seen)


def undeclared(app: Flask) -> list[str]:
    return [endpoint for endpoint, _ in routes(app) if access_of(app.view_functions[endpoint]) is None]


def gaps(app: Flask, cases: Iterable[Case]) -> list[str]:
    """Trials that are missing, and trials of routes that do not exist."""
    have = {case.key for case in cases}
    wanted = {
        (endpoint, method, who)
        for endpoint, method in routes(app)
        if (access := access_of(app.view_functions[endpoint]))
        for who in needed(access)
    }
    missing = [f"missing: {method} {endpoint} by {who}" for endpoint, method, who in sorted(wanted - have)]
    return missing + [f"no such route: {method} {endpoint}" for endpoint, method, _ in sorted(have - wanted)]

"""Relevance, on each engine: what a reader expects is among the first five."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from app.core import yamls
from app.core.db import Sessions
from app.study.searching.finding import find
from tests.factories import organization
from tests.unit.study.searching.library import column, published

JUDGED: Mapping[str, Any] = yamls.read(Path(__file__).parent / "judged.yaml")
SHARE = 0.9


def test_what_readers_expect_is_among_the_first_five(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        branch = organization(session)
        shelf = column(session, branch)
        ids = {
            published(
                session, shelf, one["title"], one["text"], tags=tuple(one["tags"]), days_ago=day
            ).id: key
            for day, (key, one) in enumerate(JUDGED["items"].items())
        }
        path = branch.path
    missing = []
    with any_sessions.read() as session:
        for query, expected in JUDGED["queries"].items():
            found = [ids[one.item.id] for one in find(session, path=path, query=query)]
            missing += [(query, key, found) for key in expected if key not in found]

    expectations = sum(len(expected) for expected in JUDGED["queries"].values())

    assert 1 - len(missing) / expectations >= SHARE, missing


def test_the_judged_set_is_large_enough_to_say_something() -> None:
    assert len(JUDGED["items"]) >= 40
    assert len(JUDGED["queries"]) >= 30
    assert {key for keys in JUDGED["queries"].values() for key in keys} <= JUDGED["items"].keys()

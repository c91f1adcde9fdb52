"""Two things that the code does in one place each: ending a transaction, and reading the time."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
OURS = ("app", "handlers", "console", "jobs", "pages", "miniprogram_api")
PLACES = {
    "commit": ["app/core/db.py"],
    "rollback": ["app/core/db.py", "console/views/feedback.py"],
    "now": ["app/core/clock.py"],
    "utcnow": [],
    "today": [],
}


def _calls(path: Path) -> Iterator[tuple[str, str]]:
    """(object, method) of every call of a method of something named."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            yield ast.unparse(node.func.value), node.func.attr


def _is_ours(holder: str, method: str) -> bool:
    """`clock.now()` is how the time is asked for; `datetime.now()` is how it is read."""
    return method not in ("now", "today") or holder in (
        "datetime",
        "date",
        "datetime.datetime",
        "datetime.date",
    )


@pytest.mark.parametrize("method", PLACES)
def test_call_is_made_only_where_it_belongs(method: str) -> None:
    files = [path for folder in OURS for path in (ROOT / folder).rglob("*.py")]

    found = [
        str(path.relative_to(ROOT))
        for path in sorted(files)
        if any(called == method and _is_ours(holder, called) for holder, called in _calls(path))
    ]

    assert found == PLACES[method]

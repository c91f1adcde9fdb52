"""docs/glossary.md and the code say the same words."""

import re
from collections.abc import Iterator, Mapping
from enum import StrEnum
from importlib import import_module
from inspect import getmembers, isclass
from pathlib import Path
from typing import Any

import pytest

from app.members.roster import report
from console import labels

ROOT = Path(__file__).resolve().parents[2]
ROW = re.compile(r"\| `(?P<code>[^`]+)` \| (?P<word>[^|]+?) \| (?P<meaning>[^|]+?) \|")
DOMAIN_FILES = frozenset({"models.py", "states.py", "rules.py"})
UNSHOWN = "—"


def _rows() -> list[tuple[str, str]]:
    text = (ROOT / "docs/glossary.md").read_text(encoding="utf-8")
    found = [ROW.fullmatch(line) for line in text.splitlines() if line.startswith("| `")]
    return [(row["code"], row["word"]) if row else ("", "") for row in found]


def _enums() -> set[type[StrEnum]]:
    """Those of every domain's models, states and rules, and those that the console names."""
    files = [path for path in (ROOT / "app").rglob("*.py") if path.name in DOMAIN_FILES]
    modules = [import_module(".".join(path.relative_to(ROOT).with_suffix("").parts)) for path in files]
    return set(labels.LABELS) | {
        kind
        for module in modules
        for _, kind in getmembers(module, isclass)
        if issubclass(kind, StrEnum) and kind.__module__ == module.__name__
    }


def _values() -> set[str]:
    return {f"{kind.__name__}.{value.value}" for kind in _enums() for value in kind}


def _shown() -> Iterator[tuple[str, str]]:
    """(English, Chinese) as the screens have it."""
    tables: list[Mapping[Any, str]] = [*labels.LABELS.values(), report.KINDS, report.STATES]
    for table in tables:
        yield from ((f"{type(value).__name__}.{value.value}", word) for value, word in table.items())
    yield from ((f"CheckInOutcome.{code}", word) for code, word in labels.REASONS.items())
    for kind, words in {"act": labels.ACTIONS, "subject": labels.SUBJECTS, "detail": labels.DETAILS}.items():
        yield from ((f"{kind} {code}", word) for code, word in words.items())


WORDS = dict(_rows())


def test_every_row_is_readable_and_said_once() -> None:
    codes = [code for code, _ in _rows()]

    assert "" not in codes
    assert sorted(codes) == sorted(set(codes))


def test_every_value_of_an_enum_has_its_row_and_every_row_its_value() -> None:
    names = {kind.__name__ for kind in _enums()}
    rows = {code for code in WORDS if code.partition(".")[0] in names and "." in code}

    assert rows == _values()


def test_every_act_subject_and_detail_has_its_row_and_every_row_is_one() -> None:
    rows = {code for code in WORDS if " " in code}

    assert rows == {code for code, _ in _shown() if " " in code}


@pytest.mark.parametrize(("code", "word"), list(_shown()))
def test_screen_and_glossary_say_the_same(code: str, word: str) -> None:
    assert WORDS[code] == word


@pytest.mark.parametrize("kind", sorted(_enums(), key=str))
def test_words_of_one_enum_differ(kind: type[StrEnum]) -> None:
    words = [WORDS[f"{kind.__name__}.{value.value}"] for value in kind]
    shown = [word for word in words if word != UNSHOWN]

    assert sorted(shown) == sorted(set(shown))

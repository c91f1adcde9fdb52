"""templates/notices/*.yaml: what each kind of notice says on each way, declared with the platform's field names."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from app.core import yamls
from app.notices.models import Topic

FOLDER: Final = Path(__file__).resolve().parents[2] / "templates" / "notices"
_KEYS: Final = frozenset(
    {
        "topic",
        "fields",
        "chat",
        "answers",
        "page",
        "mini_program_page",
        "template",
        "subscription",
        "mini_program",
    }
)


class BadDeclaration(ValueError):
    """A file that cannot be used; the text is one line that names it."""


@dataclass(frozen=True, slots=True)
class Declaration:
    """`answers`: it answers what the person has just done, so that the chat is tried whatever is known of it.

    `fields` are the names that its texts may use; the three mappings go from the platform's keyword to a text.
    """

    kind: str
    topic: Topic | None
    fields: tuple[str, ...]
    chat: bool
    answers: bool
    page: str
    mini_program_page: str
    template: Mapping[str, str]
    subscription: Mapping[str, str]
    mini_program: Mapping[str, str]


def load(folder: Path = FOLDER) -> dict[str, Declaration]:
    """Every declaration by its kind; raises BadDeclaration."""
    return {path.stem: _declaration(path) for path in sorted(folder.glob("*.yaml"))}


def _declaration(path: Path) -> Declaration:
    try:
        given = yamls.read(path)
    except (OSError, ValueError, yaml.YAMLError) as fault:
        raise BadDeclaration(f"{path.name}: {type(fault).__name__}") from None
    if not isinstance(given, dict):
        raise BadDeclaration(f"{path.name}: no mapping")
    if unknown := sorted(map(str, given.keys() - _KEYS)):
        raise BadDeclaration(f"{path.name}: unknown key {unknown[0]}")
    return Declaration(
        kind=path.stem,
        topic=_topic(path, given.get("topic")),
        fields=tuple(_texts(path, given, "fields")),
        chat=_flag(path, given, "chat"),
        answers=_flag(path, given, "answers"),
        page=_text(path, given, "page"),
        mini_program_page=_text(path, given, "mini_program_page"),
        template=_mapping(path, given, "template"),
        subscription=_mapping(path, given, "subscription"),
        mini_program=_mapping(path, given, "mini_program"),
    )


def _topic(path: Path, value: Any) -> Topic | None:
    try:
        return None if value is None else Topic(value)
    except ValueError:
        raise BadDeclaration(f"{path.name}: no topic is called {value}") from None


def _flag(path: Path, given: Mapping[str, Any], key: str) -> bool:
    value = given.get(key, False)
    if not isinstance(value, bool):
        raise BadDeclaration(f"{path.name}: {key} is true or false")
    return value


def _text(path: Path, given: Mapping[str, Any], key: str) -> str:
    value = given.get(key, "")
    if not isinstance(value, str):
        raise BadDeclaration(f"{path.name}: {key} is a text")
    return value


def _texts(path: Path, given: Mapping[str, Any], key: str) -> list[str]:
    value = given.get(key, [])
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise BadDeclaration(f"{path.name}: {key} is a list of names")
    return value


def _mapping(path: Path, given: Mapping[str, Any], key: str) -> dict[str, str]:
    value = given.get(key, {})
    if not isinstance(value, dict) or not all(isinstance(one, str) for one in (*value, *value.values())):
        raise BadDeclaration(f"{path.name}: {key} goes from keywords to texts")
    return value

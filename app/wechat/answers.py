"""Fields of the platform's answers, checked before anybody relies on them."""

from collections.abc import Mapping
from typing import Any

from app.wechat.errors import BadAnswer


def text_of(answer: Mapping[str, Any], name: str) -> str:
    value = answer.get(name)
    if not isinstance(value, str) or not value:
        raise BadAnswer(f"no_{name}")
    return value


def number_of(answer: Mapping[str, Any], name: str) -> int:
    value = answer.get(name)
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise BadAnswer(f"no_{name}")
    try:
        return int(value)
    except ValueError:
        raise BadAnswer(f"no_{name}") from None


def object_of(answer: Mapping[str, Any], name: str) -> dict[str, Any]:
    value = answer.get(name)
    if not isinstance(value, dict):
        raise BadAnswer(f"no_{name}")
    return value


def objects_of(answer: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    value = answer.get(name)
    if not isinstance(value, list):
        raise BadAnswer(f"no_{name}")
    return [item for item in value if isinstance(item, dict)]

"""Reading what a form sent: every value is hostile until it has passed here."""

import unicodedata
from datetime import date, datetime, time
from enum import StrEnum
from typing import TypeVar

from flask import request

from app.core.clock import from_local

Kind = TypeVar("Kind", bound=StrEnum)
INVISIBLE = frozenset({"Cc", "Cf", "Cs"})
"""Control characters, marks that turn the direction of writing, halves of characters."""


def line(name: str, *, most: int) -> str:
    """One line of text without control and invisible characters, cut at `most`."""
    return tidy(request.values.get(name, ""), most=most)


def tidy(text: str, *, most: int) -> str:
    seen = (" " if one.isspace() else one for one in text)
    kept = "".join(one for one in seen if unicodedata.category(one) not in INVISIBLE)
    return " ".join(kept.split())[:most]


def body(name: str, *, most: int) -> str:
    """Text of several lines; what a database cannot keep is taken out, too much is left to the domain."""
    text = request.form.get(name, "").replace("\r\n", "\n").replace("\x00", "")
    return text.encode("utf-8", "replace").decode()[: most + 1]


def number(name: str) -> int | None:
    digits = request.values.get(name, "")
    fits = digits.isascii() and digits.isdigit() and len(digits) < 10  # noqa: PLR2004 -- 32-bit keys
    return int(digits) if fits else None


def numbers(name: str) -> list[int]:
    listed = request.form.getlist(name)
    return [int(one) for one in listed if one.isascii() and one.isdigit() and len(one) < 10]  # noqa: PLR2004 -- 32-bit keys


def choice(name: str, kind: type[Kind]) -> Kind | None:
    try:
        return kind(request.values.get(name, ""))
    except ValueError:
        return None


def day(name: str) -> date | None:
    """Of the years 2000 to 2100: any other is a slip."""
    try:
        on = date.fromisoformat(request.values.get(name, ""))
    except ValueError:
        return None
    return on if 2000 <= on.year <= 2100 else None  # noqa: PLR2004 -- no typing slips


def moment(day_name: str, time_name: str) -> datetime | None:
    """A wall-clock time in China from a date field and a time field."""
    on = day(day_name)
    try:
        at = time.fromisoformat(request.form.get(time_name, ""))
    except ValueError:
        return None
    return from_local(on, at.hour, at.minute) if on and 2000 <= on.year <= 2100 else None  # noqa: PLR2004 -- no typing slips

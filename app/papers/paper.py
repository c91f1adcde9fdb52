"""A paper before it is printed: the words that its forms may use. Their names are Chinese, as secretaries read them."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from app.core.clock import local_day, local_text

Words = Mapping[str, Any]

WEEKDAYS = "一二三四五六日"
DIGITS = "零一二三四五六七八九"
FORBIDDEN = frozenset('<>:"/\\|?*')
RESERVED = frozenset(
    {"CON", "PRN", "AUX", "NUL", *(f"{port}{number}" for port in ("COM", "LPT") for number in range(10))}
)
LONGEST_NAME = 80


class Format(StrEnum):
    """The ending of the file, too."""

    PDF = "pdf"
    WORD = "docx"
    EXCEL = "xlsx"


MEDIA = {
    Format.PDF: "application/pdf",
    Format.WORD: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    Format.EXCEL: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@dataclass(frozen=True)
class Paper:
    """`form`: which of templates/papers prints it. `name`: of its file, without the ending."""

    form: str
    name: str
    words: Words


def file_name(text: str, ending: str = "", most: int = LONGEST_NAME) -> str:
    """A name that Windows takes: no sign of a path, no reserved word, no dot or space at its end."""
    seen = (" " if one.isspace() else one for one in unicodedata.normalize("NFC", text))
    kept = "".join("_" if one in FORBIDDEN else one for one in seen if unicodedata.category(one)[0] != "C")
    tail = f".{ending}" if ending else ""
    stem = " ".join(kept.split())[: most - len(tail)].strip(" .")
    if stem.partition(".")[0].strip().upper() in RESERVED:
        stem = f"_{stem}"
    return f"{stem or '未命名'}{tail}"


def day(value: date) -> str:
    return f"{value.year}年{value.month}月{value.day}日"


def span(starts_at: datetime, ends_at: datetime) -> str:
    """2026年3月2日（周一）09:00—11:00, with the day of the end where it is another one."""
    first, last = local_day(starts_at), local_day(ends_at)
    other = "" if first == last else day(last)
    begins = f"{day(first)}（周{WEEKDAYS[first.weekday()]}）{local_text(starts_at, '%H:%M')}"
    return f"{begins}—{other}{local_text(ends_at, '%H:%M')}"


def numeral(number: int) -> str:
    """一, 十二, 二十, 九十九, 一百: as headings of items are numbered, up to 199."""
    hundreds, rest = divmod(number, 100)
    tens, ones = divmod(rest, 10)
    head = f"{DIGITS[hundreds]}百" if hundreds else ""
    filler = "零" if hundreds and rest and not tens else ""
    ten = "" if not tens else "十" if tens == 1 and not hundreds else f"{DIGITS[tens]}十"
    return f"{head}{filler}{ten}{DIGITS[ones] if ones else ''}"

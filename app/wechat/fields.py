"""Keyword values of template messages, checked as the platform checks them (facts/wechat.md §3.7)."""

import re
import unicodedata
from typing import Final

THING: Final = 20
_HAN: Final = "\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_CLOCK: Final = r"([01]?\d|2[0-3]):[0-5]\d(:[0-5]\d)?"
_DAY: Final = r"\d{4}(年\d{1,2}月\d{1,2}日|-\d{1,2}-\d{1,2}|/\d{1,2}/\d{1,2}|\.\d{1,2}\.\d{1,2})"
_MOMENT: Final = rf"({_DAY}\s?)?{_CLOCK}"
_DATE: Final = rf"{_DAY}(\s?{_CLOCK})?"

_FORMS: Final = {
    "thing": rf".{{1,{THING}}}",
    "short_thing": r".{1,5}",
    "number": r"(?=(\D?\d){1,32}$)-?\d+(\.\d+)?",
    "letter": r"[A-Za-z]{1,32}",
    "symbol": rf"[^\w\s{_HAN}]{{1,5}}",
    "character_string": r"[!-~]{1,32}",
    "time": rf"{_MOMENT}(\s?~\s?{_MOMENT})?",
    "date": rf"{_DATE}(\s?~\s?{_DATE})?",
    "amount": r"[^\w\s.,+-]?(?=(\D?\d){1,10}元?$)-?\d+(\.\d+)?元?",
    "phone_number": r"[0-9()+*#. -]{1,17}",
    "car_number": rf"(?=.{{1,8}}$)[{_HAN}]?[A-Za-z0-9]+[{_HAN}]?",
    "name": rf"[^{_HAN}]{{1,20}}|.{{1,10}}",
    "phrase": rf"[{_HAN}]{{1,5}}",
    "enum": r".{1,20}",
    "const": r".{1,20}",
}
_RULES: Final = {kind: re.compile(form, re.ASCII) for kind, form in _FORMS.items()}
_KEYWORD: Final = re.compile(r"([a-z_]+?)_?\d*", re.ASCII)


def fit(keyword: str, value: str) -> str:
    """The value on one line without control characters; a `thing` is cut to 20 characters with `…`."""
    line = " ".join("".join(" " if _unprintable(char) else char for char in value).split())
    if _kind(keyword) == "thing" and len(line) > THING:
        return line[: THING - 1] + "…"
    return line


def known(keyword: str) -> bool:
    """Whether the platform has fields of this kind."""
    return _kind(keyword) in _RULES


def fault(keyword: str, value: str) -> str | None:
    """Why the platform would refuse the value with 47003; None when it would not."""
    if (rule := _RULES.get(_kind(keyword))) is None:
        return "unknown_keyword"
    if not value.strip():
        return "empty"
    if any(_unprintable(char) for char in value):
        return "control_characters"
    return None if rule.fullmatch(value) else "format"


def _kind(keyword: str) -> str:
    named = _KEYWORD.fullmatch(keyword)
    return named[1] if named else ""


def _unprintable(char: str) -> bool:
    return unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp")

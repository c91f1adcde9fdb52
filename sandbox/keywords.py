"""Which values a template keyword accepts (47003 for the rest)."""

import re
from collections.abc import Callable
from datetime import date

CONTROL = re.compile(r"[\x00-\x1f\x7f]")
CHINESE = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
DATE = (
    r"(?P<y{n}>\d{{4}})(?:年(?P<m{n}>\d{{1,2}})月(?P<d{n}>\d{{1,2}})日"
    r"|(?P<s{n}>[-/.])(?P<mm{n}>\d{{1,2}})(?P=s{n})(?P<dd{n}>\d{{1,2}}))"
)
CLOCK = r"(?:[01]?\d|2[0-3]):[0-5]\d(?::[0-5]\d)?"
KIND = re.compile(r"^([a-z_]+?)\d+$")


def _moment(n: int, *, needs_date: bool) -> str:
    day = DATE.format(n=n)
    return f"{day}(?:\\s*{CLOCK})?" if needs_date else f"(?:{day}\\s*)?{CLOCK}"


def _range(*, needs_date: bool) -> re.Pattern[str]:
    first, second = (_moment(n, needs_date=needs_date) for n in (1, 2))
    return re.compile(f"{first}(?:\\s*~\\s*(?:{second}|{CLOCK}))?")


TIMES = _range(needs_date=False)
DATES = _range(needs_date=True)


def _at_most(length: int) -> Callable[[str], bool]:
    return lambda value: len(value) <= length


def _like(pattern: str) -> Callable[[str], bool]:
    compiled = re.compile(pattern)
    return lambda value: compiled.fullmatch(value) is not None


def _calendar(pattern: re.Pattern[str]) -> Callable[[str], bool]:
    return lambda value: (
        (found := pattern.fullmatch(value)) is not None and all(_exists(found, n) for n in (1, 2))
    )


def _exists(found: re.Match[str], n: int) -> bool:
    parts = found.groupdict()
    if parts[f"y{n}"] is None:
        return True
    month, day = (parts[f"m{n}"] or parts[f"mm{n}"], parts[f"d{n}"] or parts[f"dd{n}"])
    try:
        date(int(parts[f"y{n}"]), int(month), int(day))
    except ValueError:
        return False
    return True


def _name(value: str) -> bool:
    return len(value) <= (10 if CHINESE.search(value) else 20)


RULES: dict[str, Callable[[str], bool]] = {
    "thing": _at_most(20),
    "short_thing": _at_most(5),
    "number": _like(r"(?=.{1,33}$)\d{1,32}(?:\.\d+)?"),
    "letter": _like(r"[A-Za-z]{1,32}"),
    "symbol": _like(r"[^\w\s]{1,5}"),
    "character_string": _like(r"[\x20-\x7e]{1,32}"),
    "time": _calendar(TIMES),
    "date": _calendar(DATES),
    "amount": _like(r"[¥￥$€£]?\d{1,10}(?:\.\d+)?元?"),
    "phone_number": _like(r"[\d+\-() #*]{1,17}"),
    "car_number": _like(r"[\u3400-\u9fff]?[A-Za-z0-9·\-]{1,7}[\u3400-\u9fffA-Za-z0-9]?"),
    "name": _name,
    "phrase": _like(r"[\u3400-\u9fff]{1,5}"),
}


def kind_of(keyword: str) -> str:
    """thing1 → thing."""
    found = KIND.match(keyword)
    return found.group(1) if found else ""


def accepts(keyword: str, value: str, allowed: list[str] | None = None) -> bool:
    """`allowed` are the declared values of an enum or const keyword."""
    if not value or CONTROL.search(value):
        return False
    kind = kind_of(keyword)
    if kind in {"enum", "const"}:
        return value in (allowed or [])
    if kind == "car_number" and len(value) > 8:  # noqa: PLR2004 -- the platform's own figure, used once
        return False
    rule = RULES.get(kind)
    return rule is None or rule(value)

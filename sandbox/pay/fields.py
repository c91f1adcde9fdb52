"""The shapes of documented requests; what does not fit is PARAM_ERROR and names the field."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from urllib.parse import urlsplit

from sandbox.pay.refusals import OUT_OF_RANGE, UNKNOWN_PARAMETER, bad_field

LARGEST = 2**31 - 1
SHOWN = 64


class Field(Protocol):
    @property
    def needed(self) -> bool: ...

    def check(self, value: object, where: str) -> None: ...


@dataclass(frozen=True)
class Text:
    longest: int
    needed: bool = False
    least: int = 0
    pattern: str = ""
    one_of: tuple[str, ...] = ()

    def check(self, value: object, where: str) -> None:
        if not isinstance(value, str):
            raise bad_field(where, value, "应为字符串")
        if not max(self.least, int(self.needed)) <= len(value) <= self.longest:
            raise bad_field(where, value[:SHOWN], "长度超出范围", cause=OUT_OF_RANGE)
        if self.pattern and value and not re.fullmatch(self.pattern, value):
            raise bad_field(where, value, "有不允许的字符")
        if self.one_of and value not in self.one_of:
            raise bad_field(where, value, f"应为 {'、'.join(self.one_of)}")


@dataclass(frozen=True)
class Whole:
    needed: bool = False
    least: int = 0

    def check(self, value: object, where: str) -> None:
        if not isinstance(value, int) or isinstance(value, bool):
            raise bad_field(where, value, "应为整数")
        if not self.least <= value <= LARGEST:
            raise bad_field(where, value, "超出范围", cause=OUT_OF_RANGE if value > LARGEST else 268435461)


@dataclass(frozen=True)
class Flag:
    needed: bool = False

    def check(self, value: object, where: str) -> None:
        if not isinstance(value, bool):
            raise bad_field(where, value, "应为布尔值")


@dataclass(frozen=True)
class Time:
    needed: bool = False

    def check(self, value: object, where: str) -> None:
        if seconds(value) is None:
            raise bad_field(where, value, "应为带时区的 RFC3339 时间")


@dataclass(frozen=True)
class Url:
    longest: int
    needed: bool = False

    def check(self, value: object, where: str) -> None:
        Text(self.longest, self.needed).check(value, where)
        parts = urlsplit(str(value))
        if value and (parts.scheme not in {"http", "https"} or not parts.hostname or parts.query):
            raise bad_field(where, value, "应为不带参数的完整网址")


@dataclass(frozen=True)
class Several:
    each: Field
    needed: bool = False

    def check(self, value: object, where: str) -> None:
        if not isinstance(value, list) or (self.needed and not value):
            raise bad_field(where, str(value)[:SHOWN], "应为数组")
        for number, item in enumerate(value):
            self.each.check(item, f"{where}/{number}")


@dataclass(frozen=True)
class Shape:
    fields: Mapping[str, Field]
    needed: bool = False

    def check(self, value: object, where: str = "") -> None:
        if not isinstance(value, dict):
            raise bad_field(where or "/", str(value)[:SHOWN], "应为对象")
        for name, field in self.fields.items():
            if value.get(name) is not None:
                field.check(value[name], f"{where}/{name}")
            elif field.needed:
                raise bad_field(f"{where}/{name}", "", "缺少必填字段")
        if unknown := sorted(value.keys() - self.fields.keys()):
            raise bad_field(f"{where}/{unknown[0]}", "", "未知的参数", cause=UNKNOWN_PARAMETER)


def seconds(value: object) -> float | None:
    """RFC3339 with its offset, as a Unix time; None for anything else."""
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return moment.timestamp() if moment.tzinfo is not None and "T" in str(value) else None

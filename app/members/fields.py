"""Fields of the registry out of what people type or Excel holds. Each raises BadField with a plain reason."""

import math
import re
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import ClassVar

from app.core.errors import DomainError
from app.members.models import Gender, MemberKind
from app.members.names import plain

PHONE = re.compile(r"1[3-9]\d{9}", re.ASCII)
ID_NUMBER = re.compile(r"[1-9]\d{16}[\dX]", re.ASCII)
ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
ID_CHECKS = "10X98765432"
"""GB 11643: the last sign by the weighted sum of the others modulo 11."""

TAIL_LENGTH = 4

EXCEL_EPOCH = date(1899, 12, 30)
EXCEL_SERIALS = range(10_000, 73_051)
"""1927 to 2099: five digits, so that no year is taken for a serial number."""

YEARS = range(1900, 2100)
DATE = re.compile(
    r"(\d{4})\s*[-–—./年]\s*(\d{1,2})\s*(?:[-–—./月]\s*(\d{1,2})?\s*日?)?(?:\s+[\d:]+)?", re.ASCII
)
DIGITS = re.compile(r"(\d{4})(\d{2})(\d{2})?", re.ASCII)

KINDS = {
    "正式党员": MemberKind.FULL,
    "正式": MemberKind.FULL,
    "中共党员": MemberKind.FULL,
    "预备党员": MemberKind.PROBATIONARY,
    "预备": MemberKind.PROBATIONARY,
    "中共预备党员": MemberKind.PROBATIONARY,
    "发展对象": MemberKind.TARGET,
    "入党积极分子": MemberKind.ACTIVIST,
    "积极分子": MemberKind.ACTIVIST,
    "入党申请人": MemberKind.APPLICANT,
    "申请人": MemberKind.APPLICANT,
    "群众": MemberKind.MASSES,
}
GENDERS = {"男": Gender.MALE, "男性": Gender.MALE, "女": Gender.FEMALE, "女性": Gender.FEMALE}


class BadField(DomainError):
    """`reason` is a Chinese half-sentence that may be shown as it is."""

    code: ClassVar[str] = "bad_field"

    def __init__(self, reason: str) -> None:
        super().__init__(reason=reason)
        self.reason = reason


class Unclear(StrEnum):
    NO_DATE = "不是日期，请写成 2015-07-01"
    JANUARY_OR_OCTOBER = "是数字，分不清 1 月和 10 月，请写成 2015-01 的样子"


def text_of(value: object) -> str:
    """Any cell as text: whole numbers without their .0, width folded, invisible marks dropped."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else plain(str(value))


def free_text(value: object, *, limit: int) -> str:
    text = " ".join(text_of(value).split())
    if len(text) > limit:
        raise BadField(f"超过 {limit} 个字")
    return text


def normal_phone(value: object) -> str:
    """The 11 digits of a mobile number in China."""
    digits = re.sub(r"[\s()-]", "", text_of(value)).removeprefix("+").removeprefix("86")
    if not PHONE.fullmatch(digits):
        raise BadField("应为 11 位手机号码")
    return digits


def check_id_number(value: object) -> str:
    """The 18 signs of a citizen's identity number whose date and check sign are right."""
    if isinstance(value, int | float):
        raise BadField("是数字格式，后几位已被 Excel 改掉，请把该列设为文本后重新填写")
    number = re.sub(r"\s", "", text_of(value)).upper()
    if not ID_NUMBER.fullmatch(number):
        raise BadField("应为 18 位身份证号")
    if not _day(number[6:10], number[10:12], number[12:14]):
        raise BadField("身份证号中的出生日期不存在")
    total = sum(int(sign) * weight for sign, weight in zip(number, ID_WEIGHTS, strict=False))
    if number[17] != ID_CHECKS[total % 11]:
        raise BadField("身份证号校验位不对，请核对是否抄错")
    return number


def born_by_id_number(number: str) -> date:
    return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))


def gender_by_id_number(number: str) -> Gender:
    return Gender.MALE if int(number[16]) % 2 else Gender.FEMALE


def parse_date(value: object) -> date:
    """A day out of a date cell, an Excel serial number or one of the usual texts; a month means its first day."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if isinstance(value, float) and not value.is_integer():
        return _decimal_month(value)
    return _written_day(text_of(value))


def _written_day(text: str) -> date:
    if text.isdecimal() and int(text) in EXCEL_SERIALS:
        return EXCEL_EPOCH + timedelta(days=int(text))
    parts = DATE.fullmatch(text) or DIGITS.fullmatch(text)
    day = _day(parts[1], parts[2], parts[3] or "1") if parts else None
    if day is None:
        raise BadField(Unclear.NO_DATE)
    return day


def _decimal_month(value: float) -> date:
    """2015.7 typed into a number cell. 2015.1 may have been 2015.10; a serial may carry the time of day."""
    if math.isfinite(value) and int(value) in EXCEL_SERIALS:
        return EXCEL_EPOCH + timedelta(days=int(value))
    year, _, month = str(value).partition(".")
    if month == "1":
        raise BadField(Unclear.JANUARY_OR_OCTOBER)
    day = _day(year, month, "1")
    if day is None:
        raise BadField(Unclear.NO_DATE)
    return day


def _day(year: str, month: str, day: str) -> date | None:
    if not (year.isdecimal() and month.isdecimal() and int(year) in YEARS):
        return None
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def parse_birth_year(value: object) -> int:
    text = text_of(value).removesuffix("年")
    if text.isdecimal() and int(text) in YEARS:
        return int(text)
    return parse_date(value).year


def parse_kind(value: object) -> MemberKind:
    kind = KINDS.get(text_of(value))
    if kind is None:
        raise BadField("只能是：正式党员、预备党员、发展对象、入党积极分子、入党申请人、群众")
    return kind


def parse_gender(value: object) -> Gender:
    gender = GENDERS.get(text_of(value))
    if gender is None:
        raise BadField("只能是：男、女")
    return gender

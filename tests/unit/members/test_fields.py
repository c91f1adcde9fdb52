"""Fields as people type them and as Excel hands them over."""

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.members.fields import (
    BadField,
    born_by_id_number,
    check_id_number,
    free_text,
    gender_by_id_number,
    normal_phone,
    parse_birth_year,
    parse_date,
    parse_gender,
    parse_kind,
    text_of,
)
from app.members.models import Gender, MemberKind
from tests.unit.members.id_numbers import id_number, id_numbers


@pytest.mark.parametrize(
    "typed",
    ["13800008000", "138 0000 8000", "138-0000-8000", "+86 13800008000", "8613800008000", "１３８００００８０００",
     13800008000, 13800008000.0, "\u202a13800008000\u202c"],
)  # fmt: skip
def test_normal_phone_usual_forms_are_one(typed: object) -> None:
    assert normal_phone(typed) == "13800008000"


@pytest.mark.parametrize(
    "typed", ["", None, "1380000800", "138000080000", "12800008000", "010-62345678", "١٣٨٠٠٠٠٨٠٠٠", 1.5, True]
)
def test_normal_phone_anything_else_is_refused(typed: object) -> None:
    with pytest.raises(BadField) as refused:
        normal_phone(typed)

    assert refused.value.reason == "应为 11 位手机号码"


def test_check_id_number_known_vector() -> None:
    assert check_id_number("11010519491231002X") == "11010519491231002X"


@given(id_numbers)
def test_check_id_number_valid_is_itself_however_typed(number: str) -> None:
    assert check_id_number(f" {number[:6]} {number[6:14]} {number[14:].lower()}") == number


@given(id_numbers, st.integers(0, 16), st.integers(1, 9))
def test_check_id_number_one_wrong_digit_is_refused(number: str, at: int, shift: int) -> None:
    wrong = number[:at] + str((int(number[at]) + shift) % 10) + number[at + 1 :]

    with pytest.raises(BadField):
        check_id_number(wrong)


@given(id_numbers, st.integers(0, 15))
def test_check_id_number_two_swapped_digits_are_refused(number: str, at: int) -> None:
    swapped = number[:at] + number[at + 1] + number[at] + number[at + 2 :]

    if swapped == number:
        assert check_id_number(swapped) == number
    else:
        with pytest.raises(BadField):
            check_id_number(swapped)


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("110101900307123", "应为 18 位身份证号"),
        ("1101011990030700X1", "应为 18 位身份证号"),
        ("01010119900307001X", "应为 18 位身份证号"),
        ("110101199002300011", "身份证号中的出生日期不存在"),
        ("110105194912310021", "身份证号校验位不对，请核对是否抄错"),
        (110101199003070000.0, "是数字格式，后几位已被 Excel 改掉，请把该列设为文本后重新填写"),
    ],
)
def test_check_id_number_bad_names_its_reason(typed: object, reason: str) -> None:
    with pytest.raises(BadField) as refused:
        check_id_number(typed)

    assert refused.value.reason == reason


def test_id_number_tells_birth_and_gender() -> None:
    number = id_number(1, born=date(1990, 3, 7))

    assert (born_by_id_number(number), gender_by_id_number(number)) == (date(1990, 3, 7), Gender.MALE)
    assert gender_by_id_number(id_number(2)) is Gender.FEMALE


@pytest.mark.parametrize(
    "typed",
    ["2015年7月1日", "2015-07-01", "2015-7-1", "2015/7/1", "2015.07.01", "2015.7.1", "20150701", "２０１５－０７－０１",
     "2015—07—01", "2015-07-01 00:00:00", "2015年7月", "2015.7", "2015-07", "201507", 20150701, 20150701.0, 201507,
     42186, 42186.0, 42186.5, "42186", 2015.7, 2015.07, date(2015, 7, 1), datetime(2015, 7, 1, 9, 30)],
)  # fmt: skip
def test_parse_date_usual_forms_are_one_day(typed: object) -> None:
    assert parse_date(typed) == date(2015, 7, 1)


@pytest.mark.parametrize(
    "typed",
    ["", "2015", 2015, "昨天", "2015年13月1日", "2015-02-30", "15-07-01", "20151301", 2015.13, 1e300,
     float("inf"), float("nan"), -42186, "0000-01-01", "2015-07-01; DROP"],
)  # fmt: skip
def test_parse_date_anything_else_is_refused(typed: object) -> None:
    with pytest.raises(BadField) as refused:
        parse_date(typed)

    assert refused.value.reason == "不是日期，请写成 2015-07-01"


def test_parse_date_number_that_may_be_january_or_october_is_refused() -> None:
    with pytest.raises(BadField) as refused:
        parse_date(2015.1)

    assert refused.value.reason == "是数字，分不清 1 月和 10 月，请写成 2015-01 的样子"


@given(st.one_of(st.text(), st.floats(), st.integers(), st.booleans(), st.none()))
def test_parse_date_hostile_value_is_a_date_or_refused(value: object) -> None:
    try:
        day = parse_date(value)
    except BadField:
        return
    assert 1900 <= day.year < 2100


@pytest.mark.parametrize("typed", ["1990", 1990.0, "1990年", "1990-03-07", 32939, date(1990, 3, 7)])
def test_parse_birth_year_year_or_date(typed: object) -> None:
    assert parse_birth_year(typed) == 1990


def test_parse_kind_and_gender_know_the_usual_words() -> None:
    assert parse_kind(" 中共预备党员 ") is MemberKind.PROBATIONARY
    assert parse_gender("女性") is Gender.FEMALE


@pytest.mark.parametrize("typed", ["党员", "", None, "full"])
def test_parse_kind_anything_else_is_refused(typed: object) -> None:
    with pytest.raises(BadField):
        parse_kind(typed)


def test_parse_gender_anything_else_is_refused() -> None:
    with pytest.raises(BadField):
        parse_gender("1")


def test_free_text_too_long_is_refused_and_control_marks_are_dropped() -> None:
    assert free_text(" 运行\t一班\x00\u200b ", limit=10) == "运行一班"
    with pytest.raises(BadField) as refused:
        free_text("长" * 11, limit=10)

    assert refused.value.reason == "超过 10 个字"


def test_text_of_whole_number_has_no_decimals() -> None:
    assert (text_of(51000011185.0), text_of(None), text_of(1.5)) == ("51000011185", "", "1.5")

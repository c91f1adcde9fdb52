"""Keyword values: each rule of facts/wechat.md §3.7 at its bound and one past it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.wechat.fields import fault, fit

GOOD = [
    ("thing1", "长" * 20),
    ("thing", "a"),
    ("number2", "1" * 32),
    ("number2", "-12.50"),
    ("letter3", "Z" * 32),
    ("symbol4", "!@#$%"),
    ("character_string5", "FK-2026-0001"),
    ("character_string5", "x" * 32),
    ("time6", "15:01"),
    ("time6", "2019年10月1日 15:01"),
    ("time6", "2026-01-02 15:04:05"),
    ("time6", "15:01~17:30"),
    ("time6", "2026-01-02 15:04 ~ 2026-01-02 16:00"),
    ("date7", "2019年10月1日"),
    ("date7", "2026-01-02"),
    ("date7", "2026/1/2 08:00"),
    ("date7", "2026.01.02~2026.02.03"),
    ("amount8", "￥12.00"),
    ("amount8", "1234567890元"),
    ("amount8", "¥1.5元"),
    ("phone_number9", "+86-0766-66888866"),
    ("car_number10", "粤A8Z888挂"),
    ("name11", "欧阳" * 5),
    ("name11", "Christopher Robinson"),
    ("phrase12", "审核已通过"),
    ("enum_13", "晴"),
    ("const14", "已完成"),
    ("short_thing15", "五个字以内"),
]
BAD = [
    ("thing1", "长" * 21, "format"),
    ("thing1", "", "empty"),
    ("thing1", "  ", "empty"),
    ("thing1", "a\nb", "control_characters"),
    ("thing1", "a\u2028b", "control_characters"),
    ("number2", "1" * 33, "format"),
    ("number2", "一", "format"),
    ("number2", "١", "format"),
    ("letter3", "Z" * 33, "format"),
    ("letter3", "Z1", "format"),
    ("symbol4", "!@#$%^", "format"),
    ("symbol4", "好", "format"),
    ("character_string5", "编号1", "format"),
    ("character_string5", "x" * 33, "format"),
    ("time6", "25:01", "format"),
    ("time6", "明天", "format"),
    ("time6", "2026-01-02", "format"),
    ("date7", "1月2日", "format"),
    ("amount8", "12345678901", "format"),
    ("amount8", "十元", "format"),
    ("phone_number9", "1" * 18, "format"),
    ("phone_number9", "电话", "format"),
    ("car_number10", "粤A88888888", "format"),
    ("name11", "欧" * 11, "format"),
    ("name11", "a" * 21, "format"),
    ("phrase12", "六个字就太长", "format"),
    ("phrase12", "abc", "format"),
    ("short_thing15", "六个字就太长", "format"),
    ("first", "您好", "unknown_keyword"),
    ("", "x", "unknown_keyword"),
    ("Thing1", "x", "unknown_keyword"),
]


@pytest.mark.parametrize(("keyword", "value"), GOOD)
def test_value_allowed(keyword: str, value: str) -> None:
    assert fault(keyword, value) is None
    assert fit(keyword, value) == value


@pytest.mark.parametrize(("keyword", "value", "why"), BAD)
def test_value_refused(keyword: str, value: str, why: str) -> None:
    assert fault(keyword, value) == why


@pytest.mark.parametrize(
    ("keyword", "value", "fitted"),
    [
        ("thing1", "长" * 21, "长" * 19 + "…"),
        ("thing1", " 第一行\r\n\t第二行\x00 ", "第一行 第二行"),
        ("thing1", "a\x08b", "a b"),
        ("name2", "欧" * 11, "欧" * 11),
    ],
)
def test_fit(keyword: str, value: str, fitted: str) -> None:
    assert fit(keyword, value) == fitted


@given(st.text(min_size=1))
def test_fit_makes_any_thing_sendable(value: str) -> None:
    assert fault("thing1", fit("thing1", value)) in (None, "empty")

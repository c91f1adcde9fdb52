"""The printed receipt: every word of it, amounts in capitals, and a reprint that says so."""

from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.dues.books.models import Account
from app.dues.cash.models import PayWay, Receipt, ReceiptLine
from app.dues.own import OwnReceipt
from app.papers import pdf, receipts
from tests.adapters.papers.reading import pdf_text
from tests.factories import NOW


def seen(**columns: Any) -> OwnReceipt:
    given: dict[str, Any] = {
        "year": 2026,
        "number": 123,
        "way": PayWay.CASH,
        "amount_fen": 16300,
        "paid_at": NOW,
        "cancelled_by_id": None,
        "payer_name": "",
        "payer_relation": "",
    }
    receipt = Receipt(**{**given, **columns})
    lines = [
        ReceiptLine(account=Account.RECEIVABLE, month=202602, amount_fen=7650),
        ReceiptLine(account=Account.ADVANCE, month=202604, amount_fen=7650),
        ReceiptLine(account=Account.EXTRA, month=None, amount_fen=1000),
    ]
    return OwnReceipt(receipt, lines, "李四", "华原集团党委", "机电党支部", "周收缴")


def test_receipt_says_who_paid_what_for_which_months_and_to_whom() -> None:
    text = pdf_text(pdf.printed(receipts.paper(seen(payer_name="王五", payer_relation="配偶"), copy=False)))

    for said in (
        "党费收据",
        "2026-000123",
        "李四",
        "机电党支部",
        "华原集团党委",
        "现金",
        "周收缴",
        "2026年2月党费",
        "2026年4月党费（预缴）",
        "自愿多缴党费",
        "¥163.00",
        "壹佰陆拾叁元整",
        "王五（配偶）",
    ):
        assert said in text
    assert "副本" not in text
    assert "冲销" not in text


def test_reprint_says_that_it_is_a_copy_and_a_cancelled_one_that_it_is_void() -> None:
    words = pdf.markup(receipts.paper(seen(cancelled_by_id=7), copy=True))

    assert "党费收据（副本）" in words
    assert "已冲销" in words


@pytest.mark.parametrize(
    ("fen", "said"),
    [
        (20, "贰角整"),
        (1, "壹分"),
        (7650, "柒拾陆元伍角整"),
        (24691, "贰佰肆拾陆元玖角壹分"),
        (1002, "壹拾元零贰分"),
        (100203, "壹仟零贰元零叁分"),
        (1000000, "壹万元整"),
        (10000001, "壹拾万元零壹分"),
        (1000500_00, "壹佰万零伍佰元整"),
        (1000_0000_00, "壹仟万元整"),
        (1_0000_0001_00, "壹亿零壹元整"),
        (2_0034_0000_00, "贰亿零叁拾肆万元整"),
    ],
)
def test_amount_in_capitals(fen: int, said: str) -> None:
    assert receipts.capitals(fen) == said


@given(st.integers(1, 10**12))
def test_amounts_in_capitals_are_read_back_as_they_were(fen: int) -> None:
    assert _read(receipts.capitals(fen)) == fen


def _read(said: str) -> int:
    """The other way round, sign by sign."""
    kept = SimpleNamespace(total=0, group=0, digit=0)
    for sign in said:
        match sign:
            case "拾" | "佰" | "仟":
                kept.group += (kept.digit or 1) * {"拾": 10, "佰": 100, "仟": 1000}[sign]
                kept.digit = 0
            case "万" | "亿":
                kept.total += (kept.group + kept.digit) * {"万": 10**4, "亿": 10**8}[sign] * 100
                kept.group = kept.digit = 0
            case "元":
                kept.total += (kept.group + kept.digit) * 100
                kept.group = kept.digit = 0
            case "角" | "分":
                kept.total += kept.digit * {"角": 10, "分": 1}[sign]
                kept.digit = 0
            case "零" | "整":
                kept.digit = 0
            case _:
                kept.digit = receipts.DIGITS.index(sign)
    return int(kept.total)

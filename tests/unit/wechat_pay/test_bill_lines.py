"""The text of a bill: amounts to the fen, names with anything in them, and nothing glossed over."""

import io
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.dues.ports import BadStatement, StatementKind, StatementLine
from app.wechat.pay.bill_lines import BillReader
from app.wechat.pay.money import fen
from tests.unit.wechat_pay.billing import HEADER, SUMMARY, Row, bill, given_back, line, summed, yuan
from tests.unit.wechat_pay.merchant_side import APP_ID, MCHID

ROW = Row()
AMOUNT = st.integers(0, 10**11)
_ANYTHING = st.characters(exclude_characters="\r\n", exclude_categories=["Cs"])
FREE_TEXT = st.text(st.sampled_from("党费,`\"' \t，\u2028\x0b\x85;0") | _ANYTHING, max_size=30)


def read(plain: bytes) -> tuple[list[StatementLine], BillReader]:
    reader = BillReader(io.BytesIO(plain), MCHID)
    return list(reader.lines()), reader


def fault(plain: bytes) -> str:
    with pytest.raises(BadStatement) as bad:
        read(plain)
    return str(bad.value)


@given(AMOUNT)
def test_yuan_is_fen_exactly(amount: int) -> None:
    assert fen(yuan(amount)) == amount
    assert fen(f"{yuan(amount)}000") == amount
    assert fen(f"-{yuan(amount)}") == -amount


@given(st.decimals(allow_nan=False, allow_infinity=False, places=5, min_value=0, max_value=10**9))
def test_part_of_a_fen_is_refused_and_never_rounded(amount: Decimal) -> None:
    if amount * 100 == int(amount * 100):
        assert fen(f"{amount:f}") == int(amount * 100)
    else:
        with pytest.raises(ValueError, match="part of a fen"):
            fen(f"{amount:f}")


@pytest.mark.parametrize(
    "text", ["", " ", "1,000.00", "+1.00", "1.", ".5", "1e3", "NaN", "１.00", "0.001", "¥1", "1.00\n"]
)
def test_what_is_no_amount_of_whole_fen_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"no amount|part of a fen"):
        fen(text)


def test_payment_and_refund() -> None:
    lines, reader = read(bill([ROW, given_back(ROW, 250)]))

    payment = StatementLine(
        number=1,
        at=datetime(2026, 3, 1, 1, 0, tzinfo=UTC),
        kind=StatementKind.PAYMENT,
        app_id=APP_ID,
        mchid=MCHID,
        transaction_id="4200D202603020001",
        out_trade_no="D202603020001",
        total=1250,
        refund_id="",
        out_refund_no="",
        refund=0,
        state="SUCCESS",
        refund_state="",
        fee=0,
    )
    back = replace(
        payment,
        number=2,
        kind=StatementKind.REFUND,
        total=0,
        refund_id="503D202603020001",
        out_refund_no="RD202603020001",
        refund=250,
        state="REFUND",
        refund_state="SUCCESS",
    )
    assert lines == [payment, back]
    assert reader.summary == reader.counted
    assert (reader.counted.count, reader.counted.total, reader.counted.asked_back) == (2, 1250, 250)


def test_fee_comes_back_with_a_refund() -> None:
    lines, reader = read(bill([replace(ROW, fee=8), replace(given_back(ROW, 1250), fee=-8)]))

    assert [one.fee for one in lines] == [8, -8]
    assert reader.summary is not None
    assert reader.summary.fee == 0


@given(FREE_TEXT, FREE_TEXT)
@example("党费,`补缴", ",`,`")
def test_names_may_hold_commas_and_back_ticks(name: str, attach: str) -> None:
    lines, _ = read(bill([replace(ROW, name=name, attach=attach), ROW]))

    assert lines == [
        replace(one, number=number) for number, one in enumerate(read(bill([ROW, ROW]))[0], start=1)
    ]


@given(
    st.lists(st.tuples(AMOUNT, AMOUNT, st.integers(0, 1000), st.booleans()), max_size=8),
    st.sampled_from(["\n", "\r\n"]),
)
def test_lines_come_to_the_summary(amounts: list[tuple[int, int, int, bool]], end: str) -> None:
    rows = [
        replace(given_back(ROW, refund), fee=-fee) if back else replace(ROW, total=total, fee=fee)
        for total, refund, fee, back in amounts
    ]

    lines, reader = read(bill(rows, end=end))

    assert reader.summary == reader.counted
    assert sum(one.total for one in lines) == sum(row.total for row in rows)
    assert sum(one.refund for one in lines) == sum(row.refund for row in rows)


def test_later_columns_are_no_harm() -> None:
    longer = (
        bill([ROW])
        .replace(HEADER.encode(), f"{HEADER},新增".encode())
        .replace(b"`0.00,`\r\n", b"`0.00,`,`x\r\n", 1)
    )

    assert read(longer)[0] == read(bill([ROW]))[0]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (replace(ROW, mchid="1900000002"), "line 1: another merchant's"),
        (replace(ROW, currency="USD"), "line 1: another currency"),
        (replace(ROW, state="REFUND"), "line 1: its state does not go with its refund"),
        (replace(ROW, refund_id="5030001"), "line 1: its state does not go with its refund"),
        (replace(ROW, total=-1), "line 1: an amount below zero"),
        (replace(ROW, at="2026-03-01"), "line 1: no time of the day"),
        (replace(ROW, at="yesterday at nine o"), "line 1: "),
    ],
)
def test_line_that_is_not_as_it_should_be_is_named(row: Row, reason: str) -> None:
    assert fault(bill([row])).startswith(reason)


@pytest.mark.parametrize(
    ("plain", "reason"),
    [
        (b"", "not the columns of a trade bill"),
        (b"<html>", "not the columns of a trade bill"),
        (b"\xff\xfe", "not UTF-8 text"),
        (bill([ROW]).replace("退款金额".encode(), b"x"), "not the columns of a trade bill"),
        (bill([ROW]).replace(b"`1900007291,`0", b"`1900007291"), "line 1: too few columns"),
        (bill([ROW]).replace(b"`12.50", b"`12.505", 1), "line 1: an amount with a part of a fen"),
        (bill([replace(ROW, name="two\nlines")]), "line 1: too few columns"),
        (bill([ROW], summary=["1", "x", "0", "0", "0", "0", "0"]), "the summary cannot be read"),
        (bill([ROW], summary=["1", "0"]), "the summary cannot be read"),
        (bill([ROW]).replace("总交易单数".encode(), b"x"), "the summary cannot be read"),
        (bill([ROW]) + line(ROW.cells()).encode(), "the bill goes on after its summary"),
    ],
)
def test_bill_that_is_not_as_it_should_be(plain: bytes, reason: str) -> None:
    assert fault(plain) == reason


def test_bill_that_breaks_off_has_no_summary() -> None:
    whole = bill([ROW, ROW])

    assert read(whole[: whole.index(SUMMARY.encode())])[1].summary is None


def test_day_without_trade() -> None:
    lines, reader = read(bill([]))

    assert (lines, reader.summary) == ([], reader.counted)
    assert summed([]) == ["0", "0.00", "0.00", "0.00", "0.00", "0.00", "0.00"]

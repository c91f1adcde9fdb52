"""How much is due: every figure of facts/domain §1.3, and what holds for every base."""

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.dues.standards.models import DuesCategory
from app.dues.standards.rules import FROM_PAY, BadBase, BadStandard, Standard, monthly
from app.dues.standards.shipped import ROWS

OF_2008, TODAYS = (Standard.read(row["table"]) for row in ROWS)
C = DuesCategory
BASES = st.integers(min_value=1, max_value=999_999_999)
PAID = st.sampled_from(sorted(FROM_PAY))
BOUNDS = (300_000, 500_000, 1_000_000)


@pytest.mark.parametrize(
    ("category", "base", "computed", "amount", "band", "rate"),
    [
        (C.SALARY, 2999_99, 15_00, 15_00, "3,000元以下（含）", "0.5"),
        (C.SALARY, 3000_00, 15_00, 15_00, "3,000元以下（含）", "0.5"),
        (C.SALARY, 3000_01, 30_00, 30_00, "3,000元以上至5,000元（含）", "1"),
        (C.SALARY, 4900_00, 49_00, 49_00, "3,000元以上至5,000元（含）", "1"),
        (C.SALARY, 5000_00, 50_00, 50_00, "3,000元以上至5,000元（含）", "1"),
        (C.SALARY, 5000_01, 75_00, 75_00, "5,000元以上至10,000元（含）", "1.5"),
        (C.SALARY, 5100_00, 76_50, 76_50, "5,000元以上至10,000元（含）", "1.5"),
        (C.SALARY, 10000_00, 150_00, 150_00, "5,000元以上至10,000元（含）", "1.5"),
        (C.SALARY, 10000_01, 200_00, 200_00, "10,000元以上", "2"),
        (C.SALARY, 12345_67, 246_91, 246_91, "10,000元以上", "2"),
        (C.SALARY, 50000_00, 1000_00, 1000_00, "10,000元以上", "2"),
        (C.SALARY, 60000_00, 1200_00, 1000_00, "10,000元以上", "2"),
        (C.ANNUAL, 5100_00, 76_50, 76_50, "5,000元以上至10,000元（含）", "1.5"),
        (C.IRREGULAR, 4900_00, 49_00, 49_00, "3,000元以上至5,000元（含）", "1"),
        (C.RETIRED, 5000_00, 25_00, 25_00, "5,000元以下（含）", "0.5"),
        (C.RETIRED, 5000_01, 50_00, 50_00, "5,000元以上", "1"),
        (C.RETIRED, 8000_00, 80_00, 80_00, "5,000元以上", "1"),
    ],
)
def test_amount_is_that_of_the_fact_sheet(
    category: DuesCategory, base: int, computed: int, amount: int, band: str, rate: str
) -> None:
    found = monthly(TODAYS, category, base)

    assert (found.computed, found.amount, found.band_text, found.rate) == (
        computed,
        amount,
        band,
        Decimal(rate),
    )
    assert found.capped is (computed > amount)


def test_students_and_people_without_income_pay_the_fixed_amount() -> None:
    found = monthly(TODAYS, C.FIXED, None, round_to=100)

    assert (found.computed, found.amount, found.rate, found.capped) == (20, 20, None, False)


@pytest.mark.parametrize("level", [20, 35, 100])
def test_farmers_pay_their_level_as_set_locally(level: int) -> None:
    assert monthly(TODAYS, C.FARMER, None, fixed_fen=level, round_to=100).amount == level


@pytest.mark.parametrize("level", [None, 0, 19, 101, -20])
def test_farmers_level_outside_the_range_is_refused(level: int | None) -> None:
    with pytest.raises(BadBase, match="dues_base_wrong") as refusal:
        monthly(TODAYS, C.FARMER, None, fixed_fen=level)

    assert refusal.value.reason == "农民党员请填写每月金额，0.20元至1.00元"


@pytest.mark.parametrize(
    ("base", "reason"),
    [
        (None, "没有填写基数；没有收入的请改选缴费类别"),
        (0, "基数不能是0；没有收入的请改选缴费类别"),
        (-1, "基数不能是负数"),
        (1_000_000_000, "基数超过1000万元，请核对是否填错"),
        (10**11, "基数超过1000万元，请核对是否填错"),
    ],
)
@pytest.mark.parametrize("category", sorted(FROM_PAY))
def test_impossible_base_is_refused(category: DuesCategory, base: int | None, reason: str) -> None:
    with pytest.raises(BadBase) as refusal:
        monthly(TODAYS, category, base)

    assert refusal.value.reason == reason


@pytest.mark.parametrize("category", [C.FIXED, C.FARMER])
def test_base_is_not_taken_from_those_who_need_none(category: DuesCategory) -> None:
    with pytest.raises(BadBase) as refusal:
        monthly(TODAYS, category, 5000_00, fixed_fen=20)

    assert refusal.value.reason == "这一类不按基数计算，不用填写基数"


def test_ceiling_is_of_2017_and_only_voluntarily_passed() -> None:
    before = monthly(OF_2008, C.SALARY, 60000_00)
    wished = monthly(TODAYS, C.SALARY, 60000_00, voluntary=True)

    assert (before.amount, before.capped) == (1200_00, False)
    assert (wished.amount, wished.capped) == (1200_00, False)


def test_member_may_ask_to_give_more_but_not_less() -> None:
    assert monthly(TODAYS, C.SALARY, 5100_00, voluntary=True, fixed_fen=100_00).amount == 100_00
    with pytest.raises(BadBase) as refusal:
        monthly(TODAYS, C.SALARY, 5100_00, voluntary=True, fixed_fen=76_49)

    assert refusal.value.reason == "自愿多缴的金额不能低于应缴的76.50元"


def test_wish_counts_only_where_it_is_the_members_own() -> None:
    assert monthly(TODAYS, C.SALARY, 5100_00, fixed_fen=100_00).amount == 76_50


@pytest.mark.parametrize(
    ("round_to", "base", "amount"),
    [
        (1, 5103_33, 76_55),
        (10, 5103_33, 76_60),
        (100, 5103_33, 77_00),
        (100, 5099_00, 76_00),
        (10, 5102_00, 76_50),
    ],
)
def test_amount_is_rounded_half_up_as_the_committee_set(round_to: int, base: int, amount: int) -> None:
    assert monthly(TODAYS, C.SALARY, base, round_to=round_to).amount == amount


def test_pension_counts_by_the_committees_factor_and_chooses_its_band_by_it() -> None:
    found = monthly(TODAYS, C.RETIRED, 8000_00, retired_permille=300)

    assert (found.counted, found.amount, found.rate) == (2400_00, 12_00, Decimal("0.5"))
    assert monthly(TODAYS, C.SALARY, 8000_00, retired_permille=300).counted == 8000_00


@given(category=PAID, base=BASES)
def test_rate_is_taken_of_the_whole_base_half_up(category: DuesCategory, base: int) -> None:
    found = monthly(OF_2008, category, base)

    assert found.rate is not None
    doubled = 2 * base * int(found.rate * 10) + 1000
    assert found.computed == doubled // 2000
    assert found.amount == found.computed


@given(category=PAID, base=BASES, more=st.integers(min_value=1, max_value=10_000_00))
def test_higher_base_never_pays_less(category: DuesCategory, base: int, more: int) -> None:
    lower, higher = monthly(TODAYS, category, base), monthly(TODAYS, category, min(base + more, 999_999_999))

    assert lower.amount <= higher.amount
    assert lower.computed <= higher.computed


@pytest.mark.parametrize("bound", BOUNDS)
def test_one_fen_over_a_bound_changes_the_rate_of_everything(bound: int) -> None:
    inside, over = monthly(TODAYS, C.SALARY, bound), monthly(TODAYS, C.SALARY, bound + 1)

    assert inside.rate is not None
    assert over.rate is not None
    assert over.computed - inside.computed == bound * (over.rate - inside.rate) / 100


@given(category=PAID, base=BASES, round_to=st.sampled_from([1, 10, 100]), voluntary=st.booleans())
def test_rounding_and_ceiling_hold_for_every_base(
    category: DuesCategory, base: int, round_to: int, *, voluntary: bool
) -> None:
    found = monthly(TODAYS, category, base, round_to=round_to, voluntary=voluntary)

    assert found.amount % round_to == 0
    assert voluntary or found.amount <= 100_000
    assert found.capped or abs(found.amount - found.computed) * 2 <= round_to
    assert not found.capped or (found.amount == 100_000 and found.computed > 100_000 - round_to)


def test_shipped_tables_are_written_as_they_are_read() -> None:
    for standard in (OF_2008, TODAYS):
        assert Standard.read(standard.written()) == standard


@pytest.mark.parametrize(
    "change",
    [
        {"bands": {}},
        {"bands": {**json.loads(ROWS[1]["table"])["bands"], "farmer": [[None, "1"]]}},
        {"bands": {**json.loads(ROWS[1]["table"])["bands"], "salary": []}},
        {"bands": {**json.loads(ROWS[1]["table"])["bands"], "salary": [[300000, "0.5"]]}},
        {"bands": {**json.loads(ROWS[1]["table"])["bands"], "salary": [[None, "0.5"], [None, "1"]]}},
        {"bands": {**json.loads(ROWS[1]["table"])["bands"], "salary": [[5, "0.5"], [3, "1"], [None, "2"]]}},
        {"bands": {**json.loads(ROWS[1]["table"])["bands"], "salary": [[300000, "1"], [None, "0.5"]]}},
        {"bands": {**json.loads(ROWS[1]["table"])["bands"], "salary": [[None, "101"]]}},
        {"bands": {**json.loads(ROWS[1]["table"])["bands"], "salary": [[None, "NaN"]]}},
        {"bands": {**json.loads(ROWS[1]["table"])["bands"], "salary": [[None, "x"]]}},
        {"farmer": [100, 20]},
        {"farmer": [20]},
        {"fixed": 0},
        {"ceiling": 0},
        {"large_from": 0},
        {"back_months": 0},
        {"advance_months": 7},
        {"arrears_reminders": []},
        {"arrears_reminders": [4, 2]},
        {"lapse_months": 5},
    ],
    ids=str,
)
def test_table_that_cannot_be_applied_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(BadStandard):
        Standard.read(json.dumps(json.loads(ROWS[1]["table"]) | change))


@pytest.mark.parametrize("text", ["", "[]", "{}", "null", '"x"'])
def test_text_that_is_no_table_is_refused(text: str) -> None:
    with pytest.raises(BadStandard):
        Standard.read(text)

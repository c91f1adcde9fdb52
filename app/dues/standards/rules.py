"""What a member owes a month: one rate on the whole base, never band by band (facts/domain §1.1, §1.3). Pure."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, ClassVar, Final

from app.core.errors import DomainError
from app.dues import money
from app.dues.standards.models import DuesCategory

FROM_PAY: Final = frozenset(
    {DuesCategory.SALARY, DuesCategory.ANNUAL, DuesCategory.IRREGULAR, DuesCategory.RETIRED}
)
"""Categories whose amount is computed from a base."""
BASE_BELOW: Final = 1_000_000_000
"""Fen: no month's pay reaches 10 million yuan, a slipped key does."""
PERMILLE: Final = 1000
HUNDRED: Final = Decimal(100)


class BadStandard(DomainError):
    """The table of a standard cannot be read; `reason` is a Chinese half-sentence."""

    code: ClassVar[str] = "dues_standard_wrong"

    def __init__(self, reason: str) -> None:
        super().__init__(reason=reason)
        self.reason = reason


class BadBase(DomainError):
    """No amount comes out of this base; `reason` is a Chinese half-sentence that fits behind a cell's name."""

    code: ClassVar[str] = "dues_base_wrong"

    def __init__(self, reason: str) -> None:
        super().__init__(reason=reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Band:
    """Bases up to and including `up_to` fen, None for all above, pay `percent` of the whole."""

    up_to: int | None
    percent: Decimal


@dataclass(frozen=True, slots=True)
class Amount:
    """Fen. `computed` is what the rule gives to the fen, `amount` after rounding and ceiling."""

    computed: int
    amount: int
    band_text: str = ""
    """As members read it: 3,000元以上至5,000元."""
    rate: Decimal | None = None
    """Per cent of the whole base; None where the amount does not come from a base."""
    counted: int | None = None
    """The base that the rate was taken of, after the factor for pensions."""
    capped: bool = False


@dataclass(frozen=True, slots=True)
class Standard:
    """Amounts in fen. Months are counts; `arrears_reminders` after how many unpaid months (facts/domain §1.4)."""

    bands: Mapping[DuesCategory, tuple[Band, ...]]
    farmer: tuple[int, int]
    fixed: int
    ceiling: int | None
    large_from: int
    back_months: int
    advance_months: int
    advance_most: int
    arrears_reminders: tuple[int, ...]
    lapse_months: int

    @classmethod
    def read(cls, text: str) -> "Standard":
        """From `DuesStandard.table`. Raises BadStandard."""
        try:
            raw = json.loads(text)
            made = cls(
                bands={DuesCategory(name): _bands(rows) for name, rows in raw["bands"].items()},
                farmer=(int(raw["farmer"][0]), int(raw["farmer"][1])),
                fixed=int(raw["fixed"]),
                ceiling=None if raw["ceiling"] is None else int(raw["ceiling"]),
                large_from=int(raw["large_from"]),
                back_months=int(raw["back_months"]),
                advance_months=int(raw["advance_months"]),
                advance_most=int(raw["advance_most"]),
                arrears_reminders=tuple(int(one) for one in raw["arrears_reminders"]),
                lapse_months=int(raw["lapse_months"]),
            )
        except (KeyError, IndexError, TypeError, ValueError, AttributeError, InvalidOperation) as error:
            raise BadStandard("内容不完整") from error
        _check(made)
        return made

    def written(self) -> str:
        """The JSON that `read` reads."""
        bands = {
            category.value: [[band.up_to, str(band.percent)] for band in rows]
            for category, rows in self.bands.items()
        }
        others = {name: getattr(self, name) for name in self.__slots__ if name != "bands"}
        return json.dumps({"bands": bands, **others})


def _bands(rows: Any) -> tuple[Band, ...]:
    return tuple(Band(None if up_to is None else int(up_to), Decimal(percent)) for up_to, percent in rows)


def _check(standard: Standard) -> None:
    if set(standard.bands) != FROM_PAY:
        raise BadStandard("按基数计算的四类人员都要有比例")
    for rows in standard.bands.values():
        _check_bands(rows)
    low, high = standard.farmer
    if not 0 < low <= high or standard.fixed <= 0:
        raise BadStandard("农民党员和定额的金额不对")
    if standard.large_from <= 0 or (standard.ceiling is not None and standard.ceiling <= 0):
        raise BadStandard("月缴上限和大额党费的起点要大于0")
    _check_months(standard)


def _check_months(standard: Standard) -> None:
    if not 1 <= standard.advance_months <= standard.advance_most or standard.back_months < 1:
        raise BadStandard("补缴和预缴的月数不对")
    reminders = standard.arrears_reminders
    if not reminders or list(reminders) != sorted(set(reminders)) or reminders[0] < 1:
        raise BadStandard("提醒的月数要从小到大")
    if standard.lapse_months <= reminders[-1]:
        raise BadStandard("最后一次提醒要早于应当研究处理的月数")


def _check_bands(rows: tuple[Band, ...]) -> None:
    ends = [band.up_to for band in rows]
    bounds = [end for end in ends if end is not None]
    if not ends or ends[-1] is not None or len(bounds) != len(ends) - 1:
        raise BadStandard("最后一档、也只有最后一档没有上限")
    if bounds != sorted(set(bounds)) or (bounds and bounds[0] <= 0):
        raise BadStandard("各档上限要从小到大")
    rates = [band.percent for band in rows]
    if rates != sorted(rates) or not all(rate.is_finite() and 0 < rate <= HUNDRED for rate in rates):
        raise BadStandard("各档比例要大于0且从小到大")


def monthly(
    standard: Standard,
    category: DuesCategory,
    base_fen: int | None,
    *,
    round_to: int = 1,
    retired_permille: int = PERMILLE,
    voluntary: bool = False,
    fixed_fen: int | None = None,
) -> Amount:
    """The amount of one month in fen (facts/domain §1.1). Raises BadBase.

    `fixed_fen`: what a farmer's level is, or the more that a member asked to give (`voluntary`, above the ceiling
    too). Rounding is of the amount as shown to the fen, half up, to multiples of `round_to` fen.
    """
    if category not in FROM_PAY:
        return _without_base(standard, category, base_fen, fixed_fen)
    base = _base(base_fen)
    counted = money.rounded(Decimal(base) * retired_permille / PERMILLE) if _pension(category) else base
    rows = standard.bands[category]
    at = next(at for at, band in enumerate(rows) if band.up_to is None or counted <= band.up_to)
    computed = money.rounded(counted * rows[at].percent / HUNDRED)
    amount, capped = _ended(
        standard, computed, round_to, fixed_fen if voluntary else None, voluntary=voluntary
    )
    return Amount(computed, amount, band_text(rows, at), rows[at].percent, counted, capped)


def _pension(category: DuesCategory) -> bool:
    return category is DuesCategory.RETIRED


def _ended(
    standard: Standard, computed: int, round_to: int, asked: int | None, *, voluntary: bool
) -> tuple[int, bool]:
    """After rounding, ceiling and the member's own wish: (amount, whether the ceiling cut it)."""
    amount = money.rounded(Decimal(computed), round_to)
    if asked is not None:
        if asked < amount:
            raise BadBase(f"自愿多缴的金额不能低于应缴的{money.text(amount)}元")
        return asked, False
    capped = not voluntary and standard.ceiling is not None and amount > standard.ceiling
    return (standard.ceiling or 0, True) if capped else (amount, False)


def _base(base_fen: int | None) -> int:
    if base_fen is None:
        raise BadBase("没有填写基数；没有收入的请改选缴费类别")
    if base_fen < 0:
        raise BadBase("基数不能是负数")
    if base_fen == 0:
        raise BadBase("基数不能是0；没有收入的请改选缴费类别")
    if base_fen >= BASE_BELOW:
        raise BadBase("基数超过1000万元，请核对是否填错")
    return base_fen


def _without_base(
    standard: Standard, category: DuesCategory, base_fen: int | None, fixed_fen: int | None
) -> Amount:
    if base_fen:
        raise BadBase("这一类不按基数计算，不用填写基数")
    if category is DuesCategory.FIXED:
        return Amount(standard.fixed, standard.fixed)
    low, high = standard.farmer
    if fixed_fen is None or not low <= fixed_fen <= high:
        raise BadBase(f"农民党员请填写每月金额，{money.text(low)}元至{money.text(high)}元")
    return Amount(fixed_fen, fixed_fen)


def band_text(rows: tuple[Band, ...], at: int) -> str:
    """The band's bounds as members read them; upper bounds are inside."""
    low = rows[at - 1].up_to if at else None
    high = rows[at].up_to
    if low is None and high is None:
        return "全部基数"
    if low is None:
        return f"{_yuan(high)}元以下（含）"
    return f"{_yuan(low)}元以上" if high is None else f"{_yuan(low)}元以上至{_yuan(high)}元（含）"


def _yuan(fen: int | None) -> str:
    return money.text(fen or 0).removesuffix(".00")

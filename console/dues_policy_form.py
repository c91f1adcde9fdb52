"""What stands in the form of a committee's rule for collecting."""

from dataclasses import dataclass

from flask import request

from app.dues import months
from app.dues.policies.models import DuesPolicy, Publishing, Twice
from app.dues.policies.service import Terms
from console import fields

WAYS = ("by_wechat", "by_cash", "by_transfer")
LENGTHS = {"mchid": 32, "account_name": 100, "account_bank": 100, "account_number": 40, "cash_day": 50}
NUMBERS = ("due_day", "base_month", "round_to_fen", "retired_percent", "advance_months")
WRONG = {
    "ways": "请至少选一种收缴方式。",
    "mchid": "微信支付要填本党委自己的商户号，8 到 12 位数字。",
    "account_name": "银行转账要填户名。",
    "account_bank": "银行转账要填开户银行。",
    "account_number": "请填写党费专户的账号，8 到 32 位数字。",
    "due_day": "请填写 1 到 28。",
    "base_month": "请填写 1 到 12。",
    "advance_months": "请填写 1 到 6。",
    "retired_permille": "请填写 0.1 到 100。",
    "round_to_fen": "请选择怎样取整。",
    "effective_from": "请填写从哪个月起执行。",
}
"""Beside the field that the domain refuses."""
PERMILLE = 10


@dataclass(frozen=True)
class TypedPolicy:
    organization: int | None
    effective_from: str
    ways: frozenset[str]
    texts: dict[str, str]
    numbers: dict[str, str]
    twice: Twice
    proxy: bool
    publishing: Publishing

    @classmethod
    def blank(cls, organization: int | None, month: int) -> "TypedPolicy":
        numbers = {"due_day": "10", "base_month": "1", "round_to_fen": "1", "advance_months": "3"}
        return cls(
            organization,
            f"{month // 100}-{month % 100:02d}",
            frozenset({"by_cash"}),
            {**dict.fromkeys(LENGTHS, ""), "cash_day": "主题党日"},
            {**numbers, "retired_percent": "100"},
            Twice.REFUND,
            proxy=True,
            publishing=Publishing.QUARTER,
        )

    @classmethod
    def of(cls, kept: DuesPolicy, month: int) -> "TypedPolicy":
        """The present rule, to be changed from `month` (yyyymm) on."""
        numbers = {name: str(getattr(kept, name)) for name in NUMBERS if name != "retired_percent"}
        return cls(
            kept.organization_id,
            f"{month // 100}-{month % 100:02d}",
            frozenset(way for way in WAYS if getattr(kept, way)),
            {name: getattr(kept, name) for name in LENGTHS},
            {**numbers, "retired_percent": f"{kept.retired_permille / PERMILLE:g}"},
            kept.twice,
            proxy=kept.proxy,
            publishing=kept.publishing,
        )

    @classmethod
    def sent(cls) -> "TypedPolicy":
        return cls(
            fields.number("organization"),
            fields.line("effective_from", most=7),
            frozenset(way for way in WAYS if request.form.get(way) == "yes"),
            {name: fields.line(name, most=most) for name, most in LENGTHS.items()},
            {name: fields.line(name, most=6) for name in NUMBERS},
            fields.choice("twice", Twice) or Twice.REFUND,
            proxy=request.form.get("proxy") == "yes",
            publishing=fields.choice("publishing", Publishing) or Publishing.QUARTER,
        )

    @property
    def month(self) -> int:
        """Yyyymm; 0 where it is none, which the domain refuses."""
        return months.read(self.effective_from) or 0

    def terms(self) -> Terms:
        whole = {name: _whole(self.numbers[name]) for name in NUMBERS if name != "retired_percent"}
        return Terms(
            by_wechat="by_wechat" in self.ways,
            by_cash="by_cash" in self.ways,
            by_transfer="by_transfer" in self.ways,
            mchid=self.texts["mchid"] if "by_wechat" in self.ways else "",
            account_name=self.texts["account_name"],
            account_bank=self.texts["account_bank"],
            account_number=self.texts["account_number"].replace(" ", ""),
            cash_day=self.texts["cash_day"] or "主题党日",
            due_day=whole["due_day"],
            base_month=whole["base_month"],
            round_to_fen=whole["round_to_fen"],
            retired_permille=_permille(self.numbers["retired_percent"]),
            advance_months=whole["advance_months"],
            twice=self.twice,
            proxy=self.proxy,
            publishing=self.publishing,
        )


def _whole(typed: str) -> int:
    """0, which no field allows, where it is no number."""
    return int(typed) if typed.isascii() and typed.isdigit() else 0


def _permille(typed: str) -> int:
    """Of per cent with at most one digit behind the point."""
    whole, _, tenth = typed.removesuffix("%").strip().partition(".")
    return _whole(whole) * PERMILLE + (_whole(tenth) if len(tenth) == 1 else 0) if len(tenth) <= 1 else 0

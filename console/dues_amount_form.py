"""What stands in the forms about one member's amount: a new one, and a relief."""

from dataclasses import dataclass
from datetime import date

from flask import request

from app.dues import money, months
from app.dues.assessments.models import Assessment, Cause, ReliefKind
from app.dues.assessments.service import Asked
from app.dues.standards.models import DuesCategory
from app.dues.standards.rules import FROM_PAY
from console import fields

REASON_LENGTH = 200
NUMBER_LENGTH = 60
AMOUNT_LENGTH = 20
WRONG_AMOUNT = "请填写金额，最多两位小数，例如 5100 或 5100.50。"


@dataclass(frozen=True)
class TypedAmount:
    """`base` is never shown again once it was kept."""

    category: DuesCategory | None
    base: str = ""
    fixed: str = ""
    voluntary: bool = False
    from_month: str = ""
    cause: Cause | None = None
    reason: str = ""

    @classmethod
    def blank(cls, kept: Assessment | None, month: int) -> "TypedAmount":
        january = month % 100 == 1
        return cls(
            category=kept.category if kept else DuesCategory.SALARY,
            from_month=f"{month // 100}-{month % 100:02d}",
            cause=None if kept and not january else Cause.YEARLY if kept else Cause.FIRST,
        )

    @classmethod
    def sent(cls) -> "TypedAmount":
        return cls(
            category=fields.choice("category", DuesCategory),
            base=fields.line("base", most=AMOUNT_LENGTH),
            fixed=fields.line("fixed", most=AMOUNT_LENGTH),
            voluntary=request.form.get("voluntary") == "yes",
            from_month=fields.line("from_month", most=7),
            cause=fields.choice("cause", Cause),
            reason=fields.line("reason", most=REASON_LENGTH),
        )

    @property
    def month(self) -> int:
        return months.read(self.from_month) or 0

    @property
    def asked(self) -> Asked:
        """Of a form without faults."""
        category = self.category or DuesCategory.SALARY
        voluntary = self.voluntary and category in FROM_PAY
        wants_fixed = category is DuesCategory.FARMER or voluntary
        return Asked(
            category,
            base_fen=money.read(self.base) if category in FROM_PAY else None,
            fixed_fen=money.read(self.fixed) if wants_fixed else None,
            voluntary=voluntary,
        )

    def faults(self) -> dict[str, str]:
        """What is missing or no amount, by field; the domain judges the rest."""
        needed = {
            "category": (self.category, "请选择缴费类别。"),
            "from_month": (self.month, "请填写从哪个月起。"),
            "cause": (self.cause, "请选择核定的原因。"),
            "reason": (self.reason or self.cause is Cause.YEARLY, "年度核定以外的，请写明原因。"),
        }
        found = {name: text for name, (value, text) in needed.items() if not value}
        if self.category in FROM_PAY and self.base and money.read(self.base) is None:
            found["base"] = "基数不能是负数。" if self.base.startswith("-") else WRONG_AMOUNT
        needs_fixed = self.voluntary or self.category is DuesCategory.FARMER
        if needs_fixed and money.read(self.fixed) is None:
            found["fixed"] = WRONG_AMOUNT
        return found


@dataclass(frozen=True)
class TypedRelief:
    kind: ReliefKind | None = ReliefKind.EXEMPT
    amount: str = ""
    from_month: str = ""
    until_month: str = ""
    reason: str = ""
    studied_on: str = ""
    document_no: str = ""

    @classmethod
    def sent(cls) -> "TypedRelief":
        return cls(
            kind=fields.choice("kind", ReliefKind),
            amount=fields.line("amount", most=AMOUNT_LENGTH),
            from_month=fields.line("from_month", most=7),
            until_month=fields.line("until_month", most=7),
            reason=fields.line("reason", most=REASON_LENGTH),
            studied_on=request.form.get("studied_on", "")[:10],
            document_no=fields.line("document_no", most=NUMBER_LENGTH),
        )

    @property
    def fen(self) -> int:
        return 0 if self.kind is ReliefKind.EXEMPT else money.read(self.amount) or 0

    @property
    def day(self) -> date | None:
        try:
            return date.fromisoformat(self.studied_on)
        except ValueError:
            return None

    def faults(self) -> dict[str, str]:
        needed = {
            "kind": (self.kind, "请选择免缴还是少缴。"),
            "amount": (self.kind is not ReliefKind.REDUCED or self.fen, "请填写减免后每月缴多少。"),
            "from_month": (months.read(self.from_month), "请填写从哪个月起。"),
            "until_month": (months.read(self.until_month), "请填写到哪个月止。"),
            "reason": (self.reason, "请写明困难情况，加密保存。"),
            "studied_on": (self.day, "请填写支部研究的日期。"),
        }
        return {name: text for name, (value, text) in needed.items() if not value}


RELIEF_WRONG = {
    "amount_fen": ("amount", "少缴的金额要大于 0。"),
    "from_month": ("from_month", "请填写从哪个月起。"),
    "until_month": ("until_month", "结束的月份不能早于开始的月份。"),
    "reason": ("reason", "请写明困难情况，最多 200 个字。"),
    "studied_on": ("studied_on", "支部研究的日期不能晚于今天。"),
    "document_no": ("document_no", "文号最多 60 个字。"),
}
"""(field of the form, what is said beside it) by the name that the domain refuses."""

"""What stands in the form that asks for a refund, and what is missing in it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from app.dues import money, months
from app.dues.books.models import Account
from console import fields
from console.dues_money_cash import AMOUNT, typed_amount
from console.labels import label

REASON_LENGTH = 80


@dataclass(frozen=True)
class Source:
    """Where money of an order stands, and how many fen of it may go back."""

    account: Account
    bill_id: int | None = None
    month: int | None = None
    most: int = 0

    def having(self, fen: int) -> "Source":
        return replace(self, most=fen)

    @property
    def key(self) -> str:
        return f"{self.account.value}-{self.bill_id or 0}"

    @property
    def name(self) -> str:
        return f"{months.text(self.month)}党费" if self.month else label(self.account)


@dataclass(frozen=True)
class TypedRefund:
    source: Source | None
    amount: str
    reason: str

    @classmethod
    def sent(cls, sources: Sequence[Source]) -> "TypedRefund":
        chosen = fields.line("source", most=REASON_LENGTH)
        return cls(
            next((one for one in sources if one.key == chosen), None),
            typed_amount("amount"),
            fields.line("reason", most=REASON_LENGTH),
        )

    def faults(self) -> dict[str, str]:
        needed = {
            "source": (self.source, "请选择退哪一项。"),
            "amount": (self.fen, AMOUNT),
            "reason": (self.reason, "请写明退款原因，本人会在微信账单里看到。"),
        }
        wrong = {name: text for name, (value, text) in needed.items() if not value}
        if self.source and self.fen > self.source.most:
            wrong["amount"] = f"这一项最多可以退 ¥{money.text(self.source.most)}。"
        return wrong

    @property
    def fen(self) -> int:
        return money.read(self.amount) or 0

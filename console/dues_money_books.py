"""What stands in the form of an entry by hand, and what is missing in it."""

from dataclasses import dataclass
from datetime import date

from flask import request

from app.dues import money, months
from app.dues.books.drafts import TO_MEMBERS
from app.dues.books.models import DraftKind, UseItem
from console import fields
from console.dues_money import NAME_LENGTH, NUMBER_LENGTH, REASON_LENGTH
from console.dues_money_cash import AMOUNT, typed_amount

POINTING = frozenset({DraftKind.REVERSAL, DraftKind.BILL})
"""Their amount is that of the voucher or the bill that they point at."""
BY_HAND = (
    DraftKind.USE,
    DraftKind.INTEREST,
    DraftKind.CHARGE,
    DraftKind.SETTLED,
    DraftKind.FOUND_WECHAT,
    DraftKind.FOUND_BANK,
    DraftKind.SUSPENSE,
    DraftKind.GIVEN_BACK,
    DraftKind.GIVEN_BACK_WECHAT,
    DraftKind.ADVANCE_BACK,
    DraftKind.OPENING,
)
HELP = {
    DraftKind.USE: "从专户支出。党费的使用要集体讨论决定，请填讨论的日期和文号。",
    DraftKind.INTEREST: "专户的利息，属于党费收入。",
    DraftKind.CHARGE: "银行或微信支付扣的手续费。",
    DraftKind.SETTLED: "微信支付把待结算的款项转到了专户。",
    DraftKind.FOUND_WECHAT: "商户号里收到、账上没有的款，先记在待查款项里，查清以后再处理。",
    DraftKind.FOUND_BANK: "专户里收到、账上没有的款，先记在待查款项里，查清以后再处理。",
    DraftKind.SUSPENSE: "待查款项查清以后，转到一位党员名下作预缴；不选党员的，退回付款人。",
    DraftKind.GIVEN_BACK: "微信退不成的，已从专户用转账等方式退给本人。请填回单号。",
    DraftKind.GIVEN_BACK_WECHAT: "已在微信商户平台上退给本人，没有经过本系统。请填微信的退款单号。",
    DraftKind.ADVANCE_BACK: "转走、离开或去世的，预缴没有用完，已从专户退给本人或家属。请填回单号。"
    "微信付的先在“订单”里申请退款，微信不能再退的才从这里退。",
    DraftKind.OPENING: "启用本系统时专户里原有的党费，只记一次。",
    DraftKind.REVERSAL: "红字冲销一张凭证：金额和科目照原样反过来，收据作废，相应月份恢复为未缴。",
    DraftKind.BILL: "撤销一个人一个月的账单，这个月还没有交过款；核对以后可以重新生成。",
}
"""What each kind does to the books."""


@dataclass(frozen=True)
class TypedDraft:
    kind: DraftKind = DraftKind.USE
    amount: str = ""
    item: UseItem | None = None
    decided_on: date | None = None
    document_no: str = ""
    reason: str = ""
    month: int | None = None
    member: str = ""
    organization: int | None = None
    journal: int | None = None
    bill: int | None = None

    @classmethod
    def sent(cls) -> "TypedDraft":
        """Of the form, or of the address that opens it."""
        return cls(
            fields.choice("kind", DraftKind) or DraftKind.USE,
            typed_amount("amount"),
            fields.choice("item", UseItem),
            fields.day("decided_on"),
            fields.line("document_no", most=NUMBER_LENGTH),
            fields.line("reason", most=REASON_LENGTH),
            months.read(request.values.get("month", "")),
            fields.line("member", most=NAME_LENGTH),
            fields.number("organization"),
            fields.number("journal"),
            fields.number("bill"),
        )

    def faults(self, today: date) -> dict[str, str]:
        use = self.kind is DraftKind.USE
        needed = {
            "amount": (self.kind in POINTING or self.fen, AMOUNT),
            "item": (not use or self.item, "请选择用在哪一项。"),
            "decided_on": (
                not use or (self.decided_on and self.decided_on <= today),
                "请填写集体讨论的日期，不能晚于今天。",
            ),
            "reason": (self.reason, "请写明原因或摘要。"),
            "member": (self.kind not in TO_MEMBERS or self.member, "请填写退给哪位党员，写姓名。"),
        }
        return {name: text for name, (value, text) in needed.items() if not value}

    @property
    def fen(self) -> int:
        return money.read(self.amount) or 0


@dataclass(frozen=True)
class TypedMonth:
    """A month of the books, and why it is opened again."""

    month: int | None
    reason: str

    @classmethod
    def sent(cls) -> "TypedMonth":
        return cls(months.read(request.form.get("month", "")), fields.line("reason", most=REASON_LENGTH))

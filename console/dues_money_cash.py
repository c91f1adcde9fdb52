"""What stands in the forms about cash, transfers, handovers and large gifts, and what is missing in them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from flask import request

from app.dues import money
from app.dues.bills.models import Bill
from app.dues.bills.states import BillState
from app.dues.cash.models import PayWay
from app.dues.orders.models import LineKind
from app.dues.taking import Part, Payer
from console import fields
from console.dues_money import NAME_LENGTH, NOTE_LENGTH, NUMBER_LENGTH, YES

RELATION_LENGTH = 20
PROFILE_LENGTH = 500
AMOUNT = "请填写金额，例如 30.00。"
SOURCE_LENGTH = 20


def typed_amount(name: str) -> str:
    return fields.line(name, most=SOURCE_LENGTH)


@dataclass(frozen=True)
class TypedCash:
    """One person's cash: for which months, how much of each, and who brought it. `bills`: typed amounts by bill.

    `ahead`: months to come. `counted`: the sum (fen) that was counted; it is empty before that.
    """

    bills: Mapping[int, str] = field(default_factory=dict)
    extra: str = ""
    ahead: int = 0
    counted: int | None = None
    payer: str = ""
    relation: str = ""
    consent: bool = False
    sure: bool = False

    @classmethod
    def of(cls, open_bills: Sequence[Bill], month: int, committee_id: int) -> "TypedCash":
        """As it usually is: everything that is due here, but for what a reported transfer may have paid."""
        begun = [one for one in open_bills if one.month <= month and one.committee_id == committee_id]
        due = [one for one in begun if one.state is not BillState.PENDING]
        return cls({one.id: money.text(one.amount_fen - one.paid_fen) for one in due})

    @classmethod
    def sent(cls) -> "TypedCash":
        return cls(
            {one: typed_amount(f"fen-{one}") for one in fields.numbers("bill")},
            typed_amount("extra"),
            fields.number("ahead") or 0,
            fields.number("counted"),
            fields.line("payer", most=NAME_LENGTH),
            fields.line("relation", most=RELATION_LENGTH),
            request.form.get("consent") == YES,
            request.form.get("sure") == YES,
        )

    def faults(self, open_bills: Sequence[Bill]) -> dict[str, str]:
        wrong = dict(self._wrong_bills(open_bills))
        if self.extra and money.read(self.extra) is None:
            wrong["extra"] = AMOUNT
        if self.payer and not self.relation:
            wrong["relation"] = "请写明代交人与本人的关系。"
        if self.payer and not self.consent:
            wrong["consent"] = "代交要经本人同意，请向本人核实后勾选。"
        if not wrong and not self.ahead and not self.parts(open_bills):
            wrong["bills"] = "请勾选收的是哪几个月，或者填写预缴、自愿多缴的。"
        return wrong

    def _wrong_bills(self, open_bills: Sequence[Bill]) -> Iterator[tuple[str, str]]:
        for one in open_bills:
            fen = money.read(self.bills.get(one.id, "0"))
            if one.id in self.bills and not fen:
                yield f"fen-{one.id}", AMOUNT
            elif fen and fen > one.amount_fen - one.paid_fen:
                left = money.text(one.amount_fen - one.paid_fen)
                yield f"fen-{one.id}", f"这个月只差 ¥{left}；多交的请填在“自愿多缴”。"

    def parts(self, open_bills: Sequence[Bill]) -> list[Part]:
        """Oldest month first. A month that was paid meanwhile is no longer there."""
        months = [
            Part(LineKind.BILL, fen, bill_id=one.id, month=one.month)
            for one in open_bills
            if (fen := money.read(self.bills.get(one.id, "")))
        ]
        extra = money.read(self.extra)
        return [*months, *([Part(LineKind.EXTRA, extra)] if extra else [])]

    @property
    def brought(self) -> Payer | None:
        return Payer(self.payer, self.relation, self.consent) if self.payer else None


@dataclass(frozen=True)
class TypedHandover:
    """`to`: the organisation above, or the committee whose bank account it was paid into."""

    giving: int | None = None
    amount: str = ""
    banked: bool = False
    note: str = ""

    @classmethod
    def sent(cls) -> "TypedHandover":
        return cls(
            fields.number("giving"),
            typed_amount("amount"),
            request.form.get("way") == "bank",
            fields.line("note", most=NOTE_LENGTH),
        )

    def faults(self) -> dict[str, str]:
        needed = {
            "giving": (self.giving, "请选择交出现金的组织。"),
            "amount": (money.read(self.amount), AMOUNT),
        }
        return {name: text for name, (value, text) in needed.items() if not value}

    @property
    def fen(self) -> int:
        return money.read(self.amount) or 0


@dataclass(frozen=True)
class TypedSlip:
    """The bank's own paper about money on the account."""

    number: str = ""
    bank: str = ""
    on: date | None = None

    @classmethod
    def sent(cls) -> "TypedSlip":
        return cls(
            fields.line("slip_number", most=NUMBER_LENGTH),
            fields.line("slip_bank", most=NUMBER_LENGTH),
            fields.day("slip_on"),
        )


@dataclass(frozen=True)
class TypedGift:
    """大额党费 of one person. `member`: chosen from the own people."""

    member: int | None = None
    amount: str = ""
    way: PayWay | None = PayWay.TRANSFER
    on: date | None = None
    profile: str = ""
    voluntary: bool = False

    @classmethod
    def sent(cls) -> "TypedGift":
        return cls(
            fields.number("member"),
            typed_amount("amount"),
            fields.choice("way", PayWay),
            fields.day("received_on"),
            fields.body("profile", most=PROFILE_LENGTH),
            request.form.get("voluntary") == YES,
        )

    def faults(self, today: date) -> dict[str, str]:
        needed = {
            "member": (self.member, "请选择交纳人。"),
            "amount": (money.read(self.amount), AMOUNT),
            "way": (self.way in (PayWay.CASH, PayWay.TRANSFER), "请选择现金或银行转账。"),
            "received_on": (self.on and self.on <= today, "请填写收到的日期，不能晚于今天。"),
            "profile": (self.profile.strip(), "请写交纳人简要情况，随款逐级上报。"),
            "voluntary": (self.voluntary, "大额党费必须出于本人自愿，请向本人核实后勾选。"),
        }
        wrong = {name: text for name, (value, text) in needed.items() if not value}
        if len(self.profile) > PROFILE_LENGTH:
            wrong["profile"] = f"请控制在 {PROFILE_LENGTH} 字以内。"
        return wrong

    @property
    def fen(self) -> int:
        return money.read(self.amount) or 0

"""Any history of orders, payments, closes and refunds, played on the model alone."""

from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.clock import Clock
from sandbox.pay import bills
from sandbox.pay.model import Payments
from sandbox.pay.refusals import CannotPay, PayRefused
from sandbox.pay.settings import Merchant

MCHID, APP_ID = "1900000109", "wx5a4d9b0c1e2f3a47"
START, DAY = 1_790_000_000.0, 86400
ENDS = ("success", "abnormal", "closed")
steps = st.lists(
    st.one_of(
        st.tuples(st.just("order"), st.integers(0, 2), st.integers(1, 400)),
        st.tuples(st.just("pay"), st.integers(0, 8), st.just(0)),
        st.tuples(st.just("close"), st.integers(0, 2), st.just(0)),
        st.tuples(st.just("refund"), st.integers(0, 2), st.integers(1, 400)),
        st.tuples(st.just("wait"), st.sampled_from([1, 5, 7200, DAY]), st.just(0)),
        st.tuples(st.just("ends"), st.integers(0, 2), st.just(0)),
    ),
    max_size=40,
)


@dataclass
class History:
    model: Payments
    prepaid: list[str] = field(default_factory=list)
    refunds: int = 0

    def play(self, act: str, which: int, amount: int) -> None:
        number = f"A202600{which}"
        match act:
            case "order":
                body = {"appid": APP_ID, "mchid": MCHID, "description": "党费", "out_trade_no": number}
                more = {"notify_url": "http://a.test", "amount": {"total": amount}, "payer": {"openid": "o1"}}
                self.prepaid.append(self.model.prepay(MCHID, body | more))
            case "pay":
                self.model.pay(self.prepaid[which] if which < len(self.prepaid) else "", "o1")
            case "close":
                self.model.close(MCHID, number)
            case "refund":
                self.refunds += 1
                total = self.model.query(MCHID, number).total
                part = {"refund": min(amount, total), "total": total, "currency": "CNY"}
                out = f"R{self.refunds}"
                self.model.refund(MCHID, {"out_trade_no": number, "out_refund_no": out, "amount": part})
            case "wait":
                self.model.clock.advance(which)
                self.model.tick()
            case "ends":
                self.model.faults.merge({"pay": {"refund_ends": ENDS[which]}})


@settings(max_examples=150, deadline=None)
@given(steps)
def test_money_is_never_made_or_lost(history: list[tuple[str, int, int]]) -> None:
    model = Payments(Clock(lambda: START), [Merchant(MCHID, [APP_ID])])
    played = History(model)
    for act, which, amount in history:
        try:
            played.play(act, which, amount)
        except (PayRefused, CannotPay):
            continue

    paid = [one for one in model.orders.all.values() if one.paid]
    back = [one for one in model.refunds.of_merchant(MCHID) if one.status != "CLOSED"]
    for order in paid:
        mine = sum(one.refund for one in back if one.out_trade_no == order.out_trade_no)
        assert mine == order.refunded <= order.total
    held = sum(one.fee for one in paid)
    assert model.books.balance(MCHID) == sum(one.total - one.refunded for one in paid) - held
    assert held >= 0
    assert [about for event, about in model.happened if event == "TRANSACTION.SUCCESS"] == paid
    days = {bills.day_of(one.paid_at) for one in paid}
    billed = [row for day in days for row in bills.rows(model, MCHID, day, bills.SUCCESS)]
    assert sorted(row.order.out_trade_no for row in billed) == sorted(one.out_trade_no for one in paid)

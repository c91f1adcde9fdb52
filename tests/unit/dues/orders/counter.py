"""A committee, a branch and members who owe dues, with WeChat Pay in front of them."""

from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import select

from app.core.clock import FixedClock
from app.core.db import Session, Sessions
from app.dues.bills.models import Bill
from app.dues.bills.states import BillState
from app.dues.books import ledger
from app.dues.books.models import Account
from app.dues.cash.models import PayWay, Receipt
from app.dues.orders.desk import PayDesk
from app.dues.orders.models import LineKind, Order, Refund
from app.dues.orders.wishes import Wish
from app.dues.policies.models import DuesPolicy, Twice
from app.dues.ports import PaySheet
from app.dues.statements.models import Case, CaseKind
from app.dues.taking import Part, take
from app.members.models import Member
from app.organizations.models import OrganizationKind
from tests import dues_rows, factories
from tests.factories import NOW
from tests.fakes.gateway import FakeWeChatPay

FEBRUARY, MARCH = 202602, 202603
DUE = 7650
OPENID = "oZhang00000000000000000001"


@dataclass
class Counter:
    sessions: Sessions
    clock: FixedClock
    platform: FakeWeChatPay
    committee: int
    branch: int
    member: int
    bills: tuple[int, ...]
    desk: PayDesk = field(init=False)

    def __post_init__(self) -> None:
        self.desk = PayDesk(self.sessions, self.platform, self.clock)

    @property
    def wish(self) -> Wish:
        return Wish(self.bills)

    def open(self, wish: Wish | None = None, *, openid: str = OPENID) -> tuple[Order, PaySheet]:
        return self.desk.open(member_id=self.member, openid=openid, wish=wish or self.wish)

    def paid(self, wish: Wish | None = None) -> Order:
        """Opened, and paid on the phone; nobody was told."""
        order, sheet = self.open(wish)
        self.platform.pay(sheet, OPENID)
        return order

    def settled(self, wish: Wish | None = None) -> Order:
        order = self.paid(wish)
        self.desk.ask(order.id)
        self.platform.notices()
        return self.order(order.id)

    def later(self, **period: float) -> None:
        self.clock.advance(timedelta(**period))

    def run(self, rounds: int = 1) -> None:
        """The jobs, a few seconds apart."""
        for _ in range(rounds):
            self.desk.ask_due()
            self.desk.send_refunds()
            self.later(seconds=10)

    def cash(self, bill: int = 0, fen: int = DUE) -> None:
        with self.sessions.begin() as session:
            take(
                session,
                member_id=self.member,
                organization_id=self.branch,
                committee_id=self.committee,
                way=PayWay.CASH,
                parts=[Part(LineKind.BILL, fen, self.bills[bill])],
                paid_at=self.clock.now(),
                key=f"cash:{self.bills[bill]}",
                by="shoufei",
                now=self.clock.now(),
                account=Account.CASH,
                account_at=self.branch,
            )

    def order(self, order_id: int) -> Order:
        with self.sessions.read() as session:
            return session.get_one(Order, order_id)

    def refund(self, refund_id: int | None = None) -> Refund:
        with self.sessions.read() as session:
            if refund_id is not None:
                return session.get_one(Refund, refund_id)
            return session.scalars(select(Refund)).one()

    def bill(self, index: int = 0) -> Bill:
        with self.sessions.read() as session:
            return session.get_one(Bill, self.bills[index])

    def cases(self) -> list[CaseKind]:
        with self.sessions.read() as session:
            return list(session.scalars(select(Case.kind).order_by(Case.id)))

    def receipts(self) -> list[int]:
        """Their amounts."""
        with self.sessions.read() as session:
            return list(session.scalars(select(Receipt.amount_fen).order_by(Receipt.id)))

    def books(self) -> dict[Account, int]:
        """Debit minus credit, by account, without those that are empty."""
        with self.sessions.read() as session:
            found = ledger.balances(session, self.committee)
        total: dict[Account, int] = {}
        for (account, _), fen in found.items():
            total[account] = total.get(account, 0) + fen
        assert sum(total.values()) == 0
        return {account: fen for account, fen in total.items() if fen}


def counter(
    sessions: Sessions,
    clock: FixedClock,
    *,
    twice: Twice = Twice.REFUND,
    months: tuple[int, ...] = (FEBRUARY, MARCH),
) -> Counter:
    """One member who owes 76.50 yuan for each of the months."""
    with sessions.begin() as session:
        committee = factories.organization(session, name="集团党委", kind=OrganizationKind.COMMITTEE)
        branch = factories.organization(session, parent=committee)
        policy = dues_rows.policy(session, committee, twice=twice)
        member = factories.member(session, branch)
        factories.identity(session, openid=OPENID, member=member)
        bills = owe(session, member, policy, months)
        return Counter(
            sessions, clock, FakeWeChatPay(clock), committee.id, branch.id, member.id, tuple(bills)
        )


def owe(session: Session, member: Member, policy: DuesPolicy, months: tuple[int, ...]) -> list[int]:
    assessed = dues_rows.assessment(session, member, policy)
    states = {month: BillState.DUE if month == MARCH else BillState.OVERDUE for month in months}
    return [dues_rows.bill(session, assessed, month, state).id for month, state in states.items()]


__all__ = ["DUE", "FEBRUARY", "MARCH", "NOW", "OPENID", "Counter", "counter"]

"""Random histories of one member's payments: whatever is lost, doubled, overtaken or dies, the books end as
WeChat's own books say.

One machine, played with different mixes of steps by the files beside this one. Every history has its own member and
its own WeChat Pay; the database is shared, since making one takes longer than a history.
"""

import os
import shutil
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule
from sqlalchemy import delete, event, func, select, update

from app.core.clock import FixedClock, from_local, local_day
from app.core.db import Session, Sessions, new_engine
from app.core.errors import DomainError
from app.dues.bills.models import Bill
from app.dues.bills.states import BillState
from app.dues.books.models import Account
from app.dues.cash.models import PayWay
from app.dues.inbound.finishing import PayInbox
from app.dues.inbound.models import NotificationState, PayNotification
from app.dues.orders import refunding
from app.dues.orders.desk import PayDesk
from app.dues.orders.models import LineKind, Order, Refund
from app.dues.orders.wishes import Wish
from app.dues.policies.models import DuesPolicy, Twice
from app.dues.ports import PaySheet
from app.dues.statements.desk import StatementDesk
from app.dues.statements.models import Case, TradeStatement
from app.dues.taking import Part, take
from app.organizations.models import Organization, OrganizationKind
from app.staff.deciding import Decision
from sandbox.pay.refusals import CannotPay
from tests import dues_rows, factories, tables
from tests.factories import NOW
from tests.fakes.gateway import DIED_AFTER, DIED_BEFORE, LOST, MCHID, NOT_SENT, Died, FakeWeChatPay, Notice
from tests.flows import dues_truths as truths

OPENID = "oZhang00000000000000000001"
MONTHS = (202601, 202602, 202603)
DUE = 7650
BILLS = st.sampled_from([(0,), (0, 1), (0, 1, 2), (1,), (1, 2), (2,)])
TROUBLES = (NOT_SENT, LOST, DIED_BEFORE, DIED_AFTER)
SOURCES = (Account.RECEIVABLE, Account.ADVANCE, Account.EXTRA, Account.REFUNDS)
ROUNDS = 80
SECONDS = 900
"""For hundreds of histories on a machine that is busy with other tests."""
LONG = timedelta(minutes=20)
"""A round of the jobs comes late in recovery, which skips what the schedule would ask in between."""
numbers = count(1)
OF_2000 = min(int(os.environ.get("ZHIBU_TEST_HISTORIES", "400")), 2000)
"""How many the files beside this one play together; `make histories` plays all 2,000 in some minutes."""
HISTORIES = settings(
    stateful_step_count=8,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.explicit, Phase.generate, Phase.shrink),
)


def share(histories: int) -> int:
    """Of 2,000, those of one file."""
    return max(histories * OF_2000 // 2000, 1)


@cache
def database() -> Sessions:
    """One for all histories of this process; what it holds need not outlive it."""
    folder = Path(tempfile.mkdtemp(prefix="zhibu-histories-"))
    engine = new_engine(f"sqlite:///{folder}/zhibu.db", pool_size=1)
    event.listen(engine, "connect", lambda driver, _entry: driver.execute("PRAGMA synchronous=OFF"))
    tables.empty(engine)
    event.listen(engine, "engine_disposed", lambda _engine: shutil.rmtree(folder, ignore_errors=True))
    return Sessions(engine)


@dataclass(frozen=True)
class House:
    committee: Organization
    branch: Organization
    policy: DuesPolicy


@cache
def house(twice: Twice) -> House:
    with database().begin() as session:
        committee = factories.organization(session, kind=OrganizationKind.COMMITTEE)
        branch = factories.organization(session, parent=committee)
        return House(committee, branch, dues_rows.policy(session, committee, twice=twice))


def moved_in(session: Session, home: House) -> tuple[int, list[int]]:
    """A new member of the branch, and their bills."""
    member = factories.member(session, home.branch)
    assessed = dues_rows.assessment(session, member, home.policy)
    bills = [dues_rows.bill(session, assessed, month, BillState.DUE) for month in MONTHS]
    return member.id, [bill.id for bill in bills]


class Histories(RuleBasedStateMachine):
    """Steps, the recovery that the jobs bring about, and what must be true after it."""

    nights = False
    """Whether trade bills are matched, too: they take most of a history's time."""
    twice = Twice.REFUND

    def __init__(self) -> None:
        super().__init__()
        self.sessions = database()
        self.clock = FixedClock(NOW)
        home = house(self.twice)
        self.committee, self.branch = home.committee.id, home.branch.id
        with self.sessions.begin() as session:
            self.member, self.bills = moved_in(session, home)
        self.platform = FakeWeChatPay(self.clock, MCHID)
        self.desk = PayDesk(self.sessions, self.platform, self.clock)
        self.inbox = PayInbox(self.sessions, self.clock)
        self.statements = StatementDesk(self.sessions, self.platform, self.clock)
        self.sheets: list[PaySheet] = []
        self.told: list[Notice] = []
        self.cash_taken = 0

    @rule(chosen=BILLS, ahead=st.sampled_from([0, 0, 1]), extra=st.sampled_from([0, 0, 500]))
    def buys(self, chosen: tuple[int, ...], ahead: int, extra: int) -> None:
        """Taps and pays at once, wherever the sheet came from."""
        self.tap(chosen, ahead, extra)
        self.pay(0)

    @rule(chosen=BILLS)
    def taps(self, chosen: tuple[int, ...]) -> None:
        self.tap(chosen)

    @rule(which=st.integers(0, 3))
    def pays(self, which: int) -> None:
        self.pay(which)

    @rule(seconds=st.sampled_from([5, 30, 300, 1800, 7200]))
    def goes_on(self, seconds: int) -> None:
        self.clock.advance(timedelta(seconds=seconds))
        self.work()

    def tap(self, chosen: tuple[int, ...], ahead: int = 0, extra: int = 0) -> None:
        wish = Wish(tuple(self.bills[one] for one in chosen), ahead, extra)
        with suppress(DomainError, Died):
            _, sheet = self.desk.open(member_id=self.member, openid=OPENID, wish=wish)
            self.sheets.append(sheet)

    def pay(self, which: int) -> None:
        """On any sheet that is still on a phone, however old."""
        if self.sheets:
            with suppress(CannotPay):
                self.platform.pay(self.sheets[-1 - which % len(self.sheets)], OPENID)

    def work(self) -> None:
        """The jobs; they may die at WeChat's door."""
        with suppress(Died):
            self.desk.ask_due()
            self.desk.send_refunds()
            self.inbox.finish_silent(lambda: True)

    def tell(self, which: int) -> None:
        """A notification comes: late, again, out of order, or for the first time."""
        self.told += self.platform.notices()
        if self.told:
            self.inbox.receive(self.told[which % len(self.told)])

    def trouble(self, kinds: Iterable[str]) -> None:
        self.platform.troubles.extend(kinds)

    def take_cash(self, which: int) -> None:
        with self.sessions.begin() as session:
            bill = session.get_one(Bill, self.bills[which])
            if bill.amount_fen > bill.paid_fen:
                self._cash(session, bill)

    def _cash(self, session: Session, bill: Bill) -> None:
        fen, now = bill.amount_fen - bill.paid_fen, self.clock.now()
        take(
            session,
            member_id=self.member,
            organization_id=self.branch,
            committee_id=self.committee,
            way=PayWay.CASH,
            parts=[Part(LineKind.BILL, fen, bill.id)],
            paid_at=now,
            key=f"cash:{next(numbers)}",
            by="shoufei",
            now=now,
            account=Account.CASH,
            account_at=self.branch,
        )
        self.cash_taken += fen

    def give_back(self, order: int, bill: int, fen: int, source: Account, decision: Decision) -> None:
        bill_id = self.bills[bill] if source is Account.RECEIVABLE else None
        by = "duizhang" if decision is Decision.WITHDRAWN else "shuji"
        mine = self._orders()
        if not mine:
            return
        with suppress(DomainError), self.sessions.begin() as session:
            refund = refunding.propose(
                session,
                order_id=mine[order % len(mine)].id,
                fen=fen,
                taken_from=source,
                reason="试验",
                by="duizhang",
                now=self.clock.now(),
                bill_id=bill_id,
            )
            refunding.decide(session, refund.id, decision, by=by, now=self.clock.now())

    def refunds_end(self, how: str) -> None:
        self.platform.faults.pay.refund_ends = how  # type: ignore[assignment]  # one of the three

    def lights(self, *, out: bool) -> None:
        self.platform.down = out

    def night(self) -> None:
        """Until ten past ten of the next day, when there is a bill."""
        self.clock.at = from_local(local_day(self.clock.now()) + timedelta(days=1), 10, 10)
        with suppress(Died):
            self.statements.run_due()

    def teardown(self) -> None:
        try:
            self._recover()
            self._check()
        finally:
            self._leave()

    def _recover(self) -> None:
        """WeChat answers again, a person sees to what is abnormal there, and our jobs run: nothing else happens."""
        self.platform.down, self.platform.faults.pay.refund_ends = False, "success"
        self.platform.troubles.clear()
        for _ in range(ROUNDS):
            self.platform.payments.tick()
            self._see_to_abnormal()
            self.work()
            due = self._next()
            if due is None:
                break
            self.clock.at = max(due, self.clock.at + LONG)
        else:
            raise AssertionError("our jobs never come to an end")
        if self.nights:
            self.night()
            self._bills_come()

    def _see_to_abnormal(self) -> None:
        for refund in self.platform.payments.refunds.of_merchant(MCHID):
            if refund.status == "ABNORMAL":
                body = {"out_refund_no": refund.out_refund_no, "type": "MERCHANT_BANK_CARD"}
                self.platform.payments.apply_abnormal(MCHID, refund.refund_id, body)

    def _next(self) -> datetime | None:
        with self.sessions.read() as session:
            asked = [
                session.scalar(select(func.min(Order.ask_at)).where(Order.member_id == self.member)),
                session.scalar(select(func.min(Refund.ask_at)).where(Refund.order_id.in_(self._mine()))),
            ]
        return min((at for at in asked if at is not None), default=None)

    def _bills_come(self) -> None:
        for _ in range(ROUNDS):
            with self.sessions.read() as session:
                mine = select(func.min(TradeStatement.ask_at)).where(TradeStatement.mchid == MCHID)
                due = session.scalar(mine)
            if due is None or due > self.clock.at + timedelta(hours=6):
                return
            self.clock.at = max(due, self.clock.at)
            self.statements.run_due()

    def _check(self) -> None:
        orders = self._orders()
        with self.sessions.read() as session:
            truths.of_orders(orders, self.platform)
            truths.of_books(
                session, orders, self.member, took=self.platform.took(MCHID), cash=self.cash_taken
            )
            truths.of_bills(session, self.bills)
            truths.of_receipts(session, orders, self.member, self.committee)
            truths.of_refunds(session, orders, self.platform)
            truths.of_cases(session)

    def _orders(self) -> list[Order]:
        with self.sessions.read() as session:
            return list(
                session.scalars(select(Order).where(Order.member_id == self.member).order_by(Order.id))
            )

    def _mine(self) -> Any:
        return select(Order.id).where(Order.member_id == self.member)

    def _leave(self) -> None:
        """Nothing of this history comes up in the next one."""
        with self.sessions.begin() as session:
            mine = update(Order).where(Order.member_id == self.member)
            session.execute(mine.values(mchid="gone", ask_at=None))
            session.execute(update(Refund).where(Refund.order_id.in_(self._mine())).values(ask_at=None))
            session.execute(update(Case).values(mchid="gone", statement_id=None))
            session.execute(delete(TradeStatement))
            left = update(PayNotification).where(PayNotification.state == NotificationState.RECEIVED)
            session.execute(left.values(state=NotificationState.REFUSED))

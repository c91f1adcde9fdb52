"""Dies by SIGKILL before the n-th thing that writes, for n from 1 until nothing is left to write; then the jobs run.

Run as a process of its own, since it forks: `python -m tests.flows.dues_kill_child ACT FOLDER`. Each round works on
a copy of the prepared SQLite file; what WeChat did before the death stays done. Prints one JSON object a round.
"""

import json
import os
import shutil
import signal
import sqlite3
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

from sqlalchemy import event, select, update

from app.core.clock import FixedClock
from app.core.db import Session, Sessions, new_engine
from app.dues.bills.models import Bill
from app.dues.books.models import Account, Journal
from app.dues.cash.models import PayWay, Receipt
from app.dues.inbound.finishing import PayInbox
from app.dues.orders import refunding
from app.dues.orders.models import Order, Refund
from app.dues.orders.states import OrderState, RefundState
from app.dues.orders.wishes import Wish
from app.dues.statements.desk import StatementDesk
from app.dues.statements.models import StatementState, TradeStatement
from app.staff.deciding import Decision
from tests import tables
from tests.fakes.gateway import MCHID, SERIALS, FakeWeChatPay
from tests.flows.dues_truths import on_bill
from tests.unit.dues.orders.counter import Counter, counter

LAST = 200
NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
MORNING = datetime(2026, 3, 3, 2, 10, tzinfo=UTC)
READING = ("SELECT", "PRAGMA")
Given = TypeVar("Given")
Act = Callable[[Counter], object]


class Remembering(FakeWeChatPay):
    """What it did outlives whoever asked for it."""

    memory: Path | None = None

    def answer(self, call: str, effect: Callable[[], Given]) -> Given:
        given = super().answer(call, effect)
        if self.memory:
            remember(self, self.memory)
        return given


def remember(platform: FakeWeChatPay, path: Path) -> None:
    path.write_text(json.dumps({"payments": platform.payments.dump(), "serials": SERIALS.dump()}))


class Place:
    """One database file and what WeChat knows, put back before every round; statements stay compiled."""

    def __init__(self, folder: Path) -> None:
        self.database, self.memory = folder / "zhibu.db", folder / "platform.json"
        self.first, self.remembered = folder / "first.db", folder / "first.json"
        self.left = 0
        self.engine = new_engine(f"sqlite:///{self.database}")
        event.listen(self.engine, "connect", self._watch)

    def _watch(self, connection: sqlite3.Connection, _entry: object) -> None:
        connection.set_trace_callback(self._count_down)

    def _count_down(self, statement: str) -> None:
        if statement.lstrip().upper().startswith(READING):
            return
        self.left -= 1
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def prepare(self, before: Act) -> datetime:
        tables.empty(self.engine)
        at = counter(Sessions(self.engine), FixedClock(NOW))
        before(at)
        remember(at.platform, self.remembered)
        self.engine.dispose()
        shutil.copy(self.database, self.first)
        return at.clock.now()

    def put_back(self) -> None:
        self.engine.dispose()
        for rest in self.database.parent.glob("zhibu.db-*"):
            rest.unlink()
        shutil.copy(self.first, self.database)
        shutil.copy(self.remembered, self.memory)

    def revived(self, at: datetime) -> Counter:
        clock = FixedClock(at)
        platform = Remembering(clock)
        platform.memory = self.memory
        kept = json.loads(self.memory.read_text())
        platform.payments.load(kept["payments"])
        SERIALS.load(kept["serials"])
        return Counter(Sessions(self.engine), clock, platform, 1, 2, 1, (1, 2))

    def lives(self, at: datetime, act: Act, die_at: int) -> bool:
        """Whether it lived to the end, in a process of its own."""
        child = os.fork()
        if child == 0:
            self.left = die_at
            act(self.revived(at))
            os._exit(0)
        _, status = os.waitpid(child, 0)
        return not os.WIFSIGNALED(status)


def paid_and_paid_in_cash(at: Counter) -> None:
    """Two bills by WeChat, one of them in cash as well: a surplus is to go back."""
    at.paid()
    at.cash()


def notified(at: Counter) -> None:
    order = next(iter(at.platform.payments.orders.of_merchant(MCHID)))
    told = at.platform.notice("TRANSACTION.SUCCESS", order)
    PayInbox(at.sessions, at.clock).receive(replace(told, id="EV-1", nonce_key="1" * 64))


def asked_while_closing(at: Counter) -> None:
    at.later(minutes=30)
    at.desk.ask_due()


def settled(at: Counter) -> None:
    at.settled()


def refunded(at: Counter) -> None:
    """Proposed and decided, asked for, and asked about."""
    with at.sessions.begin() as session:
        refunding.propose(
            session,
            order_id=1,
            fen=2000,
            taken_from=Account.RECEIVABLE,
            reason="多缴",
            by="duizhang",
            now=at.clock.now(),
            bill_id=1,
        )
    with at.sessions.begin() as session:
        refunding.decide(session, 1, Decision.APPROVED, by="shuji", now=at.clock.now())
    at.desk.send_refunds()
    at.later(minutes=2)
    at.desk.send_refunds()


def a_day_nobody_told_us_of(at: Counter) -> None:
    """A payment that we gave up, another that we know, and a refund on its way."""
    lost = at.paid(Wish(at.bills[1:]))
    with at.sessions.begin() as session:
        gone = {"state": OrderState.CLOSED, "open_member_id": None, "ask_at": None}
        session.execute(update(Order).where(Order.id == lost.id).values(gone))
    known = at.paid(Wish(at.bills[:1]))
    at.cash()
    at.desk.ask(known.id)
    at.desk.send_refunds()
    with at.sessions.begin() as session:
        session.execute(update(Refund).values(ask_at=None))


def reconciled(at: Counter) -> None:
    at.clock.at = MORNING
    StatementDesk(at.sessions, at.platform, at.clock).run_due()


@dataclass(frozen=True)
class Story:
    before: Act
    act: Act


STORIES = {
    "notified": Story(paid_and_paid_in_cash, notified),
    "asked": Story(paid_and_paid_in_cash, asked_while_closing),
    "refunded": Story(settled, refunded),
    "reconciled": Story(a_day_nobody_told_us_of, reconciled),
}


def recover(at: Counter) -> None:
    """Only the jobs run, over two days."""
    statements, inbox = StatementDesk(at.sessions, at.platform, at.clock), PayInbox(at.sessions, at.clock)
    began = at.clock.at
    hours = (0, 1, 2, 3, 10)
    for moment in (
        *(began + timedelta(hours=hour) for hour in hours),
        MORNING,
        MORNING + timedelta(hours=1),
        MORNING + timedelta(hours=2),
    ):
        at.clock.at = moment
        at.desk.ask_due()
        at.desk.send_refunds()
        inbox.finish_silent(lambda: True)
        statements.run_due()


def wrong(at: Counter, *, at_the_end: bool) -> list[str]:
    """What in the books does not go with itself; at the end also what does not go with WeChat's books."""
    with at.sessions.read() as session:
        found = list(_torn(session))
        if at_the_end:
            found += _different(session, at)
    return found


def _torn(session: Session) -> list[str]:
    keys = session.scalars(select(Journal.external_key)).all()
    ours = {f"order:{one}" for one in session.scalars(select(Order.id).where(Order.state == OrderState.PAID))}
    back = {
        f"refunded:{one}"
        for one in session.scalars(select(Refund.id).where(Refund.state == RefundState.SUCCEEDED))
    }
    found = []
    if {key for key in keys if key.startswith("order:")} != ours:
        found.append("orders and vouchers")
    if {key for key in keys if key.startswith("refunded:")} != back:
        found.append("refunds and vouchers")
    receipts = set(session.scalars(select(Receipt.order_id).where(Receipt.way == PayWay.WECHAT)))
    if {f"order:{one}" for one in receipts} != ours:
        found.append("orders and receipts")
    bills = session.scalars(select(Bill)).all()
    return found + [f"bill {one.id}" for one in bills if one.paid_fen != on_bill(session, one.id)]


def _different(session: Session, at: Counter) -> list[str]:
    found = []
    if at.books().get(Account.WECHAT, 0) != at.platform.took():
        found.append(f"books {at.books()}, WeChat {at.platform.took()}")
    paid = {one.out_trade_no for one in at.platform.payments.orders.of_merchant(MCHID) if one.paid}
    ours = select(Order.out_trade_no).where(Order.state == OrderState.PAID)
    if set(session.scalars(ours)) != paid:
        found.append("orders")
    states = set(session.scalars(select(TradeStatement.state)))
    if StatementState.WANTED in states or StatementState.READ in states:
        found.append("statements")
    under_way = select(Refund.id).where(Refund.state.in_((RefundState.WANTED, RefundState.PROCESSING)))
    if session.scalar(under_way) is not None:
        found.append("refunds")
    return found


def main() -> None:
    story, place = STORIES[sys.argv[1]], Place(Path(sys.argv[2]))
    began = place.prepare(story.before)
    for point in range(1, LAST):
        place.put_back()
        lived = place.lives(began, story.act, point)
        at = place.revived(began)
        after_death = wrong(at, at_the_end=False)
        recover(at)
        seen = {
            "point": point,
            "lived": lived,
            "torn": after_death,
            "wrong": wrong(at, at_the_end=True),
            "books": {account.value: fen for account, fen in sorted(at.books().items())},
            "cases": sorted(at.cases()),
        }
        sys.stdout.write(json.dumps(seen) + "\n")
        if lived:
            return


if __name__ == "__main__":
    main()

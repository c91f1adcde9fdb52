"""Fetching trade bills and working them off. Nothing is asked of WeChat inside a transaction; whoever dies between two
steps leaves a row that says what is next."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial

import structlog

from app.core.clock import Clock
from app.core.db import Session, Sessions
from app.dues.orders import asking, refund_settling
from app.dues.orders.rounds import PATIENCE, always
from app.dues.orders.states import OrderState
from app.dues.orders.writing import Writing
from app.dues.ports import (
    BadStatement,
    GatewayRefused,
    Gateways,
    GatewayUnclear,
    NoStatement,
    PaymentGateway,
)
from app.dues.statements import comparing, matching, rereading, rules, service
from app.dues.statements.models import StatementState, TradeStatement

log = structlog.get_logger()

NO_MERCHANT = "NO_MERCHANT"


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a merchant's day; `cases`: opened now."""

    statement: TradeStatement
    cases: int


class StatementDesk:
    def __init__(self, sessions: Sessions, gateways: Gateways, clock: Clock) -> None:
        self._sessions = sessions
        self._gateways = gateways
        self._clock = clock
        self._write = Writing(sessions, clock)

    def run_due(self, goes_on: Callable[[], bool] = always) -> int:
        """Every bill that is to be fetched or matched now; how many were worked on."""
        mchids = self._gateways.mchids()
        self._write(lambda session, now: service.want(session, mchids=mchids, now=now))
        with self._sessions.read() as session:
            due = service.due(session, now=self._clock.now())
        worked = 0
        for statement_id in due:
            if not goes_on():
                break
            worked += 1
            try:
                self._work(statement_id, goes_on)
            except Exception as fault:
                log.exception("dues.statement.failed", statement=statement_id)
                self._put_off(statement_id, type(fault).__name__)
        return worked

    def _put_off(self, statement_id: int, error: str) -> None:
        try:
            self._unanswered(statement_id, error)
        except Exception:  # its row is held: it does not hold up the others
            log.exception("dues.statement.not_put_off", statement=statement_id)

    def reconcile(self, day: date) -> list[Result]:
        """Fetch that day's bill of every merchant anew, and match it now."""
        mchids = self._gateways.mchids()
        self._write(lambda session, now: service.want(session, mchids=mchids, now=now))
        return [self._anew(mchid, day) for mchid in mchids]

    def _anew(self, mchid: str, day: date) -> Result:
        statement_id = self._write(lambda session, now: _wanted_anew(session, mchid, day, now))
        opened = self._work(statement_id, always)
        return Result(self._row(statement_id), opened)

    def _row(self, statement_id: int) -> TradeStatement:
        with self._sessions.read() as session:
            return session.get_one(TradeStatement, statement_id)

    def _work(self, statement_id: int, goes_on: Callable[[], bool]) -> int:
        """How many cases were opened."""
        row = self._row(statement_id)
        gateway = self._gateways.of(row.mchid)
        if gateway is None:
            return self._unanswered(statement_id, NO_MERCHANT)
        opened = 0
        if row.state is StatementState.WANTED:
            opened = self._fetch(gateway, row)
            row = self._row(statement_id)
        if row.state is StatementState.READ and self._asked_all(gateway, row, goes_on):
            opened += self._write(lambda session, now: matching.conclude(session, statement_id, now=now))
            log.info("dues.statement.matched", mchid=row.mchid, day=row.day.isoformat(), cases=opened)
        return opened

    def _fetch(self, gateway: PaymentGateway, row: TradeStatement) -> int:
        statement_id = row.id
        try:
            found = gateway.statement(row.day)
            self._write(lambda session, now: service.read(session, statement_id, found, now=now))
        except NoStatement as none:
            code = none.code
            return self._write(
                lambda session, now: service.missing(session, statement_id, code=code, now=now)
            )
        except BadStatement as fault:
            error = str(fault)
            return self._write(lambda session, now: service.bad(session, statement_id, error=error, now=now))
        except (GatewayUnclear, GatewayRefused) as fault:
            return self._unanswered(statement_id, str(fault))
        return 0

    def _unanswered(self, statement_id: int, error: str) -> int:
        return self._write(
            lambda session, now: service.unanswered(session, statement_id, error=error, now=now)
        )

    def _asked_all(self, gateway: PaymentGateway, row: TradeStatement, goes_on: Callable[[], bool]) -> bool:
        """Book what the bill has and we do not, by WeChat's own word on each. False: asked on another time.

        A line about which it never answers holds up neither the others nor, in the end, the day.
        """
        questions = self._questions(gateway, row)
        begin = row.tries * PATIENCE % len(questions) if questions else 0
        silent: list[str] = []
        for ask in questions[begin:] + questions[:begin]:
            if not goes_on():
                return False
            try:
                ask()
            except GatewayUnclear as fault:
                silent.append(str(fault))
                if len(silent) >= PATIENCE:
                    break
        if silent:
            self._unanswered(row.id, silent[-1])
        return not silent or row.tries + 1 >= rules.LINE_TRIES

    def _questions(self, gateway: PaymentGateway, row: TradeStatement) -> list[Callable[[], None]]:
        with self._sessions.read() as session:
            seen = comparing.compare(session, row)
        payments = [
            partial(self._ask_payment, gateway, one.line.out_trade_no, one.ours.id)
            for one in seen.payments
            if one.ours is not None and one.ours.state is not OrderState.PAID
        ]
        refunds = [
            partial(self._ask_refund, gateway, one.line.out_refund_no)
            for one in seen.refunds
            if one.ours is not None
        ]
        return [*payments, *refunds]

    def _ask_payment(self, gateway: PaymentGateway, out_trade_no: str, order_id: int) -> None:
        """A refusal is an answer: a person will be told."""
        try:
            trade = gateway.query(out_trade_no)
        except GatewayRefused as refusal:
            log.warning("dues.statement.not_told", order=out_trade_no, code=refusal.code)
            return
        self._write(lambda session, now: asking.conclude(session, order_id, trade, now))

    def _ask_refund(self, gateway: PaymentGateway, out_refund_no: str) -> None:
        try:
            said = gateway.query_refund(out_refund_no)
        except GatewayRefused as refusal:
            log.warning("dues.statement.not_told", refund=out_refund_no, code=refusal.code)
            return
        self._write(lambda session, now: refund_settling.settle_refund(session, said, now=now))


def _wanted_anew(session: Session, mchid: str, day: date, now: datetime) -> int:
    statement_id = service.ensure(session, mchid, day)
    rereading.want_again(session, statement_id, now=now)
    return statement_id

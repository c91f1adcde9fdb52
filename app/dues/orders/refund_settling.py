"""Booking what WeChat says of a refund: once, whoever tells us first, and in whatever order it is told."""

from datetime import datetime

import structlog

from app.core.db import Session
from app.core.states import advance
from app.dues import money, telling
from app.dues.books import ledger
from app.dues.books.ledger import Leg
from app.dues.books.models import Account, JournalKind
from app.dues.orders import refunds, rules
from app.dues.orders.models import Order, Refund
from app.dues.orders.refunds import SYSTEM
from app.dues.orders.settling import Outcome
from app.dues.orders.states import REFUND, RefundState
from app.dues.ports import RefundSaid, RefundStatus
from app.dues.statements import cases
from app.dues.statements.cases import open_case, refund_not_booked
from app.dues.statements.models import CaseKind

log = structlog.get_logger()

UNDECIDED = frozenset({RefundState.PROPOSED, RefundState.REFUSED})
REFUND_ENDED = frozenset(state for state, after in REFUND.items() if not after)
STATES = {
    RefundStatus.PROCESSING: RefundState.PROCESSING,
    RefundStatus.SUCCEEDED: RefundState.SUCCEEDED,
    RefundStatus.ABNORMAL: RefundState.ABNORMAL,
    RefundStatus.CLOSED: RefundState.CLOSED,
}


def settle_refund(session: Session, said: RefundSaid, *, now: datetime) -> Outcome:
    """Safe to call any number of times. What is not about a refund of ours as we know it opens a case, once."""
    to = STATES.get(said.status)
    if to is None:
        return Outcome.NOTHING
    refund_id = refunds.id_of(session, said.out_refund_no)
    if refund_id is None:
        return _refused(session, None, None, said, CaseKind.UNKNOWN_REFUND, "我们没有这笔退款", now)
    order, refund = refunds.locked(session, refund_id)
    if (wrong := _wrong(order, refund, said, to)) is not None:
        return _refused(session, order, refund, said, *wrong, now)
    if to is refund.state or to not in REFUND[refund.state]:
        _ask_later(refund, now)
        return Outcome.ALREADY
    refund.state = advance(REFUND, refund.state, to)
    refund.refund_id, refund.error = said.refund_id or refund.refund_id, ""
    cases.clear(session, key=f"refund_refused:{refund.id}", note="微信已受理", now=now)
    _follow(session, order, refund, said, now)
    session.flush()
    return Outcome.BOOKED


def _wrong(order: Order, refund: Refund, said: RefundSaid, to: RefundState) -> tuple[CaseKind, str] | None:
    if (said.mchid, said.out_trade_no) != (order.mchid, order.out_trade_no):
        return CaseKind.STRANGER, "商户号或订单号与我们的退款不一致"
    if (said.refund, said.total) != (refund.amount_fen, order.amount_fen):
        ours, theirs = money.text(refund.amount_fen), money.text(said.refund)
        return CaseKind.AMOUNT, f"微信说退 {theirs} 元，我们要退 {ours} 元"
    if refund.refund_id not in (None, said.refund_id):
        return CaseKind.STRANGER, "微信退款单号与先前的不一致"
    if refund.state in UNDECIDED:
        return CaseKind.UNKNOWN_REFUND, "这笔退款我们没有批准"
    if refund.state is RefundState.CLOSED and to is RefundState.SUCCEEDED:
        return CaseKind.REFUND_CLOSED, "先前已按退款关闭处理，微信现在说已退"
    return None


def _refused(
    session: Session,
    order: Order | None,
    refund: Refund | None,
    said: RefundSaid,
    kind: CaseKind,
    details: str,
    now: datetime,
) -> Outcome:
    open_case(
        session,
        key=f"refund:{said.out_refund_no}:{kind}:{said.status}"[:120],
        kind=kind,
        details=f"退款 {said.out_refund_no}（订单 {said.out_trade_no}）：{details}。没有入账。",
        now=now,
        committee_id=order.committee_id if order else None,
        mchid=order.mchid if order else said.mchid,
        order_id=order.id if order else None,
        ours_fen=refund.amount_fen if refund else None,
        theirs_fen=said.refund,
    )
    return Outcome.REFUSED


def _follow(session: Session, order: Order, refund: Refund, said: RefundSaid, now: datetime) -> None:
    match refund.state:
        case RefundState.SUCCEEDED:
            _succeeded(session, order, refund, said.succeeded_at or now, now)
        case RefundState.CLOSED:
            refund.ask_at, refund.ended_at = None, now
            order.refunded_fen -= refund.amount_fen
            _clear_abnormal(session, refund, "微信已关闭退款", now)
            fate = "微信没有退成并关闭了退款，这笔钱仍在应退党费里，请用别的办法退给本人。"
            _tell_person(session, order, refund, CaseKind.REFUND_CLOSED, fate, now)
        case RefundState.ABNORMAL:
            refund.ask_at = now + rules.ABNORMAL_PAUSE
            fate = "钱没有退到本人，请在微信支付商户平台处理；系统会继续查询。"
            _tell_person(session, order, refund, CaseKind.REFUND_ABNORMAL, fate, now)
        case _:
            refund.asked, refund.ask_at = 0, rules.ask_refund_next(asked=0, now=now)


def _succeeded(session: Session, order: Order, refund: Refund, at: datetime, now: datetime) -> None:
    back = Leg(
        Account.REFUNDS,
        order.committee_id,
        Account.WECHAT,
        order.committee_id,
        refund.amount_fen,
        order.member_id,
    )
    ledger.post(
        session,
        committee_id=order.committee_id,
        kind=JournalKind.REFUNDED,
        key=f"refunded:{refund.id}",
        legs=[back],
        by=SYSTEM,
        reason=refund.reason,
        document_no=refund.refund_id or "",
        now=now,
    )
    refund.ask_at, refund.ended_at = None, at
    _clear_abnormal(session, refund, "微信已退给本人", now)
    cases.clear(session, key=refund_not_booked(refund.out_refund_no), note="已入账", now=now)
    telling.queue_refunded(session, refund=refund, now=now)
    log.info("dues.refund.settled", refund=refund.out_refund_no, fen=refund.amount_fen)


def _clear_abnormal(session: Session, refund: Refund, note: str, now: datetime) -> None:
    cases.clear(session, key=f"refund_abnormal:{refund.id}", note=note, now=now)


def _tell_person(
    session: Session, order: Order, refund: Refund, kind: CaseKind, fate: str, now: datetime
) -> None:
    open_case(
        session,
        key=f"{kind}:{refund.id}",
        kind=kind,
        details=f"退款 {refund.out_refund_no}，{money.text(refund.amount_fen)} 元：{fate}",
        now=now,
        committee_id=order.committee_id,
        mchid=order.mchid,
        order_id=order.id,
        ours_fen=refund.amount_fen,
    )


def asked_again(session: Session, refund_id: int) -> bool:
    """What WeChat refused is asked for once more: until it answers, nobody gives it up. False where somebody has."""
    _, refund = refunds.locked(session, refund_id)
    refund.error = ""
    return refund.state not in REFUND_ENDED


def refused(session: Session, refund_id: int, *, code: str, now: datetime) -> None:
    """WeChat said no, and nothing happened. It is asked again, the same, and a person is told."""
    order, refund = refunds.locked(session, refund_id)
    refund.error = code[:64]
    refund.asked, refund.ask_at = refund.asked + 1, now + rules.REFUSED_PAUSE
    if refund.state is RefundState.WANTED:
        fate = f"微信拒绝退款（{code}），系统会用同一单号继续申请；余额不足时请先给商户号充值。"
        _tell_person(session, order, refund, CaseKind.REFUND_REFUSED, fate, now)
    session.flush()


def put_off(session: Session, refund_id: int, *, now: datetime) -> None:
    """Nothing is known: ask again later, with the same number."""
    _, refund = refunds.locked(session, refund_id)
    _ask_later(refund, now)


def _ask_later(refund: Refund, now: datetime) -> None:
    if refund.ask_at is None:
        return
    refund.asked += 1
    abnormal = refund.state is RefundState.ABNORMAL
    refund.ask_at = (
        now + rules.ABNORMAL_PAUSE if abnormal else rules.ask_refund_next(asked=refund.asked, now=now)
    )

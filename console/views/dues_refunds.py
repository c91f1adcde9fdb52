"""Refunds: asked for by whoever compares the bills, decided by another person, then WeChat is asked."""

from flask import abort, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.access import staff
from app.core.db import Session
from app.dues.orders import listing, refunding
from app.dues.orders.models import Order, Refund
from app.dues.orders.refunds import RefundTooMuch
from app.staff.deciding import Decision
from app.staff.permissions import Permission
from console import dues_money as shared
from console import fields
from console.blueprint import console
from console.dues_money_refunds import TypedRefund
from console.edge import acting, now, scope, services
from console.paging import PER_PAGE, Page, offset, wanted_page
from console.views import dues_orders as orders


@console.get("/dues/refunds")
@staff(Permission.DUES_VIEW)
def dues_refunds() -> ResponseReturnValue:
    """By order and amount; whose it is, is not asked."""
    done = request.args.get("done") == shared.YES
    with services().sessions.read() as session:
        return render_template(
            "console/dues/refunds.html",
            rows=listing.refunds(
                session, scope(), open_only=not done, offset=offset(wanted_page()), limit=PER_PAGE
            ),
            page=Page(wanted_page(), listing.refunds_total(session, scope(), open_only=not done)),
            done=done,
            may_decide=acting().may(Permission.DUES_DECIDE),
            may_propose=acting().may(Permission.DUES_RECONCILE),
            who=shared.called(session),
        )


@console.post("/dues/orders/<int:order_id>/refunds")
@staff(Permission.DUES_RECONCILE)
def propose_dues_refund(order_id: int) -> ResponseReturnValue:
    def propose(session: Session) -> str:
        order: Order = orders.wanted(session, order_id).Order
        typed = _typed(session, order)
        if typed.faults() or typed.source is None:
            raise RefundTooMuch
        made = refunding.propose(
            session,
            order_id=order.id,
            fen=typed.fen,
            taken_from=typed.source.account,
            bill_id=typed.source.bill_id,
            reason=typed.reason,
            by=acting().username,
            now=now(),
        )
        shared.keep(session, "refund_proposed", "refund", made.id, order.committee_id, reason=typed.reason)
        return "退款申请已提交，等另一位同志复核。复核通过以后原路退回。"

    def shown(sentence: str) -> str:
        with services().sessions.read() as session:
            found = orders.wanted(session, order_id)
            faults = _typed(session, found.Order).faults()
            return orders.page(session, found, faults=faults, fault="" if faults else sentence)

    return shared.carry_out(url_for("console.dues_order", order_id=order_id), propose, shown)


def _typed(session: Session, order: Order) -> TypedRefund:
    return TypedRefund.sent(orders.sources(session, order))


def _wanted(session: Session, refund_id: int) -> tuple[Refund, Order]:
    return listing.refund(session, scope(), refund_id) or abort(404)


@console.post("/dues/refunds/<int:refund_id>/decide")
@staff(Permission.DUES_DECIDE)
def decide_dues_refund(refund_id: int) -> ResponseReturnValue:
    wanted, note = shared.decision(), fields.line("note", most=shared.NOTE_LENGTH)

    def decide(session: Session) -> str:
        _decide(session, refund_id, wanted, note)
        if wanted is Decision.APPROVED:
            return "已同意，系统会向微信申请原路退回，一般几分钟内到账。"
        return "没有同意退款，账目不变。"

    return shared.carry_out(url_for("console.dues_refunds"), decide)


@console.post("/dues/refunds/<int:refund_id>/withdraw")
@staff(Permission.DUES_RECONCILE)
def withdraw_dues_refund(refund_id: int) -> ResponseReturnValue:
    def withdraw(session: Session) -> str:
        _decide(session, refund_id, Decision.WITHDRAWN)
        return "退款申请已撤回。"

    return shared.carry_out(url_for("console.dues_refunds"), withdraw)


def _decide(session: Session, refund_id: int, wanted: Decision, note: str = "") -> None:
    refund, order = _wanted(session, refund_id)
    refunding.decide(session, refund.id, wanted, by=acting().username, now=now())
    shared.keep(
        session, "refund_decided", "refund", refund.id, order.committee_id, decision=wanted.value, note=note
    )


@console.post("/dues/refunds/<int:refund_id>/give-up")
@staff(Permission.DUES_RECONCILE)
def give_up_dues_refund(refund_id: int) -> ResponseReturnValue:
    """WeChat keeps refusing it: the money is given back another way, which the note says."""
    note = fields.line("note", most=shared.NOTE_LENGTH)

    def give_up(session: Session) -> str:
        refund, order = _wanted(session, refund_id)
        if not note:
            raise refunding.RefundNeedsReason
        refunding.give_up(session, refund.id, by=acting().username, note=note, now=now())
        shared.keep(session, "refund_given_up", "refund", refund.id, order.committee_id, note=note)
        return "已停止向微信申请；这笔钱仍记在“应退党费”，退给本人后请会计记“应退款已用其他方式退给本人”。"

    return shared.carry_out(url_for("console.dues_refunds"), give_up)

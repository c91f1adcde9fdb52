"""Looking an order at WeChat Pay up by its number: what became of it, without whose it is."""

from flask import abort, render_template, request
from flask.typing import ResponseReturnValue

from app.access import staff
from app.core.clock import from_local
from app.core.db import AnyRow, Session
from app.dues.books.models import Account
from app.dues.numbers import receipt_number
from app.dues.orders import listing, refunding, returnable
from app.dues.orders.models import Order
from app.dues.orders.states import OrderState
from app.staff.permissions import Permission
from console import dues_money as shared
from console import fields
from console.blueprint import console
from console.dues_money_refunds import Source
from console.edge import scope, services
from console.paging import PER_PAGE, Page, offset, wanted_page

NUMBER_LENGTH = 64


@console.get("/dues/orders")
@staff(Permission.DUES_RECONCILE)
def dues_orders() -> ResponseReturnValue:
    on = fields.day("day")
    since = from_local(on) if on else None
    wanted = listing.OrderFilter(
        number=fields.line("number", most=NUMBER_LENGTH),
        state=fields.choice("state", OrderState),
        since=since,
        until=shared.after(on) if on else None,
    )
    with services().sessions.read() as session:
        return render_template(
            "console/dues/orders.html",
            rows=listing.orders(session, scope(), wanted, offset=offset(wanted_page()), limit=PER_PAGE),
            page=Page(wanted_page(), listing.orders_total(session, scope(), wanted)),
            wanted=wanted,
            states=OrderState,
            filters=request.args,
        )


@console.get("/dues/orders/<int:order_id>")
@staff(Permission.DUES_RECONCILE)
def dues_order(order_id: int) -> ResponseReturnValue:
    with services().sessions.read() as session:
        return page(session, wanted(session, order_id))


def wanted(session: Session, order_id: int) -> AnyRow:
    return listing.order(session, scope(), order_id) or abort(404)


def page(session: Session, found: AnyRow, *, faults: shared.Faults | None = None, fault: str = "") -> str:
    return render_template(
        "console/dues/order.html",
        order=found.Order,
        organization_name=found.organization_name,
        receipt=receipt_number(found.receipt_year, found.receipt_number) if found.receipt_id else "",
        receipt_id=found.receipt_id,
        lines=listing.lines(session, found.Order.id),
        refunds=listing.refunds_of(session, found.Order.id),
        sources=sources(session, found.Order),
        typed=request.form,
        faults=faults or {},
        fault=fault,
    )


def sources(session: Session, order: Order) -> list[Source]:
    """From where money of this order may still go back, and how much at most."""
    if order.state is not OrderState.PAID:
        return []
    possible = [
        *(Source(Account.RECEIVABLE, one.id, one.month) for one in returnable.bills(session, order)),
        *(Source(account) for account in (Account.ADVANCE, Account.EXTRA, Account.REFUNDS)),
    ]
    found = [one.having(refunding.left(session, order, one.account, one.bill_id)) for one in possible]
    return [one for one in found if one.most]

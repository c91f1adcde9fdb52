"""Opening an order: what a member wishes to pay becomes one order that WeChat may be asked about."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from app.core.db import Session
from app.core.errors import DomainError
from app.dues import telling
from app.dues.orders import numbers, rules, wishes
from app.dues.orders.models import Order, OrderLine
from app.dues.orders.moving import leave
from app.dues.orders.states import OrderState
from app.dues.orders.wishes import Plan, Wish
from app.dues.ports import Merchant

TRIES: Final = 3
LONGEST_DESCRIPTION: Final = 40


class OrderBusy(DomainError):
    """The same member opens several orders at this moment; asked again it will do."""

    code = "order_busy"


@dataclass(frozen=True, slots=True)
class Opened:
    order: Order
    reused: bool


def open_order(
    session: Session,
    *,
    member_id: int,
    openid: str,
    merchants: Mapping[str, Merchant],
    wish: Wish,
    now: datetime,
) -> Opened:
    """The member's one open order. The same wish finds the same order while there is time left to pay it; another
    wish leaves the earlier order to be closed. `merchants` by mchid, those that are set up.

    Raises what `wishes.plan` raises, and OrderBusy.
    """
    for _ in range(TRIES):
        earlier = _open_one(
            session, member_id
        )  # first: it may be just being booked, and its bills are paid then
        plan = wishes.plan(session, member_id=member_id, merchants=merchants, wish=wish, now=now)
        key = _content_key(plan, member_id, openid)
        if earlier is not None:
            if earlier.content_key == key and now + rules.LEFT_TO_PAY <= earlier.expires_at:
                return Opened(earlier, reused=True)
            leave(session, earlier, now)
        made = _made(session, plan, member_id=member_id, openid=openid, key=key, now=now)
        if made is not None:
            return Opened(made, reused=False)
    raise OrderBusy


def _open_one(session: Session, member_id: int) -> Order | None:
    return session.scalar(
        select(Order)
        .where(Order.open_member_id == member_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def _made(
    session: Session, plan: Plan, *, member_id: int, openid: str, key: str, now: datetime
) -> Order | None:
    """None where somebody else opened one at the same moment."""
    order = Order(
        out_trade_no=numbers.out_trade_no(now),
        member_id=member_id,
        organization_id=plan.organization_id,
        committee_id=plan.committee_id,
        mchid=plan.merchant.mchid,
        app_id=plan.merchant.app_id,
        openid=openid,
        description=telling.said_for([line.month for line in plan.lines])[:LONGEST_DESCRIPTION],
        amount_fen=plan.total,
        content_key=key,
        open_member_id=member_id,
        state=OrderState.CREATED,
        created_at=now,
        expires_at=now.replace(microsecond=0) + rules.LASTS,
        ask_at=now + rules.ASKED_FIRST,
    )
    try:
        with session.begin_nested():
            session.add(order)
    except IntegrityError:
        return None
    rows = [
        {
            "order_id": order.id,
            "kind": line.kind,
            "bill_id": line.bill_id,
            "month": line.month,
            "amount_fen": line.fen,
        }
        for line in plan.lines
    ]
    session.execute(insert(OrderLine), rows)
    return order


def _content_key(plan: Plan, member_id: int, openid: str) -> str:
    lines = [[line.kind, line.bill_id, line.month, line.fen] for line in plan.lines]
    content = [member_id, openid, plan.merchant.mchid, plan.merchant.app_id, lines]
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()

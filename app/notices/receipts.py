"""The platform's later word on a message: found by its number, and kept where it comes before our own record."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import bindparam, delete, insert, select, update

from app.core.db import Driver, Session, rows_changed
from app.core.prepared import Prepared
from app.notices.models import Delivery, DeliveryAttempt, EarlyReceipt
from app.notices.states import DeliveryState

KEPT: Final = timedelta(days=1)
"""A word on what somebody else sent for this account is never asked for."""
_ATTEMPTS_OF = select(DeliveryAttempt.delivery_id).where(DeliveryAttempt.remote_id == bindparam("remote_id"))
_CONFIRM = Prepared(
    update(Delivery)
    .where(Delivery.state == DeliveryState.SENT, Delivery.id.in_(_ATTEMPTS_OF))
    .values(
        state=bindparam("new_state", type_=Delivery.state.type),
        reason=bindparam("new_reason"),
        ended_at=bindparam("new_ended_at"),
    )
)
_KEEP = Prepared(
    insert(EarlyReceipt).values({name: bindparam(name) for name in ("remote_id", "reason", "at")})
)


def reason_of(status: str) -> str | None:
    """None for a success. WeChat writes `failed:user block` and `failed: system failed`, with and without spaces."""
    word = "".join(status.split()).lower()
    if word == "success":
        return None
    return "user_block" if word == "failed:userblock" else "platform_failed"


def confirm(driver: Driver, *, remote_id: str, reason: str | None, now: datetime) -> bool:
    """Whether the delivery is known; otherwise the word waits for it. Safe to call any number of times."""
    changed = _CONFIRM.change(
        driver, remote_id=remote_id, new_state=_state(reason), new_reason=reason, new_ended_at=now
    )
    if not changed:
        _KEEP.once(driver, remote_id=remote_id, reason=reason, at=now)
    return bool(changed)


def settle(session: Session, *, remote_ids: Collection[str] | None = None, now: datetime) -> int:
    """Give the words that came early to their deliveries: all of them, or those of these numbers."""
    waiting = select(EarlyReceipt.remote_id, EarlyReceipt.reason, DeliveryAttempt.delivery_id).join(
        DeliveryAttempt, DeliveryAttempt.remote_id == EarlyReceipt.remote_id
    )
    if remote_ids is not None:
        waiting = waiting.where(EarlyReceipt.remote_id.in_(remote_ids))
    rows = session.execute(waiting).all()
    alike = defaultdict[str | None, list[str]](list)
    for row in rows:
        alike[row.reason].append(row.delivery_id)
    for reason, ids in alike.items():
        ended = {"state": _state(reason), "reason": reason, "ended_at": now}
        sent = Delivery.id.in_(ids), Delivery.state == DeliveryState.SENT
        rows_changed(session, update(Delivery).where(*sent).values(ended))
    if rows:
        matched = EarlyReceipt.remote_id.in_([row.remote_id for row in rows])
        rows_changed(session, delete(EarlyReceipt).where(matched))
    return len(rows)


def forget_old(session: Session, *, now: datetime) -> int:
    return rows_changed(session, delete(EarlyReceipt).where(EarlyReceipt.at < now - KEPT))


def _state(reason: str | None) -> DeliveryState:
    return DeliveryState.DELIVERED if reason is None else DeliveryState.REJECTED

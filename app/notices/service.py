"""Queueing a notice in the transaction of whoever causes it, and what comes back about it."""

import json
import uuid
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import bindparam, insert, select, update

from app.core.db import Driver, Session, rows_changed
from app.core.prepared import Prepared
from app.notices.models import Delivery, DeliveryAttempt
from app.notices.states import DeliveryState

_QUEUE = Prepared(
    insert(Delivery).values(
        {
            name: bindparam(name)
            for name in (
                "id",
                "subject",
                "identity_id",
                "kind",
                "fields",
                "state",
                "attempts",
                "created_at",
                "not_before",
            )
        }
    )
)


def queue(
    driver: Driver, *, subject: str, identity_id: int, kind: str, fields: Mapping[str, str], now: datetime
) -> bool:
    """One delivery per subject and person, however often it is asked for; whether this call added it."""
    return _QUEUE.once(
        driver,
        id=uuid.uuid4().hex,
        subject=subject,
        identity_id=identity_id,
        kind=kind,
        fields=json.dumps(dict(fields), ensure_ascii=False),
        state=DeliveryState.QUEUED,
        attempts=0,
        created_at=now,
        not_before=now,
    )


def confirm(session: Session, *, remote_id: str, status: str, now: datetime) -> bool:
    """WeChat's later word on a template message (TEMPLATESENDJOBFINISH); whether it was one of ours."""
    delivery_id = session.scalar(
        select(DeliveryAttempt.delivery_id).where(DeliveryAttempt.remote_id == remote_id)
    )
    if delivery_id is None:
        return False
    delivered = status.strip().lower() == "success"
    values = {"reason": None if delivered else "platform_failed", "ended_at": now}
    session.execute(update(Delivery).where(Delivery.id == delivery_id).values(values))
    return True


def forget(session: Session, *, identity_id: int) -> None:
    """Remove what was or would be said to somebody who left; nothing further is sent."""
    mine = update(Delivery).where(Delivery.identity_id == identity_id)
    session.execute(
        mine.where(Delivery.state == DeliveryState.QUEUED).values(
            state=DeliveryState.REJECTED, reason="unfollowed"
        )
    )
    session.execute(mine.values(fields="{}"))


def fade(session: Session, *, before: datetime) -> int:
    """Drop the texts of what ended long ago; that it was sent, when and how, stays."""
    old = Delivery.ended_at < before, Delivery.fields != "{}"
    return rows_changed(session, update(Delivery).where(*old).values(fields="{}"))

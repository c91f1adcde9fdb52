"""Queueing a notice in the transaction of whoever causes it, and what comes back about it."""

import json
import uuid
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError

from app.core.db import Session
from app.notices.models import Delivery, DeliveryAttempt
from app.notices.states import DeliveryState


def queue(
    session: Session, *, subject: str, identity_id: int, kind: str, fields: Mapping[str, str], now: datetime
) -> bool:
    """One delivery per subject and person, however often it is asked for; whether this call added it."""
    row = {
        "id": uuid.uuid4().hex,
        "subject": subject,
        "identity_id": identity_id,
        "kind": kind,
        "fields": json.dumps(dict(fields), ensure_ascii=False),
        "state": DeliveryState.QUEUED,
        "created_at": now,
        "not_before": now,
    }
    try:
        with session.begin_nested():
            session.execute(insert(Delivery).values(row))
    except IntegrityError:
        return False
    return True


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

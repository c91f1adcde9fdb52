"""Queueing a notice in the transaction of whoever causes it, and forgetting it in the end."""

import json
import uuid
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import bindparam, insert, select, update

from app.core.db import Driver, Session, rows_changed
from app.core.prepared import Prepared
from app.members.models import WeChatIdentity
from app.notices.models import Delivery, Urgency
from app.notices.states import DeliveryState

_WHOSE = select(WeChatIdentity.member_id).where(WeChatIdentity.id == bindparam("chat")).scalar_subquery()
_QUEUE = Prepared(
    insert(Delivery).values(
        {
            "member_id": _WHOSE,
            **{
                name: bindparam(name)
                for name in (
                    "id",
                    "subject",
                    "identity_id",
                    "kind",
                    "urgency",
                    "fields",
                    "state",
                    "attempts",
                    "created_at",
                    "not_before",
                )
            },
        }
    )
)
"""Whom the chat stands for is kept beside it, so that the notice is in the person's own list."""


def queue(
    driver: Driver, *, subject: str, identity_id: int, kind: str, fields: Mapping[str, str], now: datetime
) -> bool:
    """One delivery per subject and person, however often it is asked for; whether this call added it."""
    return _QUEUE.once(
        driver,
        id=uuid.uuid4().hex,
        subject=subject,
        identity_id=identity_id,
        chat=identity_id,
        kind=kind,
        urgency=Urgency.PERSONAL,
        fields=json.dumps(dict(fields), ensure_ascii=False),
        state=DeliveryState.QUEUED,
        attempts=0,
        created_at=now,
        not_before=now,
    )


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

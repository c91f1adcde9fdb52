"""Notices queued and looked at with little ado."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select

from app.core.clock import Clock
from app.core.db import Sessions
from app.notices import service
from app.notices.dispatch import Post
from app.notices.models import Delivery, DeliveryAttempt
from app.notices.ports import NoLimit, NoticeSender, Pace
from app.notices.setup import Setup
from tests import factories
from tests.factories import NOW
from tests.unit.notices.setups import CHAT_ONLY


def posted(
    sessions: Sessions,
    sender: NoticeSender,
    clock: Clock,
    *,
    setup: Setup = CHAT_ONLY,
    pace: Pace | None = None,
) -> Post:
    return Post(sessions, sender, clock, setup, pace or NoLimit(), sleep=lambda _: None)


ANSWERED = {"number": "K7MQ3PXW", "text": "已安排热菜"}


def follower(sessions: Sessions, openid: str | None = None) -> int:
    with sessions.begin() as session:
        return factories.identity(session, openid=openid).id


def queue(
    sessions: Sessions,
    identity_id: int,
    subject: str = "feedback:1",
    *,
    fields: Mapping[str, str] = ANSWERED,
    now: datetime = NOW,
) -> bool:
    with sessions.write() as driver:
        return service.queue(
            driver,
            subject=subject,
            identity_id=identity_id,
            kind="feedback_answered",
            fields=fields,
            now=now,
        )


def deliveries(sessions: Sessions) -> list[Delivery]:
    with sessions.read() as session:
        return list(session.scalars(select(Delivery).order_by(Delivery.subject, Delivery.identity_id)))


def only(sessions: Sessions) -> Delivery:
    (delivery,) = deliveries(sessions)
    return delivery


def attempts(sessions: Sessions) -> list[tuple[str, str, str | None, str | None]]:
    """(channel, outcome, reason, remote id) in the order of trying."""
    with sessions.read() as session:
        rows = session.scalars(select(DeliveryAttempt).order_by(DeliveryAttempt.id))
        return [(row.channel, row.outcome, row.reason, row.remote_id) for row in rows]

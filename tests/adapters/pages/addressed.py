"""Announcements as their readers find them: sent, with deliveries, attachments, and a question or none."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from uuid import uuid4

from app.core.db import Session
from app.notices.announcements.audience import Audience
from app.notices.announcements.models import Announcement, Attachment
from app.notices.announcements.states import AnnouncementState
from app.notices.models import Delivery, Urgency
from app.notices.states import DeliveryState
from tests.factories import NOW

PDF = b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\n%%EOF\n"


def announce(
    session: Session,
    *,
    organization_id: int,
    members: Sequence[int],
    title: str = "关于召开组织生活会的通知",
    body: str = "<p>请按时参加。</p>",
    basis: str = "",
    at: datetime = NOW,
) -> int:
    """Sent to these members; its id."""
    made = Announcement(
        organization_id=organization_id,
        title=title,
        body=body,
        audience=Audience(members=tuple(members)).to_json(),
        urgency=Urgency.OWN_PUSH,
        confirmation_basis=basis,
        state=AnnouncementState.SENT,
        author="test",
        author_name="测试",
        created_at=at,
        send_at=at,
        prepared_at=at,
    )
    session.add(made)
    session.flush()
    session.add_all(_delivery(made, member_id) for member_id in members)
    session.flush()
    return made.id


def _delivery(announcement: Announcement, member_id: int) -> Delivery:
    at = announcement.created_at
    return Delivery(
        id=uuid4().hex,
        subject=f"announcement:{announcement.id}",
        member_id=member_id,
        announcement_id=announcement.id,
        kind="announcement",
        urgency=announcement.urgency,
        fields="{}",
        state=DeliveryState.SENT,
        created_at=at,
        not_before=at,
        ended_at=at,
    )


def attach(
    session: Session,
    announcement_id: int,
    *,
    name: str = "会议方案.pdf",
    media_type: str = "application/pdf",
    content: bytes = PDF,
) -> int:
    """Its id."""
    made = Attachment(
        announcement_id=announcement_id,
        name=name,
        media_type=media_type,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        content=content,
    )
    session.add(made)
    session.flush()
    return made.id

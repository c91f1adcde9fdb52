"""One subtree's announcements in each state in which something may be done with them."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.core.db import Session
from app.members.models import Member, MemberKind
from app.notices.announcements import service
from app.notices.announcements.audience import Audience, Target
from app.notices.announcements.content import Content
from app.notices.announcements.models import Announcement, Attachment
from app.notices.announcements.states import AnnouncementState
from app.notices.models import Channel, Delivery, Urgency
from app.notices.states import DeliveryState
from app.organizations.models import Organization
from tests.factories import NOW

BASIS = "华原党发〔2026〕8号"
D = DeliveryState
ENDS = {
    D.DELIVERED: None,
    D.SENT: None,
    D.REJECTED: "blocked",
    D.LISTED: "not_bound",
    D.UNCERTAIN: "interrupted",
}


@dataclass(frozen=True)
class Announced:
    """`asking_id` wanted to be confirmed by yesterday, and was not."""

    draft_id: int
    review_id: int
    sent_id: int
    asking_id: int
    attachment_id: int


def seed(session: Session, mark: str, branch: Organization, people: Iterable[Member]) -> Announced:
    listed = list(people)
    draft = announcement(session, branch, title=f"{mark}主题党日通知")
    review = announcement(session, branch, title=f"{mark}停工通知", urgency=Urgency.EMERGENCY)
    service.submit(session, announcement=review, revision=1, send_at=None, now=NOW)
    sent = announcement(session, branch, title=f"{mark}学习安排")
    delivered(session, sent, listed, states=(D.DELIVERED, D.REJECTED))
    asking = announcement(session, branch, title=f"{mark}文件传达", basis=BASIS)
    delivered(session, asking, listed[:1], until=NOW - timedelta(days=1))
    return Announced(draft.id, review.id, sent.id, asking.id, attachment(session, draft).id)


def announcement(
    session: Session,
    organization: Organization,
    *,
    title: str = "主题党日通知",
    urgency: Urgency = Urgency.OWN_PUSH,
    basis: str = "",
    author: str = "somebody",
) -> Announcement:
    content = Content(
        title=title,
        body="<p>请按时参加。</p>",
        audience=Audience((Target(organization.id),), frozenset({MemberKind.FULL})),
        urgency=urgency,
        confirmation_basis=basis,
    )
    return service.draft(
        session, organization=organization, content=content, author=author, author_name="起草人", now=NOW
    )


def delivered(
    session: Session,
    made: Announcement,
    people: Iterable[Member],
    *,
    states: tuple[DeliveryState, ...] = (D.DELIVERED,),
    until: datetime | None = None,
) -> None:
    """Sent this morning; the people ended in these states in turn."""
    made.state, made.send_at, made.prepared_at, made.ended_at = AnnouncementState.SENT, NOW, NOW, NOW
    made.confirm_until = until
    for at, one in enumerate(people):
        state = states[at % len(states)]
        session.add(
            Delivery(
                id=uuid.uuid4().hex,
                subject=f"announcement:{made.id}",
                member_id=one.id,
                announcement_id=made.id,
                kind="announcement",
                urgency=made.urgency,
                channel=None if state is D.LISTED else Channel.TEMPLATE,
                fields="{}",
                state=state,
                reason=ENDS.get(state),
                attempts=1,
                created_at=NOW,
                not_before=NOW,
                ended_at=NOW,
            )
        )
    session.flush()


def attachment(session: Session, made: Announcement) -> Attachment:
    kept = Attachment(
        announcement_id=made.id,
        name="议程.txt",
        media_type="text/plain",
        size=6,
        sha256="0" * 64,
        content="议程".encode(),
    )
    session.add(kept)
    session.flush()
    return kept

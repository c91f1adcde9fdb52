"""When an announcement's time has come; and sending again what a person asks for again."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import Select, and_, or_, select, update
from sqlalchemy.orm import aliased

from app.core.db import Session, rows_changed
from app.core.errors import DomainError
from app.members.models import GONE, Member
from app.notices.announcements import service
from app.notices.announcements.addressing import (
    WEEK_USED,
    Batch,
    deliver,
    facts,
    is_held,
    listed_because,
    moment,
    taken,
)
from app.notices.announcements.audience import Audience, people
from app.notices.announcements.models import Announcement
from app.notices.announcements.states import AnnouncementState
from app.notices.models import Delivery, Urgency
from app.notices.setup import Setup
from app.notices.states import DeliveryState
from app.notices.timing import confirm_by, told_at
from app.notices.workdays import known_to

KIND = "announcement"
IN_DIGEST = "in_digest"
RETRIED = frozenset({DeliveryState.REJECTED, DeliveryState.UNCERTAIN, DeliveryState.LISTED})
D = DeliveryState


class RetryStates(DomainError):
    """Only what did not arrive, or nobody knows of, may be sent again."""

    code = "retry_states"


def subject_of(announcement_id: int) -> str:
    return f"announcement:{announcement_id}"


def due(session: Session, *, now: datetime) -> Sequence[int]:
    """The announcements whose time has come, the earliest first."""
    waiting = Announcement.state == AnnouncementState.SCHEDULED, Announcement.send_at <= now
    return session.scalars(
        select(Announcement.id).where(*waiting).order_by(Announcement.send_at, Announcement.id)
    ).all()


def prepare(session: Session, *, announcement_id: int, setup: Setup, now: datetime) -> int:
    """Make the deliveries; how many. None where another was quicker, or it was withdrawn or revised."""
    its = Announcement.id == announcement_id, Announcement.state == AnnouncementState.SCHEDULED
    claim = update(Announcement).where(*its, Announcement.send_at <= now)
    if not rows_changed(session, claim.values(state=AnnouncementState.SENDING, prepared_at=now)):
        return 0
    announcement = session.get_one(Announcement, announcement_id, populate_existing=True)
    if announcement.confirmation_basis and announcement.confirm_until is None:
        works, by_digest = known_to(session), announcement.urgency is Urgency.DIGEST
        announcement.confirm_until = confirm_by(told_at(now, works, by_digest=by_digest), works)
    audience = Audience.from_json(announcement.audience)
    addressed = people(audience, service.scope_of(session, announcement))
    return deliver(session, addressed, batch=_batch(session, announcement, now), setup=setup)


def _batch(session: Session, announcement: Announcement, now: datetime) -> Batch:
    urgency = announcement.urgency
    not_before = moment(session, urgency, now)
    return Batch(announcement.id, subject_of(announcement.id), KIND, urgency, now, not_before)


def retry(
    session: Session,
    *,
    announcement: Announcement,
    states: Collection[DeliveryState],
    setup: Setup,
    now: datetime,
) -> int:
    """Send again what ended in these states, as if for the first time; how many. The attempts made so far stay.

    Who still cannot be reached, or has it in a digest, stays listed. Raises RetryStates, NotInThisState.
    """
    if not states or not RETRIED.issuperset(states):
        raise RetryStates
    batch = _batch(session, announcement, now)
    held = _again(session, batch, states, setup, held=True)
    queued = _again(session, batch, states, setup, held=False)
    open_again = Announcement.state.in_((AnnouncementState.SENT, AnnouncementState.SENDING))
    reopened = update(Announcement).where(Announcement.id == announcement.id, open_again)
    if not rows_changed(session, reopened.values(state=AnnouncementState.SENDING, ended_at=None)):
        raise service.NotInThisState
    session.refresh(announcement)
    return held + queued


def _again(
    session: Session, batch: Batch, states: Collection[DeliveryState], setup: Setup, *, held: bool
) -> int:
    rows = _ended(session, batch, states, setup, held=held).subquery()
    fresh = update(Delivery).where(Delivery.id.in_(select(rows.c.id)), Delivery.state.in_(states))
    values = {
        "state": D.HELD if held else D.QUEUED,
        "reason": WEEK_USED if held and batch.urgency is Urgency.OWN_PUSH else None,
        "not_before": batch.not_before,
        "attempts": 0,
        "channel": None,
        "handed_at": None,
        "claimed_at": None,
        "claimed_by": None,
        "unsure_since": None,
        "ended_at": None,
    }
    return rows_changed(session, fresh.values(values))


def _ended(
    session: Session, batch: Batch, states: Collection[DeliveryState], setup: Setup, *, held: bool
) -> Select[str]:
    """The ids that may be asked for again, and would be held, or would not."""
    ended = aliased(Delivery)
    present = select(Member.id).where(Member.status.not_in(GONE))
    them = facts(present, kind=batch.kind, setup=setup, now=batch.now, taken=taken(session, batch))
    why = listed_because(them, emergency=batch.urgency is Urgency.EMERGENCY)
    waits = is_held(them, batch.urgency)
    return (
        select(ended.id)
        .join(them, them.c.member_id == ended.member_id)
        .where(
            ended.subject == batch.subject,
            ended.state.in_(states),
            or_(ended.state != D.LISTED, and_(why.is_(None), ended.reason != IN_DIGEST)),
            waits if held else ~waits,
        )
    )

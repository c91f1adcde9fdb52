"""Telling people of an item on a day: through the notices, under their budget, their hours and their switches."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, func, select, true, update
from sqlalchemy.exc import IntegrityError

from app.core.clock import local_text
from app.core.db import AnyRow, Session, rows_changed
from app.core.errors import DomainError
from app.members.models import Member
from app.notices.announcements import audience as audiences
from app.notices.announcements.addressing import Batch, deliver, moment
from app.notices.announcements.audience import Audience, people
from app.notices.contents import MOMENT
from app.notices.models import Delivery, Urgency
from app.notices.setup import Setup
from app.notices.states import DeliveryState
from app.organizations.models import Organization
from app.organizations.queries import subtree
from app.study.library.models import StudyItem, StudyReach, StudyVersion
from app.study.pushes.models import StudyPush
from app.study.pushes.states import PUSH, PushState

KIND: Final = "study_item"
URGENCIES: Final = frozenset({Urgency.DIGEST, Urgency.OWN_PUSH})
FURTHEST: Final = timedelta(days=366)
WAITING: Final = 1
MOST_TOLD: Final = 2
"""So often a person is told of one item, whoever pushes it (facts/domain §7.3 FR9)."""
S = PushState


class PushItem(DomainError):
    """Readers cannot see it: it is not published, or was withdrawn."""

    code = "study_push_item"


class PushUrgency(DomainError):
    """Study is no emergency, and no person's own matter (facts/domain §7.3 FR8)."""

    code = "study_push_urgency"


class PushTime(DomainError):
    """More than a year ahead."""

    code = "study_push_time"


class PushWaits(DomainError):
    """This organisation has scheduled this item already."""

    code = "study_push_waits"


class PushBeyondReach(DomainError):
    """`details["number"]` of the people chosen could not open the item."""

    code = "study_push_beyond_reach"


class PushOver(DomainError):
    """Withdrawn already."""

    code = "study_push_over"


def subject_of(item_id: int, push_id: int) -> str:
    return f"study:{item_id}:{push_id}"


def schedule_push(
    session: Session,
    *,
    item: StudyItem,
    organization: Organization,
    audience: Audience,
    urgency: Urgency,
    send_at: datetime | None,
    by: str,
    now: datetime,
) -> StudyPush:
    """`send_at` None, or in the past: as soon as may be. One that waits for an item and organisation.

    Raises PushItem, PushUrgency, PushTime, PushWaits, PushBeyondReach; NothingChosen, OutOfScope, AudienceEmpty,
    AudienceTooLarge.
    """
    if urgency not in URGENCIES:
        raise PushUrgency
    at = max(send_at or now, now)
    if at > now + FURTHEST:
        raise PushTime
    if item.published_at is None:
        raise PushItem
    _check_people(session, item, organization, audience)
    made = StudyPush(
        item_id=item.id,
        organization_id=organization.id,
        audience=audience.to_json(),
        urgency=urgency,
        send_at=at,
        state=S.SCHEDULED,
        waiting=WAITING,
        made_by=by,
        made_at=now,
    )
    try:
        with session.begin_nested():
            session.add(made)
    except IntegrityError:
        raise PushWaits from None
    return made


def withdraw_push(session: Session, *, push: StudyPush, now: datetime) -> int:
    """Nobody more is told; how many deliveries were stopped. Raises PushOver."""
    if not rows_changed(session, _ending(push.id).values(state=S.WITHDRAWN, waiting=None, ended_at=now)):
        raise PushOver
    session.refresh(push)
    return _stop(session, [subject_of(push.item_id, push.id)], now)


def due(session: Session, *, now: datetime) -> Sequence[int]:
    """The pushes whose time has come, the earliest first."""
    waiting = StudyPush.state == S.SCHEDULED, StudyPush.send_at <= now
    return session.scalars(
        select(StudyPush.id).where(*waiting).order_by(StudyPush.send_at, StudyPush.id)
    ).all()


def send(session: Session, *, push_id: int, setup: Setup, now: datetime) -> int:
    """Make the deliveries, once; how many. None where another was quicker, or it was withdrawn.

    Of an item that was withdrawn meanwhile nobody is told.
    """
    its = StudyPush.id == push_id, StudyPush.state == S.SCHEDULED, StudyPush.send_at <= now
    claim = update(StudyPush).where(*its)
    if not rows_changed(session, claim.values(state=S.SENT, waiting=None, sent_at=now)):
        return 0
    push = session.get_one(StudyPush, push_id, populate_existing=True)
    said = _said(session, push)
    if said is None:
        push.state, push.sent_at, push.ended_at = S.WITHDRAWN, None, now
        session.flush()
        return 0
    batch = Batch(
        announcement_id=None,
        subject=subject_of(push.item_id, push.id),
        kind=KIND,
        urgency=push.urgency,
        now=now,
        not_before=moment(session, push.urgency, now),
        fields={
            "item": str(push.item_id),
            "title": said.title,
            "organization": said.short_name,
            "time": local_text(now, MOMENT),
        },
    )
    return deliver(session, _addressed(session, push), batch=batch, setup=setup)


def stop_withdrawn(session: Session, *, now: datetime) -> int:
    """Nobody more is told of items that were withdrawn since; how many deliveries were stopped.

    May be called at any time: the library knows nothing of pushes, so that each looks after its own.
    """
    gone = (
        select(StudyPush)
        .join(StudyItem, StudyItem.id == StudyPush.item_id)
        .where(StudyItem.published_at.is_(None), StudyPush.ended_at.is_(None))
        .order_by(StudyPush.id)
    )
    return sum(_stop_one(session, push, now) for push in session.scalars(gone).all())


def _stop_one(session: Session, push: StudyPush, now: datetime) -> int:
    """One that everybody has heard of stays sent."""
    stopped = _stop(session, [subject_of(push.item_id, push.id)], now)
    told_all = push.state is S.SENT and not stopped
    over = {"ended_at": now} if told_all else {"state": S.WITHDRAWN, "waiting": None, "ended_at": now}
    seen = StudyPush.id == push.id, StudyPush.state == push.state
    rows_changed(session, update(StudyPush).where(*seen).values(over))
    session.refresh(push)
    return stopped


def _ending(push_id: int) -> Any:
    open_to_it = [state for state in PushState if S.WITHDRAWN in PUSH[state]]
    return update(StudyPush).where(StudyPush.id == push_id, StudyPush.state.in_(open_to_it))


def _stop(session: Session, subjects: Collection[str], now: datetime) -> int:
    waiting = Delivery.subject.in_(subjects), Delivery.state.in_((DeliveryState.QUEUED, DeliveryState.HELD))
    gone = {"state": DeliveryState.WITHDRAWN, "reason": None, "ended_at": now}
    return rows_changed(session, update(Delivery).where(*waiting).values(gone))


def _check_people(session: Session, item: StudyItem, organization: Organization, audience: Audience) -> None:
    scope = subtree(organization)
    chosen = audiences.check(session, audience, scope)
    reached = people(audience, scope).where(_within(session, item)).subquery()
    able = session.scalar(select(func.count()).select_from(reached)) or 0
    if able < chosen:
        raise PushBeyondReach(number=chosen - able)


def _within(session: Session, item: StudyItem) -> ColumnElement[bool]:
    """WHERE over `Member`: who can open it, as `library.readers.readable` says for one reader."""
    if item.reach is StudyReach.EVERYBODY:
        return true()
    if item.reach is StudyReach.OWN:
        return Member.organization_id == item.organization_id
    return subtree(session.get_one(Organization, item.organization_id)).owns(Member.organization_id)


def _said(session: Session, push: StudyPush) -> AnyRow | None:
    """(title, short_name), of the version that readers see."""
    wanted = (
        select(StudyVersion.title, Organization.short_name)
        .select_from(StudyPush)
        .join(Organization, Organization.id == StudyPush.organization_id)
        .join(StudyItem, StudyItem.id == StudyPush.item_id)
        .join(StudyVersion, StudyVersion.published_item_id == StudyItem.id)
        .where(StudyPush.id == push.id, StudyItem.published_at.is_not(None))
    )
    return session.execute(wanted).one_or_none()


def _addressed(session: Session, push: StudyPush) -> Select[int]:
    """Who is meant, can open it, and has not been told of it twice."""
    item = session.get_one(StudyItem, push.item_id)
    scope = subtree(session.get_one(Organization, push.organization_id))
    them = people(Audience.from_json(push.audience), scope).where(_within(session, item))
    earlier = select(StudyPush.id).where(StudyPush.item_id == item.id, StudyPush.sent_at.is_not(None))
    subjects = [subject_of(item.id, one) for one in session.scalars(earlier) if one != push.id]
    if len(subjects) < MOST_TOLD:
        return them
    told = (
        select(Delivery.member_id)
        .where(
            Delivery.subject.in_(subjects),
            Delivery.state != DeliveryState.WITHDRAWN,
            Delivery.member_id.is_not(None),
        )
        .group_by(Delivery.member_id)
        .having(func.count() >= MOST_TOLD)
    )
    return them.where(Member.id.not_in(told))

"""An announcement's way from the first draft to the day it is sent, and what its readers say."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from app.core.db import Session, rows_changed
from app.core.errors import DomainError
from app.members.models import Member
from app.notices.announcements import audience as audiences
from app.notices.announcements import review
from app.notices.announcements.audience import Audience
from app.notices.announcements.content import Content, checked
from app.notices.announcements.models import Announcement, Confirmation
from app.notices.announcements.states import TRANSITIONS, AnnouncementState
from app.notices.models import Delivery, Urgency
from app.notices.states import DeliveryState
from app.notices.timing import told_at
from app.notices.workdays import known_to
from app.organizations.models import Organization
from app.organizations.scope import Scope

NOTE_LIMIT = 200
S = AnnouncementState


class Overtaken(DomainError):
    """Somebody else changed it since the page was opened; nothing of theirs is overwritten."""

    code = "announcement_overtaken"


class NotInThisState(DomainError):
    code = "announcement_state"


class ReviewNeeded(DomainError):
    code = "review_needed"


class ReviewerIsAuthor(DomainError):
    code = "reviewer_is_author"


class NoteEmpty(DomainError):
    """Who sends a text back says why."""

    code = "note_empty"


class ConfirmUntilWrong(DomainError):
    """The day by which it is to be confirmed is over before anybody is told."""

    code = "confirm_until_wrong"


class NotAddressed(DomainError):
    code = "not_addressed"


class NotAsked(DomainError):
    """Nobody is asked to confirm this announcement."""

    code = "not_asked"


def draft(
    session: Session,
    *,
    organization: Organization,
    content: Content,
    author: str,
    author_name: str,
    now: datetime,
) -> Announcement:
    """Keep a first version, for whomever it will be. Raises what `content.checked` raises."""
    made = Announcement(
        **checked(content),
        organization_id=organization.id,
        state=S.DRAFT,
        author=author,
        author_name=author_name,
        created_at=now,
    )
    session.add(made)
    session.flush()
    return made


def revise(
    session: Session,
    *,
    announcement: Announcement,
    revision: int,
    content: Content,
    author: str,
    author_name: str,
) -> None:
    """Replace the text; what was submitted or approved is a draft again, and `author` who wrote last."""
    reopen(
        session,
        announcement=announcement,
        revision=revision,
        author=author,
        author_name=author_name,
        **checked(content),
    )


def reopen(
    session: Session,
    *,
    announcement: Announcement,
    revision: int,
    author: str,
    author_name: str,
    **values: Any,
) -> None:
    """A new revision, which nobody has approved. Attachments are part of what is approved."""
    if announcement.state not in (S.DRAFT, S.IN_REVIEW, S.SCHEDULED):
        raise NotInThisState
    fresh = dict.fromkeys(("submitted_at", "approved_at", "reviewer", "send_at"))
    written = {"revision": revision + 1, "author": author, "author_name": author_name}
    _change(session, announcement, revision, {"state": S.DRAFT, **fresh, **written, **values})


def submit(
    session: Session,
    *,
    announcement: Announcement,
    revision: int,
    send_at: datetime | None,
    now: datetime,
) -> None:
    """Ask for approval. `send_at` None: as soon as it is approved."""
    _check_ready(session, announcement, send_at or now)
    _move(session, announcement, revision, S.IN_REVIEW, submitted_at=now, send_at=send_at, review_note="")


def send_back(session: Session, *, announcement: Announcement, revision: int, by: str, note: str) -> None:
    """To the writer, with a word about why."""
    word = " ".join(note.split())[:NOTE_LIMIT]
    if not word:
        raise NoteEmpty
    if announcement.state is not S.IN_REVIEW:
        raise NotInThisState
    _move(session, announcement, revision, S.DRAFT, reviewer=by, review_note=word, submitted_at=None)


def approve(session: Session, *, announcement: Announcement, revision: int, by: str, now: datetime) -> None:
    """Let exactly this revision go out. Raises ReviewerIsAuthor where two people are needed."""
    if announcement.state is not S.IN_REVIEW:
        raise NotInThisState
    if by == announcement.author and _review_needed(session, announcement):
        raise ReviewerIsAuthor
    send_at = max(announcement.send_at or now, now)
    _check_ready(session, announcement, send_at)
    _move(session, announcement, revision, S.SCHEDULED, reviewer=by, approved_at=now, send_at=send_at)


def schedule(
    session: Session,
    *,
    announcement: Announcement,
    revision: int,
    send_at: datetime | None,
    by: str,
    now: datetime,
) -> None:
    """Let a draft go out without a second person. Raises ReviewNeeded where one is needed."""
    if announcement.state is not S.DRAFT:
        raise NotInThisState
    if _review_needed(session, announcement):
        raise ReviewNeeded
    at = max(send_at or now, now)
    _check_ready(session, announcement, at)
    _move(session, announcement, revision, S.SCHEDULED, reviewer=by, approved_at=now, send_at=at)


def withdraw(session: Session, *, announcement: Announcement, now: datetime) -> int:
    """Take it back: nothing that still waits goes out. How many deliveries were stopped."""
    _move(session, announcement, announcement.revision, S.WITHDRAWN, withdrawn_at=now)
    waiting = update(Delivery).where(
        Delivery.announcement_id == announcement.id,
        Delivery.state.in_((DeliveryState.QUEUED, DeliveryState.HELD)),
    )
    return rows_changed(session, waiting.values(state=DeliveryState.WITHDRAWN, reason=None, ended_at=now))


def confirm(session: Session, *, announcement_id: int, member_id: int, now: datetime) -> bool:
    """已知晓, once; False where it was said before. Raises NotAddressed, NotAsked."""
    return _confirm(session, announcement_id, member_id, now, recorded_by=None)


def record_confirmation(
    session: Session, scope: Scope, *, announcement_id: int, member_id: int, by: str, now: datetime
) -> bool:
    """The same, ticked by the branch after a talk with somebody of theirs."""
    own = select(Member.id).where(Member.id == member_id, scope.owns(Member.organization_id))
    if session.scalar(own) is None:
        raise NotAddressed
    return _confirm(session, announcement_id, member_id, now, recorded_by=by)


def _confirm(
    session: Session, announcement_id: int, member_id: int, now: datetime, *, recorded_by: str | None
) -> bool:
    asked = session.execute(
        select(Announcement.confirmation_basis)
        .join(Delivery, Delivery.announcement_id == Announcement.id)
        .where(
            Announcement.id == announcement_id,
            Announcement.state != S.WITHDRAWN,
            Delivery.member_id == member_id,
        )
        .limit(1)
    ).one_or_none()
    if asked is None:
        raise NotAddressed
    if not asked.confirmation_basis:
        raise NotAsked
    said = Confirmation(
        announcement_id=announcement_id, member_id=member_id, confirmed_at=now, recorded_by=recorded_by
    )
    try:
        with session.begin_nested():
            session.add(said)
    except IntegrityError:
        return False
    return True


def scope_of(session: Session, announcement: Announcement) -> Scope:
    """The organisation in whose name it is written, and all below: nobody else is ever addressed."""
    return Scope.of([_organization(session, announcement).path])


def _organization(session: Session, announcement: Announcement) -> Organization:
    return session.get_one(Organization, announcement.organization_id)


def _review_needed(session: Session, announcement: Announcement) -> bool:
    organization = _organization(session, announcement)
    return review.needed(session, organization=organization, urgency=announcement.urgency)


def _check_ready(session: Session, announcement: Announcement, send_at: datetime) -> None:
    """What a draft may still lack. Raises AudienceEmpty, ConfirmUntilWrong."""
    audiences.check(session, Audience.from_json(announcement.audience), scope_of(session, announcement))
    told = told_at(send_at, known_to(session), by_digest=announcement.urgency is Urgency.DIGEST)
    if announcement.confirm_until is not None and announcement.confirm_until <= told:
        raise ConfirmUntilWrong


def _move(
    session: Session, announcement: Announcement, revision: int, to: AnnouncementState, **values: Any
) -> None:
    if to not in TRANSITIONS[announcement.state]:
        raise NotInThisState
    _change(session, announcement, revision, {"state": to, **values})


def _change(session: Session, announcement: Announcement, revision: int, values: Mapping[str, Any]) -> None:
    """Of two who change the same revision in the same state, the second learns of it. Raises Overtaken."""
    seen = (
        Announcement.id == announcement.id,
        Announcement.revision == revision,
        Announcement.state == announcement.state,
    )
    if not rows_changed(session, update(Announcement).where(*seen).values(**values)):
        raise Overtaken
    session.refresh(announcement)

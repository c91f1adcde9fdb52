"""A person's own meetings for the calendar of their phone: an address that only they know, and can take back."""

import hashlib
import re
import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

from icalendar import Calendar, Event
from sqlalchemy import ColumnElement, exists, or_, select, update
from sqlalchemy.exc import IntegrityError

from app.core.db import AnyRow, Session, rows_changed
from app.meetings.models import CalendarFeed, Expected, Meeting, Standing
from app.members.models import GONE, Member, WeChatIdentity
from app.organizations.models import Organization

SINCE: Final = timedelta(days=180)
MOST: Final = 500
REFRESH: Final = timedelta(hours=6)
REFRESH_TEXT: Final = "PT6H"
PRODUCT: Final = "-//Zhibu//meetings//ZH"
_TOKEN: Final = re.compile(r"[\w-]{43}", re.ASCII)


def make(session: Session, *, member_id: int, now: datetime) -> str:
    """A new address's token, said this once; the one before is good no longer."""
    token = secrets.token_urlsafe(32)
    fresh = {"token_hash": _hashed(token), "made_at": now}
    replaced = update(CalendarFeed).where(CalendarFeed.member_id == member_id).values(fresh)
    if not rows_changed(session, replaced):
        try:
            with session.begin_nested():
                session.add(CalendarFeed(member_id=member_id, **fresh))
        except IntegrityError:  # made by another tap just now: ours is the later one
            rows_changed(session, replaced)
    return token


def revoke(session: Session, *, member_id: int) -> bool:
    """Whether there was an address."""
    mine = select(CalendarFeed).where(CalendarFeed.member_id == member_id)
    feed = session.scalar(mine)
    if feed is None:
        return False
    session.delete(feed)
    session.flush()
    return True


def made_at(session: Session, *, member_id: int) -> datetime | None:
    """None where there is no address that works."""
    mine = CalendarFeed.member_id == member_id, _by_who_is_bound()
    return session.scalar(select(CalendarFeed.made_at).where(*mine))


def owner(session: Session, *, token: str) -> int | None:
    """Whose address it is; nobody's once its maker's chat is unbound, or the person has left the organisation."""
    if not _TOKEN.fullmatch(token):
        return None
    found = select(CalendarFeed.member_id).join(Member, Member.id == CalendarFeed.member_id)
    own = CalendarFeed.token_hash == _hashed(token), Member.status.not_in(GONE), _by_who_is_bound()
    return session.scalar(found.where(*own))


def _by_who_is_bound() -> ColumnElement[bool]:
    """A chat that was bound to the wrong person leaves no address behind when it is unbound."""
    chat = WeChatIdentity.member_id == CalendarFeed.member_id
    return exists().where(chat, WeChatIdentity.bound_at <= CalendarFeed.made_at)


def meetings(session: Session, *, member_id: int, now: datetime) -> Sequence[AnyRow]:
    """(Meeting, organisation's short name) of the last half year and of all to come, in their order.

    A merged one's people stand on the other's list; it is in their calendars, so that it is struck out there.
    """
    listed = _listed(session, member_id, now - SINCE)
    ids = [row.meeting_id for row in listed]
    houses = {int(part) for row in listed for part in row.path.strip("/").split("/")}
    merged = Meeting.organization_id.in_(houses) & Meeting.merged_into_id.in_(ids)
    statement = (
        select(Meeting, Organization.short_name)
        .join(Organization, Organization.id == Meeting.organization_id)
        .where(or_(Meeting.id.in_(ids), merged), Meeting.starts_at >= now - SINCE)
        .order_by(Meeting.starts_at, Meeting.id)
    )
    return session.execute(statement).all()


def _listed(session: Session, member_id: int, since: datetime) -> Sequence[AnyRow]:
    """(meeting_id, path of the organisation in which the person stands on its list), the latest first."""
    counted = Expected.member_id == member_id, Expected.standing != Standing.NOT_COUNTED
    statement = (
        select(Expected.meeting_id, Organization.path)
        .join(Meeting, Meeting.id == Expected.meeting_id)
        .join(Organization, Organization.id == Expected.organization_id)
        .where(*counted, Meeting.starts_at >= since)
        .order_by(Meeting.starts_at.desc())
    )
    return session.execute(statement.limit(MOST)).all()


def text(rows: Iterable[AnyRow], *, name: str, pages: str, host: str) -> bytes:
    """The file as calendars read it. No names, no agenda, no alarm: it may be kept by whatever reads it.

    `pages` is the address of the member pages, `host` what makes our numbers unique in the world.
    """
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", name)
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", REFRESH_TEXT)
    for meeting, organization in rows:
        calendar.add_component(_event(meeting, organization, pages=pages, host=host))
    return bytes(calendar.to_ical())


def _event(meeting: Meeting, organization: str, *, pages: str, host: str) -> Event:
    stands = meeting.cancelled_at is None and meeting.merged_into_id is None
    changed = max(filter(None, (meeting.created_at, meeting.moved_at, meeting.cancelled_at)))
    event = Event()
    event.add("uid", f"meeting-{meeting.id}@{host}")
    event.add("dtstamp", changed)
    event.add("last-modified", changed)
    event.add("sequence", meeting.revision)
    event.add("status", "CONFIRMED" if stands else "CANCELLED")
    event.add("class", "PRIVATE")
    event.add("dtstart", meeting.starts_at)
    event.add("dtend", meeting.ends_at)
    event.add("summary", f"{meeting.title}（{organization}）")
    if meeting.place:
        event.add("location", meeting.place)
    if pages:
        event.add("url", f"{pages}/{meeting.id}")
    return event


def _hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()

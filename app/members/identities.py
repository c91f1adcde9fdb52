"""Who writes to us: WeChat identities and the member that each stands for.

On the path of every message: reads are prepared statements on columns, and no entity is loaded.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, Select, bindparam, case, delete, func, insert, select, update

from app.core.db import Driver, Session, UTCDateTime, driver_of, rows_changed
from app.core.prepared import Prepared
from app.members import codes, page_sessions
from app.members.models import GONE, PARTY_MEMBERS, Member, MemberKind, WeChatIdentity
from app.organizations.models import Organization
from app.organizations.scope import Scope

IDENTITY = WeChatIdentity.__table__
MEMBER = Member.__table__
ORGANIZATION = Organization.__table__


@dataclass(frozen=True, slots=True)
class Person:
    """A chat with the account, the member behind it where it is bound, and the conversation it is in."""

    identity_id: int
    openid: str
    member_id: int | None
    name: str
    organization_id: int | None
    organization_path: str | None
    organization_name: str | None
    kind: MemberKind | None
    topic: str | None
    topic_data: dict[str, Any] | None
    topic_until: datetime | None
    followed: bool
    wrote_at: datetime | None

    @property
    def bound(self) -> bool:
        return self.member_id is not None

    @property
    def is_party_member(self) -> bool:
        return self.kind in PARTY_MEMBERS


@dataclass(frozen=True, slots=True)
class Reach:
    """Of the party members in a scope, how many can be reached in chat."""

    bound: int
    total: int


PEOPLE: Select[Any] = select(
    IDENTITY.c.id.label("identity_id"),
    IDENTITY.c.openid,
    IDENTITY.c.member_id,
    MEMBER.c.name,
    MEMBER.c.organization_id,
    ORGANIZATION.c.path,
    ORGANIZATION.c.short_name,
    MEMBER.c.kind,
    IDENTITY.c.topic,
    IDENTITY.c.topic_data,
    IDENTITY.c.topic_until,
    IDENTITY.c.followed_at,
    IDENTITY.c.wrote_at,
).select_from(
    IDENTITY.outerjoin(MEMBER, MEMBER.c.id == IDENTITY.c.member_id).outerjoin(
        ORGANIZATION, ORGANIZATION.c.id == MEMBER.c.organization_id
    )
)
BY_OPENID = Prepared(
    PEOPLE.where(IDENTITY.c.app_id == bindparam("app_id"), IDENTITY.c.openid == bindparam("openid"))
)
FIRST_MEETING = Prepared(
    insert(WeChatIdentity).values(
        app_id=bindparam("app_id"),
        openid=bindparam("openid"),
        followed_at=bindparam("followed_at"),
        binding_failures=0,
        menu_wanted=False,
    )
)
SET_TOPIC = Prepared(
    update(WeChatIdentity)
    .where(WeChatIdentity.id == bindparam("identity_id"))
    .values({name: bindparam(f"new_{name}") for name in ("topic", "topic_data", "topic_until")})
)
WROTE = Prepared(
    update(WeChatIdentity)
    .where(WeChatIdentity.id == bindparam("identity_id"))
    .values(
        wrote_at=bindparam("new_wrote_at"),
        followed_at=func.coalesce(WeChatIdentity.followed_at, bindparam("new_wrote_at", type_=UTCDateTime())),
    )
)
WROTE_AGAIN = timedelta(hours=1)
MENUS_WANTED = PEOPLE.where(IDENTITY.c.menu_wanted.is_(True)).order_by(IDENTITY.c.id)
OPENID = select(IDENTITY.c.openid).where(IDENTITY.c.id == bindparam("identity_id"))
OF_MEMBER = select(IDENTITY.c.id).where(
    IDENTITY.c.app_id == bindparam("app_id"), IDENTITY.c.member_id == bindparam("member_id")
)


def _person(row: Row[Any]) -> Person:
    return Person(
        identity_id=row.identity_id,
        openid=row.openid,
        member_id=row.member_id,
        name=row.name or "",
        organization_id=row.organization_id,
        organization_path=row.path,
        organization_name=row.short_name,
        kind=row.kind,
        topic=row.topic,
        topic_data=json.loads(row.topic_data) if row.topic_data else None,
        topic_until=row.topic_until,
        followed=row.followed_at is not None,
        wrote_at=row.wrote_at,
    )


def find(session: Session, *, app_id: str, openid: str) -> Person | None:
    return recall(driver_of(session), app_id=app_id, openid=openid)


def recall(driver: Driver, *, app_id: str, openid: str) -> Person | None:
    """As `find`, for an edge that has no session open."""
    row = BY_OPENID.first(driver, app_id=app_id, openid=openid)
    return _person(row) if row else None


def hold(session: Session, *, app_id: str, openid: str) -> Person | None:
    """As `find`; whatever others write down for this person at this moment is there, and nothing follows."""
    this = select(IDENTITY.c.id).where(IDENTITY.c.app_id == app_id, IDENTITY.c.openid == openid)
    session.execute(this.with_for_update())
    return find(session, app_id=app_id, openid=openid)


def meet(session: Session, *, app_id: str, openid: str, now: datetime) -> Person:
    """The person behind an OpenID, new or known. Only followers can chat, so a new one follows from now."""
    return encounter(driver_of(session), app_id=app_id, openid=openid, now=now)


def encounter(driver: Driver, *, app_id: str, openid: str, now: datetime) -> Person:
    """As `meet`, for an edge that has no session open."""
    known = recall(driver, app_id=app_id, openid=openid)
    if known is None:
        # Where another process meets the same person in this moment, its row is the one to use.
        FIRST_MEETING.once(driver, app_id=app_id, openid=openid, followed_at=now)
        known = recall(driver, app_id=app_id, openid=openid)
    if known is None:
        raise LookupError("an identity vanished while it was met; the next delivery meets it again")
    return known


def follow(session: Session, *, app_id: str, openid: str, now: datetime) -> Person:
    """As `meet`, and the account is followed from now on, also after a time away."""
    person = meet(session, app_id=app_id, openid=openid, now=now)
    if not person.followed:
        _change(session, person.identity_id, followed_at=now)
    return replace(person, followed=True)


def wrote(driver: Driver, person: Person, *, now: datetime) -> None:
    """The person spoke: WeChat lets us answer freely for 48 hours from here. Written down once an hour."""
    if person.wrote_at is None or now - person.wrote_at > WROTE_AGAIN or not person.followed:
        WROTE.change(driver, identity_id=person.identity_id, new_wrote_at=now)


def stopped_following(session: Session, *, identity_ids: Collection[int]) -> None:
    """WeChat says that these no longer follow; writing or following again tells otherwise."""
    gone = update(WeChatIdentity).where(WeChatIdentity.id.in_(identity_ids))
    rows_changed(session, gone.values(followed_at=None))


def set_topic(
    driver: Driver, *, identity_id: int, topic: str, data: Mapping[str, Any], until: datetime
) -> None:
    """What the next message answers; it wins over the router's table until `until`."""
    text = json.dumps(data, ensure_ascii=False)
    SET_TOPIC.change(
        driver, identity_id=identity_id, new_topic=topic, new_topic_data=text, new_topic_until=until
    )


def clear_topic(driver: Driver, *, identity_id: int) -> None:
    SET_TOPIC.change(
        driver, identity_id=identity_id, new_topic=None, new_topic_data=None, new_topic_until=None
    )


def _change(session: Session, identity_id: int, **values: object) -> None:
    rows_changed(session, update(WeChatIdentity).where(WeChatIdentity.id == identity_id).values(**values))


def erase(session: Session, *, app_id: str, openid: str) -> int | None:
    """Forget a chat and its link to a member (unfollowed, or authorisation withdrawn: PIPL 15, 47).

    Returns the id that the identity had, so that its other traces can be erased too.
    """
    person = find(session, app_id=app_id, openid=openid)
    if person is None:
        return None
    rows_changed(session, delete(WeChatIdentity).where(WeChatIdentity.id == person.identity_id))
    return person.identity_id


def unbind(session: Session, *, identity_id: int, now: datetime) -> int | None:
    """Part a chat from its member; codes still out are revoked. Returns the member's id, None if unbound."""
    member_id = session.scalar(select(IDENTITY.c.member_id).where(IDENTITY.c.id == identity_id))
    if member_id is None:
        return None
    unbind_members(session, member_ids=[member_id], now=now, only_identity=identity_id)
    return int(member_id)


def unbind_members(
    session: Session, *, member_ids: Sequence[int], now: datetime, only_identity: int | None = None
) -> None:
    """Part members from all their chats, or from one of them."""
    page_sessions.end_of_members(session, member_ids=member_ids, only_identity=only_identity)
    linked = update(WeChatIdentity).where(WeChatIdentity.member_id.in_(member_ids))
    if only_identity is not None:
        linked = linked.where(WeChatIdentity.id == only_identity)
    rows_changed(session, linked.values(member_id=None, bound_at=None, menu_wanted=True))
    codes.revoke(session, member_ids=member_ids, now=now)


def identity_of_member(session: Session, *, app_id: str, member_id: int) -> int | None:
    return session.scalar(OF_MEMBER, {"app_id": app_id, "member_id": member_id})


def openid_of(session: Session, identity_id: int) -> str | None:
    return session.scalar(OPENID, {"identity_id": identity_id})


def reach_counts(session: Session, scope: Scope) -> Reach:
    """Party members of the scope, and those of them with a bound chat."""
    linked = select(IDENTITY.c.id).where(IDENTITY.c.member_id == Member.id).exists()
    present = (Member.kind.in_(PARTY_MEMBERS), Member.status.not_in(GONE), scope.owns(Member.organization_id))
    bound = func.coalesce(func.sum(case((linked, 1), else_=0)), 0)
    row = session.execute(select(bound, func.count()).select_from(Member).where(*present)).one()
    return Reach(bound=int(row[0]), total=int(row[1]))


def menus_wanted(session: Session, limit: int) -> list[Person]:
    """Chats whose menu no longer fits what the person is, oldest first."""
    return [_person(row) for row in session.execute(MENUS_WANTED.limit(limit))]


def want_menu(session: Session, *, member_id: int) -> None:
    """What the member sees has changed, for example with the kind of membership."""
    rows_changed(
        session, update(WeChatIdentity).where(WeChatIdentity.member_id == member_id).values(menu_wanted=True)
    )


def menu_done(session: Session, identity_id: int, *, bound: bool | None = None) -> None:
    """The menu was set. Told for which state (`bound`), a change made meanwhile keeps its wish."""
    done = update(WeChatIdentity).where(WeChatIdentity.id == identity_id)
    if bound is not None:
        done = done.where(
            WeChatIdentity.member_id.is_not(None) if bound else WeChatIdentity.member_id.is_(None)
        )
    rows_changed(session, done.values(menu_wanted=False))


def forget_unionid(session: Session, *, app_id: str, openid: str) -> None:
    """A consent was withdrawn: of what WeChat gave us, only the OpenID that the chat needs stays."""
    this = update(WeChatIdentity).where(WeChatIdentity.app_id == app_id, WeChatIdentity.openid == openid)
    rows_changed(session, this.values(unionid=None))

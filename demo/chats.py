"""Whose WeChat is bound before a visitor comes: the guests, and nearly everybody elsewhere in the group."""

from datetime import datetime, timedelta

from sqlalchemy import insert, select

from app.core.db import Session
from app.members.models import PARTY_MEMBERS, Member, WeChatIdentity
from demo.cast import BOUND
from demo.crowd import Someone
from demo.roster import Roster

ROWS_AT_ONCE = 500
Row = dict[str, object]


def bind_chats(session: Session, roster: Roster, *, app_id: str, now: datetime) -> None:
    """Once for each account: a demo that is pointed at another one starts with the same people bound there."""
    if session.scalar(select(WeChatIdentity.id).where(WeChatIdentity.app_id == app_id).limit(1)) is None:
        rows = [*_guests(roster, app_id, now), *_others(session, roster, app_id, now)]
        for start in range(0, len(rows), ROWS_AT_ONCE):
            session.execute(insert(WeChatIdentity), rows[start : start + ROWS_AT_ONCE])


def phones(session: Session, *, app_id: str) -> list[Row]:
    """A phone for everybody beyond the guests whose chat is bound."""
    rows = session.execute(
        select(WeChatIdentity.openid, Member.name)
        .join(Member, Member.id == WeChatIdentity.member_id)
        .where(WeChatIdentity.app_id == app_id)
        .order_by(WeChatIdentity.openid)
    )
    return [someone.phone(row.name) for row in rows if (someone := Someone.of(row.openid)) is not None]


def _guests(roster: Roster, app_id: str, now: datetime) -> list[Row]:
    return [
        _bound(app_id, one.openid, roster.member_of(one).id, now - timedelta(days=40)) | {"menu_wanted": True}
        for one in BOUND
    ]


def _others(session: Session, roster: Roster, app_id: str, now: datetime) -> list[Row]:
    people = [
        (Someone(number), member_id)
        for number, (member_id, _) in enumerate(_elsewhere(session, roster), start=1)
    ]
    return [
        _bound(app_id, someone.openid, member_id, now - timedelta(days=2 + someone.number % 50))
        | ({} if someone.known_to_follow else {"followed_at": None})
        for someone, member_id in people
        if someone.bound
    ]


def _elsewhere(session: Session, roster: Roster) -> list[tuple[int, str]]:
    """Number and name of every Party member outside the demo branch, in the order of the registry."""
    rows = session.execute(
        select(Member.id, Member.name)
        .where(Member.organization_id != roster.branch.id, Member.kind.in_(PARTY_MEMBERS))
        .order_by(Member.id)
    )
    return [(row.id, row.name) for row in rows]


def _bound(app_id: str, openid_: str, member_id: int, at: datetime) -> Row:
    return {
        "app_id": app_id,
        "openid": openid_,
        "member_id": member_id,
        "bound_at": at,
        "followed_at": at,
        "menu_wanted": False,
    }

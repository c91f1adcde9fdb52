"""Whose WeChat is bound before a visitor comes: the guests, and people elsewhere in the group."""

from datetime import datetime, timedelta

from sqlalchemy import insert, select

from app.core.db import Session
from app.members.models import PARTY_MEMBERS, Member, WeChatIdentity
from demo.cast import BOUND, openid
from demo.roster import Roster

EVERY_BOUND = 21
Row = dict[str, object]


def bind_chats(session: Session, roster: Roster, *, app_id: str, now: datetime) -> None:
    """Once for each account: a demo that is pointed at another one starts with the same people bound there."""
    if session.scalar(select(WeChatIdentity.id).where(WeChatIdentity.app_id == app_id).limit(1)) is None:
        session.execute(insert(WeChatIdentity), _guests(roster, app_id, now))
        session.execute(insert(WeChatIdentity), _others(session, roster, app_id, now))


def _guests(roster: Roster, app_id: str, now: datetime) -> list[Row]:
    return [
        _bound(app_id, one.openid, roster.member_of(one).id, now - timedelta(days=40)) | {"menu_wanted": True}
        for one in BOUND
    ]


def _others(session: Session, roster: Roster, app_id: str, now: datetime) -> list[Row]:
    """So that a dashboard of the whole group shows something."""
    elsewhere = session.scalars(
        select(Member.id)
        .where(Member.organization_id != roster.branch.id, Member.kind.in_(PARTY_MEMBERS))
        .order_by(Member.id)
    ).all()
    return [
        _bound(app_id, openid(f"{number:05d}"), member_id, now - timedelta(days=2 + number % 50))
        for number, member_id in enumerate(elsewhere[::EVERY_BOUND], start=1)
    ]


def _bound(app_id: str, openid_: str, member_id: int, at: datetime) -> Row:
    return {
        "app_id": app_id,
        "openid": openid_,
        "member_id": member_id,
        "bound_at": at,
        "followed_at": at,
    }

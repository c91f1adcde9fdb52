"""Wishes said and answered with little ado."""

from datetime import timedelta

from app.core.db import Session
from app.members.models import Member
from app.organizations.scope import Scope
from app.study.plans import wishes
from app.study.plans.models import Wish
from app.study.plans.states import WishState
from tests.factories import NOW

LATER = NOW + timedelta(hours=1)


def ask(session: Session, member: Member, text: str = "想听安全生产的党课") -> int:
    return wishes.wish(session, member_id=member.id, text=text, now=NOW)


def key(session: Session, wish_id: int) -> str:
    return session.get_one(Wish, wish_id).key


def decline(session: Session, scope: Scope, wish_key: str, answer: str = "下季度再安排") -> None:
    wishes.decline(session, scope, key=wish_key, answer=answer, by="wang.li", now=LATER)


def offer(session: Session, scope: Scope, wish_key: str, item_id: int, answer: str = "") -> None:
    wishes.offer(session, scope, key=wish_key, item_id=item_id, answer=answer, by="wang.li", now=LATER)


def own(session: Session, member: Member) -> list[tuple[str, WishState, str, int | None]]:
    found = wishes.own_wishes(session, member_id=member.id)
    return [(one.text, one.state, one.answer, one.item_id) for one in found]

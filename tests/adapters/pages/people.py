"""Who visits: a bound member, another of the same branch, and a follower who is not bound."""

from dataclasses import dataclass

from app.core.db import Session
from tests import factories


@dataclass(frozen=True)
class Visitor:
    openid: str
    identity_id: int
    member_id: int | None


@dataclass(frozen=True)
class People:
    branch_id: int
    member: Visitor
    other: Visitor
    follower: Visitor


def settled(session: Session) -> People:
    branch = factories.organization(session, name="机电党支部")
    bound = []
    for name in ("李四", "王五"):
        member = factories.member(session, branch, name=name)
        chat = factories.identity(session, member=member)
        bound.append(Visitor(chat.openid, chat.id, member.id))
    follower = factories.identity(session)
    return People(branch.id, bound[0], bound[1], Visitor(follower.openid, follower.id, None))

"""Whether two accounts are one human being: where two people are needed, two accounts are not enough."""

from sqlalchemy import select

from app.core.db import Session
from app.staff.models import StaffAccount


def same_person(session: Session, one: str, other: str) -> bool:
    """By their usernames: the same account, or two that are tied to the same person of the registry."""
    if one == other:
        return True
    tied = select(StaffAccount.member_id).where(
        StaffAccount.username.in_((one, other)), StaffAccount.member_id.is_not(None)
    )
    members = session.scalars(tied).all()
    return len(members) > len(set(members))


def is_of(session: Session, username: str, member_id: int) -> bool:
    """Whether it is that member's own account: what is about oneself, another person decides."""
    own = select(StaffAccount.id).where(
        StaffAccount.username == username, StaffAccount.member_id == member_id
    )
    return session.scalar(own) is not None

"""Handing out and taking back roles on a subtree."""

from collections.abc import Sequence

from sqlalchemy import delete, func, or_, select
from sqlalchemy.exc import IntegrityError

from app.core.db import Session, rows_changed
from app.core.errors import DomainError
from app.staff.accounts import NotYourself
from app.staff.models import DuesPost, Role, StaffAccount, StaffRole
from app.staff.permissions import DUES_POSTS


class RoleHeld(DomainError):
    code = "role_held"


class LastRole(DomainError):
    """An account without a role belongs to no subtree, so nobody could manage it: close it instead."""

    code = "last_role"


class OneDuesPost(DomainError):
    """Who collects, who compares and who keeps the books of dues are three people (facts/domain §1.6)."""

    code = "one_dues_post"


def grant(
    session: Session, *, account_id: int, role: Role, organization_id: int, by: int | None
) -> StaffRole:
    """`by` is the granting account; None from the operator's shell. Raises NotYourself, RoleHeld, OneDuesPost."""
    if account_id == by:
        raise NotYourself
    if role in DUES_POSTS:
        _take_post(session, account_id, role)
    granted = StaffRole(account_id=account_id, role=role, organization_id=organization_id)
    try:
        with session.begin_nested():
            session.add(granted)
    except IntegrityError as error:
        raise RoleHeld from error
    return granted


def withdraw(session: Session, *, account_id: int, role_id: int, by: int) -> bool:
    """Whether there was such a role."""
    if account_id == by:
        raise NotYourself
    held = select(func.count()).select_from(StaffRole).where(StaffRole.account_id == account_id)
    if session.scalar(held) == 1:
        raise LastRole
    _accounts_of_person(session, account_id)
    one = delete(StaffRole).where(StaffRole.id == role_id, StaffRole.account_id == account_id)
    withdrawn = rows_changed(session, one) == 1
    _leave_post(session, account_id)
    return withdrawn


def tie(session: Session, *, account_id: int, member_id: int, by: int) -> None:
    """Say whose account it is: two accounts of one person are one wherever two people are needed.

    Raises NotYourself, and OneDuesPost where that person has another post under another account.
    """
    if account_id == by:
        raise NotYourself
    session.get_one(StaffAccount, account_id).member_id = member_id
    session.flush()
    people = _accounts_of_person(session, account_id)
    posts = select(DuesPost.role).where(DuesPost.account_id.in_(people)).distinct()
    if len(session.scalars(posts).all()) > 1:
        raise OneDuesPost


def _take_post(session: Session, account_id: int, role: Role) -> None:
    """The table's key allows an account one post; the lock, a person with two accounts."""
    people = _accounts_of_person(session, account_id)
    held = session.execute(select(DuesPost.account_id, DuesPost.role).where(DuesPost.account_id.in_(people)))
    posts = {row.account_id: row.role for row in held}
    if any(post is not role for post in posts.values()):
        raise OneDuesPost
    if account_id not in posts:
        session.add(DuesPost(account_id=account_id, role=role))
        session.flush()


def _accounts_of_person(session: Session, account_id: int) -> Sequence[int]:
    """The account and those of the same member, locked until the transaction ends."""
    member = select(StaffAccount.member_id).where(StaffAccount.id == account_id).scalar_subquery()
    mine = or_(StaffAccount.id == account_id, StaffAccount.member_id == member)
    return session.scalars(
        select(StaffAccount.id).where(mine).order_by(StaffAccount.id).with_for_update()
    ).all()


def _leave_post(session: Session, account_id: int) -> None:
    """With the last role of it, on whatever subtree, the post is free again."""
    still = select(StaffRole.id).where(
        StaffRole.account_id == DuesPost.account_id, StaffRole.role == DuesPost.role
    )
    rows_changed(session, delete(DuesPost).where(DuesPost.account_id == account_id, ~still.exists()))
    session.expire_all()


def home(session: Session, *, account_id: int) -> int | None:
    """The organisation in whose trail an account's own acts, such as signing in, are kept."""
    first = select(StaffRole.organization_id).where(StaffRole.account_id == account_id).order_by(StaffRole.id)
    return session.scalar(first.limit(1))

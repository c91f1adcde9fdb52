"""Handing out and taking back roles on a subtree."""

from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError

from app.core.db import Session, rows_changed
from app.core.errors import DomainError
from app.staff.accounts import NotYourself
from app.staff.models import Role, StaffRole


class RoleHeld(DomainError):
    code = "role_held"


class LastRole(DomainError):
    """An account without a role belongs to no subtree, so nobody could manage it: close it instead."""

    code = "last_role"


def grant(
    session: Session, *, account_id: int, role: Role, organization_id: int, by: int | None
) -> StaffRole:
    """`by` is the granting account; None from the operator's shell."""
    if account_id == by:
        raise NotYourself
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
    one = delete(StaffRole).where(StaffRole.id == role_id, StaffRole.account_id == account_id)
    return rows_changed(session, one) == 1


def home(session: Session, *, account_id: int) -> int | None:
    """The organisation in whose trail an account's own acts, such as signing in, are kept."""
    first = select(StaffRole.organization_id).where(StaffRole.account_id == account_id).order_by(StaffRole.id)
    return session.scalar(first.limit(1))

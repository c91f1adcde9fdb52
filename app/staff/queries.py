"""Reading accounts and the audit trail."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import ColumnElement, and_, func, or_, select

from app.core.db import AnyRow, Session
from app.organizations.models import Organization
from app.organizations.scope import Scope
from app.staff.models import AuditEntry, StaffAccount, StaffRole


@dataclass(frozen=True)
class Listed:
    """`roles`: (StaffRole, organisation's short name)."""

    account: StaffAccount
    roles: Sequence[AnyRow]


def account(session: Session, account_id: int) -> StaffAccount:
    return session.get_one(StaffAccount, account_id)


def display_name(session: Session, username: str) -> str:
    """The username itself where there is no such account any more."""
    name = session.scalar(select(StaffAccount.display_name).where(StaffAccount.username == username))
    return name or username


def display_names(session: Session, usernames: Iterable[str]) -> dict[str, str]:
    """The same of many, in one statement."""
    asked = set(usernames)
    rows = session.execute(
        select(StaffAccount.username, StaffAccount.display_name).where(StaffAccount.username.in_(asked))
    )
    return {one: one for one in asked} | {row[0]: row[1] for row in rows}


def in_scope(session: Session, scope: Scope) -> list[Listed]:
    """Accounts whose every role lies in the scope, with their roles; two statements however many."""
    found = session.scalars(select(StaffAccount).where(_managed(scope)).order_by(StaffAccount.username)).all()
    roles = session.execute(
        select(StaffRole, Organization.short_name)
        .join(Organization, Organization.id == StaffRole.organization_id)
        .where(StaffRole.account_id.in_([one.id for one in found]))
        .order_by(StaffRole.id)
    ).all()
    return [Listed(one, [row for row in roles if row[0].account_id == one.id]) for one in found]


def managed_account(session: Session, scope: Scope, account_id: int) -> StaffAccount | None:
    return session.scalar(select(StaffAccount).where(StaffAccount.id == account_id, _managed(scope)))


def _managed(scope: Scope) -> ColumnElement[bool]:
    held = select(StaffRole.account_id)
    return and_(
        StaffAccount.id.in_(held),
        StaffAccount.id.not_in(held.where(~scope.owns(StaffRole.organization_id))),
    )


@dataclass(frozen=True)
class TrailFilter:
    actor: str = ""
    action: str = ""
    since: datetime | None = None
    until: datetime | None = None


def trail(
    session: Session, scope: Scope, wanted: TrailFilter, *, offset: int, limit: int
) -> Sequence[AnyRow]:
    """(AuditEntry, organisation's short name or None), the latest first."""
    statement = (
        select(AuditEntry, Organization.short_name)
        .outerjoin(Organization, Organization.id == AuditEntry.organization_id)
        .where(*_wanted(scope, wanted))
        .order_by(AuditEntry.id.desc())
    )
    return session.execute(statement.offset(offset).limit(limit)).all()


def trail_total(session: Session, scope: Scope, wanted: TrailFilter) -> int:
    return session.scalar(select(func.count(AuditEntry.id)).where(*_wanted(scope, wanted))) or 0


def trail_actions(session: Session) -> Sequence[str]:
    return session.scalars(select(AuditEntry.action).distinct().order_by(AuditEntry.action)).all()


def _wanted(scope: Scope, wanted: TrailFilter) -> list[ColumnElement[bool]]:
    seen = scope.owns(cast("ColumnElement[int]", AuditEntry.organization_id))
    if any(root.count("/") == 2 for root in scope.roots):  # noqa: PLR2004 -- "/1/": a root of the whole tree
        seen = or_(seen, AuditEntry.organization_id.is_(None))
    where: list[ColumnElement[bool]] = [seen]
    if wanted.actor:
        where.append(AuditEntry.actor == wanted.actor)
    if wanted.action:
        where.append(AuditEntry.action == wanted.action)
    if wanted.since:
        where.append(AuditEntry.at >= wanted.since)
    if wanted.until:
        where.append(AuditEntry.at < wanted.until)
    return where

"""Who is acting, what that account may do, and on which subtrees."""

from dataclasses import dataclass

from sqlalchemy import select

from app.core.db import Session
from app.organizations.models import Organization
from app.organizations.scope import Scope
from app.staff.models import Role, StaffAccount, StaffRole
from app.staff.permissions import PERMISSIONS, Permission


@dataclass(frozen=True)
class RoleOn:
    role: Role
    organization_id: int
    path: str


@dataclass(frozen=True)
class Actor:
    account_id: int
    username: str
    display_name: str
    roles: tuple[RoleOn, ...]
    password_temporary: bool = False

    def may(self, permission: Permission) -> bool:
        return any(permission in PERMISSIONS[held.role] for held in self.roles)

    def sits_on(self, permission: Permission, path: str) -> bool:
        """Whether a role with it is on that very organisation, not on one above it (facts/domain §7.3 FR15)."""
        return any(held.path == path and permission in PERMISSIONS[held.role] for held in self.roles)

    def scope(self, permission: Permission) -> Scope:
        """The subtrees on which this account may do it; empty where it may not at all."""
        return Scope.of(held.path for held in self.roles if permission in PERMISSIONS[held.role])


def actor(session: Session, account_id: int) -> Actor | None:
    """None for an account that does not exist or is closed."""
    account = session.get(StaffAccount, account_id)
    if account is None or not account.active:
        return None
    rows = session.execute(
        select(StaffRole.role, Organization.id, Organization.path)
        .join(Organization, Organization.id == StaffRole.organization_id)
        .where(StaffRole.account_id == account_id)
        .order_by(StaffRole.id)
    )
    held = tuple(RoleOn(*row) for row in rows)
    return Actor(account.id, account.username, account.display_name, held, account.password_temporary)


def actors_of_member(session: Session, member_id: int) -> list[Actor]:
    """The open accounts of a person of the registry, for what they may do on their own phone."""
    accounts = select(StaffAccount.id).where(StaffAccount.member_id == member_id, StaffAccount.active)
    found = [actor(session, account_id) for account_id in session.scalars(accounts.order_by(StaffAccount.id))]
    return [one for one in found if one is not None and not one.password_temporary]

"""How committees collect, for the console: all rules of a scope, and one of them."""

from collections.abc import Sequence

from sqlalchemy import select

from app.core.db import Session
from app.dues.policies.models import DuesPolicy
from app.organizations.models import Organization
from app.organizations.scope import Scope


def rows(session: Session, scope: Scope) -> Sequence[tuple[DuesPolicy, str]]:
    """(rule, name of its committee), whatever became of it; by committee, the latest month first."""
    found = session.execute(
        select(DuesPolicy, Organization.short_name)
        .join(Organization, Organization.id == DuesPolicy.organization_id)
        .where(scope.organizations(), Organization.dissolved_on.is_(None))
        .order_by(Organization.path, DuesPolicy.effective_from.desc(), DuesPolicy.id.desc())
    )
    return [(policy, name) for policy, name in found]


def by_id(session: Session, scope: Scope, policy_id: int) -> DuesPolicy | None:
    return session.scalar(
        select(DuesPolicy).where(DuesPolicy.id == policy_id, scope.owns(DuesPolicy.organization_id))
    )

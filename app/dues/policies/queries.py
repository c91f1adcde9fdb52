"""Which committee's rule holds for an organisation in a month, and so who keeps its books."""

from collections.abc import Collection, Sequence
from typing import ClassVar

from sqlalchemy import select

from app.core.db import Session
from app.core.errors import DomainError
from app.dues.policies.models import DuesPolicy
from app.dues.standing import STANDS
from app.organizations.models import Organization


class NoPolicy(DomainError):
    """No committee's rule is in force there in that month, so nobody keeps its books."""

    code: ClassVar[str] = "no_dues_policy"


def policy_for(session: Session, organization_id: int, month: int) -> DuesPolicy | None:
    """The organisation's own, or that of the nearest one above it which has one in force by that month."""
    return policies(session, [organization_id], month).get(organization_id)


def policies(session: Session, organization_ids: Collection[int], month: int) -> dict[int, DuesPolicy]:
    """As `policy_for`, by organisation; those without one are missing. Two statements however many."""
    own = in_force(session, month)
    rows = session.execute(
        select(Organization.id, Organization.path).where(Organization.id.in_(organization_ids))
    )
    nearest = ((row.id, _nearest(row.path, own)) for row in rows)
    return {one: policy for one, policy in nearest if policy is not None}


def in_force(session: Session, month: int) -> dict[int, DuesPolicy]:
    """The rule of every committee that has one of its own: those that keep books in that month."""
    rows = session.scalars(
        select(DuesPolicy)
        .where(DuesPolicy.standing == STANDS, DuesPolicy.effective_from <= month)
        .order_by(DuesPolicy.effective_from)
    )
    return {row.organization_id: row for row in rows}


def governed(session: Session, committee_id: int, month: int) -> list[int]:
    """Organisations whose books that committee keeps: its subtree without those that have a rule of their own."""
    own = in_force(session, month)
    top = session.get_one(Organization, committee_id).path
    rows = session.execute(
        select(Organization.id, Organization.path)
        .where(Organization.path.startswith(top, autoescape=True))
        .order_by(Organization.id)
    )
    found = ((row.id, _nearest(row.path, own)) for row in rows)
    return [one for one, policy in found if policy is not None and policy.organization_id == committee_id]


def _nearest(path: str, own: dict[int, DuesPolicy]) -> DuesPolicy | None:
    upward = reversed([int(part) for part in path.strip("/").split("/")])
    return next((own[one] for one in upward if one in own), None)


def of_organization(session: Session, organization_id: int) -> Sequence[DuesPolicy]:
    """Its own, whatever became of them; the latest month first."""
    return session.scalars(
        select(DuesPolicy)
        .where(DuesPolicy.organization_id == organization_id)
        .order_by(DuesPolicy.effective_from.desc(), DuesPolicy.id.desc())
    ).all()

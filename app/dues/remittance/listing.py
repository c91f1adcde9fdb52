"""What the console's pages about remitting and publishing read, always within a scope."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, func, select

from app.core.db import AnyRow, Session
from app.dues.remittance.models import Publication, RemitRule, Remittance
from app.organizations.models import Organization
from app.organizations.scope import Scope
from app.staff.deciding import Decision


def rules(session: Session, scope: Scope) -> Sequence[AnyRow]:
    """(RemitRule, organization_name): what waits first, then the newest of each organisation."""
    return session.execute(
        select(RemitRule, Organization.short_name.label("organization_name"))
        .join(Organization, Organization.id == RemitRule.organization_id)
        .where(scope.organizations(), RemitRule.decision.in_((Decision.PROPOSED, Decision.APPROVED)))
        .order_by(
            RemitRule.decision != Decision.PROPOSED,
            Organization.path,
            RemitRule.effective_from.desc(),
            RemitRule.id.desc(),
        )
    ).all()


def rule(session: Session, scope: Scope, rule_id: int) -> RemitRule | None:
    return session.scalar(
        select(RemitRule).where(RemitRule.id == rule_id, scope.owns(RemitRule.organization_id))
    )


def sheets(session: Session, scope: Scope, *, offset: int = 0, limit: int = 30) -> Sequence[AnyRow]:
    """(Remittance, organization_name, to_name), what waits first, then the latest."""
    return session.execute(
        select(Remittance, Organization.short_name.label("organization_name"), RemitRule.to_name)
        .join(Organization, Organization.id == Remittance.organization_id)
        .join(RemitRule, RemitRule.id == Remittance.rule_id)
        .where(scope.organizations())
        .order_by(Remittance.decision != Decision.PROPOSED, Remittance.id.desc())
        .offset(offset)
        .limit(limit)
    ).all()


def sheets_total(session: Session, scope: Scope) -> int:
    theirs = scope.owns(Remittance.organization_id)
    return session.scalar(select(func.count(Remittance.id)).where(theirs)) or 0


def sheet(session: Session, scope: Scope, sheet_id: int) -> Remittance | None:
    return session.scalar(
        select(Remittance).where(Remittance.id == sheet_id, scope.owns(Remittance.organization_id))
    )


def publications(session: Session, scope: Scope, *, offset: int = 0, limit: int = 30) -> Sequence[AnyRow]:
    """(Publication, organization_name), the latest first."""
    return session.execute(
        select(Publication, Organization.short_name.label("organization_name"))
        .join(Organization, Organization.id == Publication.organization_id)
        .where(scope.organizations())
        .order_by(Publication.published_at.desc(), Publication.id.desc())
        .offset(offset)
        .limit(limit)
    ).all()


def publications_total(session: Session, scope: Scope) -> int:
    return session.scalar(select(func.count(Publication.id)).where(_theirs(scope))) or 0


def publication(session: Session, scope: Scope, publication_id: int) -> Publication | None:
    return session.scalar(select(Publication).where(Publication.id == publication_id, _theirs(scope)))


def _theirs(scope: Scope) -> ColumnElement[bool]:
    return scope.owns(Publication.organization_id)

"""Files of bases for the console: those of a scope, and one as a difference. A base is never read here."""

from collections.abc import Mapping, Sequence

from sqlalchemy import func, select

from app.core.db import AnyRow, Session
from app.dues.assessments.models import BaseImport, BaseLine, BaseLineKind
from app.members.models import Member
from app.organizations.models import Organization
from app.organizations.scope import Scope
from app.staff.deciding import Decision


def imports(session: Session, scope: Scope, *, limit: int) -> Sequence[AnyRow]:
    """(BaseImport, organization_name), the latest first."""
    rows = (
        select(BaseImport, Organization.short_name.label("organization_name"))
        .join(Organization, Organization.id == BaseImport.organization_id)
        .where(scope.organizations())
        .order_by(BaseImport.id.desc())
    )
    return session.execute(rows.limit(limit)).all()


def by_id(session: Session, scope: Scope, import_id: int) -> BaseImport | None:
    return session.scalar(
        select(BaseImport).where(BaseImport.id == import_id, scope.owns(BaseImport.organization_id))
    )


def waiting(session: Session, scope: Scope, *, not_by: str) -> int:
    """Files that somebody else uploaded and nobody has decided."""
    return (
        session.scalar(
            select(func.count()).where(
                BaseImport.decision == Decision.PROPOSED,
                BaseImport.proposed_by != not_by,
                scope.owns(BaseImport.organization_id),
            )
        )
        or 0
    )


def count_by_kind(session: Session, import_id: int) -> Mapping[BaseLineKind, int]:
    """Every kind named."""
    rows = session.execute(
        select(BaseLine.kind, func.count()).where(BaseLine.import_id == import_id).group_by(BaseLine.kind)
    )
    return dict.fromkeys(BaseLineKind, 0) | {row[0]: row[1] for row in rows}


def lines(
    session: Session, import_id: int, kind: BaseLineKind, *, offset: int, limit: int
) -> Sequence[AnyRow]:
    """(BaseLine, member_name or None, organization_name or None) in the order of the file."""
    rows = (
        select(BaseLine, Member.name.label("member_name"), Organization.short_name.label("organization_name"))
        .outerjoin(Member, Member.id == BaseLine.member_id)
        .outerjoin(Organization, Organization.id == Member.organization_id)
        .where(BaseLine.import_id == import_id, BaseLine.kind == kind)
        .order_by(BaseLine.row_number)
    )
    return session.execute(rows.offset(offset).limit(limit)).all()

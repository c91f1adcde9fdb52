"""Amounts for the console: who has none, what waits for a second person, reliefs and questions of a scope."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select

from app.core.db import AnyRow, Session
from app.dues import months
from app.dues.assessments.models import Assessment, Relief, Review
from app.dues.assessments.queries import latest_months
from app.dues.branches import branch_of
from app.dues.standing import STANDS
from app.dues.sums import whole
from app.members.models import GONE, PARTY_MEMBERS, Member
from app.organizations.models import Organization
from app.organizations.scope import Scope
from app.staff.deciding import Decision

Rows = Select[*tuple[Any, ...]]
ORDER = Organization.path, Member.name_pinyin, Member.id


def _pays(month: int) -> ColumnElement[bool]:
    """WHERE for `Member`: owes dues in that month."""
    return and_(
        Member.kind.in_(PARTY_MEMBERS),
        Member.status.not_in(GONE),
        or_(Member.joined_on.is_(None), Member.joined_on <= months.last_day(month)),
    )


def _with_amount(columns: Rows, month: int) -> Rows:
    """Of a statement that reads `Member`: joined with the amount in force, where there is one."""
    latest = latest_months(month)
    in_force = and_(
        Assessment.member_id == latest.c.member_id,
        Assessment.from_month == latest.c.from_month,
        Assessment.standing == STANDS,
    )
    return columns.outerjoin(latest, latest.c.member_id == Member.id).outerjoin(Assessment, in_force)


@dataclass(frozen=True)
class Payers:
    """Members of a branch who pay, and those among them for whom no amount is in force."""

    people: int = 0
    without: int = 0


def by_branch(session: Session, scope: Scope, month: int) -> dict[int, Payers]:
    """Those without anybody who pays are missing."""
    home, branch = branch_of()
    missing = whole(case((Assessment.id.is_(None), 1), else_=0))
    columns = select(branch, func.count(), missing).select_from(Member)
    rows = _with_amount(columns.join(home, home.id == Member.organization_id), month)
    found = rows.where(_pays(month), scope.owns(Member.organization_id)).group_by(branch)
    return {row[0]: Payers(row[1], row[2]) for row in session.execute(found)}


def people(session: Session, organization_ids: Collection[int], month: int) -> Sequence[AnyRow]:
    """(id, name, category, from_month, cause) in the order of the roster; no amount and no base."""
    columns = select(
        Member.id, Member.name, Assessment.category, Assessment.from_month, Assessment.cause
    ).select_from(Member)
    rows = _with_amount(columns, month).where(_pays(month), Member.organization_id.in_(organization_ids))
    return session.execute(rows.order_by(Member.name_pinyin, Member.id)).all()


def amounts(session: Session, scope: Scope, month: int) -> Sequence[AnyRow]:
    """(organization_name, name, Assessment or None) of everybody who pays, for the accountant's sheet."""
    columns = select(Organization.short_name.label("organization_name"), Member.name, Assessment)
    rows = columns.select_from(Member).join(Organization, Organization.id == Member.organization_id)
    found = _with_amount(rows, month).where(_pays(month), scope.organizations())
    return session.execute(found.order_by(*ORDER)).all()


def _about(kind: type[Any], scope: Scope) -> Rows:
    """(row, member_name, organization_id, organization_name) of the people of a scope."""
    return (
        select(
            kind,
            Member.name.label("member_name"),
            Organization.id.label("organization_id"),
            Organization.short_name.label("organization_name"),
        )
        .join(Member, Member.id == kind.member_id)
        .join(Organization, Organization.id == Member.organization_id)
        .where(scope.organizations())
    )


def proposed(session: Session, scope: Scope, *, limit: int) -> Sequence[AnyRow]:
    """(Assessment, member_name, …) that wait for a second person, the oldest first; files have their own list."""
    waiting = Assessment.decision == Decision.PROPOSED, Assessment.import_id.is_(None)
    return session.execute(
        _about(Assessment, scope).where(*waiting).order_by(Assessment.id).limit(limit)
    ).all()


def assessment(session: Session, scope: Scope, assessment_id: int) -> Assessment | None:
    found: Assessment | None = session.scalar(_about(Assessment, scope).where(Assessment.id == assessment_id))
    return found


def reliefs(session: Session, scope: Scope, *, limit: int) -> Sequence[AnyRow]:
    """(Relief, member_name, …): what waits first, then the latest."""
    order = case((Relief.decision == Decision.PROPOSED, 0), else_=1), Relief.id.desc()
    return session.execute(_about(Relief, scope).order_by(*order).limit(limit)).all()


def reliefs_of(session: Session, member_id: int) -> Sequence[Relief]:
    rows = select(Relief).where(Relief.member_id == member_id).order_by(Relief.id.desc())
    return session.scalars(rows).all()


def relief(session: Session, scope: Scope, relief_id: int) -> AnyRow | None:
    """(Relief, member_name, …)."""
    return session.execute(_about(Relief, scope).where(Relief.id == relief_id)).one_or_none()


def reviews(session: Session, scope: Scope, *, limit: int) -> Sequence[AnyRow]:
    """(Review, member_name, …): questions that wait first, the oldest of them first; then the latest answers."""
    order = case((Review.answered_at.is_(None), 0), else_=1), Review.answered_at.desc(), Review.id
    return session.execute(_about(Review, scope).order_by(*order).limit(limit)).all()


def review(session: Session, scope: Scope, review_id: int) -> Review | None:
    found: Review | None = session.scalar(_about(Review, scope).where(Review.id == review_id))
    return found


def open_reviews(session: Session, scope: Scope) -> int:
    return _number(session, Review, scope, Review.answered_at.is_(None))


def waiting_assessments(session: Session, scope: Scope, *, not_by: str) -> int:
    """Proposals that somebody else made: of one's own nobody is the second person."""
    return _number(session, Assessment, scope, *_waits(Assessment, not_by))


def waiting_reliefs(session: Session, scope: Scope, *, not_by: str) -> int:
    return _number(session, Relief, scope, *_waits(Relief, not_by))


def _waits(kind: Any, not_by: str) -> tuple[ColumnElement[bool], ...]:
    return kind.decision == Decision.PROPOSED, kind.proposed_by != not_by


def _number(session: Session, kind: type[Any], scope: Scope, *where: ColumnElement[bool]) -> int:
    found = _about(kind, scope).where(*where).with_only_columns(func.count())
    return session.scalar(found) or 0

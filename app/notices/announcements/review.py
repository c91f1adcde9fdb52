"""Where somebody else approves what is sent."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from app.core.db import AnyRow, Session, rows_changed
from app.notices.announcements.models import ReviewDuty
from app.notices.models import Urgency
from app.organizations.models import Organization
from app.organizations.scope import Scope


def needed(session: Session, *, organization: Organization, urgency: Urgency) -> bool:
    """In an organisation with the duty and below it; for an emergency always (facts/domain §7.3 FR8)."""
    if urgency is Urgency.EMERGENCY:
        return True
    above = [int(part) for part in organization.path.strip("/").split("/")]
    duty = select(ReviewDuty.organization_id).where(ReviewDuty.organization_id.in_(above))
    return session.scalar(duty.limit(1)) is not None


def set_duty(session: Session, *, organization_id: int, by: str, now: datetime) -> bool:
    """Whether this call set it."""
    try:
        with session.begin_nested():
            session.add(ReviewDuty(organization_id=organization_id, set_by=by, set_at=now))
    except IntegrityError:
        return False
    return True


def lift_duty(session: Session, *, organization_id: int) -> bool:
    """Whether there was one on that very organisation."""
    mine = delete(ReviewDuty).where(ReviewDuty.organization_id == organization_id)
    return rows_changed(session, mine) == 1


def duties(session: Session, scope: Scope) -> Sequence[AnyRow]:
    """(Organization, ReviewDuty) in the scope, in the order of the tree."""
    return session.execute(
        select(Organization, ReviewDuty)
        .join(ReviewDuty, ReviewDuty.organization_id == Organization.id)
        .where(scope.organizations())
        .order_by(Organization.path)
    ).all()


def duties_above(session: Session, scope: Scope) -> Sequence[AnyRow]:
    """The same of the organisations over the scope: what nobody in it can lift."""
    above = {int(part) for root in scope.roots for part in root.strip("/").split("/")[:-1]}
    return session.execute(
        select(Organization, ReviewDuty)
        .join(ReviewDuty, ReviewDuty.organization_id == Organization.id)
        .where(Organization.id.in_(sorted(above)), ~scope.organizations())
        .order_by(Organization.path)
    ).all()

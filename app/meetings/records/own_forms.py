"""An organisation's own Word forms: kept, taken away, and found for whoever is below."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import defer

from app.core.db import Session, rows_changed
from app.meetings.records.models import Form, PaperKind
from app.organizations import queries as organizations
from app.organizations.models import Organization


def keep(
    session: Session,
    *,
    organization: Organization,
    kind: PaperKind,
    filename: str,
    content: bytes,
    by: str,
    now: datetime,
) -> Form:
    """In place of the one before. `content` has been checked by `app.papers.forms`."""
    session.execute(delete(Form).where(Form.organization_id == organization.id, Form.kind == kind))
    made = Form(
        organization_id=organization.id,
        kind=kind,
        filename=filename,
        content=content,
        uploaded_by=by,
        uploaded_at=now,
    )
    session.add(made)
    session.flush()
    return made


def remove(session: Session, *, organization: Organization, kind: PaperKind) -> bool:
    """Whether there was one."""
    this = delete(Form).where(Form.organization_id == organization.id, Form.kind == kind)
    return rows_changed(session, this) == 1


def used_by(session: Session, organization: Organization, kind: PaperKind) -> Form | None:
    """Its own, else that of the nearest above; None: the form that comes with the product."""
    line = [organization, *reversed(organizations.ancestors(session, organization))]
    found = _by_organization(session, line, kind)
    return next((found[one.id] for one in line if one.id in found), None)


def _by_organization(session: Session, line: Sequence[Organization], kind: PaperKind) -> dict[int, Form]:
    ids = [one.id for one in line]
    rows = session.scalars(
        select(Form).where(Form.organization_id.in_(ids), Form.kind == kind).options(defer(Form.content))
    )
    return {form.organization_id: form for form in rows}


def content_of(session: Session, form: Form) -> bytes:
    return session.execute(select(Form.content).where(Form.id == form.id)).scalar_one()

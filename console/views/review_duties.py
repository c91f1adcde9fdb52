"""Where announcements are approved by somebody else before they go out."""

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.access import staff
from app.core.db import Session
from app.notices.announcements import review
from app.notices.models import Urgency
from app.organizations import queries as organizations
from app.organizations.models import Organization
from app.staff.permissions import Permission
from console import fields
from console.blueprint import console
from console.edge import acting, keep_trail, now, scope, services


@console.get("/announcements/review-duties")
@staff(Permission.NOTICES_APPROVE)
def review_duties() -> ResponseReturnValue:
    with services().sessions.read() as session:
        return render_template(
            "console/review_duties.html",
            duties=review.duties(session, scope()),
            above=review.duties_above(session, scope()),
            choices=organizations.tree(session, scope()),
        )


def _wanted(session: Session) -> Organization:
    found = organizations.by_id(session, fields.number("organization") or 0)
    if found is None or not scope().covers(found.path):
        abort(404)
    return found


@console.post("/announcements/review-duties/set")
@staff(Permission.NOTICES_APPROVE)
def set_review_duty() -> ResponseReturnValue:
    with services().sessions.begin() as session:
        organization = _wanted(session)
        if review.set_duty(session, organization_id=organization.id, by=acting().username, now=now()):
            _keep(session, "announcement.review_asked", organization)
    flash(f"{organization.short_name}及下级的通知，今后由另一个人审核后才发送。", "ok")
    return redirect(url_for("console.review_duties"))


@console.post("/announcements/review-duties/lift")
@staff(Permission.NOTICES_APPROVE)
def lift_review_duty() -> ResponseReturnValue:
    with services().sessions.begin() as session:
        organization = _wanted(session)
        if review.lift_duty(session, organization_id=organization.id):
            _keep(session, "announcement.review_lifted", organization)
        still = review.needed(session, organization=organization, urgency=Urgency.DIGEST)
    if still:
        flash(
            f"已取消。{organization.short_name}的上级仍然要求审核，所以还要由另一个人审核后才发送。", "info"
        )
    else:
        flash(f"{organization.short_name}的通知不再要求另一个人审核；紧急通知仍然要。", "ok")
    return redirect(url_for("console.review_duties"))


def _keep(session: Session, action: str, organization: Organization) -> None:
    keep_trail(session, action, subject=f"organization:{organization.id}", organization_id=organization.id)

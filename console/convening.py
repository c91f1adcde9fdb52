"""What the pages of meetings share: whose they are, what is kept of an act, and whom a branch may invite."""

from collections.abc import Sequence

from flask import abort

from app.core.db import Session
from app.meetings.models import Meeting
from app.meetings.rules import CheckInOutcome as O
from app.organizations import queries as organizations
from app.organizations.models import BRANCH_KINDS, Organization, OrganizationKind
from app.organizations.scope import Scope
from app.staff.permissions import Permission
from console.edge import acting, keep_trail, scope

WITH_ROSTER = BRANCH_KINDS | {OrganizationKind.GROUP}
"""Small enough that their people can be ticked one by one."""


NEXT_STEPS = {
    O.TOO_EARLY: "到了签到时间请本人再扫一次，或者由您补签。",
    O.CLOSED: "确实到会的，请补签。",
    O.CANCELLED: "会议已经取消，不用处理。",
    O.NOT_EXPECTED: "来列席的，加为列席；当天转来本支部的，点“加人”按应到加。",
    O.ON_LEAVE: "请过假又来了：本人在微信里改为到会，或者由您补签。",
    O.EXPIRED: "扫的码已经过期。确实到会的，请补签。",
    O.LATE: "手机当时没有网络，过后才送到。确实到会的，请补签。",
    O.FOREIGN: "扫的是别人的签到卡。请核对后给本人补签。",
    O.SIT_IN: "本人想列席。同意的，加为列席。",
    O.LOCKED: "签到码连续输错，要等一会儿再试。确实到会的，请补签。",
}
"""What the recorder can do about an attempt that did not count."""


def next_step(code: str) -> str:
    return next((text for outcome, text in NEXT_STEPS.items() if outcome.value == code), "请核对后处理。")


def keep(session: Session, action: str, about: Meeting, **details: object) -> None:
    keep_trail(
        session,
        f"meeting.{action}",
        subject=f"meeting:{about.id}",
        organization_id=about.organization_id,
        **details,
    )


def seats(session: Session, permission: Permission) -> list[Organization]:
    """The organisations on which the acting account itself sits with that permission; of a branch, its groups too."""
    found = organizations.in_scope(session, acting().scope(permission))
    own = {one.id for one in found if acting().sits_on(permission, one.path)}
    groups = {one.id for one in found if one.kind is OrganizationKind.GROUP and one.parent_id in own}
    return [one for one in found if one.id in own | groups]


def seat(session: Session, permission: Permission, organization_id: int | None) -> Organization | None:
    """The one asked for, else the first; None for an account without a seat. 404 for somebody else's."""
    found = seats(session, permission)
    if organization_id is None:
        return found[0] if found else None
    return next((one for one in found if one.id == organization_id), None) or abort(404)


def chosen(session: Session, organization_id: int | None) -> Organization:
    """An organisation of the scope that the view is declared for, or 404."""
    found = organizations.by_id(session, organization_id or 0)
    if found is None or not scope().covers(found.path):
        abort(404)
    return found


def below(organization: Organization) -> Scope:
    return organizations.subtree(organization)


def neighbours(session: Session, organization: Organization) -> Sequence[Organization]:
    """Branches under the same superior, and any of the acting account's own: with whom a meeting may be joint."""
    superior = list(organizations.ancestors(session, organization))[-1:]
    beside = [
        one
        for parent in superior
        for one in organizations.in_scope(session, organizations.subtree(parent))
        if one.parent_id == parent.id and one.kind in BRANCH_KINDS
    ]
    own = [one for one in organizations.in_scope(session, scope()) if one.kind in BRANCH_KINDS]
    found = {one.id: one for one in (*beside, *own) if one.id != organization.id}
    return [one for one in found.values() if not one.path.startswith(organization.path)]

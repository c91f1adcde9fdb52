"""What views ask for: the services, the time, and who is acting."""

from datetime import datetime
from typing import cast

from flask import abort, current_app, g, request
from flask_login import current_user

from app.access import Access, access_of
from app.core.db import Session
from app.organizations.scope import Scope
from app.staff import audit
from app.staff.permissions import Permission
from app.staff.scopes import Actor
from app.wiring import Services


def services() -> Services:
    return cast("Services", current_app.extensions["zhibu"])


def now() -> datetime:
    return services().clock.now()


def acting() -> Actor:
    """The signed-in account; only behind the gate."""
    return cast("Actor", current_user.actor)


def declared() -> Access | None:
    return access_of(current_app.view_functions[request.endpoint or ""])


def scope() -> Scope:
    """The subtrees on which the acting account may do what this view is declared for."""
    access = declared()
    if access is None or access.permission is None:
        abort(500)
    return acting().scope(access.permission)


def scope_of(permission: Permission) -> Scope:
    """As `scope`, for what a view shows beside its own subject."""
    return acting().scope(permission)


def keep_trail(
    session: Session, action: str, *, subject: str, organization_id: int | None, **details: object
) -> None:
    """Write the act to the audit trail. Last in the transaction: writers queue there."""
    audit.record(
        session,
        actor=acting().username,
        action=action,
        subject=subject,
        organization_id=organization_id,
        details={**details, "address": g.get("address", "")},
        now=now(),
    )

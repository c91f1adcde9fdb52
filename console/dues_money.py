"""What the pages about money share: whose they are, one act once, months and amounts in forms, who somebody is."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta

from flask import abort, flash, redirect, request
from flask.typing import ResponseReturnValue

from app.core.clock import from_local
from app.core.db import Session, in_turn
from app.core.errors import DomainError
from app.dues import months
from app.dues.books import listing as books
from app.organizations import queries as organizations
from app.organizations.models import Organization
from app.organizations.scope import Scope
from app.staff import queries as staffs
from app.staff.deciding import Decision
from app.staff.permissions import Permission
from console import convening, fields, once
from console.edge import acting, keep_trail, now, scope, services
from console.refusals import sentence

REASON_LENGTH = 200
NOTE_LENGTH = 200
NUMBER_LENGTH = 60
NAME_LENGTH = 50
YES = "yes"


def homes(session: Session, permission: Permission) -> list[Organization]:
    """Whose people the acting account reads by name: those it sits on itself, a branch with its groups."""
    return convening.seats(session, permission)


def rosters(session: Session, permission: Permission) -> list[Organization]:
    """Of those, the branches and their groups: nobody's dues are collected anywhere else."""
    return [one for one in homes(session, permission) if one.kind in convening.WITH_ROSTER]


def home(session: Session, permission: Permission) -> tuple[list[Organization], list[Organization]]:
    """(all of them, those asked for). 404 for somebody else's."""
    found = rosters(session, permission)
    asked = fields.number("organization")
    if asked is None:
        return found, found
    own = next((one for one in found if one.id == asked), None) or abort(404)
    return found, [one for one in found if own.id in (one.id, one.parent_id)]


def ids(found: Sequence[Organization]) -> list[int]:
    return [one.id for one in found]


def of_scope(session: Session, asked: int | None) -> Organization:
    """The organisation asked for, if the view may work on it; else 404."""
    found = organizations.by_id(session, asked or 0)
    return found if found and scope().covers(found.path) else abort(404)


def keepers(session: Session) -> Sequence[Organization]:
    """Organisations of the view's subtrees that keep books."""
    return books.keepers(session, scope())


def keeper(session: Session) -> tuple[Sequence[Organization], Organization | None]:
    """(all, the one asked for or the first). 404 for one that keeps no books within the scope."""
    found = keepers(session)
    asked = fields.number("committee")
    if asked is None:
        return found, found[0] if found else None
    return found, next((one for one in found if one.id == asked), None) or abort(404)


def kept_by(session: Session) -> Organization:
    """The committee that a form names; 404 where it keeps no books, or is not of the scope."""
    return keeper(session)[1] or abort(404)


def subtree(organization: Organization) -> Scope:
    return organizations.subtree(organization)


def month(name: str = "month", otherwise: int | None = None) -> int:
    """Of the form or the address; else this month, or `otherwise`."""
    return months.read(request.values.get(name, "")) or otherwise or months.current(now())


def field_of(value: int) -> str:
    """2026-03, as a browser's month field has it."""
    return f"{value // 100}-{value % 100:02d}"


def moments(first: int, last: int | None = None) -> tuple[datetime, datetime]:
    """From the first moment of a month in China until after the end of the last one."""
    return from_local(months.first_day(first)), from_local(months.first_day(months.plus(last or first, 1)))


def after(day: date) -> datetime:
    """The first moment after a day in China."""
    return from_local(day + timedelta(days=1))


def decision() -> Decision:
    """Yes or no of the second person."""
    found = fields.choice("decision", Decision)
    return found if found in (Decision.APPROVED, Decision.REFUSED) else abort(400)


Verb = Callable[[Session], str]
"""Does it and keeps it; what to say afterwards. The wrong subtree is a 404 in it."""
Shown = Callable[[str], str]
"""The page on which a refusal is read, beside what was typed."""


def carry_out(address: str, verb: Verb, shown: Shown | None = None) -> ResponseReturnValue:
    """Once per form."""

    def transact() -> ResponseReturnValue | str:
        with services().sessions.begin() as session:
            if repeat := once.repeated(session):
                return once.answer_repeat(repeat, address)
            said = verb(session)
            once.led_to(session, address)
            return said

    try:
        done = in_turn(transact)
    except DomainError as refusal:
        if shown is not None:
            return shown(sentence(refusal)), 409
        flash(sentence(refusal), "warn")
    else:
        if not isinstance(done, str):
            return done
        flash(done, "ok")
    return redirect(address)


def keep(
    session: Session,
    action: str,
    subject: str,
    about: int,
    organization_id: int | None,
    **details: object,
) -> None:
    """Numbers and months, never an amount beside a name."""
    keep_trail(
        session, f"dues.{action}", subject=f"{subject}:{about}", organization_id=organization_id, **details
    )


def called(session: Session) -> Callable[[str | None], str]:
    """The display name of an account, asked for once each."""
    known: dict[str, str] = {}

    def name(username: str | None) -> str:
        if not username:
            return ""
        if username not in known:
            known[username] = staffs.display_name(session, username)
        return known[username]

    return name


def sits(permission: Permission, organization: Organization | None) -> bool:
    return organization is not None and acting().sits_on(permission, organization.path)


def covers(permission: Permission, organization: Organization | None) -> bool:
    return organization is not None and acting().scope(permission).covers(organization.path)


Faults = Mapping[str, str]
"""What is wrong, by field of the form."""

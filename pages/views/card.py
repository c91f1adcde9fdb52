"""The card of one's own from the printed sheet: its person opens it, or whoever keeps that meeting's list."""

from flask import render_template, request
from flask.typing import ResponseReturnValue

from app.access import follower
from app.core.db import Session, driver_of, in_turn
from app.meetings import cards
from app.meetings import check_in as door
from app.meetings.cards import Holder
from app.meetings.check_in import UNKNOWN, CheckInResult
from app.meetings.models import Way
from app.meetings.rules import CheckInOutcome
from app.meetings.tickets import Card
from app.organizations import queries as organizations
from app.organizations.models import OrganizationKind
from app.staff import audit, scopes
from app.staff.permissions import Permission
from app.staff.scopes import Actor
from pages.blueprint import pages
from pages.edge import now, services, visitor
from pages.views.check_in import counted, told


@pages.get("/card/<token>")
@follower("shows whose card it is to nobody but the recorder of that meeting")
def card(token: str) -> ResponseReturnValue:
    found = services().tickets.read_card(token)
    if found is None:
        return told(UNKNOWN)
    with services().sessions.read() as session:
        holder = cards.holder(session, found)
        may_record = holder is not None and _recorder(session, found, holder) is not None
    return render_template("pages/card.html", card=token, holder=holder if may_record else None)


@pages.post("/card/<token>")
@follower("signs in the chat's own member; another one only for the recorder of that meeting")
def use_card(token: str) -> ResponseReturnValue:
    found, who = services().tickets.read_card(token), visitor()
    if found is None:
        return told(UNKNOWN)
    if (recorded := _by_recorder(found)) is not None:
        result, name = recorded
        return told(result, person=name)
    if who.member_id is None:
        return told(
            counted(lambda driver: door.keep_card(driver, card=found, identity_id=who.identity_id, now=now()))
        )
    member_id = who.member_id
    result = counted(lambda driver: door.by_card(driver, card=found, member_id=member_id, now=now()))
    return told(result, Way.CARD)


def _by_recorder(found: Card) -> tuple[CheckInResult, str] | None:
    """What came of it, and whose card it is; None for one's own, and for who does not keep the meeting's list."""

    def carried_out() -> tuple[CheckInResult, str] | None:
        with services().sessions.begin() as session:
            holder = cards.holder(session, found)
            actor = _recorder(session, found, holder) if holder else None
            if holder is None or actor is None:
                return None
            return _record(session, found, holder, actor), holder.name

    return in_turn(carried_out)


def _record(session: Session, found: Card, holder: Holder, actor: Actor) -> CheckInResult:
    meeting = holder.meeting
    result = door.by_recorder(driver_of(session), meeting_id=meeting.id, member_id=found.member_id, now=now())
    if result.outcome is CheckInOutcome.CHECKED_IN:
        audit.record(
            session,
            actor=actor.username,
            action="meeting.signed_in_by_recorder",
            subject=f"meeting:{meeting.id}",
            organization_id=meeting.organization_id,
            details={"member": found.member_id, "address": request.remote_addr or ""},
            now=now(),
        )
    return result


def _recorder(session: Session, found: Card, holder: Holder) -> Actor | None:
    """An account of the signed-in member that sits on the very branch that meets (facts/domain §7.3 FR15)."""
    own = visitor().member_id
    organization = organizations.by_id(session, holder.meeting.organization_id)
    if own is None or own == found.member_id or organization is None:
        return None
    above = list(organizations.ancestors(session, organization))[-1:]
    home = above if organization.kind is OrganizationKind.GROUP else []
    paths = [one.path for one in (organization, *home)]
    manage = Permission.MEETINGS_MANAGE
    return next(
        (
            one
            for one in scopes.actors_of_member(session, own)
            if any(one.sits_on(manage, path) for path in paths)
        ),
        None,
    )

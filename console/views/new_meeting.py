"""A new meeting, and one that was held before and is entered late (补录)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.access import staff
from app.core.clock import local_day
from app.core.db import Session
from app.core.errors import DomainError
from app.meetings import kinds, listing, service, telling
from app.meetings.duties import rules as duties
from app.meetings.duties.models import Duty
from app.meetings.models import Meeting, MeetingKind
from app.members import queries as members
from app.organizations import queries as organizations
from app.organizations.models import Organization, OrganizationKind
from app.staff.permissions import Permission
from console import fields, once
from console.blueprint import console
from console.convening import WITH_ROSTER, below, chosen, keep, neighbours, seats
from console.edge import acting, keep_trail, now, scope, scope_of, services
from console.meeting_form import NAME_LENGTH, Typed, as_day
from console.refusals import sentence

FOUND = 12


@dataclass(frozen=True)
class People:
    """Whom the form offers to tick. `whole`: the roster; otherwise those chosen, and those found by name."""

    whole: bool = False
    rows: Sequence[Any] = ()
    found: Sequence[Any] = ()
    more: int = 0
    text: str = ""


@console.get("/meetings/new")
@staff(Permission.MEETINGS_MANAGE)
def new_meeting() -> ResponseReturnValue:
    return _blank(late=False)


@console.get("/meetings/late")
@staff(Permission.MEETINGS_MANAGE)
def late_meeting() -> ResponseReturnValue:
    return _blank(late=True)


def _blank(*, late: bool) -> str:
    with services().sessions.read() as session:
        own = [one.id for one in seats(session, Permission.MEETINGS_MANAGE)]
        organization = fields.number("organization") or (own[0] if own else None)
        kind = fields.choice("kind", MeetingKind) or MeetingKind.MEMBER_MEETING
        on = as_day(request.args.get("day", "")) or local_day(now())
        typed = Typed.blank(kind, organization, on)
        return _form(session, _offered(session, typed), late=late)


def _offered(session: Session, typed: Typed) -> Typed:
    """The people of the last meeting of that kind are ticked already."""
    if typed.people or typed.organization is None or typed.kind is None:
        return typed
    if kinds.template(typed.kind).everybody:
        return typed
    return replace(
        typed,
        people=tuple(listing.last_expected(session, chosen(session, typed.organization).id, typed.kind)),
    )


def _form(
    session: Session,
    typed: Typed,
    *,
    late: bool,
    faults: Mapping[str, str] | None = None,
    refusal: str = "",
) -> str:
    found = organizations.by_id(session, typed.organization or 0)
    organization = found if found and scope().covers(found.path) else None
    template = kinds.template(typed.kind or MeetingKind.OTHER)
    return render_template(
        "console/new_meeting.html",
        late=late,
        choices=organizations.tree(session, scope()),
        counts=members.counts_by_organization(session, scope()),
        kinds=MeetingKind,
        template=template,
        clause=_clause(template.duty, organization),
        organization=organization,
        people=_people(session, organization, typed, late=late),
        chooses=typed.kind not in service.EVERYBODYS,
        partners=neighbours(session, organization) if organization else (),
        today=local_day(now()),
        typed=typed,
        faults=faults or {},
        refusal=refusal,
    )


def _clause(duty: Duty | None, organization: Organization | None) -> str:
    """The rule that asks for such a meeting, as it stands today."""
    kind = organization.kind if organization else OrganizationKind.BRANCH
    if duty is None:
        return ""
    row = (
        duties.term_rule(kind, on=local_day(now()))
        if duty is Duty.RENEWAL
        else duties.in_force(duty, kind, on=local_day(now()))
    )
    return row.clause if row else ""


def _people(session: Session, organization: Organization | None, typed: Typed, *, late: bool) -> People:
    if organization is None:
        return People()
    if organization.kind in WITH_ROSTER:
        ticked = {*typed.people, *typed.present}
        roster = _rosters(session, organization, typed.partners)
        return People(whole=True, rows=sorted(roster, key=lambda one: one.id not in ticked))
    ids = {*typed.people, *(typed.present if late else ())}
    rows = members.named(session, below(organization), ids)
    text = fields.line("who", most=NAME_LENGTH)
    if not text:
        return People(rows=rows)
    page = members.search(session, below(organization), vault=services().vault, text=text, per_page=FOUND)
    found = [one for one in page.rows if one.id not in ids]
    return People(rows=rows, found=found, more=max(page.total - FOUND, 0), text=text)


def _rosters(session: Session, organization: Organization, partners: Sequence[int]) -> list[Any]:
    """A partner's people by name only for whoever sees their roster anyway."""
    seen = scope_of(Permission.MEMBERS_VIEW)
    invited = [one for one in neighbours(session, organization) if one.id in partners]
    together = [organization.id, *(one.id for one in invited if seen.covers(one.path))]
    return [one for each in together for one in members.roster_of(session, each)]


@console.post("/meetings/new")
@staff(Permission.MEETINGS_MANAGE)
def announce_meeting() -> ResponseReturnValue:
    return _received(_announce, late=False)


@console.post("/meetings/late")
@staff(Permission.MEETINGS_MANAGE)
def enter_late_meeting() -> ResponseReturnValue:
    return _received(_enter_late, late=True)


Verb = Callable[[Session, Typed, Organization, Mapping[str, Any]], Meeting]


def _received(verb: Verb, *, late: bool) -> ResponseReturnValue:
    """A step inside the form asks for another template, or for people by name: then nothing is saved."""
    typed = Typed.sent()
    if request.form.get("step") or request.form.get("who"):
        with services().sessions.read() as session:
            return _form(session, _offered(session, typed.with_template()), late=late)
    faults = typed.faults() | ({"reason": "请写明补录的原因。"} if late and not typed.reason else {})
    try:
        return _refused(typed, late=late, faults=faults) if faults else _save(typed, verb)
    except DomainError as refusal:
        return _refused(typed, late=late, refusal=sentence(refusal))


def _refused(typed: Typed, **more: Any) -> ResponseReturnValue:
    with services().sessions.read() as session:
        return _form(session, typed, **more), 422


def _save(typed: Typed, verb: Verb) -> ResponseReturnValue:
    with services().sessions.begin() as session:
        organization = chosen(session, typed.organization)
        if repeat := once.repeated(session):
            return once.answer_repeat(repeat, url_for("console.meetings"))
        made = verb(session, typed, organization, _particulars(session, typed, organization))
        address = url_for("console.meeting", meeting_id=made.id)
        once.led_to(session, address)
        told = telling.tell(session, meeting=made, change=telling.Change.ANNOUNCED, now=now())
        _keep(session, made, typed)
    flash(said(made, told), "ok")
    return redirect(address)


def said(made: Meeting, told: int) -> str:
    if made.late_reason is not None:
        return "已补录。会议会标明“补录”，没勾上的人记为没有到会。"
    return f"会议已建好，应到人员按现在的名册列出；将通知 {told} 人。"


def _particulars(session: Session, typed: Typed, organization: Organization) -> Mapping[str, Any]:
    allowed = {one.id: one for one in neighbours(session, organization)}
    if not set(typed.partners) <= set(allowed):
        abort(404)
    chooses = typed.kind not in service.EVERYBODYS
    return {
        "partners": [allowed[one] for one in typed.partners],
        "only": list(typed.people) if typed.people and chooses else None,
        "chair": typed.chair,
        "recorder": typed.recorder,
        "agenda": typed.agenda.strip(),
    }


def _announce(session: Session, typed: Typed, organization: Organization, more: Mapping[str, Any]) -> Meeting:
    return service.announce(session, **_plainly(typed, organization), **more)


def _enter_late(
    session: Session, typed: Typed, organization: Organization, more: Mapping[str, Any]
) -> Meeting:
    return service.enter_late(
        session, **_plainly(typed, organization), **more, reason=typed.reason, present=typed.present
    )


def _plainly(typed: Typed, organization: Organization) -> dict[str, Any]:
    return {
        "organization": organization,
        "kind": typed.kind or MeetingKind.OTHER,
        "title": typed.title,
        "place": typed.place,
        "starts_at": typed.starts_at or now(),
        "ends_at": typed.ends_at or now(),
        "by": acting().display_name,
        "now": now(),
    }


def _keep(session: Session, made: Meeting, typed: Typed) -> None:
    """A partner finds in its own trail that its people were called to somebody else's meeting."""
    for partner in typed.partners:
        keep_trail(session, "meeting.joined", subject=f"meeting:{made.id}", organization_id=partner)
    if made.late_reason is not None:
        keep(session, "entered_late", made, reason=made.late_reason)
    else:
        keep(session, "announced", made)

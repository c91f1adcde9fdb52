"""Announcements: the list, and writing one."""

from collections.abc import Mapping
from dataclasses import replace

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.access import staff
from app.core import rich_text, wording
from app.core.clock import local_day
from app.core.db import Session
from app.core.errors import DomainError
from app.members.models import PARTY_MEMBERS
from app.notices.announcements import attachments, queries, reminders, service
from app.notices.announcements.audience import Audience, Target
from app.notices.announcements.models import Announcement
from app.notices.announcements.states import AnnouncementState
from app.organizations import queries as organizations
from app.organizations.models import Organization
from app.staff.permissions import Permission
from console import fields, markup, once
from console.announcing import CHANGEABLE, URGENCIES, Shown, keep, wanted
from console.blueprint import console
from console.edge import acting, now, scope, services
from console.paging import PER_PAGE, Page, offset, wanted_page
from console.refusals import sentence
from console.typed import BODY_LENGTH, TITLE_LENGTH, Typed


@console.get("/announcements", endpoint="announcements")
@staff(Permission.NOTICES_VIEW)
def list_announcements() -> ResponseReturnValue:
    if request.args.get("from") == "above":
        return _from_above()
    state, text = fields.choice("state", AnnouncementState), fields.line("q", most=TITLE_LENGTH)
    with services().sessions.read() as session:
        rows = queries.listing(
            session, scope(), state=state, text=text, offset=offset(wanted_page()), limit=PER_PAGE
        )
        total = queries.count(session, scope(), state=state, text=text)
        to_tell = reminders.follow_up_count(session, scope(), now=now())
    return render_template(
        "console/announcements.html",
        rows=rows,
        page=Page(wanted_page(), total),
        states=AnnouncementState,
        state=state,
        filters=request.args,
        to_tell=to_tell,
    )


def _from_above() -> str:
    """What the organisations above have sent to the reader's people."""
    with services().sessions.read() as session:
        rows = queries.received(session, scope(), offset=offset(wanted_page()), limit=PER_PAGE)
        total = queries.received_count(session, scope())
    return render_template(
        "console/announcements.html",
        rows=rows,
        page=Page(wanted_page(), total),
        states=AnnouncementState,
        state=None,
        above=True,
        filters={},
        to_tell=0,
    )


@console.get("/announcements/new")
@staff(Permission.NOTICES_WRITE)
def new_announcement() -> ResponseReturnValue:
    with services().sessions.read() as session:
        own = [node.organization.id for node in organizations.tree(session, scope())]
        return _form(session, Typed(organization=own[0] if len(own) == 1 else None))


def _form(
    session: Session,
    typed: Typed,
    *,
    kept: Announcement | None = None,
    faults: Mapping[str, str] | None = None,
    refusal: str = "",
) -> str:
    return render_template(
        "console/announcement_form.html",
        announcement=kept,
        typed=typed,
        choices=organizations.tree(session, scope()),
        urgencies=URGENCIES,
        limit=BODY_LENGTH,
        shown=_as_on_a_phone(session, typed, kept),
        marks=_marks(typed),
        faults=faults or {},
        refusal=refusal,
    )


def _as_on_a_phone(session: Session, typed: Typed, kept: Announcement | None = None) -> Shown:
    organization = organizations.by_id(session, typed.organization or 0)
    seen = organization is not None and scope().covers(organization.path)
    return Shown(
        title=typed.title,
        organization=organization.name if organization and seen else "",
        body=rich_text.clean(markup.to_html(typed.body)),
        attachments=attachments.of(session, kept.id) if kept else (),
    )


def _marks(typed: Typed) -> tuple[str, ...]:
    """The marks of secrecy that would be refused, while there is still time to take them out."""
    return wording.marked(f"{typed.title}\n{typed.body}")


@console.post("/announcements/preview")
@staff(Permission.NOTICES_WRITE)
def preview_announcement() -> ResponseReturnValue:
    """The phone beside the text field, while somebody types."""
    typed = Typed.sent()
    with services().sessions.read() as session:
        kept = queries.by_id(session, scope(), fields.number("announcement") or 0)
        typed = replace(typed, organization=kept.organization_id) if kept else typed
        seen = _as_on_a_phone(session, typed, kept)
    return render_template("console/announcement_preview.html", shown=seen, marks=_marks(typed))


@console.post("/announcements/new")
@staff(Permission.NOTICES_WRITE)
def write_announcement() -> ResponseReturnValue:
    typed = Typed.sent()
    faults = typed.faults(new=True, today=local_day(now()))
    try:
        if not faults:
            return _draft(typed)
        refusal = ""
    except DomainError as refused:
        refusal = sentence(refused)
    with services().sessions.read() as session:
        return _form(session, typed, faults=faults, refusal=refusal), 422


def _draft(typed: Typed) -> ResponseReturnValue:
    """For all of the own organisation at first: the next page narrows it."""
    with services().sessions.begin() as session:
        organization = _own(session, typed.organization)
        if repeat := once.repeated(session):
            return once.answer_repeat(repeat, url_for("console.announcements"))
        everybody = Audience(targets=(Target(organization.id),), kinds=frozenset(PARTY_MEMBERS))
        made = service.draft(
            session,
            organization=organization,
            content=typed.content(everybody),
            author=acting().username,
            author_name=acting().display_name,
            now=now(),
        )
        address = url_for("console.announcement_audience", announcement_id=made.id)
        once.led_to(session, address)
        keep(session, "drafted", made)
    return redirect(address)


def _own(session: Session, organization_id: int | None) -> Organization:
    found = organizations.by_id(session, organization_id or 0)
    if found is None or not scope().covers(found.path):
        abort(404)
    return found


@console.get("/announcements/<int:announcement_id>/edit")
@staff(Permission.NOTICES_WRITE)
def edit_announcement(announcement_id: int) -> ResponseReturnValue:
    with services().sessions.read() as session:
        found = wanted(session, announcement_id)
        if found.state not in CHANGEABLE:
            flash("这条通知已经开始发送，不能再修改；写错了请撤回，另写一条。", "warn")
            return redirect(url_for("console.announcement", announcement_id=announcement_id))
        return _form(session, Typed.of(found), kept=found)


@console.post("/announcements/<int:announcement_id>/edit")
@staff(Permission.NOTICES_WRITE)
def revise_announcement(announcement_id: int) -> ResponseReturnValue:
    typed = Typed.sent()
    faults = typed.faults(new=False, today=local_day(now()))
    try:
        if not faults:
            return _revise(announcement_id, typed)
        refusal = ""
    except DomainError as refused:
        refusal = sentence(refused)
    with services().sessions.read() as session:
        kept = wanted(session, announcement_id)
        typed = replace(typed, organization=kept.organization_id)
        return _form(session, typed, kept=kept, faults=faults, refusal=refusal), 422


def _revise(announcement_id: int, typed: Typed) -> ResponseReturnValue:
    address = url_for("console.announcement", announcement_id=announcement_id)
    with services().sessions.begin() as session:
        found = wanted(session, announcement_id)
        if repeat := once.repeated(session):
            return once.answer_repeat(repeat, address)
        service.revise(
            session,
            announcement=found,
            revision=typed.revision,
            content=typed.content(Audience.from_json(found.audience)),
            author=acting().username,
            author_name=acting().display_name,
        )
        once.led_to(session, address)
        keep(session, "revised", found)
    flash("已保存。", "ok")
    return redirect(address)

"""自有模板: an organisation's own Word forms, for itself and everybody below."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.access import staff
from app.core.db import Session
from app.core.errors import DomainError
from app.meetings.records import own_forms
from app.meetings.records.models import Form, PaperKind
from app.organizations import queries as organizations
from app.organizations.models import Organization
from app.papers import blank, forms, specimen, word
from app.papers.paper import MEDIA, Format, file_name
from app.staff.permissions import Permission
from console import exports, fields, once
from console.blueprint import console
from console.convening import chosen, seats
from console.edge import acting, keep_trail, now, scope, services
from console.labels import label
from console.refusals import sentence

NAME_LENGTH = 120
LARGEST = forms.LARGEST


@console.get("/meetings/forms", endpoint="forms")
@staff(Permission.MEETINGS_MANAGE)
def list_forms() -> ResponseReturnValue:
    with services().sessions.read() as session:
        asked = fields.number("organization")
        return _page(session, chosen(session, asked) if asked else _first(session))


def _first(session: Session) -> Organization | None:
    own = seats(session, Permission.MEETINGS_MANAGE)
    return next(iter(own or organizations.in_scope(session, scope())), None)


def _page(
    session: Session, organization: Organization | None, *, fault: str = "", at: PaperKind | None = None
) -> str:
    """`fault`: why a form for the paper `at` was not taken."""
    used = {kind: _used(session, organization, kind) for kind in PaperKind}
    return render_template(
        "console/forms.html",
        organization=organization,
        choices=organizations.tree(session, scope()),
        used=used,
        words={kind: specimen.listed(kind) for kind in PaperKind},
        largest=LARGEST,
        fault=fault,
        at=at,
    )


def _used(session: Session, organization: Organization | None, kind: PaperKind) -> tuple[Form, str] | None:
    """The form in use and whose it is."""
    found = own_forms.used_by(session, organization, kind) if organization else None
    owner = organizations.by_id(session, found.organization_id) if found else None
    return (found, owner.short_name) if found and owner else None


def _kind() -> PaperKind:
    return fields.choice("kind", PaperKind) or abort(404)


@console.get("/meetings/forms/blank")
@staff(Permission.MEETINGS_MANAGE)
def blank_form() -> ResponseReturnValue:
    """Ours, to begin one's own from."""
    kind = _kind()
    return exports.download(blank.form(kind), MEDIA[Format.WORD], f"{label(kind)}模板.docx")


@console.get("/meetings/forms/own")
@staff(Permission.MEETINGS_MANAGE)
def own_form() -> ResponseReturnValue:
    """As it was uploaded, or filled in with invented words."""
    kind = _kind()
    with services().sessions.read() as session:
        organization = chosen(session, fields.number("organization"))
        found = own_forms.used_by(session, organization, kind)
        content = own_forms.content_of(session, found) if found else blank.form(kind)
    if fields.line("filled", most=3):
        content = word.printed_strictly(content, specimen.PAPERS[kind])
    return exports.download(
        content, MEDIA[Format.WORD], found.filename if found else f"{label(kind)}模板.docx"
    )


@console.post("/meetings/forms")
@staff(Permission.MEETINGS_MANAGE)
def keep_form() -> ResponseReturnValue:
    kind, sent = _kind(), request.files.get("file")
    content = sent.stream.read(LARGEST + 1) if sent else b""
    try:
        if not content:
            raise forms.FormKind
        forms.check(content, kind)
        return _keep(kind, (sent.filename if sent else "") or "", content)
    except DomainError as refusal:
        with services().sessions.read() as session:
            organization = chosen(session, fields.number("organization"))
            return _page(session, organization, fault=sentence(refusal), at=kind), 422


def _keep(kind: PaperKind, filename: str, content: bytes) -> ResponseReturnValue:
    with services().sessions.begin() as session:
        organization = chosen(session, fields.number("organization"))
        address = url_for("console.forms", organization=organization.id)
        if repeat := once.repeated(session):
            return once.answer_repeat(repeat, address)
        kept = own_forms.keep(
            session,
            organization=organization,
            kind=kind,
            filename=file_name(filename.removesuffix(".docx"), "docx"),
            content=content,
            by=acting().display_name,
            now=now(),
        )
        once.led_to(session, address)
        _trail(session, "kept", organization, kind, file=kept.filename)
    flash(f"“{label(kind)}”以后用这份模板打印。", "ok")
    return redirect(address)


def _trail(
    session: Session, action: str, organization: Organization, kind: PaperKind, **details: object
) -> None:
    subject = f"organization:{organization.id}"
    keep_trail(
        session,
        f"form.{action}",
        subject=subject,
        organization_id=organization.id,
        paper=kind.value,
        **details,
    )


@console.post("/meetings/forms/remove")
@staff(Permission.MEETINGS_MANAGE)
def remove_form() -> ResponseReturnValue:
    kind = _kind()
    with services().sessions.begin() as session:
        organization = chosen(session, fields.number("organization"))
        gone = own_forms.remove(session, organization=organization, kind=kind)
        if gone:
            _trail(session, "removed", organization, kind)
    flash(
        f"已删除自有模板，“{label(kind)}”恢复用原来的模板。" if gone else "这份模板已经删除。",
        "ok" if gone else "info",
    )
    return redirect(url_for("console.forms", organization=organization.id))

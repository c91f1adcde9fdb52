"""Files of an announcement: put beside it, taken away, looked at."""

from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from app.access import staff
from app.core import uploads
from app.core.errors import DomainError
from app.notices.announcements import attachments
from app.staff.permissions import Permission
from console import exports, fields, once
from console.announcing import keep, wanted
from console.blueprint import console
from console.edge import acting, scope, services
from console.refusals import sentence
from console.views.announcement import page


@console.get("/announcements/<int:announcement_id>/attachments/<int:attachment_id>")
@staff(Permission.NOTICES_VIEW)
def attachment(announcement_id: int, attachment_id: int) -> ResponseReturnValue:
    """Always as a download: nothing that was uploaded is shown as a page of ours."""
    with services().sessions.read() as session:
        asked = scope(), announcement_id, attachment_id
        found = attachments.by_id(session, *asked) or attachments.from_above(session, *asked) or abort(404)
        return exports.download(found.content, found.media_type, found.name)


@console.post("/announcements/<int:announcement_id>/attachments")
@staff(Permission.NOTICES_WRITE)
def attach(announcement_id: int) -> ResponseReturnValue:
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        return _page(announcement_id, "请先选择一个文件。"), 422
    content = sent.stream.read(uploads.LIMIT + 1)
    try:
        return _attach(announcement_id, sent.filename, content)
    except DomainError as refusal:
        return _page(announcement_id, f"“{sent.filename[:60]}”没有上传：{sentence(refusal)}"), 422


def _page(announcement_id: int, fault: str) -> str:
    with services().sessions.read() as session:
        return page(session, wanted(session, announcement_id), fault=fault)


def _attach(announcement_id: int, name: str, content: bytes) -> ResponseReturnValue:
    address = url_for("console.announcement", announcement_id=announcement_id)
    with services().sessions.begin() as session:
        found = wanted(session, announcement_id)
        if repeat := once.repeated(session):
            return once.answer_repeat(repeat, address)
        made = attachments.add(
            session,
            announcement=found,
            revision=fields.number("revision") or 0,
            name=name,
            content=content,
            author=acting().username,
            author_name=acting().display_name,
        )
        once.led_to(session, address)
        keep(session, "attached", found, file=made.name)
    flash(f"已添加附件“{made.name}”。", "ok")
    return redirect(address)


@console.post("/announcements/<int:announcement_id>/attachments/<int:attachment_id>/remove")
@staff(Permission.NOTICES_WRITE)
def detach(announcement_id: int, attachment_id: int) -> ResponseReturnValue:
    address = url_for("console.announcement", announcement_id=announcement_id)
    try:
        with services().sessions.begin() as session:
            found = wanted(session, announcement_id)
            gone = attachments.by_id(session, scope(), announcement_id, attachment_id)
            if gone is None:
                return redirect(address)  # taken away by the first of two taps
            name = gone.name
            attachments.remove(
                session,
                announcement=found,
                revision=fields.number("revision") or 0,
                attachment_id=attachment_id,
                author=acting().username,
                author_name=acting().display_name,
            )
            keep(session, "detached", found, file=name)
    except DomainError as refusal:
        return _page(announcement_id, sentence(refusal)), 409
    flash(f"已去掉附件“{name}”。", "ok")
    return redirect(address)

"""会议记录: read it, write it, close it, amend it, compare its versions."""

from collections.abc import Callable
from dataclasses import replace

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.access import staff
from app.core.db import Session, in_turn
from app.core.errors import DomainError
from app.meetings.models import Meeting
from app.meetings.records import facts as taking
from app.meetings.records import queries as records
from app.meetings.records import service
from app.meetings.records.content import Content, from_json, shape_of
from app.meetings.records.models import Record
from app.meetings.records.queries import fingerprint
from app.meetings.records.service import RecordOvertaken
from app.meetings.records.states import RecordState
from app.papers import sheets
from app.staff.permissions import Permission
from console import comparing, fields, once
from console.blueprint import console
from console.convening import keep
from console.edge import acting, now, services
from console.recording import Typed
from console.refusals import sentence
from console.views import meetings as pages

REASON_LENGTH = 200
MORE = {"more_items": (True, False), "more_tasks": (False, True)}
Verb = Callable[[Session, Meeting], str]
"""Does it and keeps it; what to say afterwards."""


def may_write(session: Session, found: Meeting) -> bool:
    return pages.keeps_names(session, found, Permission.MEETINGS_MANAGE)


def written_by(session: Session, meeting_id: int) -> Meeting:
    """A meeting of the acting recorder's own branch."""
    found = pages.wanted(session, meeting_id)
    return found if may_write(session, found) else abort(403)


@console.get("/meetings/<int:meeting_id>/record")
@staff(Permission.MEETINGS_VIEW)
def record(meeting_id: int) -> ResponseReturnValue:
    with services().sessions.read() as session:
        return page(session, pages.wanted(session, meeting_id))


def page(session: Session, found: Meeting, *, reason: str = "", fault: str = "") -> str:
    """`reason`: why somebody above the branch reads it; it has been kept."""
    current = records.current(session, found.id)
    standing = records.standing(session, found.id)
    may = pages.rights(session, found)
    readable = bool(reason) or may.names
    return render_template(
        "console/record.html",
        meeting=found,
        current=current,
        standing=standing,
        versions=records.versions(session, found.id),
        words=sheets.record(session, found, draft=may.record, names=may.within is None).words
        if readable
        else None,
        names=may.names,
        compares=may.names and may.within is None,
        readable=readable,
        reason=reason,
        changed=_changed(session, found, standing) if readable else False,
        seen=fingerprint(current),
        may_write=may.record and not found.cancelled_at and not found.merged_into_id,
        begun=found.starts_at <= now(),
        shape=shape_of(found.kind),
        fault=fault,
    )


def _changed(session: Session, found: Meeting, standing: Record | None) -> bool:
    """Whether the list or the head was changed after the record was closed: then it wants an amendment."""
    kept = from_json(standing.content).facts if standing else None
    return kept is not None and kept != taking.take(session, found)


@console.post("/meetings/<int:meeting_id>/record/seen")
@staff(Permission.MEETINGS_VIEW)
def reveal_record(meeting_id: int) -> ResponseReturnValue:
    """For somebody above the branch, with a reason that is kept (facts/domain §7.3, FR15)."""
    why = fields.line("reason", most=REASON_LENGTH)
    with services().sessions.begin() as session:
        found = pages.wanted(session, meeting_id)
        if not why:
            return page(session, found, fault="请写明查看会议记录的原因。"), 422
        keep(session, "record_seen", found, reason=why)
        return page(session, found, reason=why)


@console.get("/meetings/<int:meeting_id>/record/edit")
@staff(Permission.MEETINGS_MANAGE)
def edit_record(meeting_id: int) -> ResponseReturnValue:
    with services().sessions.read() as session:
        found = written_by(session, meeting_id)
        current = records.current(session, found.id)
        if current is not None and current.state is RecordState.CLOSED:
            return redirect(url_for("console.record", meeting_id=meeting_id))
        content = from_json(current.content) if current else Content()
        return _form(found, Typed.of(content, fingerprint(current)).open(items=True, tasks=True))


def _form(found: Meeting, typed: Typed, *, fault: str = "", theirs: Record | None = None) -> str:
    """`theirs`: what somebody else saved while this was being written."""
    return render_template(
        "console/record_form.html",
        meeting=found,
        typed=typed,
        shape=shape_of(found.kind),
        fault=fault or ("还有几项没有填好，已在下面标出。" if typed.faults else ""),
        theirs=theirs,
        their_content=from_json(theirs.content) if theirs else None,
        focus=request.form.get("act", ""),
    )


@console.post("/meetings/<int:meeting_id>/record")
@staff(Permission.MEETINGS_MANAGE)
def save_record(meeting_id: int) -> ResponseReturnValue:
    """Save, or only hand out another empty row."""
    typed = Typed.sent()
    with services().sessions.read() as session:
        found = written_by(session, meeting_id)
    if more := MORE.get(request.form.get("act", "")):
        return _form(found, typed.open(items=more[0], tasks=more[1]))
    typed = typed.checked(found.kind)
    if typed.faults:
        return _form(found, typed), 422
    try:
        return _save(meeting_id, typed)
    except RecordOvertaken as refusal:
        return _overtaken(meeting_id, typed, refusal), 409
    except DomainError as refusal:
        return _form(found, typed, fault=sentence(refusal)), 422


def _save(meeting_id: int, typed: Typed) -> ResponseReturnValue:
    address = url_for("console.record", meeting_id=meeting_id)
    with services().sessions.begin() as session:
        found = written_by(session, meeting_id)
        if repeat := once.repeated(session):
            return once.answer_repeat(repeat, address)
        service.save_draft(
            session,
            meeting=found,
            content=typed.content(),
            by=acting().display_name,
            now=now(),
            seen=typed.seen,
        )
        once.led_to(session, address)
        keep(session, "record_written", found)
    flash("已保存。请看一遍，没有问题就定稿。", "ok")
    return redirect(address)


def _overtaken(meeting_id: int, typed: Typed, refusal: DomainError) -> str:
    """The second of two writers: both texts side by side, and saving again means to replace the other one's."""
    with services().sessions.read() as session:
        found = written_by(session, meeting_id)
        theirs = records.current(session, meeting_id)
    return _form(found, replace(typed, seen=fingerprint(theirs)), fault=sentence(refusal), theirs=theirs)


def _carry_out(meeting_id: int, verb: Verb) -> ResponseReturnValue:
    """A refusal is read on the record's page."""
    address = url_for("console.record", meeting_id=meeting_id)

    def transact() -> ResponseReturnValue:
        with services().sessions.begin() as session:
            found = written_by(session, meeting_id)
            if repeat := once.repeated(session):
                return once.answer_repeat(repeat, address)
            said = verb(session, found)
            once.led_to(session, address)
        flash(said, "ok")
        return redirect(address)

    try:
        return in_turn(transact)
    except DomainError as refusal:
        with services().sessions.read() as session:
            return page(session, written_by(session, meeting_id), fault=sentence(refusal)), 409


@console.post("/meetings/<int:meeting_id>/record/close")
@staff(Permission.MEETINGS_MANAGE)
def close_record(meeting_id: int) -> ResponseReturnValue:
    return _carry_out(meeting_id, _close)


def _close(session: Session, found: Meeting) -> str:
    seen = request.form.get("seen", "")
    closed = service.close(session, meeting=found, by=acting().display_name, now=now(), seen=seen)
    keep(session, "record_closed", found, version=closed.version)
    return f"已定稿，编号 {found.record_year} 年第 {found.record_number} 号。请打印后由主持人和记录人签字。"


@console.post("/meetings/<int:meeting_id>/record/amend")
@staff(Permission.MEETINGS_MANAGE)
def amend_record(meeting_id: int) -> ResponseReturnValue:
    return _carry_out(meeting_id, _amend)


def _amend(session: Session, found: Meeting) -> str:
    why = fields.line("reason", most=REASON_LENGTH)
    draft = service.amend(session, meeting=found, reason=why, by=acting().display_name, now=now())
    keep(session, "record_amended", found, version=draft.version, reason=why)
    return "已建好修订稿，原来的定稿保留不变。请修改后重新定稿。"


@console.post("/meetings/<int:meeting_id>/record/drop")
@staff(Permission.MEETINGS_MANAGE)
def drop_amendment(meeting_id: int) -> ResponseReturnValue:
    return _carry_out(meeting_id, _drop)


def _drop(session: Session, found: Meeting) -> str:
    service.drop_amendment(session, meeting=found, seen=request.form.get("seen", ""))
    keep(session, "amendment_dropped", found)
    return "已放弃修订，原来的定稿不变。"


@console.get("/meetings/<int:meeting_id>/record/versions")
@staff(Permission.MEETINGS_VIEW)
def record_versions(meeting_id: int) -> ResponseReturnValue:
    """Two versions beside each other: the one asked for and the one before it."""
    with services().sessions.read() as session:
        found = pages.wanted(session, meeting_id)
        may = pages.rights(session, found)
        if not may.names or may.within is not None:  # it names people of every branch that took part
            abort(403)
        kept = {one.version: one for one in records.versions(session, meeting_id)}
        newer = kept.get(fields.number("version") or max(kept, default=0)) or abort(404)
        older = kept.get(newer.version - 1) or abort(404)
        return render_template(
            "console/record_versions.html",
            meeting=found,
            newer=newer,
            older=older,
            sides=comparing.side_by_side(from_json(older.content), from_json(newer.content)),
            versions=sorted(kept),
        )

"""What may be done with an announcement: to review, back, off, away."""

from collections.abc import Callable
from datetime import datetime

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from app.access import staff
from app.core.db import Session
from app.core.errors import DomainError
from app.notices.announcements import service
from app.notices.announcements.models import Announcement
from app.staff.permissions import Permission
from console import fields, once
from console.announcing import keep, wanted
from console.blueprint import console
from console.edge import acting, now, services
from console.presentation import when
from console.progressing import expected
from console.refusals import sentence
from console.views.announcement import page

NOTE_LENGTH = 200


class SendAtWrong(DomainError):
    """A later time was asked for, and none was given that can be read."""

    code = "send_at_wrong"


class SendAtUnclear(DomainError):
    """At once was chosen and a time filled in: which of the two is not ours to guess."""

    code = "send_at_unclear"


class SendAtPast(DomainError):
    """A slip in the date is not "at once"."""

    code = "send_at_past"


Verb = Callable[[Session, Announcement], str]
"""Does it and keeps it; what to say afterwards."""


def _carry_out(announcement_id: int, verb: Verb) -> ResponseReturnValue:
    """Once per form; a refusal is shown on the page itself, and nothing has happened."""
    address = url_for("console.announcement", announcement_id=announcement_id)
    try:
        with services().sessions.begin() as session:
            found = wanted(session, announcement_id)
            if repeat := once.repeated(session):
                return once.answer_repeat(repeat, address)
            said = verb(session, found)
            once.led_to(session, address)
    except DomainError as refusal:
        with services().sessions.read() as session:
            return page(session, wanted(session, announcement_id), fault=sentence(refusal)), 409
    flash(said, "ok")
    return redirect(address)


def _send_at() -> datetime | None:
    """None: as soon as may be. A time that cannot be read is not silently "now"."""
    if request.form.get("when") != "later":
        if request.form.get("time"):
            raise SendAtUnclear
        return None
    at = fields.moment("day", "time")
    if at is None:
        raise SendAtWrong
    if at < now():
        raise SendAtPast
    return at


def _goes_out(session: Session, found: Announcement) -> str:
    begins = expected(session, found.urgency, found.send_at)
    return f"预计 {when(begins)} 开始发送。" if begins else "到下一次每周汇总时发出。"


@console.post("/announcements/<int:announcement_id>/submit")
@staff(Permission.NOTICES_WRITE)
def submit_announcement(announcement_id: int) -> ResponseReturnValue:
    def submit(session: Session, found: Announcement) -> str:
        service.submit(session, announcement=found, revision=_revision(), send_at=_send_at(), now=now())
        keep(session, "submitted", found)
        return "已提交审核。审核通过后才会发送。"

    return _carry_out(announcement_id, submit)


def _revision() -> int:
    return fields.number("revision") or 0


@console.post("/announcements/<int:announcement_id>/schedule")
@staff(Permission.NOTICES_WRITE)
def schedule_announcement(announcement_id: int) -> ResponseReturnValue:
    def schedule(session: Session, found: Announcement) -> str:
        service.schedule(
            session,
            announcement=found,
            revision=_revision(),
            send_at=_send_at(),
            by=acting().username,
            now=now(),
        )
        keep(session, "scheduled", found)
        return f"已安排好。{_goes_out(session, found)}"

    return _carry_out(announcement_id, schedule)


@console.post("/announcements/<int:announcement_id>/approve")
@staff(Permission.NOTICES_APPROVE)
def approve_announcement(announcement_id: int) -> ResponseReturnValue:
    def approve(session: Session, found: Announcement) -> str:
        service.approve(session, announcement=found, revision=_revision(), by=acting().username, now=now())
        keep(session, "approved", found)
        return f"审核通过。{_goes_out(session, found)}"

    return _carry_out(announcement_id, approve)


@console.post("/announcements/<int:announcement_id>/send-back")
@staff(Permission.NOTICES_APPROVE)
def send_back_announcement(announcement_id: int) -> ResponseReturnValue:
    def send_back(session: Session, found: Announcement) -> str:
        note = fields.line("note", most=NOTE_LENGTH)
        service.send_back(session, announcement=found, revision=_revision(), by=acting().username, note=note)
        keep(session, "sent_back", found, note=note)
        return "已退回起草人修改。"

    return _carry_out(announcement_id, send_back)


@console.post("/announcements/<int:announcement_id>/withdraw")
@staff(Permission.NOTICES_WRITE)
def withdraw_announcement(announcement_id: int) -> ResponseReturnValue:
    def withdraw(session: Session, found: Announcement) -> str:
        stopped = service.withdraw(session, announcement=found, now=now())
        keep(session, "withdrawn", found, count=stopped)
        return f"已撤回，还没有发出的 {stopped:,} 人不再发送。" if stopped else "已撤回。"

    return _carry_out(announcement_id, withdraw)

"""What may be done with a meeting that was announced: put down better, moved, cancelled, held with another."""

from collections.abc import Callable

from flask import abort, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from app.access import staff
from app.core.db import Session
from app.core.errors import DomainError
from app.meetings import changes, service, telling
from app.meetings import queries as meetings
from app.meetings.models import Meeting
from app.meetings.telling import Change
from app.staff.permissions import Permission
from console import fields, once
from console.blueprint import console
from console.convening import keep
from console.edge import now, scope, services
from console.meeting_form import AGENDA_LENGTH, NAME_LENGTH, PERSON_LENGTH, REASON_LENGTH
from console.presentation import when
from console.refusals import sentence
from console.views.meetings import keeps_names, page, wanted

Verb = Callable[[Session, Meeting], str]
"""Does it and keeps it; what to say afterwards."""
Shown = Callable[[Session, Meeting, str], str]
"""The page on which a refusal is read."""


class TitleMissing(DomainError):
    code = "meeting_title_missing"


class TimeMissing(DomainError):
    code = "meeting_time_missing"


class TargetMissing(DomainError):
    code = "meeting_target_missing"


class CancelReasonMissing(DomainError):
    code = "cancel_reason_missing"


def _on_its_page(session: Session, found: Meeting, fault: str) -> str:
    return page(session, found, fault=fault)


def carry_out(
    meeting_id: int, verb: Verb, *, names: bool = False, back: str = "", shown: Shown = _on_its_page
) -> ResponseReturnValue:
    """Once per form; a refusal is shown on the page, and nothing has happened. `names`: only who keeps the list may."""
    address = back or url_for("console.meeting", meeting_id=meeting_id)
    try:
        with services().sessions.begin() as session:
            found = wanted(session, meeting_id)
            if names and not keeps_names(session, found, Permission.MEETINGS_MANAGE):
                abort(403)
            if repeat := once.repeated(session):
                return once.answer_repeat(repeat, address)
            said = verb(session, found)
            once.led_to(session, address)
    except DomainError as refusal:
        with services().sessions.read() as session:
            return shown(session, wanted(session, meeting_id), sentence(refusal)), 409
    flash(said, "ok")
    return redirect(address)


@console.post("/meetings/<int:meeting_id>/describe")
@staff(Permission.MEETINGS_MANAGE)
def describe_meeting(meeting_id: int) -> ResponseReturnValue:
    """Name, chair, recorder, agenda: nobody has to be told. The place is moved with the time."""

    def describe(session: Session, found: Meeting) -> str:
        title = fields.line("title", most=NAME_LENGTH)
        if not title:
            raise TitleMissing
        service.describe(
            session,
            meeting=found,
            title=title,
            place=found.place,
            chair=fields.line("chair", most=PERSON_LENGTH),
            recorder=fields.line("recorder", most=PERSON_LENGTH),
            agenda=fields.body("agenda", most=AGENDA_LENGTH)[:AGENDA_LENGTH].strip(),
        )
        keep(session, "described", found)
        return "会议信息已保存。"

    return carry_out(meeting_id, describe)


@console.post("/meetings/<int:meeting_id>/move")
@staff(Permission.MEETINGS_MANAGE)
def move_meeting(meeting_id: int) -> ResponseReturnValue:
    def move(session: Session, found: Meeting) -> str:
        starts_at, ends_at = fields.moment("day", "starts"), fields.moment("day", "ends")
        if starts_at is None or ends_at is None:
            raise TimeMissing
        place = fields.line("place", most=NAME_LENGTH)
        before, revision = when(found.starts_at), found.revision
        changes.move(session, meeting=found, starts_at=starts_at, ends_at=ends_at, place=place, now=now())
        if found.revision == revision:
            return "时间和地点没有变，没有通知大家。"
        told = telling.tell(session, meeting=found, change=Change.MOVED, now=now())
        keep(session, "moved", found, was=before)
        return f"已改为 {when(starts_at)}，地点：{place or '未填写'}；将通知 {told} 人，原来的二维码和签到码继续有效。"

    return carry_out(meeting_id, move)


@console.post("/meetings/<int:meeting_id>/cancel")
@staff(Permission.MEETINGS_MANAGE)
def cancel_meeting(meeting_id: int) -> ResponseReturnValue:
    """A second tap changes nothing, and says the same."""

    def cancel(session: Session, found: Meeting) -> str:
        why = fields.line("reason", most=REASON_LENGTH)
        if not why:
            raise CancelReasonMissing
        fresh = found.cancelled_at is None
        changes.cancel(session, meeting=found, reason=why, now=now())
        if fresh:
            told = telling.tell(session, meeting=found, change=Change.CANCELLED, now=now())
            keep(session, "cancelled", found, reason=why)
            return f"会议已取消，不能再签到；将通知 {told} 人。"
        return "会议已取消，不能再签到。"

    return carry_out(meeting_id, cancel)


@console.post("/meetings/<int:meeting_id>/merge")
@staff(Permission.MEETINGS_MANAGE)
def merge_meeting(meeting_id: int) -> ResponseReturnValue:
    """Only into one of the same organisation, which the form lists."""
    into_id = fields.number("into") or 0

    def merge(session: Session, found: Meeting) -> str:
        into = meetings.by_id(session, scope(), into_id)
        if into is None or into.organization_id != found.organization_id:
            raise TargetMissing
        changes.merge(session, meeting=found, into=into, now=now())
        told = telling.tell(session, meeting=found, change=Change.MERGED, now=now())
        keep(session, "merged", found, into=into.id)
        return f"已合并到“{into.title}”。应到、请假和已有的签到都并了过去，每个人只算一次；将通知 {told} 人。"

    return carry_out(meeting_id, merge)

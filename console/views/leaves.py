"""Leave: what waits for a word, the answer, and leave that the recorder enters for somebody."""

from flask import abort, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.access import staff
from app.core.db import Session
from app.meetings import leave, listing, telling
from app.meetings.models import LeaveKind, Meeting
from app.staff.permissions import Permission
from console import fields
from console.blueprint import console
from console.convening import keep, seats
from console.edge import acting, now, services
from console.meeting_form import REASON_LENGTH
from console.views.expected import person_page
from console.views.meeting_acts import carry_out

LONGEST = 100


@console.get("/meetings/leaves")
@staff(Permission.MEETINGS_MANAGE)
def leaves() -> ResponseReturnValue:
    """Of the branches that the acting account sits on: who is away, and why, is their own matter."""
    with services().sessions.read() as session:
        own = [one.id for one in seats(session, Permission.MEETINGS_MANAGE)]
        rows = listing.leaves_asked(session, own, since=now(), limit=LONGEST)
    return render_template("console/leaves.html", rows=rows)


@console.post("/meetings/<int:meeting_id>/leaves/<int:member_id>/answer")
@staff(Permission.MEETINGS_MANAGE)
def answer_leave(meeting_id: int, member_id: int) -> ResponseReturnValue:
    """准假 or 不准; who is not let go reads why."""
    granted = request.form.get("granted") == "yes"

    def answer(session: Session, found: Meeting) -> str:
        asked = leave.of_member(session, meeting_id=found.id, member_id=member_id) or abort(404)
        word = fields.line("answer", most=REASON_LENGTH)
        leave.answer(session, leave=asked, granted=granted, answer=word, by=acting().display_name, now=now())
        told = telling.leave_answered(session, leave=asked, now=now())
        keep(session, "leave_answered", found, member=member_id, granted=granted)
        said = "已准假" if granted else "已回复不准假"
        return f"{said}{'，将在微信里告诉本人。' if told else '，请当面或打电话告诉本人。'}"

    return carry_out(meeting_id, answer, names=True, back=_back())


def _back() -> str:
    """To the list of all that wait, where the answer was given there."""
    return url_for("console.leaves") if request.form.get("from") == "leaves" else ""


@console.post("/meetings/<int:meeting_id>/leaves")
@staff(Permission.MEETINGS_MANAGE)
def enter_leave(meeting_id: int) -> ResponseReturnValue:
    """For somebody who asked by word of mouth; granted with it."""
    member_id = fields.number("member") or 0

    def enter(session: Session, found: Meeting) -> str:
        kind = fields.choice("kind", LeaveKind) or LeaveKind.PERSONAL
        leave.record(
            session,
            meeting=found,
            member_id=member_id,
            kind=kind,
            reason=fields.line("reason", most=REASON_LENGTH),
            by=acting().display_name,
            now=now(),
        )
        keep(session, "leave_entered", found, member=member_id, leave=kind.value)
        return "已记请假。请假的人仍然计入应到。"

    return carry_out(
        meeting_id,
        enter,
        names=True,
        shown=lambda session, found, fault: person_page(session, found, member_id, fault),
    )

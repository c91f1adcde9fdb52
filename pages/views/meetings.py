"""The person's own meetings: what is coming, what was, and leave. Nothing here says who else came (design §2)."""

from collections.abc import Sequence

from flask import abort, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.access import member
from app.core.db import Session, driver_of
from app.meetings import leave, own_states
from app.meetings import queries as meetings
from app.meetings.models import LeaveKind, Standing
from app.meetings.queries import OwnMeeting
from app.meetings.records import content, redaction
from app.meetings.records import queries as records
from app.meetings.rosters import COUNTED
from app.meetings.states import LeaveState
from pages.blueprint import pages
from pages.edge import member_id, now, services
from pages.forms import line
from pages.sign_in import back_to
from pages.views.notices import KEY

COMING = 50
PAST = 30
LONGEST_REASON = 200
AWAY = frozenset({LeaveState.ASKED, LeaveState.GRANTED})


@pages.get("/meetings")
@member("the meetings of the signed-in member")
def own_meetings() -> ResponseReturnValue:
    with services().sessions.read() as session:
        coming = meetings.expected_by(driver_of(session), member_id=member_id(), now=now(), limit=COMING)
        past = meetings.own_past(session, member_id=member_id(), now=now(), limit=PAST)
        return render_template(
            "pages/meetings.html",
            coming=[(row, own_states.coming(row)) for row in coming],
            past=[(row, own_states.past(row)) for row in past],
            most=PAST,
        )


@pages.get(f"/meetings/<{KEY}:meeting_id>")
@member("only a meeting on whose list the signed-in member stands; anything else is 404")
def own_meeting(meeting_id: int) -> ResponseReturnValue:
    with services().sessions.read() as session:
        found = _found(session, meeting_id)
        if found.meeting.id != meeting_id:  # merged: the other one is theirs now
            return back_to(url_for("pages.own_meeting", meeting_id=found.meeting.id))
        return _page(session, found)


@pages.post(f"/meetings/<{KEY}:meeting_id>/leave")
@member("leave of the signed-in member's own; the verb refuses who is not expected")
def ask_leave(meeting_id: int) -> ResponseReturnValue:
    kind, reason = request.form.get("kind", ""), line("reason")
    with services().sessions.begin() as session:
        found = _found(session, meeting_id)
        if faults := _faults(kind, reason):
            return _page(session, found, faults=faults, kind=kind, reason=reason), 400
        leave.ask(
            session,
            meeting_id=found.meeting.id,
            member_id=member_id(),
            kind=LeaveKind(kind),
            reason=reason,
            now=now(),
        )
    return _back(found)


@pages.post(f"/meetings/<{KEY}:meeting_id>/leave/withdraw")
@member("leave of the signed-in member's own")
def withdraw_leave(meeting_id: int) -> ResponseReturnValue:
    with services().sessions.begin() as session:
        found = _found(session, meeting_id)
        leave.withdraw(session, meeting_id=found.meeting.id, member_id=member_id(), now=now())
    return _back(found)


def _found(session: Session, meeting_id: int) -> OwnMeeting:
    found = meetings.own(session, member_id=member_id(), meeting_id=meeting_id)
    if found is None:
        abort(404)
    return found


def _back(found: OwnMeeting) -> ResponseReturnValue:
    return back_to(url_for("pages.own_meeting", meeting_id=found.meeting.id, _anchor="leave"))


def _page(session: Session, found: OwnMeeting, **given: object) -> str:
    meeting, moment = found.meeting, now()
    over = meeting.ends_at < moment
    state = own_states.past(found) if over else own_states.coming(found)
    return render_template(
        "pages/meeting.html",
        own=found,
        meeting=meeting,
        partners=[one.short_name for one in meetings.partners(session, meeting.id)],
        state=state,
        over=over,
        may_ask=_may_ask(found),
        may_withdraw=found.leave_state in AWAY and moment <= meeting.check_in_until,
        kinds=LeaveKind,
        longest=LONGEST_REASON,
        record=_record(session, found),
        **{"faults": {}, "kind": "", "reason": "", **given},
    )


def _may_ask(found: OwnMeeting) -> bool:
    counts = found.standing in COUNTED and found.checked_in_at is None
    stands = found.meeting.cancelled_at is None and now() < found.meeting.starts_at
    return counts and stands and found.leave_state not in AWAY


def _faults(kind: str, reason: str) -> dict[str, str]:
    faults = {}
    if kind not in list(LeaveKind):
        faults["kind"] = "missing"
    if len(reason) > LONGEST_REASON:
        faults["reason"] = "too_long"
    return faults


def _record(session: Session, found: OwnMeeting) -> Sequence[str]:
    """The lines that may be told, once the record is closed; a guest reads them on the notice board."""
    closed = records.standing(session, found.meeting.id)
    if closed is None or found.standing is Standing.INVITED:
        return ()
    said = content.from_json(closed.content)
    if said.facts is None:
        return ()
    hidden = records.names_to_hide(session, found.meeting)
    return redaction.public_text(said, said.facts, hidden).text.splitlines()

"""One person at one meeting: on the list or not, in what standing, and what they caught up on."""

from collections.abc import Sequence
from datetime import date

from flask import abort, render_template
from flask.typing import ResponseReturnValue

from app.access import staff
from app.core.clock import local_day
from app.core.db import Session
from app.core.errors import DomainError
from app.meetings import attempts, expecting, make_up, telling
from app.meetings import queries as meetings
from app.meetings.models import Ground, LeaveKind, Meeting, Standing
from app.members import queries as members
from app.members.queries import Found
from app.organizations import queries as organizations
from app.organizations.models import Organization
from app.organizations.scope import Scope
from app.staff.permissions import Permission
from console import fields
from console.blueprint import console
from console.convening import keep
from console.edge import acting, now, scope_of, services
from console.meeting_form import NAME_LENGTH
from console.views.meeting_acts import Verb, carry_out
from console.views.meetings import keeps_names, wanted

FOUND = 12
MOST = 60
APPROVAL_LENGTH = 60
WAY_LENGTH = 100


class DoneOnMissing(DomainError):
    code = "make_up_day_missing"


@console.get("/meetings/<int:meeting_id>/people/<int:member_id>")
@staff(Permission.MEETINGS_MANAGE)
def expected_person(meeting_id: int, member_id: int) -> ResponseReturnValue:
    with services().sessions.read() as session:
        found = _kept(session, meeting_id)
        return person_page(session, found, member_id)


def _kept(session: Session, meeting_id: int) -> Meeting:
    """A meeting whose list the acting account keeps itself."""
    found = wanted(session, meeting_id)
    if not keeps_names(session, found, Permission.MEETINGS_MANAGE):
        abort(403)
    return found


def person_page(session: Session, found: Meeting, member_id: int, fault: str = "") -> str:
    rows = meetings.attendance(session, found).rows
    row = next((one for one in rows if one.member_id == member_id), None) or abort(404)
    return render_template(
        "console/expected_person.html",
        meeting=found,
        row=row,
        grounds=Ground,
        leave_kinds=LeaveKind,
        Standing=Standing,
        today=local_day(now()),
        over=found.ends_at < now(),
        fault=fault,
    )


@console.get("/meetings/<int:meeting_id>/people")
@staff(Permission.MEETINGS_MANAGE)
def find_for_meeting(meeting_id: int) -> ResponseReturnValue:
    """People of the house by name, to be put on the list: somebody who joined that day, or who sits in."""
    with services().sessions.read() as session:
        return _finder(session, _kept(session, meeting_id))


def _finder(session: Session, found: Meeting, fault: str = "") -> str:
    text = fields.line("q", most=NAME_LENGTH)
    rows = _found(session, found, text) if text else []
    return render_template(
        "console/expected_find.html",
        meeting=found,
        text=text,
        rows=rows[:FOUND],
        listed={row.member_id for row in meetings.attendance(session, found).rows},
        total=len(rows),
        fault=fault,
    )


def _found(session: Session, found: Meeting, text: str) -> list[Found]:
    """Of the own roster by any part of the name; of the neighbours' only by the whole one: nobody browses those."""
    own = scope_of(Permission.MEMBERS_VIEW)
    vault = services().vault
    near = members.search(session, own, vault=vault, text=text, per_page=MOST).rows
    far = members.search(session, _house(session, found), vault=vault, text=text, per_page=MOST).rows
    seen = {one.id for one in near}
    return [*near, *(one for one in far if one.name == text and one.id not in seen)]


def _admissible(session: Session, found: Meeting, member_id: int) -> str:
    """The name of somebody who tried to sign in here, of one's own, or of the house where it was written in full."""
    tried = {row.member_id: row.name for row in meetings.attendance(session, found).refused}
    person = members.by_id(session, _house(session, found), member_id)
    if member_id in tried:
        return str(tried[member_id])
    own = members.by_id(session, scope_of(Permission.MEMBERS_VIEW), member_id)
    named = person is not None and person.name == fields.line("q", most=NAME_LENGTH)
    return person.name if person and (own or named) else abort(404)


def _house(session: Session, found: Meeting) -> Scope:
    """The superior's subtree: a guest or a newcomer may be from a neighbouring branch, not from anywhere."""
    own = organizations.by_id(session, found.organization_id)
    above: Sequence[Organization] = organizations.ancestors(session, own)[-1:] if own else ()
    return Scope.of(one.path for one in (above or ([own] if own else [])))


def _act(meeting_id: int, verb: Verb) -> ResponseReturnValue:
    """Carry it out for the person named in the form, whose own page tells what was refused."""
    return carry_out(
        meeting_id,
        verb,
        names=True,
        shown=lambda session, found, fault: person_page(session, found, fields.number("member") or 0, fault),
    )


@console.post("/meetings/<int:meeting_id>/admit")
@staff(Permission.MEETINGS_MANAGE)
def admit(meeting_id: int) -> ResponseReturnValue:
    """To the list: counted (voting or not), or sitting in. Their earlier attempt counts from its own time."""
    member_id = fields.number("member") or 0
    standing = fields.choice("standing", Standing) or Standing.INVITED

    def put_on(session: Session, found: Meeting) -> str:
        name = _admissible(session, found, member_id)
        expecting.admit(
            session,
            meeting=found,
            member_id=member_id,
            standing=standing,
            by=acting().display_name,
            now=now(),
        )
        telling.tell(session, meeting=found, change=telling.Change.ANNOUNCED, now=now())
        keep(session, "admitted", found, member=member_id, standing=standing.value)
        counted = "列席，不计入应到" if standing is Standing.INVITED else "计入应到"
        return f"{name}已加到名单上（{counted}）。"

    return carry_out(meeting_id, put_on, names=True, shown=_finder)


@console.post("/meetings/<int:meeting_id>/exclude")
@staff(Permission.MEETINGS_MANAGE)
def exclude(meeting_id: int) -> ResponseReturnValue:
    """不计应到: only with a ground and the number of the superior's consent (facts/domain §2.3)."""
    member_id = fields.number("member") or 0

    def leave_out(session: Session, found: Meeting) -> str:
        ground = fields.choice("ground", Ground) or abort(404)
        number = fields.line("approval_no", most=APPROVAL_LENGTH)
        expecting.exclude(session, meeting=found, member_id=member_id, ground=ground, approval_no=number)
        keep(session, "excluded", found, member=member_id, ground=ground.value, approval=number)
        return "已记为不计应到，应到人数随之减少。"

    return _act(meeting_id, leave_out)


@console.post("/meetings/<int:meeting_id>/include")
@staff(Permission.MEETINGS_MANAGE)
def include(meeting_id: int) -> ResponseReturnValue:
    member_id = fields.number("member") or 0

    def take_back(session: Session, found: Meeting) -> str:
        expecting.include(session, meeting=found, member_id=member_id)
        keep(session, "included", found, member=member_id)
        return "已恢复计入应到。"

    return _act(meeting_id, take_back)


@console.post("/meetings/<int:meeting_id>/remove")
@staff(Permission.MEETINGS_MANAGE)
def remove(meeting_id: int) -> ResponseReturnValue:
    member_id = fields.number("member") or 0

    def take_off(session: Session, found: Meeting) -> str:
        expecting.remove(session, meeting=found, member_id=member_id)
        keep(session, "removed", found, member=member_id)
        return "已从名单上去掉。"

    return _act(meeting_id, take_off)


@console.post("/meetings/<int:meeting_id>/make-up")
@staff(Permission.MEETINGS_MANAGE)
def record_make_up(meeting_id: int) -> ResponseReturnValue:
    """补课 is never presence: it is counted apart."""
    member_id = fields.number("member") or 0

    def record(session: Session, found: Meeting) -> str:
        done_on = _done_on()
        way = fields.line("way", most=WAY_LENGTH)
        make_up.record(
            session,
            meeting=found,
            member_id=member_id,
            done_on=done_on,
            way=way,
            by=acting().display_name,
            now=now(),
        )
        keep(session, "made_up", found, member=member_id, day=done_on.isoformat())
        return "已记补课。补课单独统计，不算到会。"

    return _act(meeting_id, record)


def _done_on() -> date:
    done_on = fields.day("done_on")
    if done_on is None:
        raise DoneOnMissing
    return done_on


@console.post("/meetings/<int:meeting_id>/make-up/remove")
@staff(Permission.MEETINGS_MANAGE)
def remove_make_up(meeting_id: int) -> ResponseReturnValue:
    member_id = fields.number("member") or 0

    def take_back(session: Session, found: Meeting) -> str:
        make_up.remove(session, meeting=found, member_id=member_id)
        keep(session, "make_up_removed", found, member=member_id)
        return "已删除补课记录。"

    return _act(meeting_id, take_back)


@console.post("/meetings/<int:meeting_id>/attempts/settle")
@staff(Permission.MEETINGS_MANAGE)
def settle_attempts(meeting_id: int) -> ResponseReturnValue:
    """The recorder has looked at somebody's refused attempts, and leaves it at that."""
    member_id = fields.number("member") or 0

    def settle(session: Session, found: Meeting) -> str:
        if attempts.settle(session, meeting_id=found.id, member_id=member_id, now=now()):
            keep(session, "attempts_settled", found, member=member_id)
        return "已记为看过，不再列出。"

    return carry_out(meeting_id, settle, names=True)

"""Meetings: the list, one meeting with who is expected and who came, and whose names a reader sees."""

from dataclasses import dataclass
from datetime import date

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.access import staff
from app.core.clock import from_local, local_day
from app.core.db import Session, driver_of
from app.meetings import check_in, listing
from app.meetings import queries as meetings
from app.meetings.listing import Filter, Stage
from app.meetings.models import Meeting, MeetingKind
from app.meetings.queries import Attendance
from app.meetings.rules import REFUSALS, CheckInOutcome
from app.meetings.votes import rules as votes
from app.meetings.votes.rules import Quorum
from app.organizations import queries as organizations
from app.organizations.models import OrganizationKind
from app.organizations.scope import Scope
from app.staff.permissions import Permission
from app.study.hours.rules import GIVING
from console import fields
from console.blueprint import console
from console.convening import keep, next_step
from console.edge import acting, declared, now, scope, scope_of, services
from console.labels import reason
from console.paging import PER_PAGE, Page, offset, wanted_page

NAME_LENGTH = 100
FIRST_YEAR = 2021
STAGES = {
    Stage.COMING: "还没开的",
    Stage.PAST: "开过的",
    Stage.LATE_ENTRY: "补录的",
    Stage.CANCELLED: "已取消的",
}
TARGETS = 20


@console.get("/meetings/all", endpoint="all_meetings")
@staff(Permission.MEETINGS_VIEW)
def list_meetings() -> ResponseReturnValue:
    with services().sessions.read() as session:
        choices = organizations.tree(session, scope())
        wanted_ones = _filter(session)
        rows = listing.rows(
            session, scope(), wanted_ones, now=now(), offset=offset(wanted_page()), limit=PER_PAGE
        )
        total = listing.total(session, scope(), wanted_ones, now=now())
    return render_template(
        "console/meetings.html",
        rows=rows,
        page=Page(wanted_page(), total),
        choices=choices,
        kinds=MeetingKind,
        stages=STAGES,
        years=range(local_day(now()).year + 1, FIRST_YEAR - 1, -1),
        wanted=wanted_ones,
        filters=request.args,
    )


def _filter(session: Session) -> Filter:
    organization = organizations.by_id(session, fields.number("organization") or 0)
    year = fields.number("year") or 0
    known = FIRST_YEAR <= year <= local_day(now()).year + 1
    return Filter(
        organization_path=organization.path if organization else "",
        kind=fields.choice("kind", MeetingKind),
        stage=fields.choice("stage", Stage),
        since=from_local(date(year, 1, 1)) if known else None,
        until=from_local(date(year + 1, 1, 1)) if known else None,
        text=fields.line("q", most=NAME_LENGTH),
    )


@console.get("/meetings/<int:meeting_id>")
@staff(Permission.MEETINGS_VIEW)
def meeting(meeting_id: int) -> ResponseReturnValue:
    with services().sessions.read() as session:
        return page(session, wanted(session, meeting_id))


def wanted(session: Session, meeting_id: int) -> Meeting:
    """The meeting, if it is one of the acting account's subtrees; one that they only take part in may be seen."""
    access = declared()
    sees = access is not None and access.permission is Permission.MEETINGS_VIEW
    find = meetings.by_id if sees else meetings.managed
    return find(session, scope(), meeting_id) or abort(404)


def keeps_names(session: Session, about: Meeting, permission: Permission) -> bool:
    """Who came is the branch's own matter; those above it see the counts (facts/domain §7.3).

    A 党小组 has no account of its own: its branch keeps its list.
    """
    organization = organizations.by_id(session, about.organization_id)
    if organization is None:
        return False
    above = list(organizations.ancestors(session, organization))[-1:]
    home = above if organization.kind is OrganizationKind.GROUP else []
    return any(acting().sits_on(permission, one.path) for one in [organization, *home])


@dataclass(frozen=True)
class Rights:
    """What the reader may do with this meeting. `names`: see who came; `record`: change the list.

    `within`: of a joint meeting, the partner's own people alone.
    """

    manage: bool
    record: bool
    names: bool
    within: Scope | None = None


def rights(session: Session, found: Meeting) -> Rights:
    organization = organizations.by_id(session, found.organization_id)
    own = keeps_names(session, found, Permission.MEETINGS_VIEW)
    seated = [
        one.path
        for one in meetings.partners(session, found.id)
        if acting().sits_on(Permission.MEETINGS_VIEW, one.path)
    ]
    return Rights(
        manage=scope_of(Permission.MEETINGS_MANAGE).covers(organization.path if organization else ""),
        record=keeps_names(session, found, Permission.MEETINGS_MANAGE),
        names=own or bool(seated),
        within=Scope.of(seated) if seated and not own else None,
    )


def page(session: Session, found: Meeting, *, revealed: bool = False, fault: str = "") -> str:
    """The whole page, or for htmx the attendance alone."""
    may = rights(session, found)
    attendance = meetings.attendance(session, found, within=None if revealed else may.within)
    part = "HX-Request" in request.headers
    return render_template(
        "console/attendance.html" if part else "console/meeting.html",
        meeting=found,
        organization=organizations.by_id(session, found.organization_id),
        led_to=meetings.by_id(session, scope(), found.merged_into_id) if found.merged_into_id else None,
        targets=listing.may_take_in(session, found, now=now(), limit=TARGETS) if may.manage else (),
        attendance=attendance,
        on=local_day(found.starts_at),
        gate=gate(found, attendance),
        reason=reason,
        next_step=next_step,
        may_manage=may.manage,
        may_record=may.record,
        gives_hours=may.record and found.kind in GIVING and acting().may(Permission.STUDY_HOURS),
        names=revealed or may.names,
        fault=fault,
    )


def gate(found: Meeting, attendance: Attendance) -> Quorum | None:
    """Whether enough of those with a vote are there, for kinds that decide something."""
    tally = attendance.tally
    return votes.gate_for_meeting(
        found.kind,
        voting_expected=tally.voting_expected,
        voting_present=tally.voting_present,
        on=local_day(found.starts_at),
    )


@console.post("/meetings/<int:meeting_id>/names")
@staff(Permission.MEETINGS_VIEW)
def reveal_names(meeting_id: int) -> ResponseReturnValue:
    """For somebody above the branch, with a reason that is kept."""
    why = fields.line("reason", most=NAME_LENGTH)
    with services().sessions.begin() as session:
        found = wanted(session, meeting_id)
        if not why:
            return page(session, found, fault="请写明查看名单的原因。"), 422
        keep(session, "names_seen", found, reason=why)
        return page(session, found, revealed=True)


@console.post("/meetings/<int:meeting_id>/check-in")
@staff(Permission.MEETINGS_MANAGE)
def sign_in_by_recorder(meeting_id: int) -> ResponseReturnValue:
    """补签: the branch's own recorder vouches for somebody who came."""
    with services().sessions.begin() as session:
        found = wanted(session, meeting_id)
        if not keeps_names(session, found, Permission.MEETINGS_MANAGE):
            abort(403)
        member_id = fields.number("member") or 0
        result = check_in.by_recorder(driver_of(session), meeting_id=found.id, member_id=member_id, now=now())
        if result.outcome is CheckInOutcome.CHECKED_IN:
            keep(session, "signed_in_by_recorder", found, member=member_id)
        refused = f"没有补签：{reason(result.outcome)}。" if result.outcome in REFUSALS else ""
        if "HX-Request" in request.headers:
            return page(session, found, fault=refused)
    flash(refused or "已补签。", "warn" if refused else "ok")
    return redirect(url_for("console.meeting", meeting_id=meeting_id))

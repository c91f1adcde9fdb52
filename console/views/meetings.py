"""Meetings: the list, a new one, who is expected and who came."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.access import staff
from app.core.clock import local_day
from app.core.db import Session, driver_of
from app.core.errors import DomainError
from app.meetings import check_in
from app.meetings import queries as meetings
from app.meetings import service as announcing
from app.meetings.models import Meeting, MeetingKind
from app.meetings.rules import REFUSALS, CheckInOutcome
from app.members import queries as members
from app.organizations import queries as organizations
from app.organizations.models import OrganizationKind
from app.staff.permissions import Permission
from console import fields, once
from console.blueprint import console
from console.edge import acting, keep_trail, now, scope, scope_of, services
from console.labels import reason
from console.paging import PER_PAGE, Page, offset, wanted_page
from console.refusals import sentence

NAME_LENGTH = 100


@console.get("/meetings", endpoint="meetings")
@staff(Permission.MEETINGS_VIEW)
def list_meetings() -> ResponseReturnValue:
    with services().sessions.read() as session:
        rows = meetings.recent(session, scope(), offset=offset(wanted_page()), limit=PER_PAGE)
        total = meetings.total(session, scope())
    return render_template("console/meetings.html", rows=rows, page=Page(wanted_page(), total))


@console.get("/meetings/<int:meeting_id>")
@staff(Permission.MEETINGS_VIEW)
def meeting(meeting_id: int) -> ResponseReturnValue:
    with services().sessions.read() as session:
        return _page(session, wanted(session, meeting_id))


def wanted(session: Session, meeting_id: int) -> Meeting:
    """The meeting, if it is one of the acting account's subtrees."""
    return meetings.by_id(session, scope(), meeting_id) or abort(404)


def _page(session: Session, found: Meeting, *, revealed: bool = False, fault: str = "") -> str:
    """The whole page, or for htmx the attendance alone."""
    organization = organizations.by_id(session, found.organization_id)
    path = organization.path if organization else ""
    part = "HX-Request" in request.headers
    return render_template(
        "console/attendance.html" if part else "console/meeting.html",
        meeting=found,
        organization=organization,
        attendance=meetings.attendance(session, found),
        reason=reason,
        may_manage=scope_of(Permission.MEETINGS_MANAGE).covers(path),
        may_record=keeps_names(session, found, Permission.MEETINGS_MANAGE),
        names=revealed or keeps_names(session, found, Permission.MEETINGS_VIEW),
        fault=fault,
    )


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


@console.post("/meetings/<int:meeting_id>/names")
@staff(Permission.MEETINGS_VIEW)
def reveal_names(meeting_id: int) -> ResponseReturnValue:
    """For somebody above the branch, with a reason that is kept."""
    why = fields.line("reason", most=NAME_LENGTH)
    with services().sessions.begin() as session:
        found = wanted(session, meeting_id)
        if not why:
            return _page(session, found, fault="请写明查看名单的原因。"), 422
        _keep(session, "meeting.names_seen", found, reason=why)
        return _page(session, found, revealed=True)


@console.get("/meetings/new")
@staff(Permission.MEETINGS_MANAGE)
def new_meeting() -> ResponseReturnValue:
    return _form({})


def _form(faults: dict[str, str], refusal: str = "") -> str:
    with services().sessions.read() as session:
        choices = organizations.tree(session, scope())
        counts = members.counts_by_organization(session, scope())
    return render_template(
        "console/new_meeting.html",
        choices=choices,
        counts=counts,
        kinds=MeetingKind,
        today=local_day(now()),
        typed=request.form,
        faults=faults,
        refusal=refusal,
    )


@console.post("/meetings/new")
@staff(Permission.MEETINGS_MANAGE)
def announce_meeting() -> ResponseReturnValue:
    faults = _faults()
    if faults:
        return _form(faults), 422
    try:
        return _announce()
    except DomainError as refusal:
        return _form({}, sentence(refusal)), 422


def _faults() -> dict[str, str]:
    """What is missing, by field."""
    wanted_fields = {
        "organization": (fields.number("organization"), "请选择召开会议的组织。"),
        "kind": (fields.choice("kind", MeetingKind), "请选择会议类型。"),
        "title": (fields.line("title", most=NAME_LENGTH), "请写会议名称。"),
        "starts": (fields.moment("day", "starts"), "请填写日期和开始时间。"),
        "ends": (fields.moment("day", "ends"), "请填写结束时间。"),
    }
    return {name: text for name, (value, text) in wanted_fields.items() if not value}


def _announce() -> ResponseReturnValue:
    with services().sessions.begin() as session:
        organization = organizations.by_id(session, fields.number("organization") or 0)
        if organization is None or not scope().covers(organization.path):
            abort(404)
        if repeat := once.repeated(session):
            return once.answer_repeat(repeat, url_for("console.meetings"))
        announced = announcing.announce(
            session,
            organization=organization,
            kind=fields.choice("kind", MeetingKind) or MeetingKind.OTHER,
            title=fields.line("title", most=NAME_LENGTH),
            place=fields.line("place", most=NAME_LENGTH),
            starts_at=fields.moment("day", "starts") or now(),
            ends_at=fields.moment("day", "ends") or now(),
            by=acting().display_name,
            now=now(),
        )
        address = url_for("console.meeting", meeting_id=announced.id)
        once.led_to(session, address)
        _keep(session, "meeting.announced", announced)
        over = announced.check_in_until < now()
    if over:
        flash("会议已建好，但开会时间已经过去，不能扫码。日期没写错的话，请给到会的人逐个补签。", "warn")
    else:
        flash("会议已建好，应到人员按现在的名册列出。", "ok")
    return redirect(address)


def _keep(session: Session, action: str, about: Meeting, **details: object) -> None:
    keep_trail(
        session, action, subject=f"meeting:{about.id}", organization_id=about.organization_id, **details
    )


@console.post("/meetings/<int:meeting_id>/cancel")
@staff(Permission.MEETINGS_MANAGE)
def cancel_meeting(meeting_id: int) -> ResponseReturnValue:
    with services().sessions.begin() as session:
        found = wanted(session, meeting_id)
        if found.cancelled_at is None:
            announcing.cancel(session, meeting=found, now=now())
            _keep(session, "meeting.cancelled", found)
    flash("会议已取消，不能再签到。", "ok")
    return redirect(url_for("console.meeting", meeting_id=meeting_id))


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
            _keep(session, "meeting.signed_in_by_recorder", found, member=member_id)
        refused = f"没有补签：{reason(result.outcome)}。" if result.outcome in REFUSALS else ""
        if "HX-Request" in request.headers:
            return _page(session, found, fault=refused)
    flash(refused or "已补签。", "warn" if refused else "ok")
    return redirect(url_for("console.meeting", meeting_id=meeting_id))

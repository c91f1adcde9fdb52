"""The registry: search, one person, and what may be done for them."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.access import staff
from app.core.db import Session
from app.members import codes, identities, registry
from app.members import queries as members
from app.members.masking import masked_phone
from app.members.models import GONE, Member, MemberKind
from app.organizations import queries as organizations
from app.organizations.models import Organization
from app.staff.permissions import Permission
from console import fields, once
from console.blueprint import console
from console.edge import acting, keep_trail, now, scope, scope_of, services
from console.paging import PER_PAGE, Page, wanted_page

BOUND = {"yes": True, "no": False}
REASON_LENGTH = 100
MOST_SLIPS = 1000


@console.get("/members", endpoint="members")
@staff(Permission.MEMBERS_VIEW)
def list_members() -> ResponseReturnValue:
    with services().sessions.read() as session:
        within = _wanted_organization(session)
        found = members.search(
            session,
            scope(),
            vault=services().vault,
            text=fields.line("q", most=50),
            organization_path=within.path if within else None,
            kind=fields.choice("kind", MemberKind),
            bound=BOUND.get(request.args.get("bound", "")),
            gone=request.args.get("gone") == "yes",
            page=wanted_page(),
            per_page=PER_PAGE,
        )
        choices = organizations.tree(session, scope())
    partial = request.headers.get("HX-Target") == "found"
    return render_template(
        "console/members_found.html" if partial else "console/members.html",
        found=found,
        page=Page(wanted_page(), found.total),
        within=within,
        choices=choices,
        kinds=MemberKind,
        filters=request.args,
    )


def _wanted_organization(session: Session) -> Organization | None:
    """The organisation to filter by; one outside the subtree does not exist for this reader."""
    wanted = fields.number("organization")
    found = organizations.by_id(session, wanted) if wanted else None
    if wanted and (found is None or not scope().covers(found.path)):
        abort(404)
    return found


@console.get("/members/<int:member_id>")
@staff(Permission.MEMBERS_VIEW)
def member(member_id: int) -> ResponseReturnValue:
    with services().sessions.read() as session:
        return _page(session, _member(session, member_id))


def _member(session: Session, member_id: int) -> Member:
    return members.by_id(session, scope(), member_id) or abort(404)


def _page(session: Session, found: Member, **shown: object) -> str:
    app_id = services().settings.wechat.app_id
    organization = organizations.by_id(session, found.organization_id)
    return render_template(
        "console/member.html",
        member=found,
        gone=found.status in GONE,
        phone=masked_phone(registry.phone_of(found, services().vault)),
        organization=organization,
        above=organizations.ancestors(session, organization) if organization else [],
        link=members.link_of(session, app_id=app_id, member_id=found.id, now=now()),
        **shown,
    )


@console.post("/members/<int:member_id>/phone")
@staff(Permission.MEMBERS_REVEAL)
def reveal_phone(member_id: int) -> ResponseReturnValue:
    """The whole number, for a reason that is kept."""
    reason = fields.line("reason", most=REASON_LENGTH)
    with services().sessions.begin() as session:
        found = _member(session, member_id)
        if not reason:
            return _phone(session, found, fault="请写明查看的原因。"), 422
        keep_trail(
            session,
            "member.phone_revealed",
            subject=f"member:{found.id}",
            organization_id=found.organization_id,
            reason=reason,
        )
        return _phone(session, found, number=registry.phone_of(found, services().vault))


def _phone(session: Session, found: Member, *, number: str | None = None, fault: str = "") -> str:
    """The cell alone for htmx; the whole page for a browser without it."""
    if "HX-Request" in request.headers:
        return render_template("console/phone.html", member=found, number=number, fault=fault)
    return _page(session, found, revealed=True, number=number, fault=fault)


@console.post("/members/<int:member_id>/code")
@staff(Permission.MEMBERS_BIND)
def issue_code(member_id: int) -> ResponseReturnValue:
    """A one-time code, readable on this page only."""
    with services().sessions.begin() as session:
        found = _member(session, member_id)
        if found.status in GONE:
            abort(404)
        if repeat := once.repeated(session):
            return once.answer_repeat(repeat, url_for("console.member", member_id=member_id))
        [slip] = _issue(session, [found])
        keep_trail(
            session,
            "member.code_issued",
            subject=f"member:{found.id}",
            organization_id=found.organization_id,
        )
        return _page(session, found, slip=slip)


def _issue(session: Session, people: list[Member]) -> list[codes.Slip]:
    return codes.issue_codes(
        session,
        members=people,
        by=acting().username,
        now=now(),
        vault=services().vault,
        days=services().settings.binding.code_days,
    )


@console.post("/members/<int:member_id>/unbind")
@staff(Permission.MEMBERS_BIND)
def unbind(member_id: int) -> ResponseReturnValue:
    with services().sessions.begin() as session:
        found = _member(session, member_id)
        identities.unbind_members(session, member_ids=[found.id], now=now())
        keep_trail(
            session, "member.unbound", subject=f"member:{found.id}", organization_id=found.organization_id
        )
    flash(f"已解除{found.name}的微信绑定。需要重新绑定时，请再发一个绑定码。", "ok")
    return redirect(url_for("console.member", member_id=member_id))


@console.get("/slips")
@staff(Permission.MEMBERS_BIND)
def slips() -> ResponseReturnValue:
    """Choose a branch whose unbound members get a slip each."""
    with services().sessions.read() as session:
        return render_template("console/slips.html", choices=organizations.tree(session, scope()), slips=None)


def _unbound(session: Session, organization: Organization) -> list[Member]:
    found = members.search(
        session,
        organizations.subtree(organization),
        vault=services().vault,
        bound=False,
        per_page=MOST_SLIPS,
    )
    waiting = {one.id for one in found.rows}
    return [one for one in members.roster_of(session, organization.id) if one.id in waiting]


@console.post("/slips")
@staff(Permission.MEMBERS_BIND)
def print_slips() -> ResponseReturnValue:
    """Fresh codes for everyone of a branch who is not bound; earlier unused codes end."""
    with services().sessions.begin() as session:
        organization = organizations.by_id(session, fields.number("organization") or 0)
        if organization is None or not scope().covers(organization.path):
            abort(404)
        if repeat := once.repeated(session):
            return once.answer_repeat(repeat, url_for("console.slips"))
        people = _unbound(session, organization)
        written = _issue(session, people)
        keep_trail(
            session,
            "member.codes_issued",
            subject=f"organization:{organization.id}",
            organization_id=organization.id,
            count=len(written),
        )
        choices = organizations.tree(session, scope_of(Permission.MEMBERS_BIND))
    return render_template("console/slips.html", slips=written, organization=organization, choices=choices)

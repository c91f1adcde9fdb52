"""减免: the branch asks for it, the next higher committee decides, and why is read by nobody else."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import abort, render_template, url_for
from flask.typing import ResponseReturnValue

from app.access import staff
from app.core.clock import local_day
from app.core.db import AnyRow, Session
from app.core.errors import DomainError
from app.dues import months
from app.dues.assessments import listing
from app.dues.assessments import reliefs as service
from app.dues.assessments.models import Relief, ReliefKind
from app.members.models import Member
from app.organizations import queries as organizations
from app.organizations.models import Organization
from app.staff.deciding import Decision
from app.staff.permissions import Permission
from console import dues_money as shared
from console import dues_place as places
from console import fields
from console.blueprint import console
from console.dues_acts import act
from console.dues_amount_form import RELIEF_WRONG, TypedRelief
from console.edge import acting, now, scope_of, services
from console.refusals import sentence
from console.views.dues_assessment import may_relieve, reader_of

MOST = 300
SAID = {
    Decision.APPROVED: "已批准，从以后生成的账单起减免。",
    Decision.REFUSED: "已记为不同意。",
    Decision.WITHDRAWN: "已撤回。",
}


@dataclass(frozen=True)
class Shown:
    """A relief that the reader may see by name. `decides`: acts for the next higher committee of the branch."""

    relief: Relief
    name: str
    branch: Organization
    decides: bool
    asks: bool


def _shown(session: Session, row: AnyRow) -> Shown | None:
    """None for a reader above it who has no part in it."""
    branch = places.home(session, row.organization_id)
    decides, asks = _decides(session, branch), may_relieve(branch)
    if not (decides or asks or places.reads_names(session, branch)):
        return None
    return Shown(row.Relief, row.member_name, branch, decides, asks)


def _decides(session: Session, branch: Organization) -> bool:
    above = organizations.by_id(session, service.next_higher(session, branch.id) or 0)
    return shared.sits(Permission.DUES_DECIDE, above)


@console.get("/dues/reliefs")
@staff(Permission.DUES_VIEW)
def dues_reliefs() -> ResponseReturnValue:
    with services().sessions.read() as session:
        return _list(session)


def _list(session: Session, *, reason: tuple[int, str] | None = None) -> str:
    """`reason`: of one of them, in clear."""
    rows = listing.reliefs(session, scope_of(places.VIEW), limit=MOST)
    shown = [one for row in rows if (one := _shown(session, row))]
    return render_template(
        "console/dues/reliefs/list.html",
        waiting=[one for one in shown if one.relief.decision is Decision.PROPOSED],
        rest=[one for one in shown if one.relief.decision is not Decision.PROPOSED],
        unnamed=len(rows) - len(shown),
        reason=reason,
        this_month=months.current(now()),
        who=shared.called(session),
        mask="••••",
    )


def waiting_for_reader(session: Session) -> int:
    """Reliefs that the reader's own committee has to decide, asked for by somebody else."""
    if not acting().may(Permission.DUES_DECIDE):
        return 0
    rows = listing.reliefs(session, scope_of(Permission.DUES_DECIDE), limit=MOST)
    shown = [_shown(session, row) for row in rows if row.Relief.decision is Decision.PROPOSED]
    me = acting().username
    return sum(one is not None and one.decides and one.relief.proposed_by != me for one in shown)


def _wanted(session: Session, relief_id: int) -> Shown:
    row = listing.relief(session, scope_of(places.VIEW), relief_id)
    return (_shown(session, row) if row else None) or abort(404)


def _keep(session: Session, action: str, about: Relief, branch: Organization, **details: object) -> None:
    """For which months and of which kind, never why."""
    shared.keep(session, action, "member", about.member_id, branch.id, **details)


@console.post("/dues/reliefs/<int:relief_id>/reason")
@staff(Permission.DUES_VIEW)
def read_dues_relief(relief_id: int) -> ResponseReturnValue:
    """Why, for those who ask for it or decide; that they read it is kept."""
    with services().sessions.begin() as session:
        found = _wanted(session, relief_id)
        if not (found.decides or found.asks):
            abort(404)
        told = service.reason_of(found.relief, services().vault)
        _keep(session, "relief_read", found.relief, found.branch, relief=relief_id)
        return _list(session, reason=(relief_id, told))


@console.get("/dues/reliefs/of/<int:member_id>")
@staff(Permission.DUES_VIEW)
def new_dues_relief(member_id: int) -> ResponseReturnValue:
    with services().sessions.read() as session:
        member, branch = _asked_for(session, member_id)
        month = shared.field_of(months.current(now()))
        return _form(session, member, branch, TypedRelief(from_month=month, until_month=month[:5] + "12"))


def _asked_for(session: Session, member_id: int) -> tuple[Member, Organization]:
    member, branch = reader_of(session, member_id)
    return (member, branch) if may_relieve(branch) else abort(404)


def _form(
    session: Session,
    member: Member,
    branch: Organization,
    typed: TypedRelief,
    *,
    faults: Mapping[str, str] | None = None,
    refusal: str = "",
) -> str:
    above = organizations.by_id(session, service.next_higher(session, branch.id) or 0)
    return render_template(
        "console/dues/reliefs/form.html",
        member=member,
        branch=branch,
        above=above,
        typed=typed,
        kinds=ReliefKind,
        today=local_day(now()),
        faults=faults or {},
        refusal=refusal,
    )


@console.post("/dues/reliefs/of/<int:member_id>")
@staff(Permission.DUES_VIEW)
def propose_dues_relief(member_id: int) -> ResponseReturnValue:
    typed = TypedRelief.sent()
    if faults := typed.faults():
        return _refused(member_id, typed, faults), 422

    def propose(session: Session) -> str:
        member, branch = _asked_for(session, member_id)
        made = service.propose_relief(
            session,
            member_id=member.id,
            kind=typed.kind or abort(400),
            amount_fen=typed.fen,
            from_month=months.read(typed.from_month) or 0,
            until_month=months.read(typed.until_month) or 0,
            reason=typed.reason,
            studied_on=typed.day or abort(400),
            by=acting().username,
            now=now(),
            vault=services().vault,
            document_no=typed.document_no,
        )
        _keep(session, "relief_proposed", made, branch, period=f"{made.from_month}-{made.until_month}")
        return "已提出，由上级党委审批。"

    try:
        return act(url_for("console.dues_reliefs"), propose)
    except service.ReliefWrong as wrong:
        return _refused(member_id, typed, dict(RELIEF_WRONG[name] for name in wrong.fields)), 422
    except DomainError as refusal:
        return _refused(member_id, typed, {}, sentence(refusal)), 409


def _refused(member_id: int, typed: TypedRelief, faults: Mapping[str, str], refusal: str = "") -> str:
    with services().sessions.read() as session:
        member, branch = _asked_for(session, member_id)
        return _form(session, member, branch, typed, faults=faults, refusal=refusal)


@console.post("/dues/reliefs/<int:relief_id>/decide")
@staff(Permission.DUES_DECIDE)
def decide_dues_relief(relief_id: int) -> ResponseReturnValue:
    return _decide(relief_id, shared.decision())


@console.post("/dues/reliefs/<int:relief_id>/withdraw")
@staff(Permission.DUES_VIEW)
def withdraw_dues_relief(relief_id: int) -> ResponseReturnValue:
    return _decide(relief_id, Decision.WITHDRAWN)


def _decide(relief_id: int, decision: Decision) -> ResponseReturnValue:
    def decide(session: Session) -> str:
        found = _wanted(session, relief_id)
        above = service.next_higher(session, found.branch.id) or 0
        note = fields.line("note", most=shared.NOTE_LENGTH)
        service.decide_relief(
            session,
            relief_id,
            decision,
            for_organization_id=above if found.decides else found.branch.id,
            by=acting().username,
            now=now(),
            note=note,
        )
        _keep(
            session, "relief_decided", found.relief, found.branch, decision=decision.value, relief=relief_id
        )
        return SAID[decision]

    return shared.carry_out(url_for("console.dues_reliefs"), decide)


@console.post("/dues/reliefs/<int:relief_id>/end")
@staff(Permission.DUES_VIEW)
def end_dues_relief(relief_id: int) -> ResponseReturnValue:
    """The hardship is over: the branch says so, and nobody needs to approve that dues are paid again."""

    def end(session: Session) -> str:
        found = _wanted(session, relief_id)
        if not (found.asks or found.decides):
            abort(404)
        service.end_relief(session, relief_id=relief_id, now=now())
        _keep(session, "relief_ended", found.relief, found.branch, relief=relief_id)
        return "减免已结束，从下个月起按核定的金额缴纳。"

    return shared.carry_out(url_for("console.dues_reliefs"), end)

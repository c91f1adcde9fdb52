"""One member's amount: how it came about, its base for a reason, and a new one confirmed by a second person."""

from collections.abc import Mapping

from flask import abort, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.access import staff
from app.core.db import Session
from app.core.errors import DomainError
from app.dues import months
from app.dues.assessments import explained, listing, queries, service
from app.dues.assessments.models import Assessment, Cause
from app.dues.bills import queries as bills
from app.dues.bills import service as standing
from app.dues.books import drafts
from app.dues.standards.models import DuesCategory
from app.dues.standards.rules import BadBase
from app.members import queries as members
from app.members.models import Member
from app.organizations.models import Organization
from app.staff.deciding import Decision
from app.staff.permissions import Permission
from console import dues_money as shared
from console import dues_place as places
from console import fields
from console.blueprint import console
from console.dues_acts import act
from console.dues_amount_form import TypedAmount
from console.edge import acting, now, scope, scope_of, services
from console.refusals import sentence
from console.views.dues_assessments import MASK

SAID = {
    Decision.APPROVED: "已通过。已经生成的账单不变，从以后生成的账单起按新的金额。",
    Decision.REFUSED: "已记为不同意。",
    Decision.WITHDRAWN: "已撤回。",
}


def reader_of(session: Session, member_id: int) -> tuple[Member, Organization]:
    """Somebody of the reader's own branch, or of those whose amounts the reader sets; else 404."""
    found = members.by_id(session, scope_of(places.VIEW), member_id) or abort(404)
    branch = places.home(session, found.organization_id)
    if not (places.reads_names(session, branch) or shared.covers(Permission.DUES_ACCOUNT, branch)):
        abort(404)
    return found, branch


@console.get("/dues/assessments/<int:member_id>")
@staff(Permission.DUES_VIEW)
def dues_assessments_of(member_id: int) -> ResponseReturnValue:
    with services().sessions.read() as session:
        return person_page(session, *reader_of(session, member_id))


def person_page(
    session: Session,
    member: Member,
    branch: Organization,
    *,
    typed: TypedAmount | None = None,
    faults: Mapping[str, str] | None = None,
    fault: str = "",
    base: int | None = None,
    base_fault: str = "",
) -> str:
    month = months.current(now())
    made = bills.of_member(session, member.id) if shared.covers(Permission.DUES_ACCOUNT, branch) else []
    kept = queries.current(session, member.id, month)
    return render_template(
        "console/dues/assessments/person.html",
        member=member,
        branch=branch,
        current=kept,
        found=explained.explained(session, member.id, month, services().vault) if kept else None,
        history=queries.of_member(session, member.id),
        reliefs=listing.reliefs_of(session, member.id),
        typed=typed or TypedAmount.blank(kept, month),
        categories=DuesCategory,
        causes=Cause,
        who=shared.called(session),
        mask=MASK,
        base=base,
        base_fault=base_fault,
        bills=made,
        takeable=standing.takeable,
        waiting=drafts.waiting_bills(session, [one.id for one in made]),
        books={one.id for one in shared.keepers(session)},
        may_set=shared.covers(Permission.DUES_ACCOUNT, branch),
        may_decide=shared.covers(Permission.DUES_DECIDE, branch),
        may_reveal=shared.covers(Permission.DUES_REVEAL, branch),
        may_relieve=may_relieve(branch),
        faults=faults or {},
        fault=fault,
    )


def may_relieve(branch: Organization) -> bool:
    """The branch studied it: its secretary, or the accountant, asks for the relief."""
    return shared.sits(Permission.DUES_DECIDE, branch) or shared.covers(Permission.DUES_ACCOUNT, branch)


@console.post("/dues/assessments/<int:member_id>")
@staff(Permission.DUES_ACCOUNT)
def propose_dues_assessment(member_id: int) -> ResponseReturnValue:
    typed = TypedAmount.sent()
    with services().sessions.read() as session:
        member, branch = reader_of(session, member_id)
        if not shared.covers(Permission.DUES_ACCOUNT, branch):
            abort(404)
        if faults := typed.faults():
            return person_page(session, member, branch, typed=typed, faults=faults), 422

    def propose(session: Session) -> str:
        made = service.propose(
            session,
            member_id=member_id,
            asked=typed.asked,
            from_month=typed.month,
            cause=typed.cause or abort(400),
            reason=typed.reason,
            by=acting().username,
            now=now(),
            vault=services().vault,
        )
        _keep(session, "assessment_proposed", made, branch.id, month=made.from_month)
        return "已提出，由另一位同志复核后生效。"

    try:
        return act(url_for("console.dues_assessments_of", member_id=member_id), propose)
    except BadBase as bad:
        return _refused(member_id, typed, {"base": f"{bad.reason}。"}), 422
    except DomainError as refusal:
        return _refused(member_id, typed, {}, sentence(refusal)), 409


def _refused(member_id: int, typed: TypedAmount, faults: Mapping[str, str], fault: str = "") -> str:
    with services().sessions.read() as session:
        return person_page(session, *reader_of(session, member_id), typed=typed, faults=faults, fault=fault)


def _keep(session: Session, action: str, about: Assessment, branch_id: int, **details: object) -> None:
    """Neither base nor amount."""
    shared.keep(session, action, "member", about.member_id, branch_id, **details)


def _wanted(session: Session, assessment_id: int) -> tuple[Assessment, Organization]:
    found = listing.assessment(session, scope(), assessment_id) or abort(404)
    member = members.by_id(session, scope(), found.member_id) or abort(404)
    return found, places.home(session, member.organization_id)


@console.post("/dues/assessments/decide/<int:assessment_id>")
@staff(Permission.DUES_DECIDE)
def decide_dues_assessment(assessment_id: int) -> ResponseReturnValue:
    return _decide(assessment_id, shared.decision())


@console.post("/dues/assessments/withdraw/<int:assessment_id>")
@staff(Permission.DUES_ACCOUNT)
def withdraw_dues_assessment(assessment_id: int) -> ResponseReturnValue:
    return _decide(assessment_id, Decision.WITHDRAWN)


def _decide(assessment_id: int, decision: Decision) -> ResponseReturnValue:
    def decide(session: Session) -> str:
        found, branch = _wanted(session, assessment_id)
        note = fields.line("note", most=shared.NOTE_LENGTH)
        service.decide(session, found.id, decision, by=acting().username, now=now(), note=note)
        _keep(session, "assessment_decided", found, branch.id, decision=decision.value, note=note)
        return SAID[decision]

    return shared.carry_out(url_for("console.dues_assessments"), decide)


@console.post("/dues/assessments/bases/<int:assessment_id>")
@staff(Permission.DUES_REVEAL)
def reveal_dues_base(assessment_id: int) -> ResponseReturnValue:
    """The whole base, for a reason that is kept; the figure itself goes nowhere else."""
    why = fields.line("reason", most=places.REASON_LENGTH)
    with services().sessions.begin() as session:
        found, branch = _wanted(session, assessment_id)
        if not why:
            return _base(session, found, branch, fault="请写明查看的原因。"), 422
        _keep(session, "base_revealed", found, branch.id, month=found.from_month, reason=why)
        return _base(session, found, branch, base=explained.base_of(found, services().vault))


def _base(
    session: Session, found: Assessment, branch: Organization, *, base: int | None = None, fault: str = ""
) -> str:
    """The cell alone for htmx; the whole page for a browser without it."""
    if "HX-Request" in request.headers:
        return render_template(
            "console/dues/assessments/base.html", current=found, base=base, base_fault=fault, mask=MASK
        )
    member = members.by_id(session, scope(), found.member_id) or abort(404)
    return person_page(session, member, branch, base=base, base_fault=fault)

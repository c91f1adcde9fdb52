"""收缴规定: how each committee collects, by which ways and into which account; two people put it in force."""

from collections.abc import Mapping

from flask import abort, render_template, url_for
from flask.typing import ResponseReturnValue

from app.access import staff
from app.core.db import Session
from app.core.errors import DomainError
from app.dues import months
from app.dues.policies import listing, queries, service
from app.dues.policies.models import DuesPolicy, Publishing, Twice
from app.organizations import queries as organizations
from app.organizations.models import Organization
from app.staff.deciding import Decision
from app.staff.permissions import Permission
from console import dues_money as shared
from console import fields
from console.blueprint import console
from console.dues_acts import act
from console.dues_policy_form import WRONG, TypedPolicy
from console.edge import acting, now, scope, services
from console.refusals import sentence

SAID = {
    Decision.APPROVED: "已通过，到执行的月份自动采用。",
    Decision.REFUSED: "已记为不同意。",
    Decision.WITHDRAWN: "已撤回。",
}


@console.get("/dues/policies")
@staff(Permission.DUES_VIEW)
def dues_policies() -> ResponseReturnValue:
    with services().sessions.read() as session:
        in_force = {row.id for row in queries.in_force(session, months.current(now())).values()}
        return render_template(
            "console/dues/policies/list.html",
            rows=listing.rows(session, scope()),
            in_force=in_force,
            above=_above(session),
            who=shared.called(session),
            may_propose=bool(_keepers(session, Permission.DUES_ACCOUNT)),
            may_decide=acting().may(Permission.DUES_DECIDE),
        )


def _above(session: Session) -> tuple[DuesPolicy, Organization] | None:
    """The rule of a committee above the reader's own subtrees, where none within them has one."""
    tops = [node.organization for node in organizations.tree(session, scope()) if node.depth == 0][:1]
    policy = queries.policy_for(session, tops[0].id, months.current(now())) if tops else None
    if policy is None:
        return None
    organization = organizations.by_id(session, policy.organization_id)
    return (policy, organization) if organization and not scope().covers(organization.path) else None


def _keepers(session: Session, permission: Permission) -> list[Organization]:
    found = organizations.in_scope(session, acting().scope(permission))
    return [one for one in found if one.kind in service.KEEPERS]


@console.get("/dues/policies/new")
@staff(Permission.DUES_ACCOUNT)
def new_dues_policy() -> ResponseReturnValue:
    """From the present rule where the organisation has one, so that only what changes is typed."""
    with services().sessions.read() as session:
        choices = _keepers(session, Permission.DUES_ACCOUNT)
        asked = fields.number("organization")
        wanted = (
            next((one for one in choices if one.id == asked), None) if asked else next(iter(choices), None)
        )
        if wanted is None:
            abort(404)
        this_month = months.current(now())
        kept = queries.in_force(session, this_month).get(wanted.id)
        typed = (
            TypedPolicy.of(kept, months.plus(this_month, 1))
            if kept
            else TypedPolicy.blank(wanted.id, this_month)
        )
        return _form(session, typed)


def _form(
    session: Session, typed: TypedPolicy, faults: Mapping[str, str] | None = None, refusal: str = ""
) -> str:
    return render_template(
        "console/dues/policies/form.html",
        typed=typed,
        choices=_keepers(session, Permission.DUES_ACCOUNT),
        twice=Twice,
        publishing=Publishing,
        faults=faults or {},
        refusal=refusal,
    )


@console.post("/dues/policies/new")
@staff(Permission.DUES_ACCOUNT)
def propose_dues_policy() -> ResponseReturnValue:
    typed = TypedPolicy.sent()

    def propose(session: Session) -> str:
        organization = shared.of_scope(session, typed.organization)
        made = service.propose(
            session,
            organization_id=organization.id,
            effective_from=typed.month,
            by=acting().username,
            now=now(),
            **typed.terms(),
        )
        shared.keep(session, "policy_proposed", "dues_policy", made.id, organization.id, month=typed.month)
        return "收缴规定已提出，由另一位同志复核后执行。"

    try:
        return act(url_for("console.dues_policies"), propose)
    except service.PolicyWrong as wrong:
        return _refused(typed, {name: WRONG.get(name, "请核对。") for name in wrong.fields}), 422
    except DomainError as refusal:
        return _refused(typed, {}, sentence(refusal)), 409


def _refused(typed: TypedPolicy, faults: Mapping[str, str], refusal: str = "") -> str:
    with services().sessions.read() as session:
        return _form(session, typed, faults, refusal)


@console.post("/dues/policies/<int:policy_id>/decide")
@staff(Permission.DUES_DECIDE)
def decide_dues_policy(policy_id: int) -> ResponseReturnValue:
    return _decide(policy_id, shared.decision())


@console.post("/dues/policies/<int:policy_id>/withdraw")
@staff(Permission.DUES_ACCOUNT)
def withdraw_dues_policy(policy_id: int) -> ResponseReturnValue:
    return _decide(policy_id, Decision.WITHDRAWN)


def _decide(policy_id: int, decision: Decision) -> ResponseReturnValue:
    def decide(session: Session) -> str:
        found = listing.by_id(session, scope(), policy_id) or abort(404)
        note = fields.line("note", most=shared.NOTE_LENGTH)
        service.decide(session, found.id, decision, by=acting().username, now=now(), note=note)
        shared.keep(
            session,
            "policy_decided",
            "dues_policy",
            found.id,
            found.organization_id,
            decision=decision.value,
            note=note,
        )
        return SAID[decision]

    return shared.carry_out(url_for("console.dues_policies"), decide)

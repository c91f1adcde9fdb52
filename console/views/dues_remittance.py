"""上缴: by which rule, one sheet a period, decided by a second person and booked when it is sent."""

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.access import staff
from app.core.db import Session
from app.core.errors import DomainError
from app.dues import months
from app.dues.remittance import listing, rules, service
from app.dues.remittance.models import RemitEvery, RemitRule, Remittance
from app.organizations.models import Organization
from app.papers import dues_sheets
from app.papers.paper import MEDIA, Format
from app.staff.deciding import Decision
from app.staff.permissions import Permission
from console import dues_money as shared
from console import exports, fields
from console.blueprint import console
from console.dues_money_remit import TypedRule, basis_points
from console.edge import acting, now, scope, services
from console.paging import PER_PAGE, Page, offset, wanted_page
from console.refusals import sentence
from console.views.papers import printed


@console.get("/dues/remittance")
@staff(Permission.DUES_VIEW)
def dues_remittance() -> ResponseReturnValue:
    with services().sessions.read() as session:
        return _page(session)


def _page(
    session: Session, *, typed: TypedRule | None = None, faults: shared.Faults | None = None, fault: str = ""
) -> str:
    choices, committee = shared.keeper(session)
    this_month = months.current(now())
    typed = typed or TypedRule(effective_from=this_month)
    return render_template(
        "console/dues/remittance.html",
        choices=choices,
        committee=committee,
        rules=listing.rules(session, scope()),
        sheets=listing.sheets(session, scope(), offset=offset(wanted_page()), limit=PER_PAGE),
        page=Page(wanted_page(), listing.sheets_total(session, scope())),
        every=RemitEvery,
        months=[months.plus(this_month, -ago) for ago in range(1, 13)],
        typed=typed,
        typed_month=shared.field_of(typed.effective_from or this_month),
        faults=faults or {},
        fault=fault,
        due_on=rules.due_on,
        may_propose=acting().may(Permission.DUES_ACCOUNT),
        may_decide=acting().may(Permission.DUES_DECIDE),
        who=shared.called(session),
    )


def _address() -> str:
    return url_for("console.dues_remittance", committee=fields.number("committee"))


@console.post("/dues/remittance/rules")
@staff(Permission.DUES_ACCOUNT)
def propose_dues_remit_rule() -> ResponseReturnValue:
    typed = TypedRule.sent()
    if faults := typed.faults():
        with services().sessions.read() as session:
            shared.kept_by(session)
            return _page(session, typed=typed, faults=faults), 422

    def propose(session: Session) -> str:
        committee = shared.kept_by(session)
        made = service.propose_rule(
            session,
            organization_id=committee.id,
            to_name=typed.to_name,
            ratio_bp=basis_points(typed.ratio),
            every=typed.every or RemitEvery.QUARTER,
            due_days=typed.due_days or 0,
            clause=typed.clause,
            effective_from=typed.effective_from or 0,
            by=acting().username,
            now=now(),
        )
        shared.keep(session, "remit_rule_proposed", "remit_rule", made.id, committee.id)
        return "上缴规定已提交，等另一位同志复核。"

    return shared.carry_out(_address(), propose)


def _rule(session: Session, rule_id: int) -> RemitRule:
    return listing.rule(session, scope(), rule_id) or abort(404)


@console.post("/dues/remittance/rules/<int:rule_id>/decide")
@staff(Permission.DUES_DECIDE)
def decide_dues_remit_rule(rule_id: int) -> ResponseReturnValue:
    return _decide_rule(rule_id, shared.decision())


@console.post("/dues/remittance/rules/<int:rule_id>/withdraw")
@staff(Permission.DUES_ACCOUNT)
def withdraw_dues_remit_rule(rule_id: int) -> ResponseReturnValue:
    return _decide_rule(rule_id, Decision.WITHDRAWN)


def _decide_rule(rule_id: int, wanted: Decision) -> ResponseReturnValue:
    note = fields.line("note", most=shared.NOTE_LENGTH)

    def decide(session: Session) -> str:
        found = _rule(session, rule_id)
        service.decide_rule(
            session, rule_id=found.id, decision=wanted, by=acting().username, now=now(), note=note
        )
        shared.keep(
            session,
            "remit_rule_decided",
            "remit_rule",
            found.id,
            found.organization_id,
            decision=wanted.value,
            note=note,
        )
        return {Decision.APPROVED: "已同意，从生效的月份起执行。", Decision.REFUSED: "没有同意。"}.get(
            wanted, "已撤回。"
        )

    return shared.carry_out(_address(), decide)


@console.post("/dues/remittance/sheets")
@staff(Permission.DUES_ACCOUNT)
def draft_dues_sheet() -> ResponseReturnValue:
    month = shared.month()

    def draft(session: Session) -> str:
        committee = shared.kept_by(session)
        made = service.draft_sheet(
            session, organization_id=committee.id, month=month, by=acting().username, now=now()
        )
        shared.keep(session, "sheet_drafted", "remittance", made.id, committee.id, month=months.text(month))
        return "上缴单已算好，请核对后交另一位同志复核。"

    return shared.carry_out(_address(), draft)


def _sheet(session: Session, sheet_id: int) -> Remittance:
    return listing.sheet(session, scope(), sheet_id) or abort(404)


@console.post("/dues/remittance/sheets/<int:sheet_id>/decide")
@staff(Permission.DUES_DECIDE)
def decide_dues_sheet(sheet_id: int) -> ResponseReturnValue:
    return _decide_sheet(sheet_id, shared.decision())


@console.post("/dues/remittance/sheets/<int:sheet_id>/withdraw")
@staff(Permission.DUES_ACCOUNT)
def withdraw_dues_sheet(sheet_id: int) -> ResponseReturnValue:
    return _decide_sheet(sheet_id, Decision.WITHDRAWN)


def _decide_sheet(sheet_id: int, wanted: Decision) -> ResponseReturnValue:
    """Yes is said once the money was sent, with the number of the bank's voucher."""
    note = fields.line("note", most=shared.NOTE_LENGTH)
    document = fields.line("document_no", most=shared.NUMBER_LENGTH)

    def decide(session: Session) -> str:
        found = _sheet(session, sheet_id)
        service.decide_sheet(
            session,
            sheet_id=found.id,
            decision=wanted,
            document_no=document,
            by=acting().username,
            now=now(),
            note=note,
        )
        shared.keep(
            session,
            "sheet_decided",
            "remittance",
            found.id,
            found.organization_id,
            decision=wanted.value,
            document=document,
            note=note,
        )
        said = {Decision.APPROVED: "已同意并按回单记上缴。", Decision.REFUSED: "没有同意，可以重新算一张。"}
        return said.get(wanted, "已撤回。")

    return shared.carry_out(_address(), decide)


@console.get("/dues/remittance/sheets/<int:sheet_id>/paper.<string:ending>")
@staff(Permission.DUES_VIEW)
def dues_sheet_paper(sheet_id: int, ending: str) -> ResponseReturnValue:
    """党费上缴单, without a payer's name."""
    wanted = next((one for one in (Format.PDF, Format.EXCEL) if one.value == ending), None) or abort(404)
    with services().sessions.read() as session:
        found = _sheet(session, sheet_id)
        organization = session.get_one(Organization, found.organization_id)
        rule = session.get_one(RemitRule, found.rule_id)
        who = shared.called(session)
        paper = dues_sheets.remittance(
            found,
            organization,
            rule,
            proposed_by=who(found.proposed_by),
            decided_by=who(found.decided_by) if found.decision is Decision.APPROVED else "",
        )
    try:
        return exports.download(printed(paper, wanted, None), MEDIA[wanted], f"{paper.name}.{wanted}")
    except DomainError as refusal:
        flash(sentence(refusal), "warn")
        return redirect(url_for("console.dues_remittance"))

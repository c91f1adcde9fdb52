"""基数导入: the yearly file uploaded, looked at as a difference, and put in force by a second person."""

from collections.abc import Sequence

from flask import Response, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.access import staff
from app.core.db import Session
from app.core.errors import DomainError
from app.dues import months
from app.dues.assessments import import_listing as listing
from app.dues.assessments import importing, template
from app.dues.assessments.models import BaseImport, BaseLineKind, Cause
from app.members.roster.archive import MAX_BYTES, RosterRefused
from app.organizations import queries as organizations
from app.staff.deciding import Decision
from app.staff.permissions import Permission
from console import dues_money as shared
from console import exports, fields, once
from console.blueprint import console
from console.dues_amount_form import REASON_LENGTH
from console.edge import acting, now, scope, services
from console.paging import Page, offset, wanted_page
from console.refusals import sentence
from console.views.dues_assessments import MASK, confirming

LOOKED_AT = 50
PER_PAGE = 100
KINDS = (
    BaseLineKind.INVALID,
    BaseLineKind.UNKNOWN,
    BaseLineKind.DUPLICATE,
    BaseLineKind.CHANGED,
    BaseLineKind.NEW,
    BaseLineKind.SAME,
)
"""What somebody must look at comes first."""
FAULTY = frozenset({BaseLineKind.INVALID, BaseLineKind.UNKNOWN, BaseLineKind.DUPLICATE})


@console.get("/dues/imports")
@staff(Permission.DUES_ACCOUNT)
def dues_imports() -> ResponseReturnValue:
    with services().sessions.read() as session:
        return _upload_page(session)


def _upload_page(session: Session, faults: Sequence[str] = ()) -> str:
    this_month = months.current(now())
    january = this_month if this_month % 100 == 1 else this_month // 100 * 100 + 1
    return render_template(
        "console/dues/imports/list.html",
        earlier=listing.imports(session, scope(), limit=LOOKED_AT),
        choices=organizations.tree(session, scope()),
        causes=Cause,
        from_month=request.form.get("from_month") or shared.field_of(january),
        who=shared.called(session),
        faults=faults,
    )


@console.get("/dues/imports/template.xlsx")
@staff(Permission.DUES_ACCOUNT)
def dues_bases_template() -> ResponseReturnValue:
    answer = Response(template.write(), mimetype=exports.EXCEL)
    answer.headers.set("Content-Disposition", "attachment", filename="dues-bases.xlsx")
    return answer


@console.post("/dues/imports")
@staff(Permission.DUES_ACCOUNT)
def upload_dues_bases() -> ResponseReturnValue:
    """The file itself is not kept; of each line only the figure, sealed."""
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        return _refused(["请选择一个 Excel 文件（.xlsx）。"])
    try:
        return _preview(sent.stream.read(MAX_BYTES + 1), sent.filename)
    except RosterRefused as refusal:
        return _refused(refusal.faults)
    except DomainError as refusal:
        return _refused([sentence(refusal)])


def _refused(faults: Sequence[str]) -> ResponseReturnValue:
    with services().sessions.read() as session:
        return _upload_page(session, faults), 422


def _preview(content: bytes, filename: str) -> ResponseReturnValue:
    with services().sessions.begin() as session:
        organization = shared.of_scope(session, fields.number("organization"))
        if repeat := once.repeated(session):
            return once.answer_repeat(repeat, url_for("console.dues_imports"))
        import_id = importing.preview(
            session,
            content=content,
            filename=filename,
            organization_id=organization.id,
            from_month=months.read(fields.line("from_month", most=7)) or 0,
            cause=fields.choice("cause", Cause) or abort(400),
            reason=fields.line("reason", most=REASON_LENGTH),
            by=acting().username,
            now=now(),
            vault=services().vault,
            scope=scope(),
        )
        address = url_for("console.dues_import", import_id=import_id)
        once.led_to(session, address)
        made = listing.by_id(session, scope(), import_id) or abort(404)
        _keep(session, "bases_uploaded", made, rows=made.row_total)
    return redirect(address)


def _keep(session: Session, action: str, about: BaseImport, **details: object) -> None:
    shared.keep(
        session, action, "dues_import", about.id, about.organization_id, file=about.filename, **details
    )


@console.get("/dues/imports/<int:import_id>")
@staff(Permission.DUES_VIEW)
def dues_import(import_id: int) -> ResponseReturnValue:
    """For those who propose or confirm amounts: a difference by name."""
    with services().sessions.read() as session:
        found = listing.by_id(session, confirming(), import_id) or abort(404)
        counts = listing.count_by_kind(session, found.id)
        kind = fields.choice("kind", BaseLineKind) or next((one for one in KINDS if counts[one]), None)
        lines = kind and listing.lines(
            session, found.id, kind, offset=offset(wanted_page(), PER_PAGE), limit=PER_PAGE
        )
        organization = organizations.by_id(session, found.organization_id)
        return render_template(
            "console/dues/imports/diff.html",
            found=found,
            organization=organization,
            counts=counts,
            kinds=KINDS,
            kind=kind,
            lines=lines or (),
            faulty=FAULTY,
            setting=sum(counts[one] for one in KINDS if one not in FAULTY),
            mask=MASK,
            who=shared.called(session),
            page=Page(wanted_page(), counts[kind] if kind else 0, PER_PAGE),
            may_decide=shared.covers(Permission.DUES_DECIDE, organization),
            may_propose=shared.covers(Permission.DUES_ACCOUNT, organization),
        )


@console.post("/dues/imports/<int:import_id>/decide")
@staff(Permission.DUES_DECIDE)
def decide_dues_import(import_id: int) -> ResponseReturnValue:
    return _decide(import_id, shared.decision())


@console.post("/dues/imports/<int:import_id>/withdraw")
@staff(Permission.DUES_ACCOUNT)
def withdraw_dues_import(import_id: int) -> ResponseReturnValue:
    return _decide(import_id, Decision.WITHDRAWN)


def _decide(import_id: int, decision: Decision) -> ResponseReturnValue:
    def decide(session: Session) -> str:
        found = listing.by_id(session, scope(), import_id) or abort(404)
        note = fields.line("note", most=shared.NOTE_LENGTH)
        count = importing.decide(session, found.id, decision, by=acting().username, now=now(), note=note)
        _keep(session, "import_decided", found, decision=decision.value, rows=count, note=note)
        return f"已通过，核定了 {count} 人的金额。" if decision is Decision.APPROVED else SAID[decision]

    return shared.carry_out(url_for("console.dues_import", import_id=import_id), decide)


SAID = {
    Decision.REFUSED: "已记为不同意，文件里的基数已删除。",
    Decision.WITHDRAWN: "已撤回，文件里的基数已删除。",
}

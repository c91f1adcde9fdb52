"""收缴标准: the dated rows of how much is due, and a new one put in force by two people."""

from collections.abc import Mapping

from flask import abort, render_template, url_for
from flask.typing import ResponseReturnValue

from app.access import staff
from app.core.db import Session
from app.core.errors import DomainError
from app.dues import months
from app.dues.standards import queries, service
from app.dues.standards.models import DuesCategory, DuesStandard
from app.dues.standards.rules import BadStandard, Standard, band_text
from app.organizations import queries as organizations
from app.staff.deciding import Decision
from app.staff.permissions import Permission
from console import dues_money as shared
from console import fields
from console.blueprint import console
from console.dues_acts import act
from console.dues_standard_form import LINES, OF, TypedStandard
from console.edge import acting, now, scope_of, services
from console.refusals import sentence

TABLES = {"pay": "在职（按月领工资、年薪制、收入不固定）", "pension": "离退休"}


@console.get("/dues/standards")
@staff(Permission.DUES_VIEW)
def dues_standards() -> ResponseReturnValue:
    with services().sessions.read() as session:
        rows = queries.all_of_them(session)
        return render_template(
            "console/dues/standards/list.html",
            rows=[(row, _read(row)) for row in rows],
            now_id=queries.in_force(session, months.current(now())).row.id,
            shown=_shown,
            tables=TABLES,
            who=shared.called(session),
            may_propose=_everywhere(session, Permission.DUES_ACCOUNT),
            may_decide=_everywhere(session, Permission.DUES_DECIDE),
        )


def _read(row: DuesStandard) -> Standard | None:
    """None for one that an older version wrote otherwise."""
    try:
        return Standard.read(row.table)
    except BadStandard:
        return None


def _shown(standard: Standard, table: str) -> list[tuple[str, str]]:
    """(band, per cent) of a table."""
    kind: DuesCategory = OF[table][0]
    rows = standard.bands[kind]
    return [(band_text(rows, at), f"{one.percent.normalize():f}%") for at, one in enumerate(rows)]


def _everywhere(session: Session, permission: Permission) -> bool:
    """A standard is everybody's: only who stands above all may touch it."""
    root = organizations.by_id(session, organizations.root_id(session))
    return root is not None and scope_of(permission).covers(root.path)


@console.get("/dues/standards/new")
@staff(Permission.DUES_ACCOUNT)
def new_dues_standard() -> ResponseReturnValue:
    with services().sessions.read() as session:
        _only_above_all(session, Permission.DUES_ACCOUNT)
        return _form(TypedStandard.of(_in_force(session)))


def _only_above_all(session: Session, permission: Permission) -> None:
    if not _everywhere(session, permission):
        abort(404)


def _in_force(session: Session) -> Standard:
    return queries.in_force(session, months.current(now())).standard


def _form(typed: TypedStandard, faults: Mapping[str, str] | None = None, refusal: str = "") -> str:
    return render_template(
        "console/dues/standards/form.html",
        typed=typed,
        tables=TABLES,
        lines=LINES,
        faults=faults or {},
        refusal=refusal,
    )


@console.post("/dues/standards/new")
@staff(Permission.DUES_ACCOUNT)
def propose_dues_standard() -> ResponseReturnValue:
    typed = TypedStandard.sent()
    with services().sessions.read() as session:
        _only_above_all(session, Permission.DUES_ACCOUNT)
        kept = _in_force(session)
    if faults := typed.faults():
        return _form(typed, faults), 422

    def propose(session: Session) -> str:
        made = service.propose(
            session,
            name=typed.name,
            clause=typed.clause,
            effective_from=typed.day or abort(400),
            standard=typed.standard(kept),
            by=acting().username,
            now=now(),
        )
        shared.keep(session, "standard_proposed", "dues_standard", made.id, None, day=typed.effective_from)
        return "新标准已提出，由另一位同志复核后执行。"

    try:
        return act(url_for("console.dues_standards"), propose)
    except BadStandard as wrong:
        return _form(typed, refusal=f"{wrong.reason}，请改好再提出。"), 422
    except DomainError as refusal:
        return _form(typed, refusal=sentence(refusal)), 409


@console.post("/dues/standards/<int:standard_id>/decide")
@staff(Permission.DUES_DECIDE)
def decide_dues_standard(standard_id: int) -> ResponseReturnValue:
    return _decide(standard_id, shared.decision(), Permission.DUES_DECIDE)


@console.post("/dues/standards/<int:standard_id>/withdraw")
@staff(Permission.DUES_ACCOUNT)
def withdraw_dues_standard(standard_id: int) -> ResponseReturnValue:
    return _decide(standard_id, Decision.WITHDRAWN, Permission.DUES_ACCOUNT)


def _decide(standard_id: int, decision: Decision, permission: Permission) -> ResponseReturnValue:
    def decide(session: Session) -> str:
        _only_above_all(session, permission)
        if standard_id not in {row.id for row in queries.all_of_them(session)}:
            abort(404)
        note = fields.line("note", most=shared.NOTE_LENGTH)
        service.decide(session, standard_id, decision, by=acting().username, now=now(), note=note)
        shared.keep(
            session,
            "standard_decided",
            "dues_standard",
            standard_id,
            None,
            decision=decision.value,
            note=note,
        )
        return SAID[decision]

    return shared.carry_out(url_for("console.dues_standards"), decide)


SAID = {
    Decision.APPROVED: "已通过，到执行的日期自动采用。",
    Decision.REFUSED: "已记为不同意。",
    Decision.WITHDRAWN: "已撤回。",
}

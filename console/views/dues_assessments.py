"""核定: how many have an amount, a branch's own people by name, what waits for a second person, the sheet."""

from collections.abc import Callable

from flask import abort, render_template
from flask.typing import ResponseReturnValue

from app.access import staff
from app.core.db import AnyRow, Session
from app.dues import money, months
from app.dues.assessments import import_listing as imports
from app.dues.assessments import listing
from app.dues.assessments.listing import Payers
from app.dues.assessments.models import Assessment
from app.members import queries as members
from app.organizations.scope import Scope
from app.staff.deciding import Decision
from app.staff.permissions import Permission
from console import dues_money as shared
from console import dues_place as places
from console import exports, fields
from console.blueprint import console
from console.dues_place import Place
from console.edge import acting, now, scope_of, services
from console.labels import label

MOST = 200
FOUND = 12
MASK = "••••"
HEADS = (
    "组织",
    "姓名",
    "缴费类别",
    "党费基数",
    "每月金额（元）",
    "从哪个月起",
    "核定原因",
    "提出人",
    "复核人",
)


@console.get("/dues/assessments")
@staff(Permission.DUES_VIEW)
def dues_assessments() -> ResponseReturnValue:
    with services().sessions.read() as session:
        return _list(session, places.place(session))


def _list(session: Session, place: Place, *, revealed: bool = False, fault: str = "", why: str = "") -> str:
    month = months.current(now())
    counts = listing.by_branch(session, place.scope, month)
    named = revealed or place.names
    return render_template(
        "console/dues/assessments/list.html",
        place=place,
        month=month,
        total=_sum(list(counts.values())),
        branches=[(one, counts[one.id]) for one in place.branches if one.id in counts],
        rows=listing.people(session, place.ids, month) if named else None,
        files=_files(session),
        waiting=listing.proposed(session, confirming(), limit=MOST),
        mask=MASK,
        who=shared.called(session),
        found=_found(session),
        text=_text(),
        may_set=acting().may(Permission.DUES_ACCOUNT),
        may_decide=acting().may(Permission.DUES_DECIDE),
        may_export=shared.covers(Permission.DUES_ACCOUNT, place.organization),
        fault=fault,
        export_fault=why,
    )


def _files(session: Session) -> list[AnyRow]:
    """Those that nobody has decided yet."""
    rows = imports.imports(session, confirming(), limit=MOST)
    return [row for row in rows if row.BaseImport.decision is Decision.PROPOSED]


def _sum(counts: list[Payers]) -> Payers:
    return Payers(sum(one.people for one in counts), sum(one.without for one in counts))


def confirming() -> Scope:
    """Where the reader proposes, or is the second person."""
    both = scope_of(Permission.DUES_ACCOUNT).roots | scope_of(Permission.DUES_DECIDE).roots
    return Scope.of(both)


def _text() -> str:
    return fields.line("q", most=shared.NAME_LENGTH)


def _found(session: Session) -> list[members.Found]:
    """For the accountant, who must find one of many: by what was typed, never as a list."""
    text = _text()
    within = scope_of(Permission.DUES_ACCOUNT)
    if not text or not within.roots:
        return []
    return members.search(session, within, vault=services().vault, text=text, per_page=FOUND).rows


@console.post("/dues/assessments/names")
@staff(Permission.DUES_VIEW)
def reveal_dues_assessments() -> ResponseReturnValue:
    with services().sessions.begin() as session:
        place = places.place(session)
        if not places.names_seen(session, place.organization, "assessments"):
            return _list(session, place, fault="请写明查看名单的原因。"), 422
        return _list(session, place, revealed=True)


@console.post("/dues/assessments/export")
@staff(Permission.DUES_ACCOUNT)
def export_dues_assessments() -> ResponseReturnValue:
    """An .xlsx for the accountant's files; every base is masked."""
    why = fields.line("reason", most=places.REASON_LENGTH)
    with services().sessions.begin() as session:
        place = places.place(session, fields.number("organization"))
        if not shared.covers(Permission.DUES_ACCOUNT, place.organization):
            abort(404)
        if not why:
            return _list(session, place, why="请写明用途。"), 422
        rows = listing.amounts(session, place.scope, months.current(now()))
        who = shared.called(session)
        lines = [(row.organization_name, row.name, *_line(row.Assessment, who)) for row in rows]
        own = place.organization
        shared.keep(
            session, "assessments_exported", "organization", own.id, own.id, count=len(lines), reason=why
        )
    content = exports.as_workbook("党费核定", HEADS, lines)
    return exports.download(content, exports.EXCEL, f"{own.short_name}党费核定.xlsx")


def _line(kept: Assessment | None, who: Callable[[str | None], str]) -> tuple[str, ...]:
    if kept is None:
        return ("", "", "", "", "没有核定", "", "")
    return (
        label(kept.category),
        MASK if kept.base_sealed else "",
        money.text(kept.amount_fen).replace(",", ""),
        months.text(kept.from_month),
        label(kept.cause),
        who(kept.proposed_by),
        who(kept.decided_by),
    )

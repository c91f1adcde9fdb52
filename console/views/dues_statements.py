"""WeChat's daily bills beside our own books: fetched, matched, and where they differ."""

from flask import abort, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.access import staff
from app.core.clock import local_text
from app.core.db import AnyRow, Session
from app.dues import months
from app.dues.ports import StatementKind
from app.dues.statements import listing, rereading
from app.dues.statements.models import TradeStatement
from app.staff.permissions import Permission
from console import dues_money as shared
from console import exports, fields
from console.blueprint import console
from console.edge import now, scope, services
from console.paging import PER_PAGE, Page, offset, wanted_page

MCHID_LENGTH = 32
KINDS = {StatementKind.PAYMENT: "收款", StatementKind.REFUND: "退款"}
HEADS = ("序号", "时间", "类型", "商户订单号", "微信支付单号", "商户退款单号", "微信（元）", "本系统（元）")


@console.get("/dues/statements")
@staff(Permission.DUES_RECONCILE)
def dues_statements() -> ResponseReturnValue:
    """One merchant's month, a line a day."""
    month = shared.month()
    first, last = months.first_day(month), months.last_day(month)
    with services().sessions.read() as session:
        choices = listing.merchants(session, scope())
        mchid = fields.line("mchid", most=MCHID_LENGTH) or next(iter(choices), "")
        if mchid and mchid not in choices:
            abort(404)
        rows = listing.statements(session, [mchid], first=first, last=last)
        ours = listing.ours(session, mchid, [one.day for one in rows])
        wanted = listing.CaseFilter()
        return render_template(
            "console/dues/statements.html",
            choices=choices,
            mchid=mchid,
            month=shared.field_of(month),
            rows=rows,
            ours=ours,
            open_cases=listing.cases_total(session, scope(), wanted),
        )


@console.get("/dues/statements/<int:statement_id>")
@staff(Permission.DUES_RECONCILE)
def dues_statement(statement_id: int) -> ResponseReturnValue:
    odd = request.args.get("all") != shared.YES
    with services().sessions.read() as session:
        found = _wanted(session, statement_id)
        wanted = listing.LineFilter(found.id, odd_only=odd)
        return render_template(
            "console/dues/statement.html",
            statement=found,
            merchant=listing.merchants(session, scope())[found.mchid],
            ours=listing.ours(session, found.mchid, [found.day])[found.day],
            rows=listing.lines(session, wanted, offset=offset(wanted_page()), limit=PER_PAGE),
            page=Page(wanted_page(), listing.lines_total(session, wanted)),
            cases=listing.cases(session, scope(), listing.CaseFilter(None, statement_id=found.id)),
            odd=odd,
        )


def _wanted(session: Session, statement_id: int) -> TradeStatement:
    return listing.statement(session, list(listing.merchants(session, scope())), statement_id) or abort(404)


@console.get("/dues/statements/<int:statement_id>/differences.xlsx")
@staff(Permission.DUES_RECONCILE)
def export_dues_differences(statement_id: int) -> ResponseReturnValue:
    """Numbers and amounts, nobody's name."""
    with services().sessions.begin() as session:
        found = _wanted(session, statement_id)
        odd = listing.LineFilter(found.id, odd_only=True)
        rows = [_cells(row) for row in listing.lines(session, odd)]
        _keep(session, "exported", found)
        content = exports.as_workbook("差异", HEADS, rows)
    return exports.download(content, exports.EXCEL, f"微信账单差异 {found.mchid} {found.day}.xlsx")


def _cells(row: AnyRow) -> tuple[exports.Cell, ...]:
    line = row.TradeLine
    return (
        str(line.number),
        local_text(line.at, "%Y-%m-%d %H:%M:%S"),
        KINDS[line.kind],
        line.out_trade_no,
        line.transaction_id,
        line.out_refund_no,
        exports.Fen(line.amount_fen),
        exports.Fen(row.ours_fen) if row.ours_fen is not None else "",
    )


@console.post("/dues/statements/<int:statement_id>/again")
@staff(Permission.DUES_RECONCILE)
def read_dues_statement_again(statement_id: int) -> ResponseReturnValue:
    """The job fetches it at its next turn; lines are replaced, cases stay."""

    def again(session: Session) -> str:
        found = _wanted(session, statement_id)
        rereading.want_again(session, found.id, now=now())
        _keep(session, "statement_wanted", found)
        return "已安排重新下载，几分钟后再看。"

    return shared.carry_out(url_for("console.dues_statement", statement_id=statement_id), again)


def _keep(session: Session, action: str, found: TradeStatement) -> None:
    whose = listing.merchants(session, scope())[found.mchid]
    shared.keep(session, action, "statement", found.id, whose.id, day=found.day.isoformat())

"""试算平衡 of a committee's months, and one account of it: what came before, what moved, what is left."""

from flask import abort, render_template
from flask.typing import ResponseReturnValue

from app.access import staff
from app.dues import months
from app.dues.books import trial
from app.dues.books.models import Account
from app.organizations import queries as organizations
from app.staff.permissions import Permission
from console import dues_money as shared
from console import exports, fields
from console.blueprint import console
from console.edge import services
from console.labels import label
from console.paging import PER_PAGE, Page, offset, wanted_page

HEADS = (
    "科目",
    "期初借方（元）",
    "期初贷方（元）",
    "本期借方（元）",
    "本期贷方（元）",
    "期末借方（元）",
    "期末贷方（元）",
)


def _months() -> tuple[int, int]:
    """From the first month asked for until the last; this month where nothing is asked."""
    last = shared.month("last")
    first = shared.month("first", last)
    return min(first, last), last


@console.get("/dues/books/trial")
@staff(Permission.DUES_VIEW)
def dues_trial() -> ResponseReturnValue:
    first, last = _months()
    with services().sessions.read() as session:
        choices, committee = shared.keeper(session)
        rows = trial.trial(session, committee.id, first=first, last=last) if committee else []
        return render_template(
            "console/dues/trial.html",
            choices=choices,
            committee=committee,
            first=shared.field_of(first),
            last=shared.field_of(last),
            rows=rows,
            total=trial.Total.of(rows),
        )


@console.get("/dues/books/trial.xlsx")
@staff(Permission.DUES_ACCOUNT)
def export_dues_trial() -> ResponseReturnValue:
    first, last = _months()
    with services().sessions.begin() as session:
        committee = shared.keeper(session)[1] or abort(404)
        rows = trial.trial(session, committee.id, first=first, last=last)
        said = f"{months.text(first)}至{months.text(last)}"
        shared.keep(session, "exported", "organization", committee.id, committee.id, month=said)
    total = trial.Total.of(rows)
    lines = [(label(one.account), one.sides) for one in rows] + [("合计", total.sides)]
    cells: list[tuple[exports.Cell, ...]] = [(name, *map(exports.Fen, sides)) for name, sides in lines]
    content = exports.as_workbook("试算平衡", HEADS, cells)
    return exports.download(content, exports.EXCEL, f"{committee.short_name} {said}试算平衡.xlsx")


@console.get("/dues/books/account")
@staff(Permission.DUES_VIEW)
def dues_account() -> ResponseReturnValue:
    """One account, a line a voucher; `organization`: what one organisation holds of it."""
    account = fields.choice("account", Account) or Account.BANK
    first, last = _months()
    with services().sessions.read() as session:
        choices, committee = shared.keeper(session)
        if committee is None:
            abort(404)
        within = fields.number("organization")
        of = shared.of_scope(session, within) if within else None
        wanted = trial.AccountFilter(committee.id, account, first, last, of.id if of else None)
        total = trial.account_total(session, wanted)
        before = trial.account_before(session, wanted)
        return render_template(
            "console/dues/account.html",
            choices=choices,
            committee=committee,
            holders=organizations.tree(session, shared.subtree(committee)),
            of=of,
            account=account,
            accounts=Account,
            first=shared.field_of(first),
            last=shared.field_of(last),
            before=before,
            rows=trial.account_lines(session, wanted, offset=offset(wanted_page()), limit=PER_PAGE),
            total=total,
            page=Page(wanted_page(), total.vouchers),
        )

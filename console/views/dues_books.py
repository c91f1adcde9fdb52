"""The books of a committee: vouchers by number, one voucher by accounts, and who is behind it for a reason."""

from flask import abort, render_template
from flask.typing import ResponseReturnValue

from app.access import staff
from app.core.clock import local_text
from app.core.db import AnyRow, Session
from app.dues import months
from app.dues.books import listing
from app.dues.books.models import Journal, JournalKind
from app.organizations.models import Organization
from app.staff.permissions import Permission
from console import dues_money as shared
from console import exports, fields
from console.blueprint import console
from console.edge import scope, services
from console.labels import label
from console.paging import PER_PAGE, Page, offset, wanted_page

HEADS = ("凭证号", "记账时间", "类型", "金额（元）", "制单", "复核", "摘要", "文号", "冲销")
ENTRIES = 50
MOST_EXPORTED = 20_000


@console.get("/dues/books")
@staff(Permission.DUES_VIEW)
def dues_books() -> ResponseReturnValue:
    with services().sessions.read() as session:
        choices, committee = shared.keeper(session)
        wanted = _filter(committee)
        count, fen = listing.journals_total(session, wanted)
        return render_template(
            "console/dues/books.html",
            choices=choices,
            committee=committee,
            month=shared.field_of(wanted.month or 0),
            wanted=wanted,
            kinds=JournalKind,
            rows=listing.journals(session, wanted, offset=offset(wanted_page()), limit=PER_PAGE),
            fen=fen,
            page=Page(wanted_page(), count),
            who=shared.called(session),
        )


def _filter(committee: Organization | None) -> listing.JournalFilter:
    return listing.JournalFilter(
        committee_id=committee.id if committee else 0,
        month=shared.month(),
        kind=fields.choice("kind", JournalKind),
        number=fields.number("number"),
    )


@console.get("/dues/books.xlsx")
@staff(Permission.DUES_ACCOUNT)
def export_dues_books() -> ResponseReturnValue:
    """One month's vouchers, without anybody's name; kept in the trail."""
    with services().sessions.begin() as session:
        committee = shared.keeper(session)[1] or abort(404)
        wanted = _filter(committee)
        rows = listing.journals(session, wanted, limit=MOST_EXPORTED)
        who = shared.called(session)
        cells = [_cells(row, who(row.Journal.made_by), who(row.Journal.approved_by)) for row in rows]
        month = months.text(wanted.month or 0)
        shared.keep(session, "exported", "organization", committee.id, committee.id, month=month)
    content = exports.as_workbook("凭证", HEADS, cells)
    return exports.download(content, exports.EXCEL, f"{committee.short_name} {month}党费凭证.xlsx")


def _cells(row: AnyRow, made_by: str, approved_by: str) -> tuple[exports.Cell, ...]:
    found: Journal = row.Journal
    return (
        f"{found.month}-{found.number}",
        local_text(found.at),
        label(found.kind),
        exports.Fen(row.fen),
        made_by,
        approved_by,
        found.reason,
        found.document_no,
        "红字冲销" if found.reverses_id else "已被冲销" if row.reversed_by else "",
    )


@console.get("/dues/books/<int:journal_id>")
@staff(Permission.DUES_VIEW)
def dues_voucher(journal_id: int) -> ResponseReturnValue:
    with services().sessions.read() as session:
        return page(session, _wanted(session, journal_id))


def _wanted(session: Session, journal_id: int) -> Journal:
    return listing.journal(session, scope(), journal_id) or abort(404)


def page(session: Session, found: Journal, *, revealed: bool = False, fault: str = "") -> str:
    legs = listing.legs(session, found.id)
    committee = session.get_one(Organization, found.committee_id)
    entries = sum(one.entries for one in legs)
    return render_template(
        "console/dues/voucher.html",
        journal=found,
        committee=committee,
        legs=legs,
        fen=sum(one.fen for one in legs),
        entries=listing.entries(session, found.id, offset=offset(wanted_page(), ENTRIES), limit=ENTRIES)
        if revealed
        else (),
        count=entries,
        shown=ENTRIES,
        reversal=listing.reversal_of(session, found.id),
        reverses=session.get_one(Journal, found.reverses_id) if found.reverses_id else None,
        may_reveal=shared.covers(Permission.DUES_ACCOUNT, committee),
        revealed=revealed,
        fault=fault,
        who=shared.called(session),
    )


@console.post("/dues/books/<int:journal_id>/names")
@staff(Permission.DUES_ACCOUNT)
def reveal_dues_voucher(journal_id: int) -> ResponseReturnValue:
    """Whose money is in it: for the accountant, with a reason that is kept."""
    why = fields.line("reason", most=shared.REASON_LENGTH)
    with services().sessions.begin() as session:
        found = _wanted(session, journal_id)
        if not why:
            return page(session, found, fault="请写明查看的原因。"), 422
        shared.keep(session, "voucher_seen", "voucher", found.id, found.committee_id, reason=why)
        return page(session, found, revealed=True)

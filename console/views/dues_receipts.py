"""Receipts: the own people's by name, totals for those above, printing, and asking to cancel one."""

from collections.abc import Sequence

from flask import abort, render_template, url_for
from flask.typing import ResponseReturnValue

from app.access import staff
from app.core.clock import local_text
from app.core.db import Session
from app.dues import months
from app.dues.books import drafts
from app.dues.books.models import Journal
from app.dues.cash import listing
from app.dues.cash import receipts as keeping
from app.dues.cash.models import PayWay, Receipt
from app.dues.numbers import receipt_number
from app.members.models import Member
from app.organizations import queries as organizations
from app.organizations.models import Organization
from app.staff.permissions import Permission
from console import dues_money as shared
from console import exports, fields
from console.blueprint import console
from console.edge import acting, now, scope, services
from console.labels import label
from console.paging import PER_PAGE, Page, offset, wanted_page

FEWEST = 5
"""With fewer people the sum of a way would be what somebody paid."""
HEADS = ("收据号", "缴费时间", "姓名", "组织", "方式", "金额（元）", "状态")


@console.get("/dues/receipts")
@staff(Permission.DUES_VIEW)
def dues_receipts() -> ResponseReturnValue:
    """One month's. Who sits on no branch reads sums alone."""
    with services().sessions.read() as session:
        choices, chosen = shared.home(session, Permission.DUES_VIEW)
        month = shared.month()
        wanted = _filter(month)
        own = shared.ids(chosen)
        count, fen = listing.receipts_total(session, own, wanted)
        return render_template(
            "console/dues/receipts.html",
            choices=choices,
            organization=fields.number("organization"),
            month=shared.field_of(month),
            wanted=wanted,
            ways=PayWay,
            rows=listing.receipts(session, own, wanted, offset=offset(wanted_page()), limit=PER_PAGE),
            fen=fen,
            page=Page(wanted_page(), count),
            number=receipt_number,
            sums=_sums(session, month) if _above(session, choices) else None,
            fewest=FEWEST,
        )


def _above(session: Session, own: Sequence[Organization]) -> bool:
    """Whether the account has a post above a branch; it may have one in a branch as well."""
    return len(shared.homes(session, Permission.DUES_VIEW)) > len(own) or not own


def _filter(month: int) -> listing.ReceiptFilter:
    since, until = shared.moments(month)
    return listing.ReceiptFilter(
        since, until, fields.choice("way", PayWay), fields.line("q", most=shared.NAME_LENGTH)
    )


def _sums(session: Session, month: int) -> dict[str, object]:
    """By way, over the whole subtrees; nothing for an account that sees its own branch anyway."""
    since, until = shared.moments(month)
    rows = listing.by_way(session, scope(), since=since, until=until)
    return {"rows": rows, "receipts": sum(row.receipts for row in rows), "fen": sum(row.fen for row in rows)}


@console.get("/dues/receipts.xlsx")
@staff(Permission.DUES_COLLECT)
def export_dues_receipts() -> ResponseReturnValue:
    """The own branch's month, for its own file; kept in the trail."""
    with services().sessions.begin() as session:
        _, chosen = shared.home(session, Permission.DUES_COLLECT)
        if not chosen:
            abort(404)
        month = shared.month()
        rows = listing.receipts(session, shared.ids(chosen), _filter(month))
        shared.keep(session, "exported", "organization", chosen[0].id, chosen[0].id, month=months.text(month))
    content = exports.as_workbook("收据", HEADS, (_cells(*row) for row in rows))
    return exports.download(content, exports.EXCEL, f"{chosen[0].short_name} {months.text(month)}收据.xlsx")


def _cells(found: Receipt, name: str, organization: str) -> tuple[exports.Cell, ...]:
    return (
        receipt_number(found.year, found.number),
        local_text(found.paid_at),
        name,
        organization,
        label(found.way),
        exports.Fen(found.amount_fen),
        "已冲销" if found.cancelled_by_id else "",
    )


@console.get("/dues/receipts/<int:receipt_id>")
@staff(Permission.DUES_VIEW)
def dues_receipt(receipt_id: int) -> ResponseReturnValue:
    with services().sessions.read() as session:
        return page(session, _wanted(session, receipt_id))


def _wanted(session: Session, receipt_id: int) -> Receipt:
    return listing.receipt(session, scope(), receipt_id) or abort(404)


def _own(session: Session, receipt_id: int) -> Receipt:
    """Of the branch on which the acting collector sits."""
    found = _wanted(session, receipt_id)
    if not _by_name(session, found):
        abort(403)
    return found


def _by_name(session: Session, found: Receipt) -> bool:
    return found.organization_id in shared.ids(shared.homes(session, Permission.DUES_VIEW))


def page(session: Session, found: Receipt, *, revealed: bool = False, fault: str = "") -> str:
    own = _by_name(session, found)
    organization = organizations.by_id(session, found.organization_id)
    return render_template(
        "console/dues/receipt.html",
        receipt=found,
        number=receipt_number(found.year, found.number),
        organization=organization,
        names=own or revealed,
        member=session.get_one(Member, found.member_id) if own or revealed else None,
        lines=listing.receipt_lines(session, found.id) if own or revealed else (),
        journal=session.get_one(Journal, found.journal_id),
        books=shared.covers(Permission.DUES_VIEW, organizations.by_id(session, found.committee_id)),
        may_reveal=shared.covers(Permission.DUES_ACCOUNT, organization),
        may_print=own and acting().may(Permission.DUES_COLLECT),
        waits=drafts.waiting_reversal(session, found.journal_id),
        who=shared.called(session),
        fault=fault,
    )


@console.post("/dues/receipts/<int:receipt_id>/names")
@staff(Permission.DUES_ACCOUNT)
def reveal_dues_receipt(receipt_id: int) -> ResponseReturnValue:
    """For the accountant whose voucher needs it; the reason is kept."""
    why = fields.line("reason", most=shared.REASON_LENGTH)
    with services().sessions.begin() as session:
        found = _wanted(session, receipt_id)
        if not why:
            return page(session, found, fault="请写明查看的原因。"), 422
        shared.keep(session, "receipt_seen", "receipt", found.id, found.organization_id, reason=why)
        return page(session, found, revealed=True)


@console.post("/dues/receipts/<int:receipt_id>/print")
@staff(Permission.DUES_COLLECT)
def print_dues_receipt(receipt_id: int) -> ResponseReturnValue:
    """The first one is the receipt; every later one says that it is a copy."""
    with services().sessions.begin() as session:
        found = _own(session, receipt_id)
        printed = keeping.mark_printed(session, receipt_id=found.id)
        shared.keep(session, "receipt_printed", "receipt", found.id, found.organization_id, copy=printed > 1)
        committee = session.get_one(Organization, found.committee_id)
        return render_template(
            "console/dues/receipt_paper.html",
            receipt=found,
            number=receipt_number(found.year, found.number),
            copy=printed > 1,
            organization=organizations.by_id(session, found.organization_id),
            committee=committee,
            member=session.get_one(Member, found.member_id),
            lines=listing.receipt_lines(session, found.id),
            who=shared.called(session),
        )


@console.post("/dues/receipts/<int:receipt_id>/cancel")
@staff(Permission.DUES_COLLECT)
def cancel_dues_receipt(receipt_id: int) -> ResponseReturnValue:
    """红字冲销 is asked for, with the reason; another person decides, and nothing is deleted."""
    why = fields.line("reason", most=shared.REASON_LENGTH)

    def cancel(session: Session) -> str:
        found = _own(session, receipt_id)
        drafts.propose_reversal(
            session, journal_id=found.journal_id, reason=why, by=acting().username, now=now()
        )
        shared.keep(session, "draft_proposed", "receipt", found.id, found.organization_id, reason=why)
        return "冲销申请已提交，等党委的同志复核。复核通过以后，收据作废，这几个月恢复为未缴。"

    return shared.carry_out(url_for("console.dues_receipt", receipt_id=receipt_id), cancel)

"""Transfers that members reported: somebody who sees the account confirms each by the bank's slip, or says no."""

from flask import abort, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.access import staff
from app.core.db import Session
from app.dues.cash import listing, transfers
from app.dues.cash.models import Transfer
from app.dues.numbers import receipt_number
from app.staff.permissions import Permission
from console import dues_money as shared
from console import fields
from console.blueprint import console
from console.edge import acting, now, services
from console.paging import PER_PAGE, Page, offset, wanted_page


@console.get("/dues/transfers")
@staff(Permission.DUES_COLLECT)
def dues_transfers() -> ResponseReturnValue:
    """Of the own branch; and of the committee on whose account the money is."""
    with services().sessions.read() as session:
        own = shared.ids(shared.homes(session, Permission.DUES_COLLECT))
        done = request.args.get("done") == shared.YES
        return render_template(
            "console/dues/transfers.html",
            rows=listing.transfers(
                session, own, open_only=not done, offset=offset(wanted_page()), limit=PER_PAGE
            ),
            page=Page(wanted_page(), listing.transfers_total(session, own, open_only=not done)),
            done=done,
            who=shared.called(session),
        )


def _wanted(session: Session, transfer_id: int) -> Transfer:
    own = shared.ids(shared.homes(session, Permission.DUES_COLLECT))
    return listing.transfer(session, own, transfer_id) or abort(404)


@console.post("/dues/transfers/<int:transfer_id>/confirm")
@staff(Permission.DUES_COLLECT)
def confirm_dues_transfer(transfer_id: int) -> ResponseReturnValue:
    slip = fields.line("slip", most=shared.NUMBER_LENGTH)

    def confirm(session: Session) -> str:
        found = _wanted(session, transfer_id)
        taken = transfers.confirm(
            session, transfer_id=found.id, document_no=slip, by=acting().username, now=now()
        )
        number = receipt_number(taken.receipt.year, taken.receipt.number)
        shared.keep(session, "transfer_confirmed", "transfer", found.id, found.organization_id, document=slip)
        return f"已确认到账，收据 {number}。本人会在微信里看到。"

    return shared.carry_out(url_for("console.dues_transfers"), confirm)


@console.post("/dues/transfers/<int:transfer_id>/refuse")
@staff(Permission.DUES_COLLECT)
def refuse_dues_transfer(transfer_id: int) -> ResponseReturnValue:
    why = fields.line("answer", most=shared.REASON_LENGTH)

    def refuse(session: Session) -> str:
        found = _wanted(session, transfer_id)
        transfers.refuse(session, transfer_id=found.id, answer=why, by=acting().username, now=now())
        shared.keep(session, "transfer_refused", "transfer", found.id, found.organization_id, reason=why)
        return "已回复没有到账，本人会看到原因；这几个月恢复为待缴。"

    return shared.carry_out(url_for("console.dues_transfers"), refuse)

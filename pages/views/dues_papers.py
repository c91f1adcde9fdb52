"""The member's own receipts, and the totals that their organisations publish."""

from urllib.parse import quote

from flask import abort, render_template
from flask.typing import ResponseReturnValue
from flask.wrappers import Response

from app.access import member
from app.core.db import Session
from app.dues import own
from app.dues.books.models import UseItem
from app.dues.cash import receipts as printing
from app.dues.own import OwnReceipt
from app.dues.remittance.publicity import Totals
from app.papers import pdf
from app.papers import receipts as papers
from app.papers.paper import MEDIA, Format
from pages.blueprint import pages
from pages.edge import member_id, services
from pages.paging import PER_PAGE, Page, offset, wanted_page
from pages.views.notices import KEY


@pages.get("/dues/receipts")
@member("the receipts of the signed-in member")
def receipts() -> ResponseReturnValue:
    number = wanted_page()
    with services().sessions.read() as session:
        found = own.receipts(session, member_id(), offset=offset(number), limit=PER_PAGE)
        return render_template(
            "pages/dues_receipts.html",
            receipts=found,
            lines=own.lines_of(session, [one.id for one in found]),
            page=Page(number, own.receipts_total(session, member_id())),
        )


@pages.get(f"/dues/receipts/<{KEY}:receipt_id>")
@member("the signed-in member's own receipt; anything else is 404")
def own_receipt(receipt_id: int) -> ResponseReturnValue:
    with services().sessions.read() as session:
        return render_template("pages/dues_receipt.html", seen=_own(session, receipt_id))


@pages.post(f"/dues/receipts/<{KEY}:receipt_id>/print")
@member("the signed-in member's own receipt; anything else is 404")
def print_receipt(receipt_id: int) -> ResponseReturnValue:
    """The first print is the original; who prints again gets a copy that says so."""
    pdf.ready()
    with services().sessions.begin() as session:
        seen = _own(session, receipt_id)
        times = printing.mark_printed(session, receipt_id=receipt_id)
        paper = papers.paper(seen, copy=times > 1)
    answer = Response(pdf.printed(paper), mimetype=MEDIA[Format.PDF])
    name = quote(f"{paper.name}.{Format.PDF}", safe="")
    answer.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{name}"
    return answer


@pages.get("/dues/public")
@member("totals that the signed-in member's own organisations published")
def dues_public() -> ResponseReturnValue:
    with services().sessions.read() as session:
        found = own.publications(session, member_id())
        return render_template(
            "pages/dues_public.html",
            published=[(one, whose, Totals.read(one.totals)) for one, whose in found],
            items=UseItem,
        )


def _own(session: Session, receipt_id: int) -> OwnReceipt:
    return own.receipt(session, member_id=member_id(), receipt_id=receipt_id) or abort(404)

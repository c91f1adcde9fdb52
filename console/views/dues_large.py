"""大额党费: received by one person, passed on to the centre whole by another, apart from all ordinary dues."""

from flask import abort, render_template, url_for
from flask.typing import ResponseReturnValue

from app.access import staff
from app.core.clock import local_day
from app.core.db import Session
from app.dues.cash import large, listing, owing
from app.dues.cash.models import LargeGift, PayWay
from app.dues.standards import queries as standards
from app.organizations import queries as organizations
from app.organizations.models import Organization
from app.staff.permissions import Permission
from console import dues_money as shared
from console import fields, once
from console.blueprint import console
from console.dues_money_cash import TypedGift
from console.edge import acting, now, services
from console.paging import PER_PAGE, Page, offset, wanted_page

WAYS = (PayWay.TRANSFER, PayWay.CASH)


@console.get("/dues/large")
@staff(Permission.DUES_VIEW)
def dues_large() -> ResponseReturnValue:
    """Of the own branch; and all of the committee, for its accountant alone, who passes them on."""
    with services().sessions.read() as session:
        return _page(session)


def _page(
    session: Session, *, typed: TypedGift | None = None, faults: shared.Faults | None = None, fault: str = ""
) -> str:
    passes = shared.homes(session, Permission.DUES_ACCOUNT)
    own = shared.ids([*shared.rosters(session, Permission.DUES_VIEW), *passes])
    collects = shared.ids(shared.rosters(session, Permission.DUES_COLLECT))
    this_month = shared.month("", None)
    everybody = owing.PeopleFilter(until_month=this_month, everybody=True)
    rows = listing.large_gifts(session, own, offset=offset(wanted_page()), limit=PER_PAGE)
    return render_template(
        "console/dues/large.html",
        rows=rows,
        page=Page(wanted_page(), listing.large_total(session, own)),
        people=owing.people(session, collects, everybody) if collects else (),
        may_pass={row.LargeGift.id for row in rows if _may_pass(session, row.LargeGift)},
        ways=WAYS,
        least=standards.in_force(session, this_month).standard.large_from,
        typed=typed or TypedGift(on=local_day(now())),
        faults=faults or {},
        fault=fault,
        today=local_day(now()),
        who=shared.called(session),
    )


def _may_pass(session: Session, gift: LargeGift) -> bool:
    committee = organizations.by_id(session, gift.committee_id)
    return gift.passed_by is None and shared.sits(Permission.DUES_ACCOUNT, committee)


@console.post("/dues/large")
@staff(Permission.DUES_COLLECT)
def receive_dues_large() -> ResponseReturnValue:
    typed = TypedGift.sent()
    if faults := typed.faults(local_day(now())):
        with services().sessions.read() as session:
            return _page(session, typed=typed, faults=faults), 422

    def receive(session: Session) -> str:
        own = shared.ids(shared.rosters(session, Permission.DUES_COLLECT))
        member = owing.person(session, own, typed.member or 0) or abort(404)
        gift = large.receive(
            session,
            member_id=member.id,
            fen=typed.fen,
            way=typed.way or PayWay.TRANSFER,
            received_on=typed.on or local_day(now()),
            profile=typed.profile,
            document_no=fields.line("document_no", most=shared.NUMBER_LENGTH),
            key=once.key(),
            by=acting().username,
            now=now(),
        )
        shared.keep(session, "large_received", "large_gift", gift.id, member.organization_id)
        return "已登记。大额党费单独记账，由党委会计逐级转交中央组织部，收据由中央组织部开具。"

    def shown(sentence: str) -> str:
        with services().sessions.read() as session:
            return _page(session, typed=typed, fault=sentence)

    return shared.carry_out(url_for("console.dues_large"), receive, shown)


def _wanted(session: Session, gift_id: int) -> LargeGift:
    """Of a committee on which the acting accountant sits."""
    own = shared.ids(shared.homes(session, Permission.DUES_ACCOUNT))
    found = listing.large_gift(session, own, gift_id) or abort(404)
    return (
        found
        if shared.sits(Permission.DUES_ACCOUNT, session.get_one(Organization, found.committee_id))
        else abort(404)
    )


@console.post("/dues/large/<int:gift_id>/pass-on")
@staff(Permission.DUES_ACCOUNT)
def pass_on_dues_large(gift_id: int) -> ResponseReturnValue:
    to = fields.line("to", most=100)
    on = fields.day("passed_on") or local_day(now())

    def pass_on(session: Session) -> str:
        found = _wanted(session, gift_id)
        large.pass_on(
            session,
            gift_id=found.id,
            to=to,
            passed_on=on,
            document_no=fields.line("document_no", most=shared.NUMBER_LENGTH),
            by=acting().username,
            now=now(),
        )
        shared.keep(session, "large_passed", "large_gift", found.id, found.committee_id, note=to)
        return "已记转交，全额从专户转出。"

    return shared.carry_out(url_for("console.dues_large"), pass_on)


@console.post("/dues/large/<int:gift_id>/receipt")
@staff(Permission.DUES_ACCOUNT)
def keep_dues_centre_receipt(gift_id: int) -> ResponseReturnValue:
    number = fields.line("number", most=shared.NUMBER_LENGTH)

    def keep(session: Session) -> str:
        found = _wanted(session, gift_id)
        large.keep_centre_receipt(session, gift_id=found.id, number=number)
        shared.keep(
            session, "large_receipt_kept", "large_gift", found.id, found.committee_id, document=number
        )
        return "中央组织部的收据号已登记。"

    return shared.carry_out(url_for("console.dues_large"), keep)

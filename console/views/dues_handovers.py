"""现金上交: offered by one person, taken by another; or paid into the account and shown by the bank's slip."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.access import staff
from app.core.clock import local_day
from app.core.db import AnyRow, Session
from app.core.errors import DomainError
from app.dues import months
from app.dues.cash import handover, listing
from app.dues.cash.models import Handover, PayWay
from app.dues.policies import queries as policies
from app.organizations import queries as organizations
from app.organizations.models import Organization, OrganizationKind
from app.papers import dues_sheets
from app.papers.paper import MEDIA, Format
from app.staff.permissions import Permission
from console import dues_money as shared
from console import exports, fields
from console.blueprint import console
from console.dues_money_cash import TypedHandover, TypedSlip
from console.edge import acting, now, scope, services
from console.labels import label
from console.paging import PER_PAGE, Page, offset, wanted_page
from console.refusals import sentence
from console.views.papers import printed


@console.get("/dues/handovers")
@staff(Permission.DUES_VIEW)
def dues_handovers() -> ResponseReturnValue:
    with services().sessions.read() as session:
        return _page(session)


def _page(
    session: Session,
    *,
    typed: TypedHandover | None = None,
    faults: shared.Faults | None = None,
    fault: str = "",
) -> str:
    done = request.args.get("done") == shared.YES
    rows = listing.handovers(
        session, scope(), open_only=not done, offset=offset(wanted_page()), limit=PER_PAGE
    )
    return render_template(
        "console/dues/handovers.html",
        rows=rows,
        page=Page(wanted_page(), listing.handovers_total(session, scope(), open_only=not done)),
        done=done,
        held=_held(session),
        months=_months(),
        may_take={row.Handover.id for row in rows if _may_take(row)},
        typed=typed or TypedHandover(),
        faults=faults or {},
        fault=fault,
        today=local_day(now()),
        who=shared.called(session),
    )


def _held(session: Session) -> list[tuple[Organization, int, int]]:
    """The own organisations of a collector, the cash that lies in each, and what of it is offered, in fen."""
    found = []
    for one in shared.homes(session, Permission.DUES_COLLECT):
        policy = policies.policy_for(session, one.id, months.current(now()))
        if policy and one.kind is not OrganizationKind.GROUP:
            found.append((one, handover.lying(session, one.id), handover.waiting(session, one.id)))
    return found


def _months() -> list[int]:
    """This month and the eleven before it."""
    this = months.current(now())
    return [months.plus(this, -ago) for ago in range(12)]


def _may_take(row: AnyRow) -> bool:
    """Cash: the collector of who takes it. Paid into the account: the committee's accountant, who has the slip."""
    needed = Permission.DUES_ACCOUNT if row.Handover.banked else Permission.DUES_COLLECT
    return acting().sits_on(needed, row.to_path) and row.Handover.handed_by != acting().username


@console.post("/dues/handovers")
@staff(Permission.DUES_COLLECT)
def offer_dues_cash() -> ResponseReturnValue:
    typed = TypedHandover.sent()
    with services().sessions.read() as session:
        if faults := typed.faults():
            return _page(session, typed=typed, faults=faults), 422

    def offer(session: Session) -> str:
        own = shared.homes(session, Permission.DUES_COLLECT)
        giving = next((one for one in own if one.id == typed.giving), None) or abort(404)
        made = handover.offer(
            session,
            from_organization_id=giving.id,
            fen=typed.fen,
            banked=typed.banked,
            note=typed.note,
            by=acting().username,
            now=now(),
        )
        shared.keep(session, "cash_offered", "handover", made.id, giving.id)
        return "已登记，等会计凭银行回单确认。" if typed.banked else "已登记，等上级的收缴人点收。"

    def shown(sentence: str) -> str:
        with services().sessions.read() as session:
            return _page(session, typed=typed, fault=sentence)

    return shared.carry_out(url_for("console.dues_handovers"), offer, shown)


def _wanted(session: Session, handover_id: int) -> Handover:
    return listing.handover(session, scope(), handover_id) or abort(404)


def _to_own(session: Session, handover_id: int, permission: Permission) -> Handover:
    """One that the acting person may take, for the organisation on which they sit."""
    found = _wanted(session, handover_id)
    banked = permission is Permission.DUES_ACCOUNT
    if found.banked is not banked:
        abort(404)
    return (
        found
        if shared.sits(permission, organizations.by_id(session, found.to_organization_id))
        else abort(403)
    )


@console.post("/dues/handovers/<int:handover_id>/receive")
@staff(Permission.DUES_COLLECT)
def receive_dues_handover(handover_id: int) -> ResponseReturnValue:
    def receive(session: Session) -> str:
        found = _to_own(session, handover_id, Permission.DUES_COLLECT)
        handover.receive(session, handover_id=found.id, by=acting().username, now=now())
        shared.keep(session, "cash_taken", "handover", found.id, found.to_organization_id)
        return "已点收，现金转到本组织名下。"

    return shared.carry_out(url_for("console.dues_handovers"), receive)


@console.post("/dues/handovers/<int:handover_id>/bank")
@staff(Permission.DUES_ACCOUNT)
def bank_dues_handover(handover_id: int) -> ResponseReturnValue:
    slip = TypedSlip.sent()

    def bank(session: Session) -> str:
        found = _to_own(session, handover_id, Permission.DUES_ACCOUNT)
        handover.receive(
            session,
            handover_id=found.id,
            slip=handover.Slip(slip.number, slip.bank, slip.on),
            by=acting().username,
            now=now(),
        )
        shared.keep(
            session, "cash_banked", "handover", found.id, found.to_organization_id, document=slip.number
        )
        return "已按回单记入党费专户。"

    return shared.carry_out(url_for("console.dues_handovers"), bank)


@console.post("/dues/handovers/<int:handover_id>/refuse")
@staff(Permission.DUES_COLLECT)
def refuse_dues_handover(handover_id: int) -> ResponseReturnValue:
    return _refuse(handover_id, Permission.DUES_COLLECT)


@console.post("/dues/handovers/<int:handover_id>/not-banked")
@staff(Permission.DUES_ACCOUNT)
def refuse_dues_banking(handover_id: int) -> ResponseReturnValue:
    return _refuse(handover_id, Permission.DUES_ACCOUNT)


def _refuse(handover_id: int, permission: Permission) -> ResponseReturnValue:
    why = fields.line("note", most=shared.NOTE_LENGTH)

    def refuse(session: Session) -> str:
        found = _to_own(session, handover_id, permission)
        handover.refuse(session, handover_id=found.id, note=why, by=acting().username, now=now())
        shared.keep(session, "handover_refused", "handover", found.id, found.to_organization_id, reason=why)
        return "已退回，现金仍在原来的组织名下。"

    return shared.carry_out(url_for("console.dues_handovers"), refuse)


@console.post("/dues/handovers/<int:handover_id>/withdraw")
@staff(Permission.DUES_COLLECT)
def withdraw_dues_handover(handover_id: int) -> ResponseReturnValue:
    def withdraw(session: Session) -> str:
        found = _wanted(session, handover_id)
        handover.withdraw(session, handover_id=found.id, by=acting().username, now=now())
        shared.keep(session, "handover_withdrawn", "handover", found.id, found.from_organization_id)
        return "已撤回。"

    return shared.carry_out(url_for("console.dues_handovers"), withdraw)


@console.get("/dues/handovers/cash-list")
@staff(Permission.DUES_COLLECT)
def dues_cash_list() -> ResponseReturnValue:
    """现金收缴清单 of the own branch's month, by name: the branch keeps it. That it was taken is in the trail."""
    wanted = fields.choice("format", Format)
    if wanted not in (Format.PDF, Format.EXCEL):
        abort(400)
    month = shared.month()
    since, until = shared.moments(month)
    with services().sessions.begin() as session:
        _, chosen = shared.home(session, Permission.DUES_COLLECT)
        if not chosen:
            abort(404)
        cash = listing.ReceiptFilter(since, until, PayWay.CASH)
        rows = [
            row for row in listing.receipts(session, shared.ids(chosen), cash) if not row[0].cancelled_by_id
        ]
        received = [(row[0], row[1], _months_of(session, row[0].id)) for row in rows[::-1]]
        paper = dues_sheets.cash_list(chosen[0], month, received)
        shared.keep(session, "exported", "organization", chosen[0].id, chosen[0].id, month=months.text(month))
    try:
        return exports.download(printed(paper, wanted, None), MEDIA[wanted], f"{paper.name}.{wanted}")
    except DomainError as refusal:
        flash(sentence(refusal), "warn")
        return redirect(url_for("console.dues_handovers"))


def _months_of(session: Session, receipt_id: int) -> str:
    lines = listing.receipt_lines(session, receipt_id)
    return "、".join(months.text(one.month) if one.month else label(one.account) for one in lines)

"""Collecting: the own people with what is open, and cash from one of them at a time."""

from collections.abc import Sequence

from flask import abort, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.access import staff
from app.core.db import Session
from app.core.errors import DomainError
from app.dues import months
from app.dues.bills import queries as bills
from app.dues.bills.models import Bill
from app.dues.cash import collecting, owing
from app.dues.numbers import receipt_number
from app.dues.orders import wishes
from app.dues.policies import queries as policies
from app.dues.policies.models import DuesPolicy
from app.dues.standards import queries as standards
from app.dues.taking import Part
from app.members.models import Member
from app.organizations import queries as organizations
from app.staff.permissions import Permission
from console import dues_money as shared
from console import fields, once
from console.blueprint import console
from console.dues_money_cash import TypedCash
from console.edge import acting, now, services
from console.paging import PER_PAGE, Page, offset, wanted_page
from console.refusals import sentence


@console.get("/dues/collect")
@staff(Permission.DUES_COLLECT)
def dues_collect() -> ResponseReturnValue:
    with services().sessions.read() as session:
        choices, chosen = shared.home(session, Permission.DUES_COLLECT)
        wanted = owing.PeopleFilter(
            until_month=months.current(now()),
            text=fields.line("q", most=shared.NAME_LENGTH),
            everybody=request.args.get("all") == shared.YES,
        )
        own = shared.ids(chosen)
        total = owing.people_total(session, own, wanted)
        return render_template(
            "console/dues/collect.html",
            choices=choices,
            organization=fields.number("organization"),
            rows=owing.people(session, own, wanted, offset=offset(wanted_page()), limit=PER_PAGE),
            total=total,
            page=Page(wanted_page(), total.people),
            wanted=wanted,
        )


def _person(session: Session, member_id: int) -> Member:
    """One of the own people: those above the branch take nobody's money."""
    own = shared.ids(shared.rosters(session, Permission.DUES_COLLECT))
    return owing.person(session, own, member_id) or abort(404)


@console.get("/dues/collect/<int:member_id>")
@staff(Permission.DUES_COLLECT)
def dues_collect_from(member_id: int) -> ResponseReturnValue:
    with services().sessions.read() as session:
        member = _person(session, member_id)
        policy, open_bills = _policy(session, member), bills.open_bills(session, member.id)
        keeper = policy.organization_id if policy else 0
        return _page(session, member, TypedCash.of(open_bills, months.current(now()), keeper))


def _policy(session: Session, member: Member) -> DuesPolicy | None:
    return policies.policy_for(session, member.organization_id, months.current(now()))


def _parts(session: Session, member: Member, typed: TypedCash, open_bills: Sequence[Bill]) -> list[Part]:
    """With the months to come. Raises TooFarAhead, NoAmount."""
    found, policy = typed.parts(open_bills), _policy(session, member)
    if policy is None:
        return found
    count, member_id = typed.ahead, member.id
    return [
        *found,
        *wishes.ahead_parts(session, member_id=member_id, policy=policy, count=count, now=now()),
    ]


def _page(
    session: Session,
    member: Member,
    typed: TypedCash,
    *,
    faults: shared.Faults | None = None,
    fault: str = "",
    parts: Sequence[Part] = (),
) -> str:
    """`parts`: they are right; the money is counted once more before the receipt is written."""
    this_month = months.current(now())
    open_bills = bills.open_bills(session, member.id)
    return render_template(
        "console/dues/collect_from.html",
        member=member,
        organization=organizations.by_id(session, member.organization_id),
        bills=open_bills,
        this_month=this_month,
        policy=_policy(session, member),
        typed=typed,
        parts=parts,
        total=sum(part.fen for part in parts),
        large_from=standards.in_force(session, this_month).standard.large_from,
        faults=faults or {},
        fault=fault,
    )


@console.post("/dues/collect/<int:member_id>")
@staff(Permission.DUES_COLLECT)
def receive_dues_cash(member_id: int) -> ResponseReturnValue:
    """First the sum to compare with the notes in hand, then the receipt."""
    typed = TypedCash.sent()
    if not typed.sure:
        with services().sessions.read() as session:
            return _counting(session, _person(session, member_id), typed)

    def receive(session: Session) -> str:
        member = _person(session, member_id)
        open_bills = bills.open_bills(session, member.id)
        parts = _parts(session, member, typed, open_bills)
        if typed.faults(open_bills) or typed.counted not in (None, sum(part.fen for part in parts)):
            raise collecting.BillChanged
        taken = collecting.receive_cash(
            session,
            member_id=member.id,
            parts=parts,
            payer=typed.brought,
            key=once.key(),
            by=acting().username,
            now=now(),
        )
        found = taken.receipt
        number = receipt_number(found.year, found.number)
        shared.keep(session, "cash_received", "receipt", found.id, found.organization_id, number=number)
        return f"已收{member.name}现金，收据 {number}。绑定微信的在微信里收到；要纸质收据的，到“收据”里打印。"

    def shown(sentence: str) -> str:
        with services().sessions.read() as session:
            member = _person(session, member_id)
            faults = typed.faults(bills.open_bills(session, member.id))
            return _page(session, member, typed, faults=faults, fault="" if faults else sentence)

    return shared.carry_out(url_for("console.dues_collect"), receive, shown)


def _counting(session: Session, member: Member, typed: TypedCash) -> ResponseReturnValue:
    """The sum to compare with the notes in hand; or what is wrong, beside its field."""
    open_bills = bills.open_bills(session, member.id)
    faults, parts = typed.faults(open_bills), []
    try:
        parts = _parts(session, member, typed, open_bills)
    except DomainError as refusal:
        faults["ahead"] = sentence(refusal)
    if faults:
        return _page(session, member, typed, faults=faults), 422
    return _page(session, member, typed, parts=parts)

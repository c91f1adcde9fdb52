"""账单: a month in counts by branch, a branch's own people with how each stands, and making the bills."""

from flask import render_template, url_for
from flask.typing import ResponseReturnValue

from app.access import staff
from app.core.db import Session
from app.dues import money, months
from app.dues.bills import generating, listing
from app.dues.bills.listing import Tally
from app.dues.bills.models import BillRun
from app.dues.policies import queries as policies
from app.organizations import queries as organizations
from app.organizations.models import Organization
from app.staff.permissions import Permission
from console import dues_money as shared
from console import dues_place as places
from console import fields
from console.blueprint import console
from console.dues_place import Place
from console.edge import acting, now, scope_of, services


@console.get("/dues/bills")
@staff(Permission.DUES_VIEW)
def dues_bills() -> ResponseReturnValue:
    with services().sessions.read() as session:
        return _page(session, places.place(session))


def _page(session: Session, place: Place, *, revealed: bool = False, fault: str = "") -> str:
    month = shared.month()
    tallies = listing.by_branch(session, place.scope, month)
    named = revealed or place.names
    return render_template(
        "console/dues/bills/list.html",
        place=place,
        month=month,
        before=shared.field_of(months.plus(month, -1)),
        after=shared.field_of(months.plus(month, 1)),
        month_field=shared.field_of(month),
        this_month=months.current(now()),
        total=sum(tallies.values(), Tally()),
        branches=[(one, tallies.get(one.id, Tally())) for one in place.branches if one.id in tallies],
        people=listing.people(session, place.ids, month) if named else None,
        keepers=_keepers(session, month),
        fault=fault,
    )


def _keepers(session: Session, month: int) -> list[tuple[Organization, BillRun | None]]:
    """Committees that keep books of that month and whose bills the reader may make."""
    own = policies.in_force(session, month)
    found = organizations.in_scope(session, scope_of(Permission.DUES_ACCOUNT))
    keepers = [one for one in found if one.id in own]
    runs = listing.runs(session, [one.id for one in keepers], month)
    return [(one, runs.get(one.id)) for one in keepers]


@console.post("/dues/bills/names")
@staff(Permission.DUES_VIEW)
def reveal_dues_bills() -> ResponseReturnValue:
    """A branch's people for somebody above it, with a reason that is kept."""
    with services().sessions.begin() as session:
        place = places.place(session)
        if not places.names_seen(session, place.organization, "bills"):
            return _page(session, place, fault="请写明查看名单的原因。"), 422
        return _page(session, place, revealed=True)


@console.post("/dues/bills/generate")
@staff(Permission.DUES_ACCOUNT)
def generate_dues_bills() -> ResponseReturnValue:
    """Again it adds who came since; nobody is billed twice."""
    month = shared.month()

    def generate(session: Session) -> str:
        committee = shared.of_scope(session, fields.number("committee"))
        made = generating.generate(
            session, committee_id=committee.id, month=month, by=acting().username, now=now()
        )
        shared.keep(
            session,
            "bills_generated",
            "organization",
            committee.id,
            committee.id,
            month=month,
            count=made.bills,
        )
        return _said(made, month)

    address = url_for(
        "console.dues_bills", organization=fields.number("committee"), month=shared.field_of(month)
    )
    return shared.carry_out(address, generate)


def _said(made: generating.Made, month: int) -> str:
    if not made.bills:
        said = f"{months.text(month)}没有要新增的账单。"
    else:
        said = f"已生成{months.text(month)}的账单 {made.bills} 份，合计 {money.text(made.total)} 元。"
    used = f"其中 {money.text(made.advance_used)} 元用预缴抵缴。" if made.advance_used else ""
    missing = f"还有 {made.without_amount} 人没有核定金额，没有生成账单。" if made.without_amount else ""
    return said + used + missing

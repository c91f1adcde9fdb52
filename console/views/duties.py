"""A branch's year of duties, what it says of those that no meeting answers, and its committee's term."""

from collections.abc import Callable
from datetime import date

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.access import staff
from app.core.clock import local_day
from app.core.db import Session
from app.core.errors import DomainError
from app.meetings import listing
from app.meetings.duties import calendar, rules, service
from app.meetings.duties.calendar import Cell
from app.meetings.duties.models import Duty, Statement
from app.meetings.duties.rules import DutyState
from app.meetings.kinds import TEMPLATES
from app.meetings.words import OWNERS
from app.organizations.models import Organization
from app.staff.permissions import Permission
from console import fields, once
from console.blueprint import console
from console.convening import seat, seats
from console.edge import acting, keep_trail, now, services
from console.refusals import sentence

TEXT_LENGTH = 300
FIRST_YEAR = 2019
GAPS = frozenset({DutyState.DUE, DutyState.OVERDUE})
STATED = frozenset({DutyState.EXPLAINED, DutyState.NOT_APPLICABLE})
KINDS = {template.duty: kind for kind, template in TEMPLATES.items() if template.duty is not None}


@console.get("/meetings/duties", endpoint="duties")
@staff(Permission.MEETINGS_VIEW)
def year_of_duties() -> ResponseReturnValue:
    """Seen by the branch itself; its direct superior sees counts (facts/domain §7.3 FR2)."""
    with services().sessions.read() as session:
        own = seat(session, Permission.MEETINGS_VIEW, fields.number("organization"))
        return _calendar(session, own)


def _calendar(session: Session, own: Organization | None, *, fault: str = "") -> str:
    year = _year()
    today = local_day(now())
    rows = _rows(session, own, year)
    return render_template(
        "console/duties.html",
        organization=own,
        choices=_with_duties(session),
        year=year,
        years=range(today.year + 1, FIRST_YEAR - 1, -1),
        rows=rows,
        open_cell=_open(rows),
        kinds=KINDS,
        gaps=GAPS,
        stated=STATED,
        Statement=Statement,
        term=listing.sitting_term(session, own.id) if own else None,
        has_term=own is not None and rules.term_rule(own.kind, on=today) is not None,
        children=calendar.of_children(session, superior=own, year=year, today=today) if own else None,
        may_manage=own is not None and _sits(own),
        today=today,
        fault=fault,
    )


def _rows(session: Session, own: Organization | None, year: int) -> list[list[Cell]]:
    if own is None or own.kind not in rules.WITH_DUTIES:
        return []
    return calendar.of_year(session, organization=own, year=year, today=local_day(now()))


def _with_duties(session: Session) -> list[Organization]:
    return [one for one in seats(session, Permission.MEETINGS_VIEW) if one.kind in rules.WITH_DUTIES]


def _year() -> int:
    year = fields.number("year") or 0
    this = local_day(now()).year
    return year if FIRST_YEAR <= year <= this + 1 else this


def _sits(own: Organization) -> bool:
    return acting().sits_on(Permission.MEETINGS_MANAGE, own.path)


def _open(rows: list[list[Cell]]) -> Cell | None:
    """The one that was tapped."""
    duty, period = fields.choice("duty", Duty), fields.line("period", most=7)
    return next((cell for row in rows for cell in row if (cell.duty, cell.period) == (duty, period)), None)


@console.get("/meetings/self-check")
@staff(Permission.MEETINGS_VIEW)
def self_check() -> ResponseReturnValue:
    """迎检自查: every duty of the year with its clause, what shows that it was done, what is missing, whose it is."""
    today = local_day(now())
    with services().sessions.read() as session:
        own = seat(session, Permission.MEETINGS_VIEW, fields.number("organization"))
        year = _year()
        rows = _rows(session, own, year)
        return render_template(
            "console/self_check.html",
            organization=own,
            choices=_with_duties(session),
            year=year,
            years=range(today.year, FIRST_YEAR - 1, -1),
            rows=rows,
            owners=OWNERS,
            kinds=KINDS,
            gaps=GAPS,
            stated=STATED,
            may_manage=own is not None and _sits(own),
        )


Verb = Callable[[Session, Organization], str]
"""Does it and keeps it; what to say afterwards."""


def _carry_out(verb: Verb) -> ResponseReturnValue:
    """By the organisation itself alone; a refusal is read on the calendar."""
    try:
        with services().sessions.begin() as session:
            own = _own(session)
            address = url_for("console.duties", organization=own.id, year=_year())
            if repeat := once.repeated(session):
                return once.answer_repeat(repeat, address)
            said = verb(session, own)
            once.led_to(session, address)
    except DomainError as refusal:
        with services().sessions.read() as session:
            return _calendar(session, _own(session), fault=sentence(refusal)), 409
    flash(said, "ok")
    return redirect(address)


def _own(session: Session) -> Organization:
    return seat(session, Permission.MEETINGS_MANAGE, fields.number("organization") or 0) or abort(404)


def _keep(session: Session, action: str, own: Organization, **details: object) -> None:
    keep_trail(session, f"duty.{action}", subject=f"organization:{own.id}", organization_id=own.id, **details)


@console.post("/meetings/duties/state")
@staff(Permission.MEETINGS_MANAGE)
def state_duty() -> ResponseReturnValue:
    duty, period = fields.choice("duty", Duty) or abort(404), fields.line("period", most=7)
    statement = fields.choice("statement", Statement) or abort(404)

    def state(session: Session, own: Organization) -> str:
        service.state(
            session,
            organization=own,
            duty=duty,
            period=period,
            statement=statement,
            text=fields.line("text", most=TEXT_LENGTH),
            by=acting().display_name,
            now=now(),
        )
        _keep(session, "stated", own, duty=duty.value, period=period, statement=statement.value)
        return "已记下，日历和自查表里都按这个列。"

    return _carry_out(state)


@console.post("/meetings/duties/withdraw")
@staff(Permission.MEETINGS_MANAGE)
def withdraw_statement() -> ResponseReturnValue:
    duty, period = fields.choice("duty", Duty) or abort(404), fields.line("period", most=7)

    def withdraw(session: Session, own: Organization) -> str:
        service.withdraw_statement(session, organization=own, duty=duty, period=period)
        _keep(session, "withdrawn", own, duty=duty.value, period=period)
        return "已撤销说明。"

    return _carry_out(withdraw)


@console.post("/meetings/duties/term")
@staff(Permission.MEETINGS_MANAGE)
def set_term() -> ResponseReturnValue:
    elected_on, ends_on = fields.day("elected_on"), fields.day("ends_on")

    def keep_term(session: Session, own: Organization) -> str:
        elected = elected_on or date.min
        service.set_term(
            session,
            organization=own,
            elected_on=elected,
            ends_on=ends_on or rules.term_ends(own.kind, elected_on=elected) or date.min,
            has_committee=request.form.get("has_committee") == "yes",
            by=acting().display_name,
            now=now(),
        )
        _keep(session, "term_set", own, day=elected.isoformat())
        return "任期已保存；到期前 6 个月、3 个月和当天会提醒。"

    return _carry_out(keep_term)

"""学时: the signed-in member's own year, and what they say was studied elsewhere. Nobody else's."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from flask import abort, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.access import member
from app.core.clock import local_day
from app.core.db import AnyRow, Session
from app.core.errors import DomainError
from app.study.hours import declarations, rules
from app.study.hours.credits import beside
from app.study.hours.declarations import DeclarationUnknown, Told
from app.study.hours.figures import NoHoursFigures, figures
from app.study.hours.models import Declaration, HoursUnit
from app.study.hours.statements import Line, Statement, YearWrong, own_statement
from app.study.hours.states import DeclarationState
from pages.blueprint import pages
from pages.edge import member_id, now, services
from pages.forms import line
from pages.sign_in import back_to
from pages.views.notices import KEY

YEARS: Final = 3
"""This one and those before it that the page leads to."""
YEAR = "int(max=9999)"
FIELDS: Final = ("held_on", "topic", "held_by", "unit", "hours")
HOURS: Final = re.compile(r"[0-9]{1,2}(\.[0-9]{1,2})?")
CHANGEABLE: Final = frozenset({DeclarationState.DECLARED, DeclarationState.RETURNED})
LARGEST_REVISION: Final = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Shown:
    """One line of the year. `beside`: (topic, held_by, minutes, confirmed) of the same day, for one that waits."""

    line: Line
    beside: Sequence[AnyRow] = ()

    @property
    def changeable(self) -> bool:
        return self.line.declaration is not None and self.line.declaration.state in CHANGEABLE


@pages.get("/study/hours")
@member("the year of the signed-in member")
def study_hours() -> ResponseReturnValue:
    return _year(local_day(now()).year)


@pages.get(f"/study/hours/<{YEAR}:year>")
@member("the year of the signed-in member")
def study_hours_of(year: int) -> ResponseReturnValue:
    return _year(year)


def _year(year: int, *, refused: str = "") -> str:
    """404 for a year that has not begun, or of which no figures are known."""
    with services().sessions.read() as session:
        try:
            seen = own_statement(session, member_id=member_id(), year=year, now=now())
        except (YearWrong, NoHoursFigures):
            abort(404)
        this = local_day(now()).year
        return render_template(
            "pages/study/hours.html",
            seen=seen,
            lines=_shown(session, seen),
            years=[one for one in range(this, this - YEARS, -1) if one != year],
            this=this,
            late=rules.declarable(date(this - 1, 12, 31), local_day(now())),
            refused=refused,
        )


def _shown(session: Session, seen: Statement) -> list[Shown]:
    """The latest first."""
    return [Shown(one, _beside(session, one)) for one in reversed(seen.lines)]


def _beside(session: Session, one: Line) -> Sequence[AnyRow]:
    waits = one.declaration is not None and one.declaration.state is DeclarationState.DECLARED
    return beside(session, one.declaration) if waits and one.declaration else ()


@pages.get("/study/hours/declare")
@member("a form for the signed-in member")
def study_declare() -> ResponseReturnValue:
    return _form({"held_on": local_day(now()).isoformat(), "unit": HoursUnit.CLOCK})


@pages.post("/study/hours/declare")
@member("a declaration of the signed-in member's own")
def study_declare_hours() -> ResponseReturnValue:
    """A second tap finds the first one declared, and is told so."""
    typed = _typed()
    if faults := _faults(typed):
        return _form(typed, faults=faults), 400
    try:
        with services().sessions.begin() as session:
            made = declarations.declare(session, member_id=member_id(), told=_told(typed), now=now())
            year = made.held_on.year
    except DomainError as refusal:
        return _form(typed, refusal=refusal), 409
    return _back(year)


@pages.get(f"/study/hours/declarations/<{KEY}:declaration_id>")
@member("only a declaration of the signed-in member's own; anything else is 404")
def study_declaration(declaration_id: int) -> ResponseReturnValue:
    with services().sessions.read() as session:
        row = _own(session, declaration_id)
        if row.state not in CHANGEABLE:
            return back_to(_address(row.held_on.year))
        return _form(_written(session, row), row=row)


@pages.post(f"/study/hours/declarations/<{KEY}:declaration_id>")
@member("only a declaration of the signed-in member's own; anything else is 404")
def study_correct(declaration_id: int) -> ResponseReturnValue:
    """A second tap finds it written as it is, and leads to the same page."""
    typed = _typed()
    faults = _faults(typed)
    try:
        with services().sessions.begin() as session:
            row = _own(session, declaration_id)
            if faults:
                return _form(typed, faults=faults, row=row), 400
            declarations.correct(
                session,
                member_id=member_id(),
                declaration_id=declaration_id,
                revision=_revision(),
                told=_told(typed),
                now=now(),
            )
            year = row.held_on.year
    except DomainError as refusal:
        with services().sessions.read() as session:
            row = _own(session, declaration_id)
            if row.state is DeclarationState.DECLARED and _written(session, row) == typed:
                return _back(row.held_on.year)
            return _form(typed, refusal=refusal, row=row), 409
    return _back(year)


@pages.post(f"/study/hours/declarations/<{KEY}:declaration_id>/take-back")
@member("only a declaration of the signed-in member's own; anything else is 404")
def study_take_back(declaration_id: int) -> ResponseReturnValue:
    """A second tap finds it taken back, and leads to the same page."""
    with services().sessions.read() as session:
        row = _own(session, declaration_id)
        year, gone = row.held_on.year, row.state is DeclarationState.TAKEN_BACK
    try:
        with services().sessions.begin() as session:
            if not gone:
                declarations.take_back(
                    session, member_id=member_id(), declaration_id=declaration_id, revision=_revision()
                )
    except DomainError as refusal:
        return _year(year, refused=refusal.code), 409
    return _back(year)


def _own(session: Session, declaration_id: int) -> Declaration:
    try:
        return declarations.own(session, member_id=member_id(), declaration_id=declaration_id)
    except DeclarationUnknown:
        abort(404)


def _revision() -> int:
    typed = request.form.get("revision", "")
    read = typed.isascii() and typed.isdigit() and len(typed) <= len(str(LARGEST_REVISION))
    return min(int(typed), LARGEST_REVISION) if read else 0


def _typed() -> dict[str, str]:
    return {name: line(name) for name in FIELDS}


def _written(session: Session, row: Declaration) -> dict[str, str]:
    """As it would be typed. The clock's own hours are not kept: they are known where one gives one 学时."""
    hour_for_hour = figures(session, row.held_on).clock_hour == rules.HOUR
    return {
        "held_on": row.held_on.isoformat(),
        "topic": row.topic,
        "held_by": row.held_by,
        "unit": row.unit,
        "hours": rules.text(row.minutes) if row.unit is HoursUnit.CLOCK and hour_for_hour else "",
    }


def _faults(typed: Mapping[str, str]) -> dict[str, str]:
    """What cannot be read at all; what may not be is the domain's to say."""
    faults = {}
    if _day(typed["held_on"]) is None:
        faults["held_on"] = "请选择学习的日期。"
    if typed["unit"] not in set(HoursUnit):
        faults["unit"] = "请选择学了多久。"
    if typed["unit"] == HoursUnit.CLOCK and not HOURS.fullmatch(typed["hours"]):
        faults["hours"] = "请填写学了几个小时，例如 1.5。"
    return faults


def _day(typed: str) -> date | None:
    try:
        return date.fromisoformat(typed)
    except ValueError:
        return None


def _told(typed: Mapping[str, str]) -> Told:
    """Of what `_faults` has let through."""
    unit = HoursUnit(typed["unit"])
    return Told(
        held_on=_day(typed["held_on"]) or local_day(now()),
        topic=typed["topic"],
        held_by=typed["held_by"],
        unit=unit,
        minutes=int(Decimal(typed["hours"]) * rules.HOUR) if unit is HoursUnit.CLOCK else None,
    )


def _form(
    typed: Mapping[str, str],
    *,
    faults: Mapping[str, str] | None = None,
    refusal: DomainError | None = None,
    row: Declaration | None = None,
) -> str:
    today = local_day(now())
    details: dict[str, Any] = refusal.details if refusal else {}
    return render_template(
        "pages/study/declare.html",
        typed=typed,
        faults=faults or {},
        refused=refusal.code if refusal else "",
        field=details.get("field", ""),
        most=details.get("most", 0),
        least=details.get("least", 0),
        row=row,
        revision=_revision() if request.method == "POST" else row.revision if row else 0,
        today=today.isoformat(),
        late=rules.declarable(date(today.year - 1, 12, 31), today),
        units=(HoursUnit.CLOCK, HoursUnit.HALF_DAY, HoursUnit.FULL_DAY),
        widths={"topic": declarations.TOPIC_WIDTH, "held_by": declarations.HELD_BY_WIDTH},
    )


def _address(year: int) -> str:
    return url_for("pages.study_hours_of", year=year, _anchor="lines")


def _back(year: int) -> ResponseReturnValue:
    return back_to(_address(year))

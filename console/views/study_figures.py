"""学时标准: how many 学时 a year asks for and how they are reckoned, dated, put in force by two people."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from flask import abort, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.access import staff
from app.core.clock import local_day
from app.core.db import Session
from app.core.errors import DomainError
from app.staff.deciding import Decision
from app.staff.permissions import Permission
from app.study.hours import figures, rules
from app.study.hours.models import HoursFigure, HoursRule
from console import dues_money as shared
from console import fields
from console import study_place as places
from console.blueprint import console
from console.edge import acting, now, services
from console.study_session_form import LONGEST_NUMBER, minutes_of

HOURS = Permission.STUDY_HOURS
WRONG_NUMBER = "请填写数字，例如 32。"
WRONG_CLOCK = "请填写 30 到 240 之间、能整除 3600 的分钟数，例如 60、45。"


@dataclass(frozen=True)
class TypedFigure:
    """`hours`: 学时 as typed; of an hour by the clock, how many minutes are one 学时."""

    figure: HoursFigure | None = None
    hours: str = ""
    effective_from: str = ""
    clause: str = ""

    @classmethod
    def sent(cls) -> "TypedFigure":
        return cls(
            fields.choice("figure", HoursFigure),
            fields.line("hours", most=LONGEST_NUMBER),
            request.form.get("effective_from", "")[:10],
            fields.line("clause", most=figures.CLAUSE_WIDTH),
        )

    @property
    def day(self) -> date | None:
        return fields.day("effective_from")

    @property
    def minutes(self) -> int | None:
        if self.figure is not HoursFigure.CLOCK_HOUR:
            return minutes_of(self.hours)
        fits = self.hours.isascii() and self.hours.isdigit() and int(self.hours) > 0
        found, rest = divmod(rules.HOUR * rules.HOUR, int(self.hours)) if fits else (0, 1)
        return found if not rest else None

    def faults(self) -> dict[str, str]:
        found = {}
        if self.figure is None:
            found["figure"] = "请选择改哪一个。"
        elif self.minutes is None:
            found["hours"] = WRONG_CLOCK if self.figure is HoursFigure.CLOCK_HOUR else WRONG_NUMBER
        if self.day is None:
            found["effective_from"] = "请填写从哪天起执行。"
        return found if self.clause else found | {"clause": "请写依据的文件和文号。"}


@console.get("/study/hours/figures")
@staff(HOURS)
def study_figures() -> ResponseReturnValue:
    with services().sessions.read() as session:
        return _page(session, TypedFigure())


def _page(
    session: Session, typed: TypedFigure, faults: Mapping[str, str] | None = None, refusal: str = ""
) -> str:
    rows = figures.all_of_them(session)
    return render_template(
        "console/study/figures.html",
        current=_current(session),
        proposed=[row for row in rows if row.decision is Decision.PROPOSED],
        earlier=[row for row in rows if row.decision is not Decision.PROPOSED and row.proposed_by != "zhibu"],
        text=text,
        kinds=HoursFigure,
        typed=typed,
        faults=faults or {},
        refusal=refusal,
        who=shared.called(session),
        may=places.above_all(session, HOURS),
        above=places.stands_above(session, HOURS),
    )


def _current(session: Session) -> list[HoursRule]:
    try:
        found = figures.in_force(session, local_day(now()))
    except DomainError:
        return []
    return [found[one] for one in HoursFigure]


def text(row: HoursRule) -> str:
    """32 学时; of an hour by the clock, 45 分钟计 1 学时."""
    if row.figure is not HoursFigure.CLOCK_HOUR:
        return f"{rules.text(row.minutes)} 学时"
    needed, rest = divmod(rules.HOUR * rules.HOUR, row.minutes)
    return f"1 小时计 {rules.text(row.minutes)} 学时" if rest else f"{needed} 分钟计 1 学时"


def _only_above_all(session: Session) -> None:
    if not places.above_all(session, HOURS):
        abort(404)


@console.post("/study/hours/figures")
@staff(HOURS)
def propose_study_figure() -> ResponseReturnValue:
    typed = TypedFigure.sent()
    with services().sessions.read() as session:
        _only_above_all(session)
        if faults := typed.faults():
            return _page(session, typed, faults), 422

    def propose(session: Session) -> str:
        _only_above_all(session)
        made = figures.propose_figure(
            session,
            figure=typed.figure or abort(400),
            minutes=typed.minutes or 0,
            effective_from=typed.day or abort(400),
            clause=typed.clause,
            by=acting().username,
            now=now(),
        )
        day = typed.effective_from
        places.keep(session, "figure_proposed", f"hours_figure:{made.id}", None, day=day)
        return "已提出，由另一位同志同意后执行。"

    def shown(refusal: str) -> str:
        with services().sessions.read() as session:
            return _page(session, typed, refusal=refusal)

    return shared.carry_out(url_for("console.study_figures"), propose, shown)


@console.post("/study/hours/figures/<int:figure_id>/decide")
@staff(HOURS)
def decide_study_figure(figure_id: int) -> ResponseReturnValue:
    return _decide(figure_id, shared.decision())


@console.post("/study/hours/figures/<int:figure_id>/withdraw")
@staff(HOURS)
def withdraw_study_figure(figure_id: int) -> ResponseReturnValue:
    return _decide(figure_id, Decision.WITHDRAWN)


SAID = {
    Decision.APPROVED: "已同意，到执行的日期自动采用。",
    Decision.REFUSED: "已记为不同意。",
    Decision.WITHDRAWN: "已撤回。",
}


def _decide(figure_id: int, decision: Decision) -> ResponseReturnValue:
    def decide(session: Session) -> str:
        _only_above_all(session)
        if figure_id not in {row.id for row in figures.all_of_them(session)}:
            abort(404)
        note = fields.line("note", most=figures.NOTE_WIDTH)
        figures.decide_figure(
            session, rule_id=figure_id, decision=decision, by=acting().username, now=now(), note=note
        )
        subject = f"hours_figure:{figure_id}"
        places.keep(session, "figure_decided", subject, None, decision=decision.value, note=note)
        return SAID[decision]

    return shared.carry_out(url_for("console.study_figures"), decide)

"""What a plan offers in a month: a line added, changed, taken out."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from flask import abort, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.access import staff
from app.core.db import Session
from app.organizations import queries as organizations
from app.staff.permissions import Permission
from app.study.plans import queries, service
from app.study.plans.models import PlanEntry, Slot, StudyPlan
from app.study.plans.rules import MONTHS, TITLE_LIMIT, Entry
from app.study.plans.states import PlanState
from console import dues_money as shared
from console import fields
from console.blueprint import console
from console.edge import now, services
from console.study_choosing import QUERY_LENGTH, choices, chosen
from console.views import study_plans as plans

WRITE = Permission.STUDY_WRITE


@dataclass(frozen=True)
class TypedEntry:
    """`day` empty: the last reasonable working day of the month."""

    month: int = 0
    slot: Slot | None = None
    title: str = ""
    item: int | None = None
    day: str = ""
    revision: int = 0

    @classmethod
    def of(cls, kept: PlanEntry, revision: int) -> "TypedEntry":
        day = kept.suggested_by.isoformat()
        return cls(kept.month, kept.slot, kept.title, kept.item_id, day, revision)

    @classmethod
    def sent(cls) -> "TypedEntry":
        return cls(
            fields.number("month") or 0,
            fields.choice("slot", Slot),
            fields.line("title", most=TITLE_LIMIT),
            fields.number("item"),
            request.values.get("day", "")[:10],
            fields.number("revision") or 0,
        )

    @property
    def on(self) -> date | None:
        return fields.day("day")

    def faults(self) -> dict[str, str]:
        needed = {
            "month": (self.month in MONTHS, "请选择月份。"),
            "slot": (self.slot, "请选择是一堂课、一部片、一个案例还是一篇文章。"),
            "title": (self.title, "请写学什么。"),
            "day": (not self.day or self.on, "请填写日期，或者空着。"),
        }
        return {name: text for name, (value, text) in needed.items() if not value}

    def entry(self) -> Entry:
        return Entry(self.month, self.slot or Slot.COURSE, self.title, self.item, self.on)


def _form(
    session: Session,
    plan: StudyPlan,
    typed: TypedEntry,
    kept: PlanEntry | None = None,
    faults: Mapping[str, str] | None = None,
    refusal: str = "",
) -> str:
    organization = organizations.by_id(session, plan.organization_id) or abort(404)
    query = fields.line("q", most=QUERY_LENGTH)
    found = list(choices(session, organization, query))
    picked = chosen(session, organization, typed.item)
    if picked is not None and picked[0].id not in {item.id for item, _ in found}:
        found.insert(0, picked)
    return render_template(
        "console/study/plan_entry.html",
        plan=plan,
        kept=kept,
        typed=typed,
        slots=Slot,
        found=found,
        q=query,
        lost=typed.item is not None and picked is None,
        faults=faults or {},
        refusal=refusal,
        title_limit=TITLE_LIMIT,
    )


def _open(session: Session, plan_id: int) -> StudyPlan:
    plan = plans.wanted(session, plan_id)
    return plan if plan.state is not PlanState.ENDED else abort(404)


def _entry(session: Session, plan: StudyPlan, entry_id: int) -> PlanEntry:
    found = (one for one in queries.entries(session, plan) if one.id == entry_id)
    return next(found, None) or abort(404)


@console.get("/study/plans/<int:plan_id>/entries/new")
@staff(WRITE)
def new_study_plan_entry(plan_id: int) -> ResponseReturnValue:
    with services().sessions.read() as session:
        plan = _open(session, plan_id)
        typed = TypedEntry.sent()
        return _form(session, plan, _at(typed, plan.revision))


def _at(typed: TypedEntry, revision: int) -> TypedEntry:
    return TypedEntry(typed.month, typed.slot, typed.title, typed.item, typed.day, revision)


@console.post("/study/plans/<int:plan_id>/entries/new")
@staff(WRITE)
def add_study_plan_entry(plan_id: int) -> ResponseReturnValue:
    typed = TypedEntry.sent()
    with services().sessions.read() as session:
        plan = plans.wanted(session, plan_id)
        if faults := typed.faults():
            return _form(session, plan, typed, faults=faults), 422

    def add(session: Session) -> str:
        plan = plans.wanted(session, plan_id)
        service.add_entry(session, plan=plan, revision=typed.revision, entry=typed.entry(), now=now())
        plans.keep(session, "plan_changed", plan)
        return f"{typed.month}月加上了“{typed.title}”。"

    def shown(refusal: str) -> str:
        with services().sessions.read() as session:
            plan = plans.wanted(session, plan_id)
            return _form(session, plan, _at(typed, plan.revision), refusal=refusal)

    return shared.carry_out(url_for("console.study_plan", plan_id=plan_id), add, shown)


@console.get("/study/plans/<int:plan_id>/entries/<int:entry_id>")
@staff(WRITE)
def study_plan_entry(plan_id: int, entry_id: int) -> ResponseReturnValue:
    with services().sessions.read() as session:
        plan = _open(session, plan_id)
        kept = _entry(session, plan, entry_id)
        asked = TypedEntry.sent()
        typed = _at(asked, plan.revision) if asked.slot else TypedEntry.of(kept, plan.revision)
        return _form(session, plan, typed, kept)


@console.post("/study/plans/<int:plan_id>/entries/<int:entry_id>")
@staff(WRITE)
def change_study_plan_entry(plan_id: int, entry_id: int) -> ResponseReturnValue:
    typed = TypedEntry.sent()
    with services().sessions.read() as session:
        plan = plans.wanted(session, plan_id)
        kept = _entry(session, plan, entry_id)
        if faults := typed.faults():
            return _form(session, plan, typed, kept, faults), 422

    def change(session: Session) -> str:
        plan = plans.wanted(session, plan_id)
        service.change_entry(
            session,
            plan=plan,
            revision=typed.revision,
            entry_id=entry_id,
            entry=typed.entry(),
            now=now(),
        )
        plans.keep(session, "plan_changed", plan)
        return "已保存。"

    def shown(refusal: str) -> str:
        with services().sessions.read() as session:
            plan = plans.wanted(session, plan_id)
            kept = _entry(session, plan, entry_id)
            return _form(session, plan, _at(typed, plan.revision), kept, refusal=refusal)

    return shared.carry_out(url_for("console.study_plan", plan_id=plan_id), change, shown)


@console.post("/study/plans/<int:plan_id>/entries/<int:entry_id>/remove")
@staff(WRITE)
def remove_study_plan_entry(plan_id: int, entry_id: int) -> ResponseReturnValue:
    def remove(session: Session, plan: StudyPlan) -> str:
        service.remove_entry(session, plan=plan, revision=plans.revision(), entry_id=entry_id)
        plans.keep(session, "plan_changed", plan)
        return "已去掉这一项。"

    return plans.act(plan_id, remove)

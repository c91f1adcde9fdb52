"""学习计划: the list of plans, beginning one, and what is done to a whole plan."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from flask import abort, render_template, url_for
from flask.typing import ResponseReturnValue

from app.access import staff
from app.core.clock import local_day
from app.core.db import Session
from app.organizations import queries as organizations
from app.organizations.models import OrganizationKind
from app.staff.permissions import Permission
from app.study.plans import queries, service
from app.study.plans.models import Learner, Slot, StudyPlan
from app.study.plans.rules import TITLE_LIMIT
from app.study.plans.states import PLAN, PlanState
from console import dues_money as shared
from console import fields
from console import study_place as places
from console.blueprint import console
from console.edge import acting, now, scope, services

WRITE = Permission.STUDY_WRITE
Verb = Callable[[Session, StudyPlan], str]


@dataclass(frozen=True)
class TypedPlan:
    organization: int | None = None
    year: int | None = None
    learner: Learner | None = Learner.EVERYBODY
    title: str = ""

    @classmethod
    def sent(cls) -> "TypedPlan":
        return cls(
            fields.number("organization"),
            fields.number("year"),
            fields.choice("learner", Learner),
            fields.line("title", most=TITLE_LIMIT),
        )

    def faults(self) -> dict[str, str]:
        needed = {
            "organization": (self.organization, "请选择组织。"),
            "year": (self.year, "请选择年份。"),
            "learner": (self.learner, "请选择给谁。"),
            "title": (self.title, "请写计划名称。"),
        }
        return {name: text for name, (value, text) in needed.items() if not value}


@console.get("/study/plans")
@staff(WRITE)
def study_plans() -> ResponseReturnValue:
    year = fields.number("year")
    with services().sessions.read() as session:
        every = queries.plans(session, scope())
        rows = [one for one in every if year is None or one.plan.year == year]
        return render_template(
            "console/study/plans.html",
            rows=rows,
            year=year,
            years=sorted({one.plan.year for one in every}, reverse=True),
        )


@console.get("/study/plans/new")
@staff(WRITE)
def new_study_plan() -> ResponseReturnValue:
    this = local_day(now()).year
    with services().sessions.read() as session:
        return _form(session, TypedPlan(year=this, title=f"{this}年学习计划"))


def _form(
    session: Session, typed: TypedPlan, faults: Mapping[str, str] | None = None, refusal: str = ""
) -> str:
    this = local_day(now()).year
    nodes = organizations.tree(session, scope())
    return render_template(
        "console/study/plan_new.html",
        choices=[one for one in nodes if one.organization.kind is not OrganizationKind.GROUP],
        typed=typed,
        years=(this, this + 1),
        learners=Learner,
        faults=faults or {},
        refusal=refusal,
    )


@console.post("/study/plans/new")
@staff(WRITE)
def make_study_plan() -> ResponseReturnValue:
    typed = TypedPlan.sent()
    if faults := typed.faults():
        with services().sessions.read() as session:
            return _form(session, typed, faults), 422

    def make(session: Session) -> str:
        made = service.make_plan(
            session,
            organization=shared.of_scope(session, typed.organization),
            year=typed.year or 0,
            learner=typed.learner or abort(400),
            title=typed.title,
            by=acting().username,
            now=now(),
        )
        keep(session, "plan_made", made)
        return "草稿已建好。打开它，按月写上内容，再发布。"

    def shown(refusal: str) -> str:
        with services().sessions.read() as session:
            return _form(session, typed, refusal=refusal)

    return shared.carry_out(url_for("console.study_plans"), make, shown)


def wanted(session: Session, plan_id: int) -> StudyPlan:
    return queries.plan_for_staff(session, scope(), plan_id) or abort(404)


def page(session: Session, plan: StudyPlan, refusal: str = "") -> str:
    entries = queries.entries(session, plan)
    return render_template(
        "console/study/plan.html",
        plan=plan,
        organization=organizations.by_id(session, plan.organization_id),
        months=[(month, [one for one in entries if one.month == month]) for month in range(1, 13)],
        total=len(entries),
        slots=Slot,
        may_end=PlanState.ENDED in PLAN[plan.state],
        may_publish=PlanState.PUBLISHED in PLAN[plan.state],
        may_copy=local_day(now()).year <= plan.year + 1 <= local_day(now()).year + 1,
        who=shared.called(session),
        title_limit=TITLE_LIMIT,
        refusal=refusal,
    )


@console.get("/study/plans/<int:plan_id>")
@staff(WRITE)
def study_plan(plan_id: int) -> ResponseReturnValue:
    with services().sessions.read() as session:
        return page(session, wanted(session, plan_id))


def act(plan_id: int, verb: Verb) -> ResponseReturnValue:
    """On the revision that was on the page, once; what is refused is said on the page."""

    def carry_out(session: Session) -> str:
        return verb(session, wanted(session, plan_id))

    def shown(refusal: str) -> str:
        with services().sessions.read() as session:
            return page(session, wanted(session, plan_id), refusal)

    return shared.carry_out(url_for("console.study_plan", plan_id=plan_id), carry_out, shown)


def revision() -> int:
    return fields.number("revision") or 0


@console.post("/study/plans/<int:plan_id>/rename")
@staff(WRITE)
def rename_study_plan(plan_id: int) -> ResponseReturnValue:
    def rename(session: Session, plan: StudyPlan) -> str:
        title = fields.line("title", most=TITLE_LIMIT)
        service.rename_plan(session, plan=plan, revision=revision(), title=title)
        keep(session, "plan_changed", plan)
        return "已改名称。"

    return act(plan_id, rename)


@console.post("/study/plans/<int:plan_id>/publish")
@staff(WRITE)
def publish_study_plan(plan_id: int) -> ResponseReturnValue:
    def publish(session: Session, plan: StudyPlan) -> str:
        service.publish_plan(session, plan=plan, revision=revision(), now=now())
        keep(session, "plan_published", plan)
        return "已发布，大家在手机的“学习”里看得到。"

    return act(plan_id, publish)


@console.post("/study/plans/<int:plan_id>/end")
@staff(WRITE)
def end_study_plan(plan_id: int) -> ResponseReturnValue:
    def end(session: Session, plan: StudyPlan) -> str:
        service.end_plan(session, plan=plan, revision=revision(), now=now())
        keep(session, "plan_ended", plan)
        return "计划已结束，大家不再看到。"

    return act(plan_id, end)


@console.post("/study/plans/<int:plan_id>/copy")
@staff(WRITE)
def copy_study_plan(plan_id: int) -> ResponseReturnValue:
    def copy(session: Session, plan: StudyPlan) -> str:
        made = service.copy_plan(session, plan=plan, by=acting().username, now=now())
        keep(session, "plan_copied", made)
        return f"已复制为 {made.year} 年的草稿，在“学习计划”里打开它，核对日子以后发布。"

    return act(plan_id, copy)


def keep(session: Session, action: str, about: StudyPlan) -> None:
    places.keep(session, action, f"study_plan:{about.id}", about.organization_id)

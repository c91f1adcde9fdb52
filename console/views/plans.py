"""Recurring plans: what comes again and when, a date left out, a planned meeting announced."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import date, timedelta

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.access import staff
from app.core.clock import local_day
from app.core.db import Session
from app.core.errors import DomainError
from app.meetings import kinds, listing, service, telling
from app.meetings.models import Meeting, MeetingKind
from app.meetings.plans import queries, rules
from app.meetings.plans import service as planning
from app.meetings.plans.models import Frequency, Plan
from app.meetings.plans.queries import Occurrence
from app.members import queries as members
from app.notices.workdays import known_to
from app.organizations import queries as organizations
from app.staff.permissions import Permission
from console import fields, once
from console.blueprint import console
from console.convening import WITH_ROSTER, chosen, keep, seat
from console.edge import acting, keep_trail, now, scope, services
from console.meeting_form import REASON_LENGTH, as_day
from console.plan_form import TypedPlan
from console.refusals import sentence

AHEAD = timedelta(days=183)
DATES_SHOWN = 4
WRONG = {
    "title": "请写会议名称，最多 100 个字。",
    "rule": "这一天每个周期里不一定有，请改一下日期。",
    "starts_minute": "请填写开始时间。",
    "minutes": "结束时间要晚于开始时间，且会议不超过三天。",
    "ends_on": "结束的日期要在开始的日期之后。",
}


@console.get("/meetings/plans")
@staff(Permission.MEETINGS_VIEW)
def plans() -> ResponseReturnValue:
    with services().sessions.read() as session:
        choices = organizations.tree(session, scope())
        asked = fields.number("organization")
        organization = chosen(session, asked) if asked else seat(session, Permission.MEETINGS_VIEW, None)
        organization = organization or (choices[0].organization if choices else None) or abort(404)
        rows = queries.of_organization(session, organization.id)
        ahead = _ahead(session, organization.id)
        return render_template(
            "console/plans.html",
            choices=choices,
            organization=organization,
            rows=[(one, rules.described(rules.recurrence(one)), ahead[one.id][:DATES_SHOWN]) for one in rows],
            may_manage=acting().scope(Permission.MEETINGS_MANAGE).covers(organization.path),
        )


def _ahead(session: Session, organization_id: int) -> Mapping[int, list[Occurrence]]:
    """The dates to come by plan, a rest day moved."""
    today, found = local_day(now()), defaultdict[int, list[Occurrence]](list)
    dates = queries.occurrences(
        session, [organization_id], first=today, last=today + AHEAD, works=known_to(session)
    )
    for one in dates:
        found[one.plan.id].append(one)
    return found


def wanted_plan(session: Session, plan_id: int) -> Plan:
    return queries.by_id(session, scope(), plan_id) or abort(404)


@console.get("/meetings/plans/new")
@staff(Permission.MEETINGS_MANAGE)
def new_plan() -> ResponseReturnValue:
    kind = fields.choice("kind", MeetingKind) or MeetingKind.THEME_DAY
    with services().sessions.read() as session:
        own = seat(session, Permission.MEETINGS_MANAGE, None)
        organization = fields.number("organization") or (own.id if own else None)
        return _form(session, TypedPlan.blank(kind, organization, local_day(now())))


def _form(
    session: Session, typed: TypedPlan, faults: Mapping[str, str] | None = None, refusal: str = ""
) -> str:
    return render_template(
        "console/plan_form.html",
        typed=typed,
        choices=organizations.tree(session, scope()),
        kinds=MeetingKind,
        frequencies=Frequency,
        faults=faults or {},
        refusal=refusal,
    )


@console.post("/meetings/plans/new")
@staff(Permission.MEETINGS_MANAGE)
def make_plan() -> ResponseReturnValue:
    typed = TypedPlan.sent()
    if faults := typed.faults():
        return _refused(typed, faults)
    try:
        return _make(typed)
    except planning.PlanWrong as wrong:
        field = str(wrong.details.get("field"))
        return _refused(typed, {field: WRONG.get(field, sentence(wrong))})
    except DomainError as refusal:
        return _refused(typed, {}, sentence(refusal))


def _refused(typed: TypedPlan, faults: Mapping[str, str], refusal: str = "") -> ResponseReturnValue:
    with services().sessions.read() as session:
        return _form(session, typed, faults, refusal), 422


def _make(typed: TypedPlan) -> ResponseReturnValue:
    with services().sessions.begin() as session:
        organization = chosen(session, typed.organization)
        address = url_for("console.plans", organization=organization.id)
        if repeat := once.repeated(session):
            return once.answer_repeat(repeat, address)
        made = planning.make(
            session,
            organization=organization,
            kind=typed.kind or MeetingKind.OTHER,
            title=typed.title,
            place=typed.place,
            chair=typed.chair,
            recorder=typed.recorder,
            agenda=typed.agenda,
            rule=typed.rule,
            starts_minute=typed.starts_minute,
            minutes=typed.minutes,
            begins_on=as_day(typed.begins_on) or local_day(now()),
            ends_on=as_day(typed.ends_on),
            by=acting().display_name,
            now=now(),
        )
        once.led_to(session, address)
        _keep(session, "made", made)
    flash(f"计划已保存：{rules.described(typed.rule)}。到时在“会议”里点一下“发布”就通知大家。", "ok")
    return redirect(address)


def _keep(session: Session, action: str, about: Plan, **details: object) -> None:
    keep_trail(
        session,
        f"plan.{action}",
        subject=f"plan:{about.id}",
        organization_id=about.organization_id,
        **details,
    )


Verb = Callable[[Session, Plan], str]
"""Does it and keeps it; what to say afterwards."""


def _carry_out(plan_id: int, verb: Verb) -> ResponseReturnValue:
    """Once per form. A refusal is read on the page of plans."""
    with services().sessions.read() as session:
        address = _back(wanted_plan(session, plan_id))
    try:
        with services().sessions.begin() as session:
            plan = wanted_plan(session, plan_id)
            if repeat := once.repeated(session):
                return once.answer_repeat(repeat, address)
            said = verb(session, plan)
            once.led_to(session, address)
    except DomainError as refusal:
        flash(sentence(refusal), "warn")
    else:
        flash(said, "ok")
    return redirect(address)


def _back(plan: Plan) -> str:
    """To the month from which it was asked, else to the plans."""
    month = as_day(f"{fields.line('month', most=7)}-01")
    if month:
        return url_for("console.meetings", organization=plan.organization_id, month=f"{month:%Y-%m}")
    return url_for("console.plans", organization=plan.organization_id)


def _planned_on() -> date:
    return fields.day("planned_on") or abort(404)


@console.post("/meetings/plans/<int:plan_id>/end")
@staff(Permission.MEETINGS_MANAGE)
def end_plan(plan_id: int) -> ResponseReturnValue:
    def end(session: Session, plan: Plan) -> str:
        planning.end(session, plan=plan, now=now())
        _keep(session, "ended", plan)
        return "计划已停用，不再列出以后的日期；已经发布的会议不受影响。"

    return _carry_out(plan_id, end)


@console.post("/meetings/plans/<int:plan_id>/skip")
@staff(Permission.MEETINGS_MANAGE)
def skip_planned(plan_id: int) -> ResponseReturnValue:
    def skip(session: Session, plan: Plan) -> str:
        on, why = _planned_on(), fields.line("reason", most=REASON_LENGTH)
        planning.skip(session, plan=plan, planned_on=on, reason=why, by=acting().display_name, now=now())
        _keep(session, "skipped", plan, day=on.isoformat(), reason=why)
        return "已跳过这一次，原因已记下。"

    return _carry_out(plan_id, skip)


@console.post("/meetings/plans/<int:plan_id>/unskip")
@staff(Permission.MEETINGS_MANAGE)
def unskip_planned(plan_id: int) -> ResponseReturnValue:
    def unskip(session: Session, plan: Plan) -> str:
        on = _planned_on()
        planning.unskip(session, plan=plan, planned_on=on)
        _keep(session, "unskipped", plan, day=on.isoformat())
        return "已恢复这一次。"

    return _carry_out(plan_id, unskip)


@console.get("/meetings/plans/<int:plan_id>/publish")
@staff(Permission.MEETINGS_MANAGE)
def choose_for_planned(plan_id: int) -> ResponseReturnValue:
    """For a kind of which the people are chosen: tick them first, as they were last time."""
    on = _planned_on()
    with services().sessions.read() as session:
        plan = wanted_plan(session, plan_id)
        organization = organizations.by_id(session, plan.organization_id) or abort(404)
        starts_at, ends_at = rules.times(plan, rules.held_on(on, known_to(session)))
        ticked = listing.last_expected(session, organization.id, plan.kind)
        rows = members.roster_of(session, organization.id) if organization.kind in WITH_ROSTER else ()
        return render_template(
            "console/plan_publish.html",
            plan=plan,
            organization=organization,
            planned_on=on,
            starts_at=starts_at,
            ends_at=ends_at,
            who=kinds.template(plan.kind).who,
            rows=sorted(rows, key=lambda one: one.id not in ticked),
            ticked=ticked,
        )


@console.post("/meetings/plans/<int:plan_id>/publish")
@staff(Permission.MEETINGS_MANAGE)
def publish_planned(plan_id: int) -> ResponseReturnValue:
    """One tap: the meeting is announced, and everybody expected is told."""

    def publish(session: Session, plan: Plan) -> str:
        made = planning.announce_planned(
            session,
            plan=plan,
            planned_on=_planned_on(),
            works=known_to(session),
            by=acting().display_name,
            now=now(),
            only=_only(session, plan),
        )
        told = telling.tell(session, meeting=made, change=telling.Change.ANNOUNCED, now=now())
        _announced(session, made)
        return f"“{made.title}”已发布，将通知 {told} 人。"

    return _carry_out(plan_id, publish)


def _only(session: Session, plan: Plan) -> list[int] | None:
    """Those ticked, else those of the last time; None is the whole roster."""
    if plan.kind in service.EVERYBODYS:
        return None
    ticked = fields.numbers("person")
    if kinds.template(plan.kind).everybody:
        return ticked or None
    return ticked or listing.last_expected(session, plan.organization_id, plan.kind) or None


def _announced(session: Session, made: Meeting) -> None:
    keep(session, "announced", made)

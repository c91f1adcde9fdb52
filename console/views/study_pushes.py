"""推送: telling people of an item on a day, through the notices; what waits, what was sent, and taking it back."""

from datetime import datetime
from typing import Any

from flask import abort, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.access import staff
from app.core.db import Session
from app.members import queries as members
from app.members.models import MemberKind
from app.notices.announcements import audience as audiences
from app.notices.announcements.audience import Audience, Target
from app.notices.models import Urgency
from app.organizations import queries as organizations
from app.organizations.models import Organization
from app.staff.permissions import Permission
from app.study.pushes import queries, service
from app.study.pushes.models import StudyPush
from app.study.pushes.queries import ListedPush
from app.study.pushes.states import PUSH, PushState
from console import dues_money as shared
from console import fields, picking
from console import study_place as places
from console.announcing import URGENCIES, described
from console.blueprint import console
from console.edge import acting, now, scope, services
from console.paging import PER_PAGE, Page, offset, wanted_page
from console.study_choosing import QUERY_LENGTH, Choice, choices, chosen

WRITE = Permission.STUDY_WRITE
OFFERED = tuple((one, text) for one, text in URGENCIES if one in service.URGENCIES)
TIME_WRONG = "请把日期和时间都填上，或者都空着（马上安排）。"


@console.get("/study/pushes")
@staff(WRITE)
def study_pushes() -> ResponseReturnValue:
    state = fields.choice("state", PushState)
    with services().sessions.read() as session:
        rows = queries.pushes(session, scope(), state=state, offset=offset(wanted_page()), limit=PER_PAGE + 1)
        names = {one.id: one.short_name for one in organizations.in_scope(session, scope())}
        return render_template(
            "console/study/pushes.html",
            rows=[_line(session, one, names) for one in rows[:PER_PAGE]],
            state=state,
            states=PushState,
            page=Page(wanted_page(), offset(wanted_page()) + len(rows)),
            who=shared.called(session),
        )


def _line(session: Session, one: ListedPush, names: dict[int, str]) -> dict[str, Any]:
    sent = one.push.state is PushState.SENT
    return {
        "push": one.push,
        "title": one.title,
        "organization": one.organization_name,
        "audience": described(Audience.from_json(one.push.audience), names),
        "progress": {state: number for state, number in queries.progress(session, one.push).items() if number}
        if sent
        else {},
        "open": PushState.WITHDRAWN in PUSH[one.push.state] and one.push.ended_at is None,
    }


@console.get("/study/pushes/new")
@staff(WRITE)
def new_study_push() -> ResponseReturnValue:
    """First something to read, then whom and when: two steps at one address."""
    with services().sessions.read() as session:
        nodes = organizations.tree(session, scope())
        sender = _sender(session) if "sender" in request.args else (nodes[0].organization if nodes else None)
        if sender is None:
            abort(404)
        found = chosen(session, sender, fields.number("item"))
        if found is not None:
            return _form(session, sender, found, Audience(targets=(Target(sender.id),)))
        query = fields.line("q", most=QUERY_LENGTH)
        return render_template(
            "console/study/push_item.html",
            nodes=nodes,
            sender=sender,
            q=query,
            found=choices(session, sender, query),
        )


def _sender(session: Session) -> Organization:
    return shared.of_scope(session, fields.number("sender"))


def _form(session: Session, sender: Organization, item: Choice, audience: Audience, refusal: str = "") -> str:
    below = organizations.subtree(sender)
    counts = {one: seen.members_below for one, seen in members.counts_by_organization(session, below).items()}
    ticked = {one.organization_id for one in audience.targets}
    return render_template(
        "console/study/push_form.html",
        sender=sender,
        item=item[0],
        version=item[1],
        audience=audience,
        tops=picking.grown(organizations.tree(session, below), counts, ticked),
        ticked=ticked,
        alone={one.organization_id for one in audience.targets if not one.below},
        kinds=MemberKind,
        roles=picking.OFFICERS,
        urgencies=OFFERED,
        urgency=fields.choice("urgency", Urgency) or Urgency.DIGEST,
        day=request.form.get("day", "")[:10],
        time=request.form.get("time", "")[:5],
        count=_count(session, sender, audience),
        refusal=refusal,
    )


def _count(session: Session, sender: Organization, audience: Audience) -> int | None:
    if not audience.targets and not audience.members:
        return None
    return audiences.count(session, audience, organizations.subtree(sender))


@console.post("/study/pushes/count")
@staff(WRITE)
def count_study_push() -> ResponseReturnValue:
    """How many people the ticks come to, while they are being set. Nothing is kept."""
    with services().sessions.read() as session:
        number = _count(session, _sender(session), picking.sent())
    return render_template("console/announcement_count.html", count=number)


@console.post("/study/pushes/new")
@staff(WRITE)
def schedule_study_push() -> ResponseReturnValue:
    audience, wrong, at = picking.sent(), "", _moment()
    if at is None and (request.form.get("day") or request.form.get("time")):
        wrong = TIME_WRONG

    def shown(refusal: str) -> str:
        with services().sessions.read() as session:
            sender = _sender(session)
            item = chosen(session, sender, fields.number("item")) or abort(404)
            return _form(session, sender, item, audience, refusal)

    def schedule(session: Session) -> str:
        sender = _sender(session)
        item, _ = chosen(session, sender, fields.number("item")) or abort(404)
        made = service.schedule_push(
            session,
            item=item,
            organization=sender,
            audience=audience,
            urgency=fields.choice("urgency", Urgency) or abort(400),
            send_at=at,
            by=acting().username,
            now=now(),
        )
        _keep(session, "push_scheduled", made)
        return "已安排推送。晚上和休息日不发，本人关掉学习推送的收不到。"

    if wrong:
        return shown(wrong), 422
    return shared.carry_out(url_for("console.study_pushes"), schedule, shown)


def _moment() -> datetime | None:
    return fields.moment("day", "time")


@console.post("/study/pushes/<int:push_id>/withdraw")
@staff(WRITE)
def withdraw_study_push(push_id: int) -> ResponseReturnValue:
    def withdraw(session: Session) -> str:
        found = queries.push_for_staff(session, scope(), push_id) or abort(404)
        stopped = service.withdraw_push(session, push=found, now=now())
        _keep(session, "push_withdrawn", found)
        return f"已取消，还没有收到的 {stopped} 人不再发。" if stopped else "已取消，不再发给任何人。"

    return shared.carry_out(url_for("console.study_pushes"), withdraw)


def _keep(session: Session, act: str, about: StudyPush) -> None:
    places.keep(session, act, f"study_push:{about.id}", about.organization_id)

"""欠缴: whom the branch has to talk with, what it wrote down, and the papers for its members' study of the matter.

Nothing here changes anybody's standing (facts/domain §0.5).
"""

from collections.abc import Callable, Mapping

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.access import staff
from app.core.clock import local_day
from app.core.db import Session
from app.core.errors import DomainError
from app.dues import months
from app.dues.arrears import history, queries, rules, service
from app.dues.arrears.queries import COUNTED, Counts
from app.members.models import Member
from app.organizations.models import Organization
from app.papers import dues_evidence, pdf
from app.papers.paper import MEDIA, Format
from app.staff.permissions import Permission
from console import dues_money as shared
from console import dues_place as places
from console import exports, fields
from console.blueprint import console
from console.dues_acts import act
from console.dues_place import Place
from console.edge import acting, now, services
from console.refusals import sentence

TALKS = (Permission.DUES_DECIDE, Permission.DUES_COLLECT, Permission.MEETINGS_MANAGE)
"""Secretary, collector, organiser: whoever books or reconciles talks with nobody."""
EXCUSES = (Permission.DUES_DECIDE, Permission.MEETINGS_MANAGE)


@console.get("/dues/arrears")
@staff(Permission.DUES_VIEW)
def dues_arrears() -> ResponseReturnValue:
    with services().sessions.read() as session:
        return _list(session, places.place(session))


def _list(session: Session, place: Place, *, revealed: bool = False, fault: str = "") -> str:
    today = local_day(now())
    counts = queries.counts(session, place.scope, today=today)
    return render_template(
        "console/dues/arrears/list.html",
        place=place,
        total=_sum(list(counts.values())),
        branches=[(one, counts[one.id]) for one in place.branches if one.id in counts],
        rows=queries.of_branch(session, place.ids, today=today) if revealed or place.names else None,
        may_open=place.names,
        limits=queries.limits(session, today),
        today=today,
        spans=_spans,
        fault=fault,
    )


def _spans(one: queries.Behind) -> str:
    """2025年8月至2026年2月、2026年4月."""
    found = rules.runs(row.month for row in one.months)
    return "、".join(
        months.text(run.first) + (f"至{months.text(run.last)}" if run.length > 1 else "") for run in found
    )


def _sum(counts: list[Counts]) -> Counts:
    return Counts(*(sum(getattr(one, name) for one in counts) for name in Counts.__dataclass_fields__))


@console.post("/dues/arrears/names")
@staff(Permission.DUES_VIEW)
def reveal_dues_arrears() -> ResponseReturnValue:
    with services().sessions.begin() as session:
        place = places.place(session)
        if not places.names_seen(session, place.organization, "arrears"):
            return _list(session, place, fault="请写明查看名单的原因。"), 422
        return _list(session, place, revealed=True)


@console.get("/dues/arrears/<int:member_id>")
@staff(Permission.DUES_VIEW)
def dues_arrears_of(member_id: int) -> ResponseReturnValue:
    with services().sessions.read() as session:
        return _person(session, *places.own_member(session, member_id))


def _person(
    session: Session,
    member: Member,
    branch: Organization,
    *,
    faults: Mapping[str, str] | None = None,
    fault: str = "",
) -> str:
    today = local_day(now())
    found = history.of_member(session, member.id, this_month=months.of(today), vault=services().vault)
    return render_template(
        "console/dues/arrears/person.html",
        member=member,
        branch=branch,
        found=found,
        run=_run(found, today_month=months.of(today)),
        limits=queries.limits(session, today),
        who=shared.called(session),
        may_talk=_may(TALKS, branch),
        may_excuse=_may(EXCUSES, branch),
        may_take=_may((Permission.DUES_DECIDE,), branch),
        today=today,
        this_month=shared.field_of(months.of(today)),
        faults=faults or {},
        fault=fault,
    )


def _run(found: history.History, *, today_month: int) -> int:
    """Months in a row that count."""
    counted = [bill.month for bill in found.bills if bill.state in COUNTED and bill.month < today_month]
    run = rules.longest(rules.runs(counted, found.excused))
    return run.length if run else 0


def _may(permissions: tuple[Permission, ...], branch: Organization) -> bool:
    return any(acting().sits_on(one, branch.path) for one in permissions)


Verb = Callable[[Session, Member, Organization], str]


def _carry_out(
    member_id: int, allowed: tuple[Permission, ...], verb: Verb, field: str = ""
) -> ResponseReturnValue:
    """By the branch's own people alone; a refusal is read beside its form."""

    def carry(session: Session) -> str:
        member, branch = places.own_member(session, member_id)
        if not _may(allowed, branch):
            abort(403)
        return verb(session, member, branch)

    try:
        return act(url_for("console.dues_arrears_of", member_id=member_id), carry)
    except DomainError as refusal:
        with services().sessions.read() as session:
            told = sentence(refusal)
            member, branch = places.own_member(session, member_id)
            beside = {field: told} if field else {}
            return _person(session, member, branch, faults=beside, fault="" if field else told), 409


def _keep(session: Session, action: str, member: Member, branch: Organization, **details: object) -> None:
    shared.keep(session, action, "member", member.id, branch.id, **details)


@console.post("/dues/arrears/<int:member_id>/talks")
@staff(Permission.DUES_VIEW)
def keep_dues_talk(member_id: int) -> ResponseReturnValue:
    def keep(session: Session, member: Member, branch: Organization) -> str:
        service.keep_talk(
            session,
            member_id=member.id,
            organization_id=branch.id,
            talked_on=fields.day("talked_on"),
            talked_by=fields.line("talked_by", most=shared.NAME_LENGTH),
            deadline_on=fields.day("deadline_on"),
            note=fields.line("note", most=shared.NOTE_LENGTH),
            by=acting().username,
            now=now(),
        )
        _keep(session, "talk_kept", member, branch)
        return "谈话已记下。"

    return _carry_out(member_id, TALKS, keep, "talk")


@console.post("/dues/arrears/<int:member_id>/excuses")
@staff(Permission.DUES_VIEW)
def keep_dues_excuse(member_id: int) -> ResponseReturnValue:
    """The trail says for which months, never why."""

    def keep(session: Session, member: Member, branch: Organization) -> str:
        made = service.keep_excuse(
            session,
            member_id=member.id,
            from_month=months.read(fields.line("from_month", most=7)),
            until_month=months.read(fields.line("until_month", most=7)),
            reason=fields.line("reason", most=service.LONGEST_REASON + 1),
            by=acting().username,
            now=now(),
            vault=services().vault,
        )
        _keep(session, "excuse_kept", member, branch, period=f"{made.from_month}-{made.until_month}")
        return "正当理由已记下，这几个月不再计入连续欠缴。"

    return _carry_out(member_id, EXCUSES, keep, "excuse")


@console.post("/dues/arrears/<int:member_id>/excuses/<int:excuse_id>/withdraw")
@staff(Permission.DUES_VIEW)
def withdraw_dues_excuse(member_id: int, excuse_id: int) -> ResponseReturnValue:
    def withdraw(session: Session, member: Member, branch: Organization) -> str:
        found = history.excuse(session, excuse_id, member_id=member.id) or abort(404)
        service.withdraw_excuse(session, excuse_id=found.id, by=acting().username, now=now())
        _keep(session, "excuse_withdrawn", member, branch, period=f"{found.from_month}-{found.until_month}")
        return "已撤销，这几个月重新计入。"

    return _carry_out(member_id, EXCUSES, withdraw)


@console.post("/dues/arrears/<int:member_id>/evidence")
@staff(Permission.DUES_DECIDE)
def take_dues_evidence(member_id: int) -> ResponseReturnValue:
    """One member's months, reminders, talks and reasons as PDF: for the branch's secretary, with a reason kept."""
    why = fields.line("reason", most=places.REASON_LENGTH)
    with services().sessions.begin() as session:
        member, branch = places.own_member(session, member_id, Permission.DUES_DECIDE)
        if not why:
            return _person(session, member, branch, faults={"evidence": "请写明用途。"}), 422
        found = history.of_member(
            session, member.id, this_month=months.current(now()), vault=services().vault
        )
        paper = dues_evidence.paper(
            found,
            name=member.name,
            organization=branch.name,
            today=local_day(now()),
            called=shared.called(session),
        )
        _keep(session, "evidence_taken", member, branch, reason=why)
    try:
        content = pdf.printed(paper)
    except DomainError as refusal:
        flash(sentence(refusal), "warn")
        return redirect(url_for("console.dues_arrears_of", member_id=member_id))
    return exports.download(content, MEDIA[Format.PDF], f"{paper.name}.pdf")

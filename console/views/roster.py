"""Importing a roster: upload, look at the difference, choose, apply, and take it back."""

from collections.abc import Sequence

from flask import Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.access import staff
from app.core.db import Session
from app.members.roster import batches, preview, template
from app.members.roster import queries as rosters
from app.members.roster.archive import MAX_BYTES, RosterRefused
from app.members.roster.models import RosterImport
from app.members.roster.report import KINDS, STATES
from app.members.roster.service import Outcome
from app.members.roster.states import BLOCKED_KINDS, ChangeKind, ChangeState
from app.organizations import queries as organizations
from app.organizations.models import BRANCH_KINDS, Organization
from app.staff.permissions import Permission
from console import fields, once
from console.blueprint import console
from console.edge import acting, keep_trail, now, scope, services
from console.paging import Page, offset, wanted_page

PER_PAGE = 100
LOOKED_AT = 200
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@console.get("/roster", endpoint="roster")
@staff(Permission.ROSTER_IMPORT)
def list_imports() -> ResponseReturnValue:
    return _upload_page(())


def _upload_page(faults: Sequence[str]) -> str:
    with services().sessions.read() as session:
        earlier = [one for one in rosters.recent(session, limit=LOOKED_AT) if _may_see(session, one)]
        choices = organizations.tree(session, scope())
    return render_template("console/roster.html", earlier=earlier, choices=choices, faults=faults)


def _may_see(session: Session, one: RosterImport) -> bool:
    """One of a single branch by its subtree; one of many branches by whoever made it."""
    if one.organization_id is None:
        return one.created_by == acting().username
    organization = organizations.by_id(session, one.organization_id)
    return organization is not None and scope().covers(organization.path)


def _organization(session: Session) -> Organization:
    found = organizations.by_id(session, fields.number("organization") or 0)
    if found is None or not scope().covers(found.path):
        abort(404)
    return found


@console.get("/roster/template.xlsx")
@staff(Permission.ROSTER_IMPORT)
def roster_template() -> ResponseReturnValue:
    """The empty form with the branches of this account to choose from."""
    with services().sessions.read() as session:
        branches = [one for one in organizations.in_scope(session, scope()) if one.kind in BRANCH_KINDS]
    answer = Response(template.write(branches), mimetype=EXCEL)
    answer.headers.set("Content-Disposition", "attachment", filename="roster.xlsx")
    return answer


@console.post("/roster")
@staff(Permission.ROSTER_IMPORT)
def upload_roster() -> ResponseReturnValue:
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        return _upload_page(["请选择一个 Excel 文件（.xlsx）。"]), 422
    content = sent.stream.read(MAX_BYTES + 1)
    try:
        return _preview(content, sent.filename)
    except RosterRefused as refusal:
        return _upload_page(refusal.faults), 422


def _preview(content: bytes, filename: str) -> ResponseReturnValue:
    """Chosen for one branch, rows without a branch are its own; for a committee every row names its branch."""
    with services().sessions.begin() as session:
        organization = _organization(session)
        if repeat := once.repeated(session):
            return once.answer_repeat(repeat, url_for("console.roster"))
        made = preview.preview(
            session,
            content=content,
            filename=filename,
            scope=organizations.subtree(organization),
            organization=organization if organization.kind in BRANCH_KINDS else None,
            complete=request.form.get("complete") == "yes",
            by=acting().username,
            now=now(),
            vault=services().vault,
        )
        address = url_for("console.roster_import", import_id=made.id)
        once.led_to(session, address)
        _keep(session, "roster.previewed", made, organization.id, rows=made.row_total)
    return redirect(address)


def _keep(
    session: Session, action: str, about: RosterImport, organization_id: int | None, **details: object
) -> None:
    keep_trail(
        session,
        action,
        subject=f"roster:{about.id}",
        organization_id=organization_id,
        file=about.filename,
        **details,
    )


@console.get("/roster/<int:import_id>")
@staff(Permission.ROSTER_IMPORT)
def roster_import(import_id: int) -> ResponseReturnValue:
    with services().sessions.read() as session:
        found = _wanted(session, import_id)
        kinds = rosters.count_by_kind(session, found.id)
        kind = fields.choice("kind", ChangeKind) or next((one for one in kinds if kinds[one]), None)
        lines = rosters.lines(
            session,
            found.id,
            services().vault,
            kind=kind,
            offset=offset(wanted_page(), PER_PAGE),
            limit=PER_PAGE,
        )
        states = rosters.count_by_state(session, found.id)
    return render_template(
        "console/roster_import.html",
        roster=found,
        kinds=kinds,
        kind=kind,
        lines=lines,
        states=states,
        words=KINDS,
        state_words=STATES,
        blocked=BLOCKED_KINDS,
        page=Page(wanted_page(), kinds[kind] if kind else 0, PER_PAGE),
    )


def _wanted(session: Session, import_id: int) -> RosterImport:
    found = rosters.by_id(session, import_id)
    if found is None or not _may_see(session, found):
        abort(404)
    return found


@console.post("/roster/<int:import_id>/apply")
@staff(Permission.ROSTER_IMPORT)
def apply_roster(import_id: int) -> ResponseReturnValue:
    """The ticked lines, or all of one sort; each line stands or falls alone."""
    chosen = _chosen(import_id)
    if not chosen:
        flash("没有勾选任何一行。", "warn")
        return redirect(url_for("console.roster_import", import_id=import_id))
    outcome = batches.apply_all(
        services().sessions,
        import_id=import_id,
        by=acting().username,
        now=now(),
        vault=services().vault,
        change_ids=chosen,
    )
    _say(import_id, "roster.applied", "导入", outcome)
    return redirect(url_for("console.roster_import", import_id=import_id, kind=request.form.get("kind")))


def _chosen(import_id: int) -> list[int]:
    kind = fields.choice("all", ChangeKind)
    with services().sessions.read() as session:
        found = _wanted(session, import_id)
        if kind is None:
            return fields.numbers("line")
        lines = rosters.lines(session, found.id, services().vault, kind=kind)
    return [one.id for one in lines if one.state is ChangeState.PROPOSED]


def _say(import_id: int, action: str, verb: str, outcome: Outcome) -> None:
    with services().sessions.begin() as session:
        found = _wanted(session, import_id)
        _keep(session, action, found, found.organization_id, rows=outcome.done)
    flash(f"已{verb} {outcome.done} 行。", "ok")
    for one in outcome.refused[:10]:
        where = f"第 {one.row_number} 行" if one.row_number else "文件外"
        flash(f"{where} {one.name} 没有{verb}：{one.reason}", "warn")
    if len(outcome.refused) > 10:  # noqa: PLR2004 -- the rest is on the page, line by line
        flash(f"另有 {len(outcome.refused) - 10} 行没有{verb}，原因见下面各行。", "warn")


@console.post("/roster/<int:import_id>/revert")
@staff(Permission.ROSTER_IMPORT)
def revert_roster(import_id: int) -> ResponseReturnValue:
    """Whoever was changed after the import stays as they are."""
    with services().sessions.read() as session:
        _wanted(session, import_id)
    outcome = batches.revert_all(
        services().sessions, import_id=import_id, by=acting().username, now=now(), vault=services().vault
    )
    _say(import_id, "roster.reverted", "撤销", outcome)
    return redirect(url_for("console.roster_import", import_id=import_id))

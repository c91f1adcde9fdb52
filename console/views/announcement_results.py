"""What has become of an announcement, for each person; sending it to some of them again; the export."""

from collections.abc import Iterator, Mapping, Sequence

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.access import staff
from app.core.clock import local_day, local_text
from app.core.db import Session
from app.core.errors import DomainError
from app.notices.announcements import results, sending
from app.notices.announcements.models import Announcement
from app.notices.announcements.results import Result
from app.notices.reasons import sentence as reason
from app.notices.states import DeliveryState
from app.organizations import queries as organizations
from app.organizations.models import Organization
from app.staff.permissions import Permission
from console import exports, fields, once
from console.announcing import Shown, keep, may, organization_of, seen, subtree, wanted
from console.announcing import shown as text_of
from console.blueprint import console
from console.edge import now, scope, services
from console.labels import label
from console.paging import LONGEST_LIST, PER_PAGE, Page, offset, wanted_page
from console.progressing import progress, progress_within
from console.refusals import sentence

RETRYABLE: Mapping[DeliveryState, str] = {
    DeliveryState.REJECTED: "微信没有送到。原因排除之后（例如本人重新关注）再试。",
    DeliveryState.UNCERTAIN: "发送时中断，不知道到没到。再发一次，少数人可能收到两条一样的。",
    DeliveryState.LISTED: "当时微信收不到、后来绑定或关注了的人，这次会收到。",
}
HEADS = ("姓名", "组织", "结果", "途径", "说明", "时间", "已知晓")
ROWS_AT_ONCE = 5000


@console.get("/announcements/<int:announcement_id>/progress")
@staff(Permission.NOTICES_VIEW)
def announcement_progress(announcement_id: int) -> ResponseReturnValue:
    """The bar alone; it stops asking when it is told that nothing is open."""
    with services().sessions.read() as session:
        found = wanted(session, announcement_id)
        return render_template(
            "console/announcement_progress.html", announcement=found, progress=progress(session, found)
        )


@console.get("/announcements/<int:announcement_id>/results")
@staff(Permission.NOTICES_VIEW)
def announcement_results(announcement_id: int) -> ResponseReturnValue:
    with services().sessions.read() as session:
        return _page(session, seen(session, announcement_id))


def _page(session: Session, found: Announcement, *, fault: str = "") -> str:
    """A constant number of statements, however many people it went to."""
    organization = organization_of(session, found)
    own, whole = scope().covers(organization.path), fields.line("whole", most=3) == "yes"
    state, within = fields.choice("state", DeliveryState), _within(session)
    path = within.path if within else None
    rows = results.people(
        session,
        scope(),
        found.id,
        state=state,
        organization_path=path,
        offset=0 if whole else offset(wanted_page()),
        limit=LONGEST_LIST if whole else PER_PAGE,
    )
    text = None if own or found.withdrawn_at else text_of(session, found, organization)
    shown = progress(session, found) if own else progress_within(session, found, scope())
    return render_template(
        "console/announcement_results.html",
        announcement=found,
        organization=organization,
        progress=shown,
        own=own,
        text=text,
        links=_links(found, text),
        whole=whole,
        confirmed=results.confirmations(session, scope(), found.id) if found.confirmation_basis else None,
        retryable=_retryable(found, organization, shown.counts),
        counted=[(one, shown.counts[one]) for one in DeliveryState if shown.counts.get(one)],
        rows=rows,
        page=Page(
            wanted_page(), results.total(session, scope(), found.id, state=state, organization_path=path)
        ),
        choices=organizations.tree(session, subtree(organization) if own else scope()),
        state=state,
        within=within.id if within else None,
        may_export=may(Permission.NOTICES_EXPORT, organization),
        reason=reason,
        fault=fault,
    )


def _links(found: Announcement, text: Shown | None) -> list[str]:
    files = text.attachments if text else ()
    return [url_for("console.attachment", announcement_id=found.id, attachment_id=one.id) for one in files]


def _within(session: Session) -> Organization | None:
    wanted_id = fields.number("within")
    found = organizations.by_id(session, wanted_id) if wanted_id else None
    if wanted_id and (found is None or not scope().covers(found.path)):
        abort(404)
    return found


def _retryable(
    found: Announcement, organization: Organization, counts: Mapping[DeliveryState, int]
) -> list[tuple[DeliveryState, int, str]]:
    if found.withdrawn_at or not may(Permission.NOTICES_WRITE, organization):
        return []
    return [(state, counts[state], text) for state, text in RETRYABLE.items() if counts.get(state)]


@console.post("/announcements/<int:announcement_id>/retry")
@staff(Permission.NOTICES_WRITE)
def retry_announcement(announcement_id: int) -> ResponseReturnValue:
    address = url_for("console.announcement_results", announcement_id=announcement_id)
    states = [state for state in RETRYABLE if state in request.form.getlist("state")]
    try:
        with services().sessions.begin() as session:
            found = wanted(session, announcement_id)
            if repeat := once.repeated(session):
                return once.answer_repeat(repeat, address)
            again = sending.retry(
                session, announcement=found, states=states, setup=services().setup, now=now()
            )
            once.led_to(session, address)
            keep(session, "retried", found, count=again, states="、".join(label(one) for one in states))
    except DomainError as refusal:
        flash(sentence(refusal), "warn")
        return redirect(address)
    flash(
        f"已重新安排 {again:,} 人。" if again else "这些人现在仍然收不到，没有重新安排。",
        "ok" if again else "warn",
    )
    return redirect(address)


@console.post("/announcements/<int:announcement_id>/export")
@staff(Permission.NOTICES_EXPORT)
def export_results(announcement_id: int) -> ResponseReturnValue:
    """Who got it and who did not, with the filters of the page; that it was taken out is kept."""
    workbook = request.form.get("format") != "csv"
    with services().sessions.begin() as session:
        found = wanted(session, announcement_id)
        within = _within(session)
        rows = list(_lines(session, found, fields.choice("state", DeliveryState), within))
        keep(session, "exported", found, count=len(rows), format="Excel" if workbook else "CSV")
        name = f"发送结果-{local_day(now()).isoformat()}-{found.title}"
    if workbook:
        return exports.download(exports.as_workbook("发送结果", HEADS, rows), exports.EXCEL, f"{name}.xlsx")
    return exports.download(exports.as_csv(HEADS, rows), exports.CSV, f"{name}.csv")


def _lines(
    session: Session, found: Announcement, state: DeliveryState | None, within: Organization | None
) -> Iterator[Sequence[str]]:
    start = 0
    while rows := results.people(
        session,
        scope(),
        found.id,
        state=state,
        organization_path=within.path if within else None,
        offset=start,
        limit=ROWS_AT_ONCE,
    ):
        yield from (_line(row) for row in rows)
        start += ROWS_AT_ONCE


def _line(row: Result) -> Sequence[str]:
    confirmed = "" if row.confirmed is None else "是" if row.confirmed else "否"
    at = local_text(row.at) if row.at else ""
    return (
        row.name,
        row.organization_name,
        label(row.state),
        label(row.channel),
        reason(row.reason) if row.reason else "",
        at,
        confirmed,
    )

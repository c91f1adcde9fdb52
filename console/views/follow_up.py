"""Who has not said 已知晓 after the reminders: the branch talks to them, and ticks that here."""

import re

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.access import staff
from app.core.errors import DomainError
from app.members import queries as members
from app.notices.announcements import queries, reminders, service
from app.staff.permissions import Permission
from console import fields
from console.blueprint import console
from console.edge import acting, keep_trail, now, scope, services
from console.paging import PER_PAGE, Page, offset, wanted_page
from console.refusals import sentence

PAIR = re.compile(r"(\d{1,9})-(\d{1,9})", re.ASCII)


@console.get("/announcements/follow-up")
@staff(Permission.NOTICES_VIEW)
def follow_up() -> ResponseReturnValue:
    """Of the reader's own people, whoever asked; of one announcement where it is named."""
    one = fields.number("announcement")
    with services().sessions.read() as session:
        found = queries.by_id(session, scope(), one) if one else None
        rows = reminders.follow_up(
            session, scope(), now=now(), announcement_id=one, offset=offset(wanted_page()), limit=PER_PAGE
        )
        total = reminders.follow_up_count(session, scope(), now=now(), announcement_id=one)
    return render_template(
        "console/follow_up.html",
        announcement=found,
        one=one,
        rows=rows,
        page=Page(wanted_page(), total),
        may_record=acting().may(Permission.NOTICES_WRITE),
    )


@console.post("/announcements/follow-up")
@staff(Permission.NOTICES_WRITE)
def record_told() -> ResponseReturnValue:
    """Told face to face, which is as good as a tap."""
    address = url_for("console.follow_up", announcement=fields.number("announcement"))
    pairs = [_pair(one) for one in request.form.getlist("told")[:PER_PAGE]]
    recorded, refusals = 0, list[str]()
    for announcement_id, member_id in pairs:
        try:
            recorded += _record(announcement_id, member_id)
        except DomainError as refusal:
            refusals.append(sentence(refusal))
    if recorded or not refusals:
        flash(f"已记录当面告知 {recorded} 人。" if pairs else "没有勾选任何人。", "ok" if pairs else "warn")
    for said in dict.fromkeys(refusals):
        flash(said, "warn")
    return redirect(address)


def _pair(sent: str) -> tuple[int, int]:
    """`announcement-member`; what is not is nobody's."""
    found = PAIR.fullmatch(sent)
    return (int(found[1]), int(found[2])) if found else (0, 0)


def _record(announcement_id: int, member_id: int) -> bool:
    with services().sessions.begin() as session:
        new = service.record_confirmation(
            session,
            scope(),
            announcement_id=announcement_id,
            member_id=member_id,
            by=acting().username,
            now=now(),
        )
        told = members.by_id(session, scope(), member_id)
        if new and told:
            keep_trail(
                session,
                "announcement.told_in_person",
                subject=f"announcement:{announcement_id}",
                organization_id=told.organization_id,
                member=member_id,
            )
    return new

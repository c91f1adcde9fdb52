"""What will be sent in the next seven days, and what stands still."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from flask import render_template, url_for
from flask.typing import ResponseReturnValue

from app.access import staff
from app.core.clock import local_day
from app.notices.announcements import plan
from app.notices.announcements.plan import Planned
from app.notices.reasons import sentence
from app.staff.permissions import Permission
from console.blueprint import console
from console.edge import now, scope, services
from console.progressing import is_away, running

DAYS = 7
KINDS = {
    "announcement": "到时间开始发送",
    "waiting": "在等待，到时间继续发送",
    "digest": "每周汇总：把等着的通知合成一条发给大家",
    "reminder": "提醒还没有知晓的人",
}


@dataclass(frozen=True)
class Item:
    at: datetime
    title: str
    text: str
    address: str


@console.get("/announcements/plan")
@staff(Permission.NOTICES_VIEW)
def sending_plan() -> ResponseReturnValue:
    with services().sessions.read() as session:
        planned = plan.upcoming(session, scope(), now=now(), days=DAYS)
        pauses = running(session)
    return render_template(
        "console/sending_plan.html",
        days=_by_day(planned),
        pauses=pauses,
        away=is_away(pauses),
        reason=sentence,
    )


def _by_day(planned: Sequence[Planned]) -> list[tuple[date, list[Item]]]:
    """What is due already is listed under today; a digest of nothing is none."""
    items = sorted(
        (_item(one) for one in planned if one.kind != "digest" or one.number), key=lambda one: one.at
    )
    return [
        (day, list(run))
        for day, run in groupby(items, key=lambda one: max(local_day(one.at), local_day(now())))
    ]


def _item(one: Planned) -> Item:
    parts = [KINDS[one.kind], one.organization_name, f"{one.number:,} 人" if one.number is not None else ""]
    address = (
        url_for("console.announcement", announcement_id=one.announcement_id) if one.announcement_id else ""
    )
    return Item(one.at, one.title or "每周汇总", " · ".join(part for part in parts if part), address)

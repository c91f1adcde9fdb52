"""Working days: what the office sets itself, over the published calendar."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.access import staff
from app.core import calendar as days
from app.core.calendar import DayKind
from app.core.clock import local_day
from app.staff.permissions import Permission
from console import fields
from console.blueprint import console
from console.edge import keep_trail, now, services

FIRST_YEAR, LAST_YEAR = 2004, 2100
NOTE_LENGTH = 100


@console.get("/calendar", endpoint="calendar")
@staff(Permission.CALENDAR_EDIT)
def show_year() -> ResponseReturnValue:
    return _page()


def _page(fault: str = "") -> str:
    today = local_day(now())
    year = min(max(fields.number("year") or today.year, FIRST_YEAR), LAST_YEAR)
    with services().sessions.read() as session:
        own = days.own_days(session, year)
        missing = days.missing_year(session, today)
    return render_template(
        "console/calendar.html",
        year=year,
        own=own,
        published=days.published_exceptions(year),
        missing_year=missing,
        kinds=DayKind,
        fault=fault,
    )


@console.post("/calendar")
@staff(Permission.CALENDAR_EDIT)
def set_day() -> ResponseReturnValue:
    day, kind = fields.day("day"), fields.choice("kind", DayKind)
    if day is None or kind is None or not FIRST_YEAR <= day.year <= LAST_YEAR:
        return _page("请选择日期，以及这一天上班还是休息。"), 422
    with services().sessions.begin() as session:
        days.set_day(session, day=day, kind=kind, note=fields.line("note", most=NOTE_LENGTH))
        session.flush()
        keep_trail(
            session, "calendar.day_set", subject="calendar", organization_id=None, day=day, kind=kind.value
        )
    flash(f"已保存：{day.month}月{day.day}日{'上班' if kind is DayKind.WORK else '休息'}。", "ok")
    return redirect(url_for("console.calendar", year=day.year))


@console.post("/calendar/clear")
@staff(Permission.CALENDAR_EDIT)
def clear_day() -> ResponseReturnValue:
    day = fields.day("day")
    if day is None:
        return _page("请选择要恢复的日期。"), 422
    with services().sessions.begin() as session:
        days.clear_day(session, day=day)
        keep_trail(session, "calendar.day_cleared", subject="calendar", organization_id=None, day=day)
    flash(f"{day.month}月{day.day}日已恢复为国家公布的安排。", "ok")
    return redirect(url_for("console.calendar", year=day.year))

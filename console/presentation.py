"""What templates may use: dates in China's time, names of things, links to versioned assets."""

import hashlib
from datetime import date, datetime
from functools import cache
from pathlib import Path

from flask import Flask, request, url_for
from flask_login import current_user
from markupsafe import Markup

from app.core.clock import local_day, local_text
from app.dues import money, months
from app.staff import submissions
from app.staff.permissions import Permission
from console import labels
from console.edge import now, services

STATIC = Path(__file__).parent / "static"
WEEKDAYS = "一二三四五六日"

NAVIGATION = (
    ("console.dashboard", "首页", "home", Permission.DASHBOARD_VIEW),
    ("console.organizations", "组织", "sitemap", Permission.ORGANIZATIONS_VIEW),
    ("console.members", "党员", "users", Permission.MEMBERS_VIEW),
    ("console.announcements", "通知公告", "speakerphone", Permission.NOTICES_VIEW),
    ("console.meetings", "会议", "calendar-event", Permission.MEETINGS_VIEW),
    ("console.dues", "党费", "wallet", Permission.DUES_VIEW),
    ("console.study", "学习", "book", Permission.STUDY_VIEW),
    ("console.tray", "意见", "message-2", Permission.FEEDBACK_VIEW),
    ("console.roster", "名册导入", "file-import", Permission.ROSTER_IMPORT),
    ("console.calendar", "工作日历", "calendar", Permission.CALENDAR_EDIT),
    ("console.accounts", "账号", "key", Permission.STAFF_MANAGE),
    ("console.trail", "操作记录", "shield-check", Permission.AUDIT_VIEW),
)


def configure(app: Flask) -> None:
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters.update(
        label=labels.label,
        said=labels.said,
        day=day,
        moment=moment,
        clock=clock,
        ending=ending,
        weekday=weekday,
        near_day=near_day,
        when=when,
        yuan=yuan,
        month=month,
    )
    app.jinja_env.globals.update(asset=asset, form_token=submissions.new_token)
    app.context_processor(_frame)


def _frame() -> dict[str, object]:
    """What the layout needs on every page."""
    user = current_user if current_user and current_user.is_authenticated else None
    actor = user.actor if user else None
    here = str(getattr(request.url_rule, "rule", ""))
    shown = [entry for entry in NAVIGATION if actor and actor.may(entry[3])]
    return {
        "actor": actor,
        "navigation": [(url_for(name), text, icon, _is_here(name, here)) for name, text, icon, _ in shown],
        "house": services().settings.site.organization_name,
        "now": now(),
    }


def _is_here(name: str, rule: str) -> bool:
    root = url_for(name)
    if root == url_for("console.dashboard"):
        return rule.rstrip("/") == root.rstrip("/")
    return rule == root or rule.startswith(f"{root}/")


@cache
def asset(name: str) -> str:
    """The address changes with the file, so that browsers may keep it for a year."""
    digest = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:10]
    return url_for("console.static", filename=name, v=digest)


def day(value: date | datetime) -> str:
    found = local_day(value) if isinstance(value, datetime) else value
    return f"{found.year}年{found.month}月{found.day}日"


def weekday(value: date | datetime) -> str:
    found = local_day(value) if isinstance(value, datetime) else value
    return f"周{WEEKDAYS[found.weekday()]}"


def moment(value: datetime) -> Markup:
    return Markup('<time datetime="{}">{}</time>').format(value.isoformat(), local_text(value))


def clock(value: datetime) -> str:
    return local_text(value, "%H:%M")


def ending(value: datetime, start: datetime) -> str:
    """16:00; 次日 01:00 or 3月8日 周日 09:00 where it is not the day of the start."""
    if (days := (local_day(value) - local_day(start)).days) == 0:
        return clock(value)
    return f"次日 {clock(value)}" if days == 1 else when(value)


def near_day(value: datetime) -> str:
    """今天, 明天, 3月8日 周日; the year only where it is another one."""
    today, that = local_day(now()), local_day(value)
    near = {0: "今天", 1: "明天", -1: "昨天"}.get((that - today).days)
    year = "" if that.year == today.year else f"{that.year}年"
    return near or f"{year}{that.month}月{that.day}日 {weekday(that)}"


def when(value: datetime) -> str:
    """今天 14:00, 3月8日 周日 09:00."""
    return f"{near_day(value)} {clock(value)}"


def yuan(fen: int | None) -> str:
    """¥1,234.50, or -¥1,234.50; nothing for no amount."""
    if fen is None:
        return ""
    return f"{'-' if fen < 0 else ''}¥{money.text(abs(fen))}"


def month(value: int | None) -> str:
    """2026年3月, of a month as yyyymm."""
    return months.text(value) if value else ""

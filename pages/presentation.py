"""What page templates may use: times in China's time, sizes of files, links to versioned assets."""

import base64
import hashlib
from datetime import date, datetime
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

from flask import Flask, g, url_for
from markupsafe import Markup

from app.core.clock import local_day, local_text
from app.dues import money, months
from app.dues.numbers import receipt_number
from app.dues.words import word as dues_word
from app.meetings.words import word
from app.qr import svg
from app.study.hours.rules import text as hours
from app.study.words import word as study_word
from pages import forms, labels
from pages.blueprint import pages
from pages.edge import services

STATIC = Path(__file__).parent / "static"
WEEKDAYS = "一二三四五六日"
KILO = 1024


def configure(app: Flask) -> None:
    # The console's templates share this environment, and its preview uses our macro: names of our own.
    app.jinja_env.filters.update(
        page_time=page_time,
        page_day=page_day,
        page_date=page_date,
        page_clock=page_clock,
        page_span=page_span,
        page_label=labels.label,
        page_word=word,
        page_dues_word=dues_word,
        page_yuan=money.text,
        page_month=months.text,
        page_local=lambda moment: page_date(local_day(moment)),
        page_receipt=lambda receipt: receipt_number(receipt.year, receipt.number),
        page_study_word=study_word,
        page_hours=hours,
        page_host=page_host,
        file_size=file_size,
        trusted_html=Markup,
    )
    app.jinja_env.globals.update(page_asset=page_asset, page_token=forms.token, page_code=page_code)


@pages.context_processor
def _frame() -> dict[str, object]:
    """What the layout needs on every page."""
    return {"visitor": g.get("visitor"), "house": services().settings.site.organization_name}


@cache
def page_asset(name: str) -> str:
    """The address changes with the file, so that phones may keep it for a year."""
    digest = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:10]
    return url_for("pages.static", filename=name, v=digest)


def page_code(path: str) -> str:
    """One of our addresses as a QR code, for the `src` of a picture."""
    address = f"{services().settings.site.base_url.rstrip('/')}{path}"
    return f"data:image/svg+xml;base64,{base64.b64encode(svg(address)).decode()}"


def page_host(address: str) -> str:
    """Whose house an address leads to."""
    return urlsplit(address).hostname or address


def page_day(value: datetime) -> str:
    """3月8日 周日."""
    that = local_day(value)
    return f"{that.month}月{that.day}日 周{WEEKDAYS[that.weekday()]}"


def page_date(value: date) -> str:
    return f"{value.year}年{value.month}月{value.day}日"


def page_clock(value: datetime) -> str:
    """09:05."""
    return local_text(value, "%H:%M")


def page_span(starts: datetime, ends: datetime) -> str:
    """2026年3月8日（周日）09:00–11:00; with its own day where it ends on another one."""
    that = local_day(starts)
    day = f"{page_date(that)}（周{WEEKDAYS[that.weekday()]}）"
    if local_day(ends) == that:
        return f"{day}{page_clock(starts)}–{page_clock(ends)}"
    return f"{day}{page_clock(starts)} 至 {page_day(ends)} {page_clock(ends)}"


def page_time(value: datetime) -> Markup:
    """2026年3月8日 09:00, readable by machines too."""
    that = local_day(value)
    text = f"{that.year}年{that.month}月{that.day}日 {local_text(value, '%H:%M')}"
    return Markup('<time datetime="{}">{}</time>').format(value.isoformat(), text)


def file_size(size: int) -> str:
    """820 字节, 14 KB, 2.5 MB."""
    if size < KILO:
        return f"{size} 字节"
    return f"{size / KILO:.0f} KB" if size < KILO**2 else f"{size / KILO**2:.1f} MB"

"""Answers that only read: help, what is coming up, who I am here."""

from dataclasses import dataclass
from datetime import datetime

from app.meetings import queries as meetings
from app.notices.announcements import member_list
from app.notices.announcements.member_list import Item
from app.texts import NO_MARKUP
from handlers.chat import Chat

SHOWN = 5
DUES_PAGES = {
    "dues_due": "/m/dues",
    "dues_paid": "/m/dues/receipts",
    "dues_refunded": "/m/dues",
    "dues_review_answered": "/m/dues/why",
}


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of 通知. `open`: it still waits for 已知晓. `change`: of a meeting, what was said of it."""

    title: str
    at: datetime
    kind: str
    link: str
    open: bool
    withdrawn: bool
    change: str = ""


def help_text(chat: Chat, _rest: str = "") -> str:
    return chat.say("help", person=chat.person)


def unknown(chat: Chat) -> str:
    return chat.say("unknown", person=chat.person)


def notices(chat: Chat, _rest: str = "") -> str:
    if chat.person.member_id is None:
        return chat.say("bind_first")
    coming = meetings.expected_by(chat.driver, member_id=chat.person.member_id, now=chat.now, limit=SHOWN)
    latest = member_list.newest(chat.driver, chat.person.member_id, limit=SHOWN)
    pages = chat.services.settings.site.base_url.rstrip("/")
    more = f"{pages}/m/notices" if pages else ""
    return chat.say("notices", listed=[_listed(one, pages) for one in latest], more=more, coming=coming)


def _listed(item: Item, pages: str) -> Listed:
    title = item.title or item.fields.get("of") or item.fields.get("title", "")
    path = _path(item)
    return Listed(
        title=title.translate(NO_MARKUP),
        at=item.at,
        kind=item.kind,
        link=f"{pages}{path}" if pages and path else "",
        open=item.asks and item.confirmed_at is None,
        withdrawn=item.withdrawn,
        change=item.fields.get("change", ""),
    )


def _path(item: Item) -> str:
    """Of the page that says more."""
    if item.announcement_id is not None:
        return "" if item.withdrawn else f"/m/notices/{item.announcement_id}"
    if item.kind in DUES_PAGES:
        return DUES_PAGES[item.kind]
    meeting = item.fields.get("meeting")
    return f"/m/meetings/{meeting}" if meeting else ""


def me(chat: Chat, _rest: str = "") -> str:
    return chat.say("me", person=chat.person)


def cancel(chat: Chat, _rest: str = "") -> str:
    if not chat.person.topic:
        return chat.say("cancel_nothing")
    chat.leave_topic()
    return chat.say("cancelled")


def not_text(chat: Chat) -> str:
    return chat.say("not_text")

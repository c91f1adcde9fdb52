"""我的会议: what is coming, and where I stood at the latest ones."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.meetings import own_states
from app.meetings import queries as meetings
from app.meetings.own_states import OwnState
from app.meetings.words import word
from app.texts import NO_MARKUP
from handlers.chat import Chat

COMING = 5
PAST = 3


@dataclass(frozen=True, slots=True)
class Line:
    title: str
    starts_at: datetime
    place: str
    state: OwnState
    said: str
    link: str


def my_meetings(chat: Chat, _rest: str = "") -> str:
    member_id = chat.person.member_id
    if member_id is None:
        return chat.say("bind_first")
    coming = meetings.expected_by(chat.driver, member_id=member_id, now=chat.now, limit=COMING)
    past = meetings.own_past(chat.session, member_id=member_id, now=chat.now, limit=PAST)
    house = chat.services.settings.site.base_url.rstrip("/")
    pages = f"{house}/m/meetings" if house else ""
    return chat.say(
        "my_meetings",
        coming=[_line(row, own_states.coming(row), pages) for row in coming],
        past=[_line(row, own_states.past(row), pages) for row in past],
        more=pages,
    )


def _line(row: Any, state: OwnState, pages: str) -> Line:
    link = f"{pages}/{row.id}" if pages else ""
    title, place = row.title.translate(NO_MARKUP), row.place.translate(NO_MARKUP)
    return Line(title, row.starts_at, place, state, word(state), link)

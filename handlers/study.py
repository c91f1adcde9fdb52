"""学习: what there is to study today, and what a word finds. Neither says who asked or what was opened."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.inbox import service as inbox
from app.study.library.models import StudyItem, StudyVersion
from app.study.plans.people import place_of
from app.study.pushes import queries as pushes
from app.study.pushes.queries import Offered
from app.study.searching import finding
from app.study.words import word
from app.texts import NO_MARKUP
from handlers.chat import Chat
from handlers.words import EDGES

SHOWN = 5


@dataclass(frozen=True, slots=True)
class Line:
    """`slot`: what it is in this month's rhythm, if anything."""

    title: str
    link: str
    slot: str = ""


def study(chat: Chat, rest: str = "") -> str:
    """Raises NotHere for somebody who has left."""
    member_id = chat.person.member_id
    if member_id is None:
        return chat.say("bind_first")
    path = place_of(chat.session, member_id).path
    wanted = rest.strip(EDGES + "?")
    return _found(chat, path, wanted) if wanted else _today(chat, path, member_id)


def _today(chat: Chat, path: str, member_id: int) -> str:
    offered = pushes.today(chat.session, path=path, member_id=member_id, now=chat.now, limit=SHOWN)
    return chat.say("study_today", offered=[_offered(chat, one) for one in offered], more=_page(chat))


def _offered(chat: Chat, one: Offered) -> Line:
    slot = word(one.slot) if one.slot else ""
    return Line(one.title.translate(NO_MARKUP), _page(chat, one.item_id), slot)


def _found(chat: Chat, path: str, wanted: str) -> str:
    """The words go with the answer: of what somebody looked for nothing is kept (design §2)."""
    inbox.drop_body(chat.session, key=chat.inbound.key)
    found = finding.find(chat.session, path=path, query=wanted, limit=SHOWN)
    if not found:
        return chat.say("study_nothing")
    lines = _lines(chat, [(one.item, one.version) for one in found])
    return chat.say("study_found", found=lines, whole=found[0].whole, more=_page(chat))


def _lines(chat: Chat, items: Sequence[tuple[StudyItem, StudyVersion]]) -> list[Line]:
    return [Line(version.title.translate(NO_MARKUP), _page(chat, item.id)) for item, version in items]


def _page(chat: Chat, item_id: int | None = None) -> str:
    """Of an item, or where everything can be looked through; empty where there are no pages."""
    house = chat.services.settings.site.base_url.rstrip("/")
    path = "/m/study" if item_id is None else f"/m/study/items/{item_id}"
    return f"{house}{path}" if house else ""

"""请假 and 销假: which meeting, what kind, why; each is asked only where it is not known yet."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.core.errors import DomainError
from app.meetings import leave
from app.meetings import queries as meetings
from app.meetings.leave import LeaveResult
from app.meetings.models import LeaveKind
from app.meetings.rosters import COUNTED
from app.meetings.states import LeaveState
from app.texts import NO_MARKUP
from handlers import check_in
from handlers.chat import Chat
from handlers.words import HAND_CODE, plain

MOST = 9
LONGEST_REASON = 200
AWAY = frozenset({LeaveState.ASKED, LeaveState.GRANTED})
KINDS = {
    LeaveKind.DUTY: ("1", "因公", "公", "公差", "出差", "公假"),
    LeaveKind.SICK: ("2", "病假", "病", "生病"),
    LeaveKind.PERSONAL: ("3", "事假", "事", "有事", "私事"),
    LeaveKind.SHIFT: ("4", "倒班", "上班", "当班", "值班"),
}
_BY_WORD = {word: kind for kind, words in KINDS.items() for word in words}
NO_REASON = frozenset({"无", "没有", "不写", "略"})


@dataclass(frozen=True, slots=True)
class Choice:
    id: int
    title: str
    starts_at: datetime
    leave_state: LeaveState | None


def start(chat: Chat, rest: str = "") -> str:
    """`rest`: what was written behind the word, such as 病假 or 出差到周五."""
    if chat.person.member_id is None:
        return chat.say("bind_first")
    coming = _coming(chat)
    free = [one for one in coming if one.leave_state not in AWAY]
    if not free:
        return chat.say("leave_on_all" if coming else "leave_nothing", meetings=coming)
    first, _, behind = rest.partition(" ")
    kind = _BY_WORD.get(first)
    given = {"kind": kind.value if kind else "", "reason": (behind if kind else rest).strip()}
    return _choose(chat, free, given)


def start_withdrawing(chat: Chat, _rest: str = "") -> str:
    if chat.person.member_id is None:
        return chat.say("bind_first")
    away = [one for one in _coming(chat, begun=True) if one.leave_state in AWAY]
    if not away:
        return chat.say("leave_none")
    if len(away) == 1:
        return _withdraw(chat, away[0].id)
    chat.ask("leave_withdraw", meetings=[one.id for one in away])
    return chat.say("leave_ask_which_back", meetings=away)


def on_meeting(chat: Chat) -> str:
    """The answer to "which meeting?", by its number."""
    return _of_list(chat, lambda chosen: _next(chat, chosen, _kept(chat)))


def on_withdrawal(chat: Chat) -> str:
    return _of_list(chat, lambda chosen: _withdraw(chat, chosen))


def on_kind(chat: Chat) -> str:
    kept, said = _kept(chat), plain(chat.inbound.text)
    if HAND_CODE.fullmatch(said):
        return check_in.on_hand_code(chat)
    kind = _BY_WORD.get(said)
    if kind is None:
        return chat.say("leave_kind_again")
    return _next(chat, int(kept["meeting"]), kept | {"kind": kind.value})


def on_reason(chat: Chat) -> str:
    kept, said = _kept(chat), chat.inbound.text.strip()
    if HAND_CODE.fullmatch(plain(said)):
        return check_in.on_hand_code(chat)
    reason = "" if plain(said) in NO_REASON else said
    return _ask(chat, int(kept["meeting"]), LeaveKind(kept["kind"]), reason)


def _coming(chat: Chat, *, begun: bool = False) -> Sequence[Choice]:
    """The meetings at which this person counts and has not signed in; `begun`: also those that are on now."""
    rows = meetings.expected_by(chat.driver, member_id=chat.person.member_id or 0, now=chat.now, limit=MOST)
    return [
        Choice(row.id, row.title.translate(NO_MARKUP), row.starts_at, row.leave_state)
        for row in rows
        if row.standing in COUNTED and row.checked_in_at is None and (begun or row.starts_at > chat.now)
    ]


def _choose(chat: Chat, free: Sequence[Choice], given: dict[str, Any]) -> str:
    if len(free) == 1:
        return _next(chat, free[0].id, given)
    chat.ask("leave_meeting", meetings=[one.id for one in free], **given)
    return chat.say("leave_ask_which", meetings=free)


def _of_list(chat: Chat, go_on: Callable[[int], str]) -> str:
    listed, said = list(_kept(chat).get("meetings", [])), plain(chat.inbound.text)
    if HAND_CODE.fullmatch(said):
        return check_in.on_hand_code(chat)
    if not (said.isascii() and said.isdigit() and 1 <= int(said) <= len(listed)):
        return chat.say("leave_which_again", count=len(listed))
    return go_on(int(listed[int(said) - 1]))


def _next(chat: Chat, meeting_id: int, given: dict[str, Any]) -> str:
    """Ask for what is still missing. Why somebody is ill is asked of nobody."""
    kind, reason = given.get("kind", ""), given.get("reason", "")
    if not kind:
        chat.ask("leave_kind", meeting=meeting_id, reason=reason)
        return chat.say("leave_ask_kind")
    if kind != LeaveKind.SICK and not reason:
        chat.ask("leave_reason", meeting=meeting_id, kind=kind)
        return chat.say("leave_ask_reason")
    return _ask(chat, meeting_id, LeaveKind(kind), reason)


def _ask(chat: Chat, meeting_id: int, kind: LeaveKind, reason: str) -> str:
    if len(reason) > LONGEST_REASON:
        chat.ask("leave_reason", meeting=meeting_id, kind=kind.value)
        return chat.say("leave_reason_too_long", length=len(reason), limit=LONGEST_REASON)
    member_id = chat.person.member_id or 0
    return _say(
        chat,
        lambda: leave.ask(
            chat.session, meeting_id=meeting_id, member_id=member_id, kind=kind, reason=reason, now=chat.now
        ),
        "leave_asked",
        kind=kind,
    )


def _withdraw(chat: Chat, meeting_id: int) -> str:
    member_id = chat.person.member_id or 0
    return _say(
        chat,
        lambda: leave.withdraw(chat.session, meeting_id=meeting_id, member_id=member_id, now=chat.now),
        "leave_withdrawn",
    )


def _say(chat: Chat, verb: Callable[[], LeaveResult], text: str, **values: object) -> str:
    """A refusal ends the conversation too: asked once more, it would be the same."""
    chat.leave_topic()
    try:
        result = verb()
    except DomainError as refusal:
        return chat.say(f"refused_{refusal.code}", **refusal.details)
    return chat.say(text, result=result, **values)


def _kept(chat: Chat) -> dict[str, Any]:
    return dict(chat.person.topic_data or {})

"""签到: the code on the screen, or the six digits read aloud."""

from collections.abc import Sequence
from datetime import timedelta

from app.meetings import check_in
from app.meetings.check_in import CheckInResult
from app.meetings.rules import CheckInOutcome
from handlers.chat import Chat

WRONG_CODES = 10
WRONG_CODES_FOR = timedelta(hours=1)


def on_scene(chat: Chat) -> str:
    """A scan, by a follower or by somebody who follows with it."""
    return _sign_in(chat, scene=chat.inbound.scene)


def on_command(chat: Chat, rest: str = "") -> str:
    if not rest:
        chat.ask("hand_code")
        return chat.say("check_in_ask_code")
    return _by_hand_code(chat, rest)


def on_hand_code(chat: Chat) -> str:
    chat.leave_topic()
    return _by_hand_code(chat, "".join(chat.inbound.text.split()))


def claim(chat: Chat, *, member_id: int) -> Sequence[CheckInResult]:
    """Scans from before the binding, counted now from their own time."""
    return check_in.claim_kept_scans(chat.driver, identity_id=chat.person.identity_id, member_id=member_id)


def _by_hand_code(chat: Chat, code: str) -> str:
    """Six digits are quickly tried through, so wrong ones are limited for each chat."""
    key = f"hand-code:{chat.person.identity_id}"
    store = chat.services.store
    if int(store.get(key) or 0) >= WRONG_CODES:
        return chat.say("hand_code_locked")
    person = chat.person
    if person.member_id is not None:
        result = check_in.by_hand_code(chat.driver, hand_code=code, member_id=person.member_id, now=chat.now)
    else:
        result = check_in.keep_hand_code(
            chat.driver, hand_code=code, identity_id=person.identity_id, now=chat.now
        )
    if result.outcome is CheckInOutcome.UNKNOWN:
        store.incr(key, WRONG_CODES_FOR)
        return chat.say("hand_code_unknown")
    return _tell(chat, result)


def _sign_in(chat: Chat, *, scene: str) -> str:
    person = chat.person
    if person.member_id is not None:
        result = check_in.by_scene(chat.driver, scene=scene, member_id=person.member_id, now=chat.now)
    else:
        result = check_in.keep_scan(chat.driver, scene=scene, identity_id=person.identity_id, now=chat.now)
    return _tell(chat, result)


def _tell(chat: Chat, result: CheckInResult) -> str:
    if result.outcome is CheckInOutcome.KEPT:
        chat.ask("bind_name")
    return chat.say(f"check_in_{result.outcome}", result=result, now=chat.now)

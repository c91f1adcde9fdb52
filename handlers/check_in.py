"""签到: the code on the screen, or the six digits read aloud."""

from collections.abc import Sequence

from app.meetings import check_in, code_tries
from app.meetings.check_in import CheckInResult
from app.meetings.models import Way
from app.meetings.rules import CheckInOutcome
from handlers.chat import Chat
from handlers.words import plain

OUT = CheckInOutcome
COMING = frozenset({"到会", "改为到会", "我到会", "到了", "是"})
SITTING_IN = frozenset({"列席", "我列席", "来列席", "是"})


def on_scene(chat: Chat) -> str:
    """A scan, by a follower or by somebody who follows with it."""
    person, scene = chat.person, chat.inbound.scene
    if person.member_id is None:
        result = check_in.keep_scan(chat.driver, scene=scene, identity_id=person.identity_id, now=chat.now)
    else:
        result = check_in.by_scene(chat.driver, scene=scene, member_id=person.member_id, now=chat.now)
    return _tell(chat, result, Way.SCAN)


def on_command(chat: Chat, rest: str = "") -> str:
    if not rest:
        chat.ask("hand_code")
        return chat.say("check_in_ask_code")
    return _by_hand_code(chat, rest)


def on_hand_code(chat: Chat) -> str:
    chat.leave_topic()
    return _by_hand_code(chat, "".join(chat.inbound.text.split()))


def on_coming(chat: Chat) -> str:
    """到会, by somebody who was on leave when they scanned."""
    asked, member_id = chat.person.topic_data or {}, chat.person.member_id
    if plain(chat.inbound.text) not in COMING or member_id is None:
        return chat.say("check_in_say_coming")
    chat.leave_topic()
    way, meeting_id = Way(asked["way"]), int(asked["meeting"])
    result = check_in.attend_instead(
        chat.driver, meeting_id=meeting_id, member_id=member_id, now=chat.now, way=way
    )
    return _tell(chat, result, way)


def on_sitting_in(chat: Chat) -> str:
    """列席, by somebody who is not on the list."""
    asked, member_id = chat.person.topic_data or {}, chat.person.member_id
    if plain(chat.inbound.text) not in SITTING_IN or member_id is None:
        return chat.say("check_in_say_sit_in")
    chat.leave_topic()
    way, meeting_id = Way(asked["way"]), int(asked["meeting"])
    result = check_in.ask_to_sit_in(
        chat.driver, meeting_id=meeting_id, member_id=member_id, now=chat.now, way=way
    )
    return _tell(chat, result, way)


def claim(chat: Chat, *, member_id: int) -> Sequence[CheckInResult]:
    """Scans from before the binding, counted now from their own time."""
    return check_in.claim_kept_scans(chat.driver, identity_id=chat.person.identity_id, member_id=member_id)


def _by_hand_code(chat: Chat, code: str) -> str:
    result = code_tries.try_code(
        chat.driver,
        hand_code=code,
        identity_id=chat.person.identity_id,
        member_id=chat.person.member_id,
        now=chat.now,
    )
    if result.outcome is OUT.UNKNOWN:
        return chat.say("hand_code_unknown")
    return _tell(chat, result, Way.HAND_CODE)


def _tell(chat: Chat, result: CheckInResult, way: Way) -> str:
    """What came of it, and the question that follows from it."""
    match result.outcome:
        case OUT.KEPT:
            chat.ask("bind_name")
        case OUT.ON_LEAVE:
            chat.ask("come_instead", meeting=result.meeting_id, way=way.value)
        case OUT.NOT_EXPECTED:
            chat.ask("sit_in", meeting=result.meeting_id, way=way.value)
        case _:
            pass
    return chat.say(f"check_in_{result.outcome}", result=result, now=chat.now)

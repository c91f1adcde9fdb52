"""绑定: a name and the one-time code from the secretary, in one line or asked one after the other."""

from datetime import timedelta

from app.members import binding, identities
from app.members.binding import Bound
from handlers import check_in
from handlers.chat import Chat

NAME_LIMIT = 50
PAIR = 2


def start(chat: Chat, rest: str = "") -> str:
    if chat.person.bound:
        return chat.say("bind_already", name=chat.person.name, organization=chat.person.organization_name)
    parts = rest.rsplit(maxsplit=1)
    if len(parts) == PAIR:
        return _try(chat, name=parts[0], code=parts[1])
    if rest:
        return _ask_code(chat, rest)
    chat.ask("bind_name")
    return chat.say("bind_ask_name")


def on_name(chat: Chat) -> str:
    """The answer to "how are you called?"; a person who sends both at once need not be asked again."""
    return start(chat, " ".join(chat.inbound.text.split())[: 2 * NAME_LIMIT])


def on_code(chat: Chat) -> str:
    name = str((chat.person.topic_data or {}).get("name", ""))
    return _try(chat, name=name, code=chat.inbound.text)


def _ask_code(chat: Chat, name: str) -> str:
    if len(name) > NAME_LIMIT:
        return chat.say("bind_ask_name")
    chat.ask("bind_code", name=name)
    return chat.say("bind_ask_code", name=name)


def _try(chat: Chat, *, name: str, code: str) -> str:
    rules = chat.services.settings.binding
    result = binding.bind(
        chat.session,
        identity_id=chat.person.identity_id,
        name=name,
        code=code,
        vault=chat.services.vault,
        now=chat.now,
        rules=binding.BindingRules(attempts=rules.attempts, lock=timedelta(minutes=rules.lock_minutes)),
    )
    if not isinstance(result, Bound):
        chat.leave_topic()
        return chat.say(f"refused_{result.code}", **result.details)
    chat.leave_topic()
    counted = check_in.claim(chat, member_id=result.member_id)
    return chat.say("bound", name=result.name, organization=result.organization_name, counted=counted)


def ask_unbind(chat: Chat, _rest: str = "") -> str:
    if not chat.person.bound:
        return chat.say("unbind_nothing")
    chat.ask("unbind")
    return chat.say("unbind_confirm", name=chat.person.name)


def on_unbind(chat: Chat) -> str:
    chat.leave_topic()
    if chat.inbound.text.strip() not in ("确认", "确定", "是"):
        return chat.say("unbind_kept")
    identities.unbind(chat.session, identity_id=chat.person.identity_id, now=chat.now)
    return chat.say("unbound")

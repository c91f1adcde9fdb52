"""Answers that only read: help, what is coming up, who I am here."""

from app.meetings import queries as meetings
from handlers.chat import Chat

SHOWN = 5


def help_text(chat: Chat, _rest: str = "") -> str:
    return chat.say("help", person=chat.person)


def unknown(chat: Chat) -> str:
    return chat.say("unknown", person=chat.person)


def notices(chat: Chat, _rest: str = "") -> str:
    if chat.person.member_id is None:
        return chat.say("bind_first")
    coming = meetings.expected_by(chat.driver, member_id=chat.person.member_id, now=chat.now, limit=SHOWN)
    return chat.say("notices", coming=coming)


def study(chat: Chat, _rest: str = "") -> str:
    return chat.say("study_not_open")


def dues(chat: Chat, _rest: str = "") -> str:
    return chat.say("dues_not_open")


def me(chat: Chat, _rest: str = "") -> str:
    return chat.say("me", person=chat.person)


def cancel(chat: Chat, _rest: str = "") -> str:
    if not chat.person.topic:
        return chat.say("cancel_nothing")
    chat.leave_topic()
    return chat.say("cancelled")


def not_text(chat: Chat) -> str:
    return chat.say("not_text")

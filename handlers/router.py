"""Which handler answers what: tables for events, menu keys, written commands and running conversations."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import structlog

from handlers import (
    binding,
    check_in,
    dues,
    feedback,
    information,
    leave,
    lifecycle,
    my_meetings,
    receipts,
    study,
)
from handlers.chat import Chat, Event
from handlers.words import command_of

log = structlog.get_logger()

EVENTS: Mapping[str, Callable[[Event], None]] = {
    "unsubscribe": lifecycle.erase,
    "user_authorization_cancellation": lifecycle.erase,
    "user_authorization_revoke": lifecycle.withdraw,
    "user_info_modified": lifecycle.withdraw,
    "templatesendjobfinish": receipts.on_template_finished,
    "subscribe_msg_popup_event": receipts.on_subscription_answered,
    "subscribe_msg_change_event": receipts.on_subscription_changed,
    "subscribe_msg_sent_event": receipts.on_subscription_sent,
    "wxa_punish_event": receipts.on_account_notice,
    "qualification_verify_success": receipts.on_account_notice,
    "qualification_verify_fail": receipts.on_account_notice,
    "naming_verify_success": receipts.on_account_notice,
    "naming_verify_fail": receipts.on_account_notice,
    "annual_renew": receipts.on_account_notice,
    "verify_expired": receipts.on_account_notice,
}

QUICK_REPORTS = frozenset({"templatesendjobfinish", "subscribe_msg_sent_event"})
"""They follow a notice to everybody by thousands: kept and acted on in one transaction, by prepared statements."""

IGNORED: Mapping[str, str] = {
    "view": "a menu link was opened: nobody counts that (design §2)",
    "view_miniprogram": "the same",
    "location": "a place is never asked for and never kept (design §2)",
    "location_select": "the same",
    "scancode_push": "the phone opens the link itself",
    "scancode_waitmsg": "our menu has no such button",
    "pic_sysphoto": "our menu has no such button",
    "pic_photo_or_album": "our menu has no such button",
    "pic_weixin": "our menu has no such button",
    "masssendjobfinish": "we send no mass messages",
    "publishjobfinish": "we publish no articles yet",
    "kf_create_session": "no customer-service desk",
    "kf_close_session": "no customer-service desk",
    "kf_switch_session": "no customer-service desk",
    "user_enter_tempsession": "mini-program chat is not opened",
    "wxa_media_check": "no media is sent for checking yet",
    "trade_manage_remind_access_api": "no trading mini-program",
    "trade_manage_remind_shipping": "no trading mini-program",
    "trade_manage_order_settlement": "no trading mini-program",
    "debug_demo": "WeChat's own test push",
}
IGNORED_FAMILIES = ("card_", "user_get_card", "user_del_card", "device_", "poi_", "wifi")

PERSON_EVENTS: Mapping[str, Callable[[Chat], str]] = {
    "subscribe": lifecycle.on_subscribe,
    "scan": check_in.on_scene,
}

COMMANDS: Mapping[str, Callable[[Chat, str], str]] = {
    "help": information.help_text,
    "bind": binding.start,
    "unbind": binding.ask_unbind,
    "check_in": check_in.on_command,
    "feedback": feedback.start,
    "study": study.study,
    "dues": dues.dues,
    "notices": information.notices,
    "my_meetings": my_meetings.my_meetings,
    "leave": leave.start,
    "withdraw_leave": leave.start_withdrawing,
    "me": information.me,
    "cancel": information.cancel,
}

TOPICS: Mapping[str, Callable[[Chat], str]] = {
    "bind_name": binding.on_name,
    "bind_code": binding.on_code,
    "unbind": binding.on_unbind,
    "hand_code": check_in.on_hand_code,
    "come_instead": check_in.on_coming,
    "sit_in": check_in.on_sitting_in,
    "leave_meeting": leave.on_meeting,
    "leave_kind": leave.on_kind,
    "leave_reason": leave.on_reason,
    "leave_withdraw": leave.on_withdrawal,
    "feedback": feedback.on_text,
}


def needs_person(event: str) -> bool:
    """Whether somebody is met. Leaving, reports and unknown events make nobody known to us."""
    return event == "click" or event in PERSON_EVENTS


def on_event(event: Event) -> None:
    name = event.inbound.event
    if handler := EVENTS.get(name):
        handler(event)
    elif name not in IGNORED and not name.startswith(IGNORED_FAMILIES):
        log.warning("handlers.event.unknown", event_name=name)


QUICK: frozenset[Callable[..., str]] = frozenset(
    {
        information.help_text,
        information.unknown,
        information.not_text,
        information.me,
        information.notices,
        check_in.on_scene,
    }
)
"""Answered from memory, or by a few prepared statements: they ride in the transaction that keeps the message.

They use neither a Session nor Redis, so that nothing can hold them up but the database itself.
"""


@dataclass(frozen=True, slots=True)
class Route:
    """What will answer. A command leaves a running conversation, so that nobody is caught in a question."""

    handler: Callable[..., str]
    arguments: tuple[str, ...] = ()
    leaves_topic: bool = False

    @property
    def quick(self) -> bool:
        return self.handler in QUICK

    def answer(self, chat: Chat) -> str:
        if self.leaves_topic:
            chat.leave_topic()
        return self.handler(chat, *self.arguments)


def route(chat: Chat) -> Route:
    """Who answers a person's message, scan or tap."""
    inbound = chat.inbound
    if inbound.kind == "event":
        handler = PERSON_EVENTS.get(inbound.event)
        return Route(handler) if handler else _command(inbound.event_key, "")
    return _text(chat) if inbound.kind == "text" else Route(information.not_text)


def _text(chat: Chat) -> Route:
    command, rest = command_of(chat.inbound.text)
    topic = _topic(chat)
    return Route(topic) if topic and (command is None or rest) else _command(command, rest)


def _topic(chat: Chat) -> Callable[[Chat], str] | None:
    person = chat.person
    if person.topic is None or person.topic_until is None or person.topic_until < chat.now:
        return None
    return TOPICS.get(person.topic)


def _command(command: str | None, rest: str) -> Route:
    handler = COMMANDS.get(command or "")
    if handler is None:
        return Route(information.unknown)
    return Route(handler, (rest,), leaves_topic=command != "cancel")

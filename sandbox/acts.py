"""What a person does on the phone: the effects at WeChat, and the push that follows."""

from typing import Any

from sandbox.event_samples import SAMPLES
from sandbox.followers import Person
from sandbox.inbound import PLATFORM_EVENTS, Push, platform_sender
from sandbox.media import snapshot
from sandbox.tickets import Ticket
from sandbox.windows import EVENTS
from sandbox.world import World

Json = dict[str, Any]


def follow(world: World, person: Person, ticket: Ticket | None = None) -> Push:
    scene = ticket.scene if ticket else None
    world.followers.subscribe(person, scene=scene)
    world.windows.open(person.openid, "follow")
    world.chats.add(person.openid, "system", "system", text=f"你已关注 {world.config.account_name}")
    fields = {"EventKey": f"qrscene_{scene}", "Ticket": ticket.ticket} if ticket else {"EventKey": ""}
    return _event(world, person.openid, "subscribe", fields)


def unfollow(world: World, person: Person) -> Push:
    world.followers.unsubscribe(person)
    world.windows.close(person.openid)
    world.chats.add(person.openid, "system", "system", text="你已取消关注")
    return _event(world, person.openid, "unsubscribe", {"EventKey": ""})


def scan(world: World, person: Person, ticket: Ticket) -> Push:
    if not person.subscribed:
        return follow(world, person, ticket)
    world.windows.open(person.openid, "scan")
    return _event(world, person.openid, "SCAN", {"EventKey": ticket.scene, "Ticket": ticket.ticket})


def write(world: World, person: Person, content: str, extra: Json | None = None) -> Push:
    world.windows.open(person.openid, "message")
    world.chats.add(person.openid, "me", "text", text=content)
    return _message(world, person.openid, "text", {"Content": content} | (extra or {}))


def photograph(world: World, person: Person) -> Push:
    world.windows.open(person.openid, "message")
    medium = world.media.keep("image", snapshot(world.serials.next("photo")))
    url = f"{world.config.public_url}/sim/media/{medium.media_id}"
    world.chats.add(person.openid, "me", "image", media_id=medium.media_id)
    return _message(world, person.openid, "image", {"PicUrl": url, "MediaId": medium.media_id})


def click(world: World, person: Person, key: str) -> Push:
    world.windows.open(person.openid, "click")
    return _event(world, person.openid, "CLICK", {"EventKey": key})


def view(world: World, person: Person, url: str) -> Push:
    menu = world.menus.seen_by(person)
    return _event(world, person.openid, "VIEW", {"EventKey": url, "MenuId": menu["menuid"] if menu else 0})


def any_event(world: World, openid: str, name: str, fields: Json) -> Push:
    """An event by its name, with the documented fields, and with its effect on windows and consents."""
    sample = SAMPLES.get(name.lower(), {})
    body = sample | fields
    if name in PLATFORM_EVENTS:
        body = {"OpenID": openid, "AppID": world.config.app_id} | body
        sender = platform_sender(name)
    else:
        sender = openid or platform_sender(name)
    if openid and name.lower() in EVENTS:
        world.windows.open(openid, EVENTS[name.lower()])
    _note_consent(world, openid, body)
    return world.writer.event(openid, name, wall=world.clock.wall(), fields=body, sender=sender)


def template_finished(world: World, openid: str, msgid: int, status: str) -> Push:
    return _event(world, openid, "TEMPLATESENDJOBFINISH", {"MsgID": msgid, "Status": status})


def notice_finished(world: World, openid: str, template_id: str, msgid: int, *, well: bool) -> Push:
    entry = {
        "TemplateId": template_id,
        "MsgID": str(msgid),
        "ErrorCode": "0" if well else "-1",
        "ErrorStatus": "success" if well else "system failed",
    }
    fields = {"SubscribeMsgSentEvent": {"List": [entry]}}
    return _event(world, openid, "subscribe_msg_sent_event", fields)


def answer_popup(world: World, person: Person, choices: dict[str, bool], *, scene: str) -> Push:
    """The person answers 接受 or 拒绝 to each template in the box that a page shows."""
    chosen = [{"TemplateId": one, "SubscribeStatusString": _said(yes)} for one, yes in choices.items()]
    fields = {"SubscribeMsgPopupEvent": {"List": [one | {"PopupScene": scene} for one in chosen]}}
    return any_event(world, person.openid, "subscribe_msg_popup_event", fields)


def answer_mini_popup(world: World, person: Person, choices: dict[str, bool]) -> None:
    """`wx.requestSubscribeMessage` tells the mini-program itself; the account hears nothing."""
    openid = world.followers.mini_openid(person.openid)
    for template_id, yes in choices.items():
        (world.wallet.accept if yes else world.wallet.refuse)(openid, template_id)


def withdraw(world: World, person: Person, template_ids: list[str]) -> Push:
    """The person turns notices off in the account's settings: WeChat reports refusals only."""
    chosen = [{"TemplateId": one, "SubscribeStatusString": _said(yes=False)} for one in template_ids]
    fields = {"SubscribeMsgChangeEvent": {"List": chosen}}
    return any_event(world, person.openid, "subscribe_msg_change_event", fields)


def _said(yes: bool) -> str:  # noqa: FBT001 -- one word for one answer
    return "accept" if yes else "reject"


def _event(world: World, openid: str, name: str, fields: Json) -> Push:
    return world.writer.event(openid, name, wall=world.clock.wall(), fields=fields)


def _message(world: World, openid: str, kind: str, content: Json) -> Push:
    number = world.serials.message_id()
    return world.writer.message(openid, kind, wall=world.clock.wall(), number=number, content=content)


def _note_consent(world: World, openid: str, fields: Json) -> None:
    for name in ("SubscribeMsgPopupEvent", "SubscribeMsgChangeEvent"):
        group = fields.get(name)
        entries = group.get("List") if isinstance(group, dict) else None
        for entry in entries if isinstance(entries, list) else []:
            template_id = str(entry.get("TemplateId"))
            if entry.get("SubscribeStatusString") == "accept":
                world.wallet.accept(openid, template_id)
            else:
                world.wallet.refuse(openid, template_id)

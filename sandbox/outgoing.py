"""A message on its way to one person: whether it arrives, how the phone shows it, what the account hears of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sandbox.api.calls import Call
from sandbox.errors import ApiError
from sandbox.followers import Person
from sandbox.inbound import Push
from sandbox.push import Delivery
from sandbox.sent import SHOWN, Sent
from sandbox.template_messages import Template
from sandbox.world import World

Json = dict[str, Any]
USER_BLOCK, SYSTEM_FAILED = "failed:user block", "failed: system failed"


@contextmanager
def listed_if_refused(world: World, call: Call, way: str) -> Iterator[None]:
    """A message that WeChat does not take is in /sim/sent too, with its code."""
    try:
        yield
    except ApiError as error:
        world.sent.add(
            at=world.clock.now(),
            openid=call.text("touser"),
            way=way,
            errcode=error.errcode,
            template_id=call.text("template_id"),
            client_msg_id=call.text("client_msg_id"),
            url=_link(call),
        )
        raise


def let_in(person: Person) -> None:
    """Raises the code with which every message to this person is refused."""
    if person.refuses:
        raise ApiError(person.refuses)


def fate_of(world: World, person: Person) -> str:
    faults = world.faults.push
    if not person.receives or world.faults.strikes("template.block", faults.template_user_block):
        return USER_BLOCK
    return system_fate(world)


def system_fate(world: World) -> str:
    failed = world.faults.strikes("template.system", world.faults.push.template_system_failed)
    return SYSTEM_FAILED if failed else SHOWN


def note(world: World, call: Call, way: str, *, msgid: int, fate: str, title: str, text: str) -> Sent:
    return world.sent.add(
        at=world.clock.now(),
        openid=call.text("touser"),
        way=way,
        template_id=call.text("template_id"),
        client_msg_id=call.text("client_msg_id"),
        msgid=msgid,
        title=title,
        text=text,
        url=_link(call),
        fate=fate,
    )


def _link(call: Call) -> str:
    return call.text("url") or call.text("page")


def show(world: World, call: Call, person: Person, template: Template, values: dict[str, str]) -> None:
    """The card in the chat."""
    mini = call.body.get("miniprogram")
    world.chats.add(
        person.openid,
        "account",
        "template",
        title=template.title,
        lines=template.lines(values),
        url=_link(call),
        miniprogram=mini if isinstance(mini, dict) and mini.get("appid") else None,
    )


def report(world: World, call: Call, sent: Sent, push: Push) -> None:
    """Push the result to the account: after a moment, or as the faults want it."""
    faults, strikes = world.faults.push, world.faults.strikes

    def told(delivery: Delivery) -> None:
        sent.receipts.append("lost" if delivery.lost else "failed" if delivery.failed else "told")

    if strikes("receipt.lost", faults.receipt_lost):
        sent.receipts.append("lost")
        return
    late = strikes("receipt.late", faults.receipt_late)
    after_s = (faults.receipt_late_ms if late else world.config.template_finish_ms) / 1000
    if strikes("receipt.early", faults.receipt_early):
        call.before_answer.append(lambda: told(world.pusher.deliver(push)))
    else:
        world.pusher.later(push, after_s=after_s, then=told)
    if strikes("receipt.twice", faults.receipt_twice):
        world.pusher.later(push, after_s=after_s, then=told)

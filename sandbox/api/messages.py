"""Customer messages and the typing sign."""

from sandbox import customer_messages
from sandbox.api.calls import OK, Call, Json, Routes
from sandbox.errors import ApiError
from sandbox.outgoing import let_in, listed_if_refused, note
from sandbox.sent import SHOWN
from sandbox.world import World

routes = Routes()
CUSTOMER = "customer"


@routes.post("/cgi-bin/message/custom/send")
def send(world: World, call: Call) -> Json:
    with listed_if_refused(world, call, CUSTOMER):
        person = world.followers.following(call.text("touser"))
        let_in(person)
        kind, content = customer_messages.shown(call.body, world.media)
        if not person.receives:
            raise ApiError(48002)
        world.windows.spend(person.openid)
    world.chats.add(person.openid, "account", kind, **content)
    note(world, call, CUSTOMER, msgid=0, fate=SHOWN, title=kind, text=customer_messages.words(content))
    return OK


@routes.post("/cgi-bin/message/custom/typing")
def typing(world: World, call: Call) -> Json:
    person = world.followers.following(call.text("touser"))
    if call.text("command") not in {"Typing", "CancelTyping"}:
        raise ApiError(45072)
    world.windows.allow_typing(person.openid)
    return OK

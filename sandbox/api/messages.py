"""Customer messages and the typing sign."""

from sandbox import customer_messages
from sandbox.api.calls import OK, Call, Json, Routes
from sandbox.errors import ApiError
from sandbox.world import World

routes = Routes()


@routes.post("/cgi-bin/message/custom/send")
def send(world: World, call: Call) -> Json:
    person = world.followers.following(call.text("touser"))
    kind, content = customer_messages.shown(call.body, world.media)
    if not person.receives:
        raise ApiError(48002)
    world.windows.spend(person.openid)
    world.chats.add(person.openid, "account", kind, **content)
    return OK


@routes.post("/cgi-bin/message/custom/typing")
def typing(world: World, call: Call) -> Json:
    person = world.followers.following(call.text("touser"))
    if call.text("command") not in {"Typing", "CancelTyping"}:
        raise ApiError(45072)
    world.windows.allow_typing(person.openid)
    return OK

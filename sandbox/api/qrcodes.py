"""/cgi-bin/qrcode/create."""

from sandbox.api.calls import Call, Json, Routes
from sandbox.world import World

routes = Routes()


@routes.post("/cgi-bin/qrcode/create")
def create(world: World, call: Call) -> Json:
    made = world.tickets.create(call.body)
    answer: Json = {"ticket": made.ticket, "url": made.url}
    return answer | ({"expire_seconds": made.expire_seconds} if made.expire_seconds else {})

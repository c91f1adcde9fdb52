"""/cgi-bin/media/*."""

from sandbox.api.calls import Binary, Call, Json, Routes
from sandbox.errors import ApiError
from sandbox.world import World

routes = Routes()


@routes.post("/cgi-bin/media/upload", reads_json=False)
def upload(world: World, call: Call) -> Json:
    kind = call.query.get("type", "")
    if "media" not in call.files:
        raise ApiError(41005)
    medium = world.media.upload(kind, call.files["media"])
    name = "thumb_media_id" if kind == "thumb" else "media_id"
    return {"type": kind, name: medium.media_id, "created_at": int(medium.created_at)}


@routes.get("/cgi-bin/media/get")
def get(world: World, call: Call) -> Json | Binary:
    if not call.query.get("media_id"):
        raise ApiError(41006)
    medium = world.media.live(call.query["media_id"])
    if medium.kind == "video":
        return {"video_url": f"{world.config.public_url}/sim/media/{medium.media_id}"}
    return Binary(medium.content, medium.content_type)

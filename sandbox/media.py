"""Temporary media, three days in memory."""

import io
from dataclasses import dataclass

from PIL import Image, ImageDraw

from sandbox.clock import Clock
from sandbox.errors import ApiError
from sandbox.serials import random_name

THREE_DAYS = 3 * 86400
KILO, MEGA = 1024, 1024 * 1024
LARGEST = {"image": 10 * MEGA, "voice": 2 * MEGA, "video": 10 * MEGA, "thumb": 64 * KILO}
BEGINNINGS = {
    "image": (b"\x89PNG", b"\xff\xd8\xff", b"GIF8"),
    "voice": (b"#!AMR", b"ID3", b"\xff\xfb", b"\xff\xf3"),
    "video": (),
    "thumb": (b"\xff\xd8\xff",),
}
TYPES = {b"\x89PNG": "image/png", b"\xff\xd8\xff": "image/jpeg", b"GIF8": "image/gif"}


@dataclass(frozen=True)
class Medium:
    media_id: str
    kind: str
    content: bytes
    created_at: float

    @property
    def content_type(self) -> str:
        for beginning, name in TYPES.items():
            if self.content.startswith(beginning):
                return name
        return "application/octet-stream"


class Media:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._kept: dict[str, Medium] = {}

    def upload(self, kind: str, content: bytes) -> Medium:
        if kind not in LARGEST:
            raise ApiError(40004)
        if not content:
            raise ApiError(41005)
        if len(content) > LARGEST[kind]:
            raise ApiError(40006)
        if BEGINNINGS[kind] and not content.startswith(BEGINNINGS[kind]):
            raise ApiError(40005)
        return self.keep(kind, content)

    def keep(self, kind: str, content: bytes) -> Medium:
        medium = Medium(random_name(64), kind, content, self._clock.now())
        self._kept[medium.media_id] = medium
        return medium

    def live(self, media_id: object) -> Medium:
        found = self._kept.get(str(media_id))
        if found is None or self._clock.now() - found.created_at > THREE_DAYS:
            raise ApiError(40007)
        return found


def snapshot(number: int) -> bytes:
    """A picture as if taken with the phone: a coloured card with its number."""
    image = Image.new("RGB", (240, 160), (90 + number * 37 % 120, 120 + number * 53 % 100, 160))
    ImageDraw.Draw(image).text((20, 66), f"PHOTO {number}", fill="white", font_size=28)
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()

"""Small request bodies are read on the event loop: a slow sender holds no thread that others wait for."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

SMALL = 1024 * 1024
"""More is read piece by piece: only signed-in people may upload it, and a view refuses it before it reads."""


class BodyFirst:
    """An ASGI application in front of one that reads in a thread."""

    def __init__(self, application: Application) -> None:
        self._application = application

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        pieces = [] if _announced(scope) > SMALL else await _read(receive)
        waiting = iter(pieces)

        # A coroutine of our own, whatever the server's `receive` gives: a2wsgi takes nothing else.
        async def received() -> Message:
            piece = next(waiting, None)
            return await receive() if piece is None else piece

        await self._application(scope, received, send)


def _announced(scope: Scope) -> int:
    for name, value in scope["headers"]:
        if name == b"content-length" and value.isdigit():
            return int(value[:20])
    return 0


async def _read(receive: Receive) -> list[Message]:
    """The whole body where it is small, else its beginning."""
    pieces = [await receive()]
    size = len(pieces[0].get("body", b""))
    while pieces[-1].get("more_body") and size <= SMALL:
        pieces.append(await receive())
        size += len(pieces[-1].get("body", b""))
    return pieces

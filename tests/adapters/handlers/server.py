"""The callback as an ASGI server meets it, without a server."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from app.bodies import Receive, Scope, Send
from handlers.callback import PATH
from handlers.front import CallbackFirst
from tests.fakes.wechat import Push


@dataclass(frozen=True)
class Answered:
    status: int
    body: bytes


async def ask(
    front: CallbackFirst,
    *,
    method: str = "POST",
    path: str = PATH,
    query: str = "",
    chunks: Iterable[bytes] = (b"",),
    length: str | None = None,
) -> Answered:
    waiting = list(chunks)
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        chunk = waiting.pop(0)
        return {"type": "http.request", "body": chunk, "more_body": bool(waiting)}

    async def send(message: Any) -> None:
        sent.append(message)

    headers = [] if length is None else [(b"content-length", length.encode())]
    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "query_string": query.encode(),
        "headers": headers,
    }
    await front(scope, receive, send)
    return Answered(sent[0]["status"], sent[1]["body"])


def deliver(front: CallbackFirst, pushes: Sequence[Push]) -> list[Answered]:
    """All of them at the same moment."""

    async def together() -> list[Answered]:
        return await asyncio.gather(*(ask(front, query=one.query, chunks=[one.body]) for one in pushes))

    return asyncio.run(together())


async def elsewhere(_scope: Scope, _receive: Receive, send: Send) -> None:
    """Stands where Flask stands."""
    await send({"type": "http.response.start", "status": 299, "headers": []})
    await send({"type": "http.response.body", "body": b"elsewhere"})

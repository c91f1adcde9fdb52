"""What a browser sends reaches Flask whole, however it was cut, and a slow sender holds nobody's thread."""

import asyncio
from typing import Any

import pytest

from app.bodies import SMALL, BodyFirst, Message, Receive, Scope, Send


class Reader:
    """Stands where Flask stands: reads all that it is given."""

    def __init__(self) -> None:
        self.started = False
        self.body = b""

    async def __call__(self, _scope: Scope, receive: Receive, _send: Send) -> None:
        self.started = True
        while True:
            message = await receive()
            self.body += message.get("body", b"")
            if not message.get("more_body"):
                return


def pieces(*bodies: bytes) -> list[dict[str, Any]]:
    return [
        {"type": "http.request", "body": body, "more_body": number < len(bodies)}
        for number, body in enumerate(bodies, start=1)
    ]


async def send(_message: Message) -> None:
    return


def given(*bodies: bytes, length: int | None = None) -> Reader:
    waiting, reader = pieces(*bodies), Reader()

    async def receive() -> dict[str, Any]:
        return waiting.pop(0)

    headers = [] if length is None else [(b"content-length", str(length).encode())]
    asyncio.run(BodyFirst(reader)({"type": "http", "headers": headers}, receive, send))
    return reader


@pytest.mark.parametrize(
    "bodies",
    [(b"",), (b"a=1",), (b"a", b"=", b"1"), (b"x" * SMALL, b"y" * SMALL, b"z"), (b"x" * (SMALL + 1), b"")],
)
def test_body_reaches_the_application_as_it_was_sent(bodies: tuple[bytes, ...]) -> None:
    assert given(*bodies).body == b"".join(bodies)
    assert given(*bodies, length=sum(map(len, bodies))).body == b"".join(bodies)


@pytest.mark.parametrize("length", [None, 10, SMALL])
def test_application_starts_when_a_small_body_is_there(length: int | None) -> None:
    reader = Reader()

    async def scene() -> bool:
        rest: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        first, second = pieces(b"half", b"half")
        rest.put_nowait(first)
        headers = [] if length is None else [(b"content-length", str(length).encode())]
        task = asyncio.create_task(BodyFirst(reader)({"type": "http", "headers": headers}, rest.get, send))
        await asyncio.sleep(0.01)
        started_early = reader.started
        rest.put_nowait(second)
        await task
        return started_early

    assert asyncio.run(scene()) is False
    assert reader.body == b"halfhalf"


def test_large_upload_is_refused_or_read_by_the_application_itself() -> None:
    """A view that refuses it by its announced size never asks for it."""

    async def refuse(_scope: Scope, _receive: Receive, _send: Send) -> None:
        return

    async def receive() -> dict[str, Any]:
        raise AssertionError("nobody asked for it")

    headers = [(b"content-length", str(SMALL + 1).encode())]
    asyncio.run(BodyFirst(refuse)({"type": "http", "headers": headers}, receive, send))

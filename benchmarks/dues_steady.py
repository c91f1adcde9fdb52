"""Requests at a steady rate, whatever becomes of those before: each has its own connection and its own moment."""

import asyncio
from collections.abc import Sequence
from typing import NamedTuple

HOST = "127.0.0.1"
SILENCE_SECONDS = 20


class Answer(NamedTuple):
    """Seconds from the moment at which the request was due; status 0 where nobody answered."""

    seconds: float
    status: int


def tell(port: int, requests: Sequence[bytes], *, per_second: float) -> list[Answer]:
    return asyncio.run(_all(port, requests, per_second))


async def _all(port: int, requests: Sequence[bytes], per_second: float) -> list[Answer]:
    begins = asyncio.get_running_loop().time() + 0.5
    due = [begins + number / per_second for number in range(len(requests))]
    return await asyncio.gather(*(_one(port, request, at) for request, at in zip(requests, due, strict=True)))


async def _one(port: int, request: bytes, at: float) -> Answer:
    """One that is sent late has waited all the same."""
    loop = asyncio.get_running_loop()
    await asyncio.sleep(at - loop.time())
    try:
        async with asyncio.timeout(SILENCE_SECONDS):
            status = await _status(port, request)
    except (OSError, EOFError, TimeoutError):
        status = 0
    return Answer(loop.time() - at, status)


async def _status(port: int, request: bytes) -> int:
    reader, writer = await asyncio.open_connection(HOST, port)
    try:
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
    finally:
        writer.close()
    return int(head.split(b" ", 2)[1])

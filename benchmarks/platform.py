"""WeChat as a stopwatch: takes template messages after a fixed latency, and keeps who got what.

`python -m benchmarks.platform PORT LATENCY_MS`. One asyncio process on bare sockets: the sandbox, a Flask
application, would be the bottleneck. It keeps WeChat's promise about `client_msg_id`: one message per person and
id within ten minutes.
`GET /log` answers `{"asked": {openid: requests}, "arrived": {openid: messages}, "peak": …}`.
"""

import asyncio
import json
import sys
import time
from collections import Counter
from typing import Final

REMEMBERED_SECONDS: Final = 600.0
TOKEN: Final = {"access_token": "benchmark-token", "expires_in": 7200}
SEND: Final = b"/cgi-bin/message/template/send"


class Platform:
    def __init__(self, latency: float) -> None:
        self.latency = latency
        self.asked: Counter[str] = Counter()
        self.arrived: Counter[str] = Counter()
        self._taken: dict[tuple[str, str], tuple[float, int]] = {}
        self._number = 0
        self.busy = self.peak = 0

    def take(self, body: bytes) -> int:
        """The message's number; a repeat of one that is remembered gets the first one's and does not arrive again."""
        message = json.loads(body)
        openid, key, now = message["touser"], message.get("client_msg_id"), time.monotonic()
        self.asked[openid] += 1
        if key:
            at, number = self._taken.get((openid, key), (-REMEMBERED_SECONDS, 0))
            if now - at < REMEMBERED_SECONDS:
                return number
        self._number += 1
        if key:
            self._taken[openid, key] = now, self._number
        self.arrived[openid] += 1
        return self._number

    def log(self) -> dict[str, object]:
        return {"asked": self.asked, "arrived": self.arrived, "peak": self.peak}


class Line(asyncio.Protocol):
    """One connection: a request at a time, as HTTP clients without pipelining use it."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, part: bytes) -> None:
        self._buffer += part
        head, found, body = self._buffer.partition(b"\r\n\r\n")
        length = _length(head)
        if found and len(body) >= length:
            self._buffer = body[length:]
            self._handle(head.split(b" ", 2)[1], body[:length])

    def _handle(self, target: bytes, body: bytes) -> None:
        platform = self._platform
        if target.startswith(SEND):
            platform.busy += 1
            platform.peak = max(platform.peak, platform.busy)
            asyncio.get_running_loop().call_later(platform.latency, self._sent, body)
        elif target.startswith(b"/log"):
            self._answer(platform.log())
        else:
            self._answer(TOKEN)

    def _sent(self, body: bytes) -> None:
        """What is answered has arrived; whose line was cut meanwhile has arrived as well, unanswered."""
        self._platform.busy -= 1
        self._answer({"errcode": 0, "errmsg": "ok", "msgid": self._platform.take(body)})

    def _answer(self, content: object) -> None:
        body = json.dumps(content).encode()
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        self._transport.write(head.encode() + body)


def _length(head: bytes) -> int:
    _, _, rest = head.lower().partition(b"content-length:")
    return int(rest.split(b"\r\n", 1)[0] or 0)


async def serve(port: int, latency: float) -> None:
    platform = Platform(latency)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Line(platform), "127.0.0.1", port, backlog=512)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), int(sys.argv[2]) / 1000))

"""A small HTTP server on loopback that answers as it is told and remembers what it was asked."""

import json
import socket
import struct
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True)
class Call:
    method: str
    path: str
    query: dict[str, str]
    headers: Message
    body: bytes
    peer_port: int

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Raw:
    """An answer that is not the platform's usual JSON."""

    body: bytes = b""
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()


class Reset:
    """The connection breaks after the call was read."""


Answer = dict[str, Any] | Raw | Reset | Callable[[Call], Any]


class FakePlatform:
    """Each path gives its answers in turn, the last one for ever; tokens are TOKEN-1, TOKEN-2, …"""

    def __init__(self, url: str) -> None:
        self.url = url
        self.calls: list[Call] = []
        self._answers: dict[str, deque[Answer]] = {}
        self._lock = threading.Lock()
        self._tokens = 0
        self.answer("/cgi-bin/stable_token", self.new_token)
        self.answer("/cgi-bin/token", self.new_token)

    def answer(self, path: str, *answers: Answer) -> None:
        self._answers[path] = deque(answers)

    def new_token(self, _call: Call) -> dict[str, Any]:
        with self._lock:
            self._tokens += 1
            return {"access_token": f"TOKEN-{self._tokens}", "expires_in": 7200}

    def asked(self, path: str) -> list[Call]:
        return [call for call in self.calls if call.path == path]

    def take(self, call: Call) -> Any:
        with self._lock:
            self.calls.append(call)
            answers = self._answers.get(call.path, deque([Raw(b"nothing here", 404)]))
            answer = answers.popleft() if len(answers) > 1 else answers[0]
        return answer(call) if callable(answer) else answer


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    platform: FakePlatform

    def _any(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        target = urlsplit(self.path)
        query = dict(parse_qsl(target.query))
        answer = self.platform.take(
            Call(self.command, target.path, query, self.headers, body, self.client_address[1])
        )
        if isinstance(answer, Reset):
            linger = struct.pack("ii", 1, 0)  # close with RST
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            self.close_connection = True
            return
        raw = answer if isinstance(answer, Raw) else Raw(json.dumps(answer, ensure_ascii=False).encode())
        self.send_response(raw.status)
        for name, value in raw.headers:
            self.send_header(name, value)
        if not any(name == "Content-Length" for name, _ in raw.headers):
            self.send_header("Content-Length", str(len(raw.body)))
        self.end_headers()
        self.wfile.write(raw.body)

    def do_GET(self) -> None:
        self._any()

    def do_POST(self) -> None:
        self._any()

    def log_message(self, *args: object) -> None:
        return


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, *args: object) -> None:
        return  # clients of these tests hang up on purpose


@contextmanager
def running() -> Iterator[FakePlatform]:
    handler = type("Handler", (_Handler,), {})
    server = _Server(("127.0.0.1", 0), handler)
    platform = FakePlatform(f"http://127.0.0.1:{server.server_address[1]}")
    handler.platform = platform  # type: ignore[attr-defined] # made just above
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield platform
    finally:
        server.shutdown()
        server.server_close()
        thread.join()

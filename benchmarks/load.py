"""A bounded load over loopback: prepared requests, a fixed number of connections, each used one request at a time."""

import socket
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from selectors import EVENT_READ, DefaultSelector
from statistics import quantiles

HOST = "127.0.0.1"
SILENCE_SECONDS = 20


@dataclass(frozen=True)
class Figures:
    per_second: float
    p50_ms: float
    p99_ms: float
    failures: int


class _Line:
    """One connection; a server that closes it after an answer makes us open the next, as it would WeChat."""

    def __init__(self, port: int) -> None:
        self._port = port
        self.socket: socket.socket | None = None
        self.sent_at = 0.0
        self._answer = b""

    def send(self, request: bytes) -> None:
        if self.socket is None:
            self.socket = socket.create_connection((HOST, self._port), timeout=SILENCE_SECONDS)
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._answer = b""
        self.sent_at = time.perf_counter()
        self.socket.sendall(request)

    def receive(self) -> bytes | None:
        """The whole answer, None while it is incomplete."""
        assert self.socket is not None
        part = self.socket.recv(65536)
        self._answer += part
        head, found, body = self._answer.partition(b"\r\n\r\n")
        if not part:
            self.close()
            return self._answer or b"closed"
        if not found or len(body) < _length(head):
            return None
        return self._answer

    def ends(self, answer: bytes) -> bool:
        return b"connection: close" in answer.lower()[:400]

    def close(self) -> None:
        if self.socket is not None:
            self.socket.close()
            self.socket = None


def _length(head: bytes) -> int:
    _, _, rest = head.lower().partition(b"content-length:")
    return int(rest.split(b"\r\n", 1)[0] or 0)


def drive(port: int, requests: Sequence[bytes], *, connections: int) -> Figures:
    """Send every request once; wall time, latencies, and how many answers were not a 200."""
    waiting = iter(requests)
    selector = DefaultSelector()
    latencies: list[float] = []
    failures = busy = 0
    started = time.perf_counter()
    for _ in range(connections):
        busy += _next(selector, _Line(port), waiting)
    while busy:
        ready = selector.select(timeout=SILENCE_SECONDS)
        if not ready:
            raise RuntimeError("the server fell silent")
        for key, _ in ready:
            line: _Line = key.data
            used = line.socket
            answer = line.receive()
            if answer is None:
                continue
            selector.unregister(used)  # type: ignore[arg-type]  # registered, so it was open
            latencies.append(time.perf_counter() - line.sent_at)
            failures += b" 200 " not in answer[:20]
            if line.ends(answer):
                line.close()
            busy += _next(selector, line, waiting) - 1
    seconds = time.perf_counter() - started
    cuts = quantiles(latencies, n=100)
    return Figures(len(latencies) / seconds, cuts[49] * 1000, cuts[98] * 1000, failures)


def _next(selector: DefaultSelector, line: _Line, waiting: Iterator[bytes]) -> int:
    request = next(waiting, None)
    if request is None:
        line.close()
        return 0
    line.send(request)
    assert line.socket is not None
    selector.register(line.socket, EVENT_READ, line)
    return 1

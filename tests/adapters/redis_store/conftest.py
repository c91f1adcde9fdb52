"""A real Redis where there is one, and a wire to it that a test can cut."""

import os
import secrets
import socket
import threading
from collections.abc import Iterator

import pytest
from redis import Redis
from redis.exceptions import RedisError

from tests.conftest import REQUIRED, used

URL = os.environ.get("ZHIBU_TEST_REDIS_URL", "redis://127.0.0.1:6379/15")


@pytest.fixture
def redis_url() -> str:
    try:
        with Redis.from_url(URL, socket_connect_timeout=1) as client:
            client.ping()
    except (RedisError, OSError) as error:
        (pytest.fail if REQUIRED else pytest.skip)(f"no Redis: {type(error).__name__}")
    used.add("redis")
    return URL


@pytest.fixture
def prefix(redis_url: str) -> Iterator[str]:
    """Names of our own, removed afterwards."""
    name = f"zhibu-test-{secrets.token_hex(8)}:"
    yield name
    with Redis.from_url(redis_url) as client:
        for key in client.scan_iter(f"{name}*"):
            client.delete(key)


class Wire:
    """Carries bytes to Redis until it is cut."""

    def __init__(self, address: tuple[str, int]) -> None:
        self._address = address
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open: list[socket.socket] = []
        self._cut = False
        self._lock = threading.Lock()
        self.port = self._listener.getsockname()[1]
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            with self._lock:
                self._join(near)

    def _join(self, near: socket.socket) -> None:
        if self._cut:
            near.close()
            return
        far = socket.create_connection(self._address)
        self._open += [near, far]
        for source, target in ((near, far), (far, near)):
            thread = threading.Thread(target=_carry, args=(source, target), daemon=True)
            self._threads.append(thread)
            thread.start()

    def cut(self) -> None:
        with self._lock:
            self._cut = True
            for end in self._open:
                _shut(end)

    def mend(self) -> None:
        self._cut = False

    def close(self) -> None:
        self.cut()
        _shut(self._listener)
        for thread in self._threads:
            thread.join(5)
        for end in (*self._open, self._listener):
            end.close()


def _shut(end: socket.socket) -> None:
    try:
        end.shutdown(socket.SHUT_RDWR)
    except OSError:
        return


def _carry(source: socket.socket, target: socket.socket) -> None:
    try:
        while some := source.recv(65_536):
            target.sendall(some)
    except OSError:
        pass
    _shut(target)


@pytest.fixture
def wire(redis_url: str) -> Iterator[Wire]:
    with Redis.from_url(redis_url) as client:
        where = client.connection_pool.connection_kwargs
    carried = Wire((where["host"], where["port"]))
    yield carried
    carried.close()

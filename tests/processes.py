"""Real processes of ours, and a Redis of their own, for what only kill -9 can show."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest
from redis import Redis
from redis.exceptions import ConnectionError as RedisConnectionError

from tests.backend import ROOT, free_port
from tests.conftest import REQUIRED

STOP_SECONDS = 40


def until(done: Callable[[], bool], seconds: float, what: str, *, every: float = 0.1) -> None:
    end = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < end, f"{what}: not within {seconds} s"
        time.sleep(every)


class Flask:
    """One `flask` command that runs until it is ended; its log is kept for whoever reads a failure."""

    def __init__(self, command: str, variables: Mapping[str, str], log: Path) -> None:
        self._words = [sys.executable, "-m", "flask", *command.split()]
        self._variables = {**variables, "FLASK_APP": "app.main:create_app"}
        self.log = log
        self.process = self._started()

    def _started(self) -> "subprocess.Popen[bytes]":
        with self.log.open("ab") as log:
            return subprocess.Popen(self._words, cwd=ROOT, env=self._variables, stdout=log, stderr=log)

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def again(self) -> None:
        self.process = self._started()

    def stop(self) -> int:
        """SIGTERM, as systemd and containers do it; the exit code."""
        self.process.terminate()
        return self.process.wait(STOP_SECONDS)


@contextmanager
def flask(command: str, variables: Mapping[str, str], log: Path) -> Iterator[Flask]:
    one = Flask(command, variables, log)
    try:
        yield one
    finally:
        if one.process.poll() is None:
            one.kill()


@contextmanager
def platform(latency_ms: int) -> Iterator[int]:
    """The stand-in of benchmarks/platform.py; its port."""
    port = free_port()
    command = [sys.executable, "-m", "benchmarks.platform", str(port), str(latency_ms)]
    process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)})
    try:
        yield port
    finally:
        process.kill()
        process.wait()


class OwnRedis:
    """Keeps nothing on disk: a restart is a loss of everything."""

    def __init__(self) -> None:
        if shutil.which("redis-server") is None:
            (pytest.fail if REQUIRED else pytest.skip)("no redis-server here")
        self._port = free_port()
        self.url = f"redis://127.0.0.1:{self._port}/0"
        self.start()

    def start(self) -> None:
        where = ["--port", str(self._port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        self._process = subprocess.Popen(
            ["redis-server", *where], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/tmp"
        )
        with Redis(port=self._port) as client:
            until(lambda: _answers(client), 20, "Redis")

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()


def _answers(client: "Redis") -> bool:
    try:
        return bool(client.ping())
    except RedisConnectionError:
        return False


@contextmanager
def own_redis() -> Iterator[OwnRedis]:
    one = OwnRedis()
    try:
        yield one
    finally:
        one.kill()

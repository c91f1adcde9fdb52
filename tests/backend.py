"""Real backend processes on loopback, for what only several processes can show."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.fakes.wechat import AES_KEY, APP_ID, ORIGINAL_ID, TOKEN, Push
from tests.services import FIELD_KEY

ROOT = Path(__file__).resolve().parents[1]
START_SECONDS = 60
ANSWER_SECONDS = 30


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def environment(database_url: str, **more: str) -> dict[str, str]:
    """The settings of one backend, and none of the caller's."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("ZHIBU_")}
    return inherited | {
        "PYTHONPATH": str(ROOT),
        "ZHIBU_WECHAT__APP_ID": APP_ID,
        "ZHIBU_WECHAT__APP_SECRET": "tests-secret",
        "ZHIBU_WECHAT__TOKEN": TOKEN,
        "ZHIBU_WECHAT__ENCODING_AES_KEY": AES_KEY,
        "ZHIBU_WECHAT__ORIGINAL_ID": ORIGINAL_ID,
        "ZHIBU_WECHAT__API_BASE_URL": "http://127.0.0.1:9",
        "ZHIBU_DATABASE__URL": database_url,
        "ZHIBU_SECURITY__SECRET_KEY": "s" * 40,
        "ZHIBU_SECURITY__FIELD_KEYS": FIELD_KEY,
        "ZHIBU_SITE__BASE_URL": "http://127.0.0.1",
        **more,
    }


@dataclass
class Backend:
    """`pid` is the server's own; its workers are below it."""

    port: int
    pid: int = 0

    def deliver(self, push: Push) -> tuple[int, bytes]:
        """POST as WeChat does; (status, body)."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/wechat/callback?{push.query}",
            push.body,
            {"Content-Type": "text/xml"},
        )
        try:
            with urllib.request.urlopen(request, timeout=ANSWER_SECONDS) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as refused:
            return refused.code, refused.read()


@contextmanager
def running(variables: Mapping[str, str], *, workers: int = 1) -> Iterator[Backend]:
    """Worker processes behind their own port; killed with its children at the end."""
    port = free_port()
    serving = f"--host 127.0.0.1 --port {port} --workers {workers} --respawn-failed-workers"
    command = f"granian --interface asgi {serving} --no-ws app.asgi:app"
    process = subprocess.Popen(
        [sys.executable, "-m", *command.split()],
        cwd=ROOT,
        env=dict(variables),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        _await(port, process)
        yield Backend(port, process.pid)
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _await(port: int, process: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("the backend did not start")

"""A demo of one's own, in a folder that is thrown away: for the story and for tests."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
READY_SECONDS = 180
STOP_SECONDS = 30
LOOK_SECONDS = 0.1


class DidNotStart(RuntimeError):
    """What the demo said instead."""


class FreshDemo:
    """One process of `python -m demo`; `sheet` is its demo.json."""

    def __init__(self, data_dir: Path, port: int, environment: Mapping[str, str] | None = None) -> None:
        self.data_dir = data_dir
        self.output = data_dir.with_name(f"{data_dir.name}.out")
        given = os.environ | {"PORT": str(port), "DATA_DIR": str(data_dir)} | dict(environment or {})
        with self.output.open("wb") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "demo.leash", str(os.getpid()), sys.executable, "-m", "demo"],
                cwd=ROOT,
                env=given,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def wait_until_ready(self) -> dict[str, Any]:
        """The sheet. Raises DidNotStart."""
        deadline = time.monotonic() + READY_SECONDS
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise DidNotStart(self.said())
            if (self.data_dir / "demo.json").exists():
                sheet: dict[str, Any] = json.loads((self.data_dir / "demo.json").read_text(encoding="utf-8"))
                if sheet["pid"] == self.process.pid:
                    return sheet
            time.sleep(LOOK_SECONDS)
        raise DidNotStart(f"not ready within {READY_SECONDS} s; it said: {self.said()}")

    def said(self) -> str:
        return self.output.read_text(encoding="utf-8", errors="replace")[-3000:]

    def stop(self) -> int:
        """The exit code after SIGTERM; killed when it does not end."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait()


@contextmanager
def fresh_demo() -> Iterator[dict[str, Any]]:
    """The sheet of a demo on free ports with data of its own. Where something goes wrong its folder stays."""
    folder = Path(tempfile.mkdtemp(prefix="zhibu-demo-"))
    demo = FreshDemo(folder / "data", free_ports())
    try:
        yield demo.wait_until_ready()
    except Exception:
        sys.stderr.write(f"\nits data and logs are kept in {folder}\n")
        raise
    else:
        demo.stop()
        shutil.rmtree(folder)
    finally:
        demo.stop()


def free_ports() -> int:
    """A port that is free, with a free one after it. Somebody may still be quicker; then the demo says so."""
    while True:
        with socket.socket() as first, socket.socket() as second:
            first.bind(("127.0.0.1", 0))
            port: int = first.getsockname()[1]
            try:
                second.bind(("127.0.0.1", port + 1))
            except (OSError, OverflowError):
                continue
            return port

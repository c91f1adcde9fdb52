"""The processes that send: started as an operator starts them, watched, and stopped."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.servers import ROOT, TICKS

STOP_SECONDS = 40


@dataclass(frozen=True)
class Used:
    """What they have used so far: CPU, waiting for the database, and the most memory that they had together."""

    cpu_seconds: float
    database_seconds: float
    statements: int
    peak_mb: float


class Sender:
    def __init__(self, process: "subprocess.Popen[bytes]", watched: Path) -> None:
        self.process = process
        self._watched = watched

    def used(self) -> Used:
        self._watched.unlink(missing_ok=True)
        os.kill(self.process.pid, signal.SIGUSR1)
        until = time.monotonic() + 10
        while not self._watched.exists() and time.monotonic() < until:
            time.sleep(0.01)
        database = json.loads(self._watched.read_text())
        return Used(self._cpu(), database["seconds"], database["statements"], self._peak())

    def _cpu(self) -> float:
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def _peak(self) -> float:
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.partition("VmHWM:")[2].split()[0]) / 1024


@contextmanager
def running(commands: Sequence[str], environment: Mapping[str, str], folder: Path) -> Iterator[list[Sender]]:
    with ExitStack() as stack:
        yield [
            stack.enter_context(_started(command, environment, folder / f"watched-{number}"))
            for number, command in enumerate(commands)
        ]


@contextmanager
def _started(command: str, environment: Mapping[str, str], watched: Path) -> Iterator[Sender]:
    with watched.with_suffix(".log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.watched", str(watched), *command.split()],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT), "FLASK_APP": "app.main:create_app", **environment},
            stdout=log,
            stderr=log,
        )
    try:
        yield Sender(process, watched)
    finally:
        process.terminate()
        process.wait(timeout=STOP_SECONDS)


def together(used: Sequence[Used]) -> Used:
    return Used(
        sum(one.cpu_seconds for one in used),
        sum(one.database_seconds for one in used),
        sum(one.statements for one in used),
        sum(one.peak_mb for one in used),
    )

"""The demo's processes: started with a log each, watched, and stopped together."""

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

TAIL_LINES = 15
GRACE_SECONDS = 8.0
LOOK_SECONDS = 0.05


class ChildDied(RuntimeError):
    """A process ended by itself. The text says which, and how its log ends."""


@dataclass(frozen=True)
class Child:
    name: str
    process: subprocess.Popen[bytes]
    log: Path

    def report(self) -> str:
        lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-TAIL_LINES:]
        tail = "\n".join(f"  | {line}" for line in lines)
        return f"{self.name} ended with code {self.process.returncode}; {self.log} ends with\n{tail}"


@dataclass
class Children:
    """Each child leads a process group of its own, so that a terminal's Ctrl-C reaches only the supervisor."""

    root: Path
    logs: Path
    running: list[Child] = field(default_factory=list)

    def start(self, name: str, command: list[str]) -> Child:
        self.logs.mkdir(parents=True, exist_ok=True)
        log = self.logs / f"{name}.log"
        leashed = [sys.executable, "-m", "demo.leash", str(os.getpid()), *command]
        with log.open("wb") as out:
            process = subprocess.Popen(
                leashed,
                cwd=self.root,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,
            )
        child = Child(name, process, log)
        self.running.append(child)
        return child

    def check(self) -> None:
        """Raises ChildDied for the first one that is no longer there."""
        for child in self.running:
            if child.process.poll() is not None:
                raise ChildDied(child.report())

    def stop(self) -> None:
        """Ask all, newest first; after some seconds insist. Nothing is left, also of their own children."""
        for child in reversed(self.running):
            _signal_group(child, signal.SIGTERM)
        deadline = time.monotonic() + GRACE_SECONDS
        while time.monotonic() < deadline and any(child.process.poll() is None for child in self.running):
            time.sleep(LOOK_SECONDS)
        for child in self.running:
            _signal_group(child, signal.SIGKILL)
            child.process.wait()
        self.running.clear()


def _signal_group(child: Child, number: signal.Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(child.process.pid, number)

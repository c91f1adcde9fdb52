"""Processes of the demo: watched, stopped together, and never left behind."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from demo.children import ChildDied, Children

ROOT = Path(__file__).resolve().parents[3]
SLEEPER = [sys.executable, "-c", "import time; time.sleep(600)"]
STUBBORN = [
    sys.executable,
    "-c",
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(600)",
]
PARENT = """
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
print(child.pid, flush=True)
time.sleep(600)
"""
SUPERVISOR = """
import sys, time
from pathlib import Path
from demo.children import Children
children = Children(Path.cwd(), Path(sys.argv[1]))
child = children.start("sleeper", [sys.executable, "-c", "import time; print('up', flush=True); time.sleep(600)"])
while "up" not in child.log.read_text():
    time.sleep(0.05)
print(child.process.pid, flush=True)
time.sleep(600)
"""


@pytest.fixture
def children(tmp_path: Path) -> Iterator[Children]:
    made = Children(ROOT, tmp_path / "logs")
    yield made
    made.stop()


def until(true: Callable[[], bool]) -> bool:
    """Whether it became true within a generous time."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if true():
            return True
        time.sleep(0.05)
    return False


def alive(pid: int) -> bool:
    """A zombie that nobody has collected yet no longer runs."""
    stat = Path(f"/proc/{pid}/stat")
    try:
        return stat.read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_child_that_ends_is_reported_with_the_end_of_its_log(children: Children) -> None:
    children.start("sleeper", SLEEPER)
    dying = children.start("dying", [sys.executable, "-c", "print('last words'); raise SystemExit(3)"])
    dying.process.wait(60)

    with pytest.raises(
        ChildDied, match=r"(?s)^dying ended with code 3; .*dying\.log ends with\n  \| last words$"
    ):
        children.check()


def test_stop_ends_children_and_their_own_children(children: Children) -> None:
    parent = children.start("parent", [sys.executable, "-c", PARENT])
    assert until(lambda: parent.log.read_text().strip() != "")
    grandchild = int(parent.log.read_text())

    children.stop()

    assert parent.process.returncode is not None
    assert until(lambda: not alive(grandchild))


def test_stop_insists_where_a_child_does_not_listen(
    children: Children, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("demo.children.GRACE_SECONDS", 0.2)
    deaf = children.start("deaf", STUBBORN)
    assert until(lambda: "deaf" in deaf.log.read_text())

    children.stop()

    assert deaf.process.returncode == -signal.SIGKILL


def test_child_ends_when_its_supervisor_is_killed(tmp_path: Path) -> None:
    supervisor = subprocess.Popen(
        [sys.executable, "-c", SUPERVISOR, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert supervisor.stdout is not None
    with supervisor.stdout:
        child = int(supervisor.stdout.readline())
    was_alive = alive(child)

    os.kill(supervisor.pid, signal.SIGKILL)
    supervisor.wait(60)

    assert was_alive
    assert until(lambda: not alive(child))

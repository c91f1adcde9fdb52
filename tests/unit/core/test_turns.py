"""Turns at a SQLite file: one writer at a time among threads and processes, and none for ever."""

import subprocess
import sys
from pathlib import Path
from threading import Thread

import pytest

from app.core.db import Bare, Driver, Sessions, new_engine
from app.core.turns import Occupied, Turns

HOLD = """
import sys, time
from app.core.turns import Turns
with Turns(sys.argv[1], 3):
    print("held", flush=True)
    time.sleep(60)
"""
ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def database(tmp_path: Path) -> str:
    return str(tmp_path / "zhibu.db")


def enter(turns: Turns) -> None:
    with turns:
        pass


def test_turn_comes_back_after_each_use(database: str) -> None:
    turns = Turns(database, 0.05)

    for _ in range(3):
        enter(turns)


def test_turn_comes_back_after_an_exception(database: str) -> None:
    turns = Turns(database, 0.05)

    with pytest.raises(KeyError), turns:
        raise KeyError

    enter(turns)


def test_thread_that_waits_too_long_is_told(database: str) -> None:
    turns = Turns(database, 0.05)
    told: list[str] = []

    def wait() -> None:
        try:
            enter(turns)
        except TimeoutError as late:
            told.append(str(late))

    with turns:
        other = Thread(target=wait)
        other.start()
        other.join()

    assert told == ["another writer of this process holds the database"]


def test_process_that_waits_too_long_is_told_and_leaves_no_turn_taken(database: str) -> None:
    """Two openings of the file stand for two processes: the lock belongs to the opening."""
    first, second = Turns(database, 0.05), Turns(database, 0.05)

    with first, pytest.raises(TimeoutError, match="another process holds the database"):
        enter(second)

    enter(second)


def test_turn_of_a_killed_process_is_free(database: str) -> None:
    holder = subprocess.Popen([sys.executable, "-c", HOLD, database], cwd=ROOT, stdout=subprocess.PIPE)
    assert holder.stdout is not None
    assert holder.stdout.readline() == b"held\n"
    turns = Turns(database, 0.05)
    with pytest.raises(TimeoutError):
        enter(turns)

    holder.kill()
    holder.communicate()

    enter(turns)


def test_wiring_opens_no_file(database: str) -> None:
    nowhere = Sessions(new_engine("sqlite:////nowhere/zhibu.db"))
    Turns(database, 3)

    assert nowhere.engine.pool.status().startswith("Pool size")
    assert not Path(f"{database}-turn").exists()


def test_database_in_memory_has_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    for name in (":memory:", "", None):
        enter(Turns(name, 0.05))

    assert list(tmp_path.iterdir()) == []


def test_bare_transaction_has_no_session(sessions: Sessions) -> None:
    with sessions.write() as driver:
        bare = Bare(driver)

        assert isinstance(bare.driver, Driver)
        with pytest.raises(RuntimeError, match="no session"):
            _ = bare.session


def test_turn_is_taken_at_once_or_not_at_all(database: str) -> None:
    mine, other = Turns(database, 0.05), Turns(database, 0.05)

    mine.take()
    for turns in (mine, other):
        with pytest.raises(Occupied):
            turns.take()
    mine.release()
    other.take()

    with pytest.raises(Occupied):
        mine.take()


def test_turn_that_was_not_free_was_not_kept_half(database: str) -> None:
    """Neither the thread's lock nor the file's may stay behind with who was refused."""
    mine, other = Turns(database, 0.05), Turns(database, 0.05)
    mine.take()
    with pytest.raises(Occupied):
        other.take()
    mine.release()

    enter(other)
    enter(mine)

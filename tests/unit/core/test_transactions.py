"""How transactions begin, end, join and wait for one another."""

import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from threading import Event, Thread
from typing import TypeVar

import pytest
from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError

from app.core import db
from app.core.db import Sessions, Work, driver_of, new_engine
from app.core.leases import Lease
from app.core.prepared import Prepared
from app.members.models import WeChatIdentity
from tests.unit.core.leases import PRECISE, lease, names

T = TypeVar("T")
COUNTED = "counter"
CHANGE = Prepared(update(Lease).where(Lease.name == "a").values(holder="changed"))


def holders(sessions: Sessions) -> list[str]:
    with sessions.read() as session:
        return list(session.scalars(select(Lease.holder).order_by(Lease.name)))


@contextmanager
def interrupted(transaction: AbstractContextManager[T]) -> Iterator[T]:
    """The transaction, ended by an interruption once the block has done its part."""
    with suppress(KeyboardInterrupt), transaction as opened:
        yield opened
        raise KeyboardInterrupt


def test_begin_rolls_back_on_any_exception(any_sessions: Sessions) -> None:
    with interrupted(any_sessions.begin()) as session:
        lease(session, "a")
        session.flush()

    assert names(any_sessions) == []


def test_write_commits_or_rolls_back_without_a_session(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        lease(session, "a")

    with interrupted(any_sessions.write()) as driver:
        CHANGE.change(driver)
    after_failure = holders(any_sessions)
    with any_sessions.write() as driver:
        CHANGE.change(driver)

    assert (after_failure, holders(any_sessions)) == (["0"], ["changed"])


def test_connect_commits_or_rolls_back(any_sessions: Sessions) -> None:
    add = insert(Lease)
    row = {"holder": "0", "until": PRECISE, "beat_at": PRECISE}

    with interrupted(any_sessions.connect()) as connection:
        connection.execute(add, row | {"name": "a"})
    with any_sessions.connect() as connection:
        connection.execute(add, row | {"name": "b"})

    assert names(any_sessions) == ["b"]


def test_read_commits_nothing(any_sessions: Sessions) -> None:
    with any_sessions.read() as session:
        lease(session, "a")
        session.flush()

    assert names(any_sessions) == []


def test_reader_on_sqlite_waits_for_no_writer(sessions: Sessions) -> None:
    with sessions.begin() as session:
        lease(session, "a")
        session.flush()

        assert names(sessions) == []

    assert names(sessions) == ["a"]


def test_work_joins_session_then_driver_in_one_transaction(any_sessions: Sessions) -> None:
    with any_sessions.work() as work:
        lease(work.session, "a")
        changed = CHANGE.change(work.driver)

    assert (changed, holders(any_sessions)) == (1, ["changed"])


def test_work_joins_driver_then_session_in_one_transaction(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        lease(session, "a")

    with any_sessions.work() as work:
        CHANGE.change(work.driver)
        seen = work.session.scalars(select(Lease.holder)).one()
        lease(work.session, "b")

    assert (seen, names(any_sessions)) == ("changed", ["a", "b"])


def test_work_rolls_both_back(any_sessions: Sessions) -> None:
    with interrupted(any_sessions.work()) as work:
        lease(work.session, "a")
        CHANGE.change(work.driver)

    assert names(any_sessions) == []


def test_work_rolls_back_the_bare_driver(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        lease(session, "a")

    with interrupted(any_sessions.work()) as work:
        Prepared(update(Lease).values(name="b")).change(work.driver)

    assert names(any_sessions) == ["a"]


def clash(work: Work) -> None:
    CHANGE.change(work.driver)
    lease(work.session, "a")


def test_work_rolls_everything_back_when_its_last_flush_fails(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        lease(session, "a")

    with pytest.raises(IntegrityError), any_sessions.work() as work:
        clash(work)

    assert holders(any_sessions) == ["0"]


def test_work_goes_on_after_a_conflict_in_a_savepoint(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        lease(session, "a")

    with any_sessions.work() as work:
        with pytest.raises(IntegrityError), work.session.begin_nested():
            lease(work.session, "a")
        CHANGE.change(work.driver)
        lease(work.session, "b")

    assert holders(any_sessions) == ["changed", "0"]


def test_work_that_nobody_uses_takes_no_lock(sessions: Sessions) -> None:
    with sessions.work(), sessions.begin() as session:
        lease(session, "a")

    assert names(sessions) == ["a"]


def test_driver_of_a_session_sees_what_it_flushed(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        lease(session, "a")
        session.flush()

        row = Prepared(select(Lease.name, Lease.until)).first(driver_of(session))

    assert (row.name, row.until) == ("a", PRECISE)


def count_up(sessions: Sessions) -> None:
    """Read, then write what was read plus one: loses counts unless the lock is taken at BEGIN."""
    for _ in range(50):
        with sessions.begin() as session:
            before = session.scalars(select(Lease.holder).where(Lease.name == COUNTED)).one()
            session.execute(update(Lease).where(Lease.name == COUNTED).values(holder=str(int(before) + 1)))


def counted(sessions: Sessions) -> str:
    with sessions.read() as session:
        return session.scalars(select(Lease.holder)).one()


def test_eight_threads_of_one_process_read_then_write(sessions: Sessions) -> None:
    with sessions.begin() as session:
        lease(session, COUNTED)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(count_up, [sessions] * 8))

    assert counted(sessions) == "400"


def test_eight_processes_read_then_write_one_file(sessions: Sessions) -> None:
    """Each has an engine and a queue of its own, as processes have."""
    with sessions.begin() as session:
        lease(session, COUNTED)
    url = sessions.engine.url.render_as_string()
    apart = [Sessions(new_engine(url, pool_size=1)) for _ in range(8)]

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(count_up, apart))
    for one in apart:
        one.engine.dispose()

    assert counted(sessions) == "400"


def test_writer_that_waits_too_long_is_told(sessions: Sessions, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(db, "BUSY_SECONDS", 0.05)
    holds, finish = Event(), Event()

    def hold_the_turn() -> None:
        with sessions.begin():
            holds.set()
            finish.wait(10)

    other = Thread(target=hold_the_turn)
    other.start()
    holds.wait(10)
    with pytest.raises(TimeoutError, match="another writer"), sessions.begin():
        pass
    finish.set()
    other.join()

    with sessions.begin() as session:
        lease(session, "a")
    assert names(sessions) == ["a"]


def locked_for_others(sessions: Sessions) -> bool:
    """Whether somebody without our turns, such as an operator's shell, could begin to write now."""
    with closing(sqlite3.connect(str(sessions.engine.url.database), timeout=0)) as outsider:
        try:
            outsider.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            return True
    return False


def test_writer_holds_the_lock_from_its_first_read(sessions: Sessions) -> None:
    """A deferred BEGIN would fail at the first write, after another had written in between."""
    with sessions.begin() as session:
        session.execute(select(Lease.name))
        during_begin = locked_for_others(sessions)
    with sessions.work() as work:
        work.session.execute(select(Lease.name))
        during_work = locked_for_others(sessions)
    with sessions.write():
        during_write = locked_for_others(sessions)
    with sessions.read() as session:
        session.execute(select(Lease.name))
        during_read = locked_for_others(sessions)

    assert (during_begin, during_work, during_write, during_read) == (True, True, True, False)


def test_turn_is_given_back_after_a_failed_commit(sessions: Sessions) -> None:
    for _ in range(2):
        with pytest.raises(IntegrityError), sessions.begin() as session:
            session.add(WeChatIdentity(app_id="wx", openid="o1", member_id=404))

    assert names(sessions) == []

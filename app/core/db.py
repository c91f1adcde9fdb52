"""Engines, sessions and column types for SQLite, PostgreSQL and MariaDB/MySQL."""

import random
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, TypeVar, cast

from sqlalchemy import (
    BigInteger,
    CursorResult,
    DateTime,
    Dialect,
    Engine,
    Enum,
    Integer,
    LargeBinary,
    MetaData,
    Row,
    Text,
    TypeDecorator,
    create_engine,
    event,
    make_url,
)
from sqlalchemy.dialects import mysql
from sqlalchemy.engine import Connection, Result
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.schema import SchemaItem

from app.core.turns import Turns

__all__ = [
    "AnyRow",
    "Bare",
    "Base",
    "BigId",
    "Driver",
    "LongBinary",
    "LongText",
    "Session",
    "Sessions",
    "UTCDateTime",
    "Work",
    "codes",
    "driver_of",
    "enum_column",
    "gave_way",
    "in_turn",
    "new_engine",
    "rows_changed",
    "table_args",
]

SILENT_SECONDS = 60
BUSY_SECONDS = 3
"""How long a statement may wait for another's lock: below the 4.5 s that WeChat gives an answer."""

GAVE_WAY = frozenset({"40001", "40P01", 1213, 1305})
"""Serialization failure and deadlock: SQLSTATE of PostgreSQL, number of MySQL. 1305: the savepoint is gone as well."""
TRIES = 4
PAUSE_SECONDS = 0.02
"""Longest wait before the second try, twice that before the third: who collided once should not meet again."""
Given = TypeVar("Given")

NAMING = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}


MYSQL_TABLE = {"mysql_engine": "InnoDB", "mysql_charset": "utf8mb4", "mysql_collate": "utf8mb4_bin"}
"""Compared byte by byte: two OpenIDs that differ only in case are two people."""

BigId = BigInteger().with_variant(Integer, "sqlite")
"""For tables that grow with traffic; SQLite numbers rows only in a plain INTEGER key."""

LongText = Text().with_variant(mysql.MEDIUMTEXT(), "mysql", "mariadb")
"""MySQL's TEXT ends at 64 KiB, which a body at our cap passes once it is encoded."""


LongBinary = LargeBinary().with_variant(mysql.LONGBLOB(), "mysql", "mariadb")


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMING)
    __table_args__: Any = MYSQL_TABLE


def table_args(*constraints: SchemaItem) -> tuple[Any, ...]:
    """`__table_args__` with constraints, keeping what every table needs."""
    return (*constraints, MYSQL_TABLE)


AnyRow = Row[*tuple[Any, ...]]
"""A row of a query whose columns its docstring names."""


class UTCDateTime(TypeDecorator[datetime]):
    """Aware UTC, to the microsecond, on every engine. A naive value is a bug and is refused."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        if dialect.name in ("mysql", "mariadb"):
            return dialect.type_descriptor(mysql.DATETIME(fsp=6))
        return dialect.type_descriptor(DateTime())

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("naive datetime; give an aware one")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.replace(tzinfo=UTC)


def enum_column(kind: type[StrEnum], length: int = 24, *, name: str = "") -> Enum:
    """A StrEnum kept as its value, checked by the database too. Two of one kind in a table need a `name` each."""
    return Enum(
        kind,
        name=name or kind.__name__.lower(),
        native_enum=False,
        create_constraint=True,
        length=length,
        values_callable=lambda members: [member.value for member in members],
    )


def _configure_sqlite(connection: sqlite3.Connection, _entry: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # the driver's own BEGIN is deferred and fails under writers
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", "temp_store=MEMORY"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    readonly = connection.get_execution_options().get("readonly", False)
    driver = cast("sqlite3.Connection", connection.connection.driver_connection)
    driver.execute("BEGIN" if readonly else "BEGIN IMMEDIATE")


def _connect_arguments(backend: str) -> dict[str, Any]:
    if backend == "sqlite":
        return {"timeout": BUSY_SECONDS, "check_same_thread": False}
    if backend == "postgresql":
        waits = f"-c lock_timeout={BUSY_SECONDS}s -c statement_timeout=60s -c timezone=UTC"
        # A network that swallows packets would otherwise hold a thread for minutes.
        silence = {"tcp_user_timeout": BUSY_SECONDS * 1000, "keepalives_idle": 30}
        return {"connect_timeout": BUSY_SECONDS, "options": waits, **silence}
    waits = f"SET SESSION innodb_lock_wait_timeout={BUSY_SECONDS}, time_zone='+00:00'"
    silence = {"read_timeout": SILENT_SECONDS, "write_timeout": SILENT_SECONDS}
    return {"connect_timeout": BUSY_SECONDS, "charset": "utf8mb4", "init_command": waits, **silence}


def new_engine(url: str, *, pool_size: int = 32) -> Engine:
    """One engine a process. SQLite runs in WAL with foreign keys on and takes its write lock at BEGIN."""
    backend = make_url(url).get_backend_name()
    options: dict[str, Any] = {"pool_size": pool_size, "max_overflow": 8, "pool_timeout": BUSY_SECONDS}
    options["hide_parameters"] = True  # they are persons; an exception's text goes into the log
    if backend in ("mysql", "mariadb"):
        # Under REPEATABLE READ a second delivery would not see the first one's committed reply.
        options |= {"isolation_level": "READ COMMITTED", "pool_recycle": 1800}
    if backend != "sqlite":
        options["pool_pre_ping"] = True
    engine = create_engine(url, connect_args=_connect_arguments(backend), **options)
    if backend == "sqlite":
        event.listen(engine, "connect", _configure_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    return engine


@dataclass(frozen=True, slots=True)
class Driver:
    """An open transaction as the driver sees it, for prepared statements."""

    dialect: Dialect
    connection: DBAPIConnection

    @contextmanager
    def apart(self) -> Iterator[None]:
        """What happens inside is undone alone where it raises; the transaction goes on."""
        self._run("SAVEPOINT apart")
        try:
            yield
        except BaseException as fault:
            if not gave_way(fault):  # then the savepoint is gone, too
                self._run("ROLLBACK TO SAVEPOINT apart")
                self._run("RELEASE SAVEPOINT apart")
            raise
        self._run("RELEASE SAVEPOINT apart")

    def _run(self, sql: str) -> None:
        cursor = self.connection.cursor()
        cursor.execute(sql)
        cursor.close()


def driver_of(session: Session) -> Driver:
    """The session's own transaction, with what the session has not written yet."""
    session.flush()
    connection = session.connection()
    return Driver(connection.dialect, connection.connection)


class Sessions:
    """Opens transactions. `begin`, `write` and `work` change things, `read` does not; all end with their block."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._writing = sessionmaker(engine, expire_on_commit=False)
        self._reading = sessionmaker(engine.execution_options(readonly=True), expire_on_commit=False)
        self._turns = Turns(engine.url.database, BUSY_SECONDS) if engine.dialect.name == "sqlite" else None

    @contextmanager
    def begin(self) -> Iterator[Session]:
        """A writing transaction: committed at the end, rolled back on any exception."""
        with self._turns or nullcontext(), self._writing.begin() as session:
            yield session

    @contextmanager
    def write(self, *, wait: bool = True) -> Iterator[Driver]:
        """The same for prepared statements alone, without the cost of a Session.

        Raises Occupied where another writes to the file and nobody may `wait` for it.
        """
        with self._turn(wait=wait), closing(self.engine.raw_connection()) as connection:
            try:
                if self._turns:
                    cast("sqlite3.Connection", connection.driver_connection).execute("BEGIN IMMEDIATE")
                yield Driver(self.engine.dialect, connection)
                connection.commit()
            except BaseException:
                connection.rollback()
                raise

    def _turn(self, *, wait: bool) -> AbstractContextManager[None]:
        if self._turns is None:
            return nullcontext()
        if wait:
            return self._turns
        self._turns.take()
        return _Taken(self._turns)

    @contextmanager
    def work(self) -> Iterator["Work"]:
        """A writing transaction that begins, and takes its locks, when it is first used."""
        with ExitStack() as stack:
            work = Work(self, stack)
            yield work
            work.flush()

    @contextmanager
    def connect(self) -> Iterator[Connection]:
        """A writing transaction without a Session."""
        with self._turns or nullcontext(), self.engine.begin() as connection:
            yield connection

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A reading transaction; on SQLite it takes no write lock. Nothing is committed."""
        with self._reading() as session:
            yield session


class _Taken(AbstractContextManager[None]):
    """A turn that is held already."""

    def __init__(self, turns: Turns) -> None:
        self._turns = turns

    def __exit__(self, *_: object) -> None:
        self._turns.release()


class Work:
    """One transaction, asked through the bare driver, a Session, or both in any order."""

    def __init__(self, sessions: Sessions, stack: ExitStack) -> None:
        self._sessions = sessions
        self._stack = stack
        self._connection: Connection | None = None
        self._session: Session | None = None

    @property
    def session(self) -> Session:
        if self._session is None:
            self._session = Session(self._begun(), expire_on_commit=False)
        return self._session

    @property
    def driver(self) -> Driver:
        self.flush()
        connection = self._begun()
        return Driver(connection.dialect, connection.connection)

    def flush(self) -> None:
        """Write what the session still holds, before the transaction ends."""
        if self._session is not None:
            self._session.flush()

    def _begun(self) -> Connection:
        if self._connection is None:
            self._connection = self._stack.enter_context(self._sessions.connect())
        return self._connection


class Bare:
    """An open transaction for verbs that need no Session."""

    def __init__(self, driver: Driver) -> None:
        self.driver = driver

    @property
    def session(self) -> Session:
        raise RuntimeError("this transaction has no session")


def rows_changed(session: Session, statement: Any) -> int:
    """How many rows an UPDATE or DELETE changed."""
    result: Result[Any] = session.execute(statement, execution_options={"synchronize_session": False})
    return cast("CursorResult[Any]", result).rowcount


def in_turn(transact: Callable[[], Given]) -> Given:
    """What `transact` returns; called again where its transaction gave way to another, and so did nothing."""
    for turn in range(TRIES - 1):
        try:
            return transact()
        except Exception as fault:
            if not gave_way(fault):
                raise
        time.sleep(random.uniform(0, PAUSE_SECONDS * 2**turn))
    return transact()


def gave_way(fault: BaseException) -> bool:
    """The whole transaction is gone, and may be tried again."""
    return not GAVE_WAY.isdisjoint(codes(fault))


def codes(fault: BaseException) -> set[object]:
    """What the database calls it: its SQLSTATE, and its own number where it has one."""
    cause: Any = getattr(fault, "orig", None) or fault
    number = next(iter(cause.args), None)
    return {getattr(cause, "sqlstate", None), number if isinstance(number, int) else None} - {None}

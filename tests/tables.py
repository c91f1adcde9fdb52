"""Every table, empty, for each test: copied or emptied, since making them anew takes longer than most tests."""

import shutil
import tempfile
from functools import cache
from pathlib import Path

from sqlalchemy import Connection, Engine, Table, inspect, literal, select, text, union_all

from app.core.db import new_engine
from app.schema import METADATA

TRIGGERS_OFF = "SET session_replication_role = replica", "SET session_replication_role = DEFAULT"
CHECKS_OFF = "SET FOREIGN_KEY_CHECKS = 0", "SET FOREIGN_KEY_CHECKS = 1"
NUMBERED = frozenset({"audit_entry"})
"""Of MySQL's tables, those whose tests name a row's number: it begins anew only by changing the table, slowly."""

INDEXED = "study_search"
"""What this one does on its making is an index, which stays."""


def empty(engine: Engine) -> None:
    """Give this database the models' tables, without a row."""
    if engine.dialect.name == "sqlite":
        assert engine.url.database is not None
        shutil.copy(_template(), engine.url.database)
        return
    if set(inspect(engine).get_table_names()) != METADATA.tables.keys():
        METADATA.drop_all(engine)
        METADATA.create_all(engine)
        return
    with engine.begin() as connection:
        _clear(connection)


@cache
def _template() -> Path:
    path = Path(tempfile.mkdtemp(prefix="zhibu-test-")) / "empty.db"
    engine = new_engine(f"sqlite:///{path}", pool_size=1)
    METADATA.create_all(engine)
    engine.dispose()
    return path


def _clear(connection: Connection) -> None:
    """Rows are deleted, not tables truncated: that makes new files, for which a server waits for its disk."""
    tables = METADATA.sorted_tables
    used = set(
        connection.scalars(
            union_all(*(select(literal(table.name)).where(select(table).exists()) for table in tables))
        )
    )
    born_with_rows = [one for one in tables if one.dispatch.after_create and one.name != INDEXED]
    quick = connection.dialect.name == "postgresql"
    off, on = TRIGGERS_OFF if quick else CHECKS_OFF
    connection.execute(text(off))
    for table in tables:
        if table.name in used:
            connection.execute(table.delete())
            _number_from_1(connection, table)
    connection.execute(text(on))
    for table in born_with_rows:  # such as the audit trail, which begins with its head
        table.dispatch.after_create(table, connection)


def _number_from_1(connection: Connection, table: Table) -> None:
    if table.autoincrement_column is None:
        return
    if connection.dialect.name == "postgresql":
        key = table.autoincrement_column.name
        connection.execute(text(f"SELECT setval(pg_get_serial_sequence('{table.name}', '{key}'), 1, false)"))
    elif table.name in NUMBERED:
        connection.execute(text(f"ALTER TABLE {table.name} AUTO_INCREMENT = 1"))

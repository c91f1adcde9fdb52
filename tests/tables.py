"""Every table, empty, for each test: copied or emptied, since making them anew takes longer than most tests."""

import shutil
import tempfile
from functools import cache
from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, literal, select, text, union_all

from app.core.db import new_engine
from app.schema import METADATA


def empty(engine: Engine) -> None:
    """Give this database the models' tables, without a row, numbered from 1."""
    if engine.dialect.name == "sqlite":
        assert engine.url.database is not None
        shutil.copy(_template(), engine.url.database)
        return
    if set(inspect(engine).get_table_names()) != METADATA.tables.keys():
        METADATA.drop_all(engine)
        METADATA.create_all(engine)
        return
    with engine.begin() as connection:
        _truncate(connection)


@cache
def _template() -> Path:
    path = Path(tempfile.mkdtemp(prefix="zhibu-test-")) / "empty.db"
    engine = new_engine(f"sqlite:///{path}", pool_size=1)
    METADATA.create_all(engine)
    engine.dispose()
    return path


def _truncate(connection: Connection) -> None:
    tables = METADATA.sorted_tables
    used = union_all(*(select(literal(table.name)).where(select(table).exists()) for table in tables))
    born_with_rows = [table for table in tables if table.dispatch.after_create]
    names = {*connection.scalars(used), *(table.name for table in born_with_rows)}
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"TRUNCATE {', '.join(names)} RESTART IDENTITY CASCADE"))
    else:
        connection.execute(text("SET FOREIGN_KEY_CHECKS = 0"))
        for name in names:
            connection.execute(text(f"TRUNCATE {name}"))
        connection.execute(text("SET FOREIGN_KEY_CHECKS = 1"))
    for table in born_with_rows:  # such as the audit trail, which begins with its head
        table.dispatch.after_create(table, connection)

"""Alembic's entry: the database comes from our settings, or from whoever calls us with an engine."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from alembic import context
from sqlalchemy import Connection

from app.core import settings
from app.core.db import new_engine
from app.schema import METADATA

config = context.config

OF_ENGINE = "study_search_index"
"""How the names of a full-text index's own tables begin in SQLite."""


def run() -> None:
    engine = config.attributes.get("engine")
    if engine is None:
        engine = new_engine(settings.load().database.url.get_secret_value(), pool_size=1)
    with engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=METADATA,
            render_as_batch=connection.dialect.name == "sqlite",
            compare_type=True,
            include_name=_described,
            transaction_per_migration=True,
        )
        with _without_foreign_keys(connection), context.begin_transaction():
            context.run_migrations()


def _described(name: str | None, kind: str, parents: Any) -> bool:
    """Whether the models describe it; each engine's own full-text index over `study_search` they do not."""
    if kind == "table":
        return not (name or "").startswith(OF_ENGINE)
    if parents.get("table_name") != "study_search":
        return True
    return kind != "index" and name != "found"


@contextmanager
def _without_foreign_keys(connection: Connection) -> Iterator[None]:
    """SQLite changes a table by making it anew, and dropping the old one would cascade to what refers to it."""
    if connection.dialect.name != "sqlite":
        yield
        return
    driver: Any = connection.connection.driver_connection
    driver.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
        if broken := driver.execute("PRAGMA foreign_key_check").fetchall():
            raise RuntimeError(f"rows that refer to nothing: {broken[:5]}")
    finally:
        driver.execute("PRAGMA foreign_keys=ON")


run()

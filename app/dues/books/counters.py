"""Rows whose counter gives numbers without a gap: raising it takes the row's lock until the transaction ends."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Insert
from sqlalchemy.dialects import mysql, postgresql, sqlite

from app.core.db import Base, Session


def ensure(session: Session, kind: type[Base], values: Mapping[str, Any]) -> None:
    """Insert the row, unless one with its key is there."""
    session.execute(_statement(session.get_bind().dialect.name, kind, values))


def _statement(dialect: str, kind: type[Base], values: Mapping[str, Any]) -> Insert:
    if dialect == "sqlite":
        return sqlite.insert(kind).values(**values).on_conflict_do_nothing()
    if dialect == "postgresql":
        return postgresql.insert(kind).values(**values).on_conflict_do_nothing()
    # A refused INSERT would leave a shared lock here, and two that hold it could not go on to raise the counter.
    first = next(iter(values))
    return mysql.insert(kind).values(**values).on_duplicate_key_update({first: values[first]})

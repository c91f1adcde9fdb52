"""Sums in the database that are the same kind of number on every engine."""

from typing import Any

from sqlalchemy import BigInteger, ColumnElement, cast, func


def whole(column: Any) -> ColumnElement[int]:
    """The sum in whole fen, zero of nothing: PostgreSQL and MariaDB alone would make a decimal of it."""
    return cast(func.coalesce(func.sum(column), 0), BigInteger)

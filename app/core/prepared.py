"""Statements of the hot path: built with SQLAlchemy, compiled once a dialect, run straight on the driver.

The callback answers thousands of messages a second with five statements; SQLAlchemy's execution costs more
than the database's (docs/adr/0006). Only plain INSERT, UPDATE and SELECT without expanding IN belong here.
"""

from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import Delete, Dialect, Insert, Select, Update
from sqlalchemy.types import TypeEngine

from app.core.db import Driver, UTCDateTime

CONFLICTS = frozenset({"sqlite", "postgresql"})
MYSQL_DUPLICATE = 1062

Processor = Callable[[Any], Any] | None


@dataclass(frozen=True, slots=True)
class _Plan:
    """`steps` are the parameters in the statement's order: (name, how to convert it). `fixed` are its own values.

    `by_name` where the driver takes parameters by name.
    """

    sql: str
    by_name: bool
    fixed: Mapping[str, Any]
    steps: tuple[tuple[str, Processor], ...]
    results: tuple[Processor, ...]
    refused: type[Exception]


class Prepared:
    """One statement. Parameters are its `bindparam`s, by name."""

    def __init__(self, statement: Select[*tuple[Any, ...]] | Insert | Update | Delete) -> None:
        # PostgreSQL would add RETURNING for the new key, behind which ON CONFLICT cannot stand.
        self._statement = statement.inline() if isinstance(statement, Insert) else statement
        self._plans: dict[str, _Plan] = {}
        columns = statement.selected_columns if isinstance(statement, Select) else ()
        names = [str(column.key) for column in columns]
        self._row: Any = namedtuple("Row", names)  # type: ignore[misc]  # noqa: PYI024 -- fields as the statement has

    def first(self, driver: Driver, **given: Any) -> Any:
        """The first row as a named tuple, or None."""
        plan = self._plan(driver.dialect)
        cursor = _run(driver, plan, plan.sql, given)
        row = cursor.fetchone()
        cursor.close()
        return None if row is None else self._named(plan, row)

    def all(self, driver: Driver, **given: Any) -> list[Any]:
        """Every row as a named tuple."""
        plan = self._plan(driver.dialect)
        cursor = _run(driver, plan, plan.sql, given)
        rows = cursor.fetchall()
        cursor.close()
        return [self._named(plan, row) for row in rows]

    def _named(self, plan: _Plan, row: Sequence[Any]) -> Any:
        return self._row._make(
            value if process is None else process(value)
            for process, value in zip(plan.results, row, strict=True)
        )

    def change(self, driver: Driver, **given: Any) -> int:
        """How many rows it changed."""
        plan = self._plan(driver.dialect)
        return _changed(_run(driver, plan, plan.sql, given))

    def once(self, driver: Driver, **given: Any) -> bool:
        """Insert, unless a unique key is taken; whether it did. The transaction goes on either way."""
        plan = self._plan(driver.dialect)
        if driver.dialect.name in CONFLICTS:
            return _changed(_run(driver, plan, f"{plan.sql} ON CONFLICT DO NOTHING", given)) == 1
        try:
            return _changed(_run(driver, plan, plan.sql, given)) == 1
        except plan.refused as fault:
            if fault.args[0] != MYSQL_DUPLICATE:
                raise
            return False

    def _plan(self, dialect: Dialect) -> _Plan:
        plan = self._plans.get(dialect.name)
        if plan is None:
            plan = self._plans[dialect.name] = self._compiled(dialect)
        return plan

    def _compiled(self, dialect: Dialect) -> _Plan:
        compiled = self._statement.compile(dialect=dialect)
        binds = {name: _in(bind.type, dialect) for name, bind in compiled.binds.items()}
        names = compiled.positiontup if compiled.positional else None
        columns = self._statement.selected_columns if isinstance(self._statement, Select) else ()
        return _Plan(
            sql=str(compiled),
            by_name=names is None,
            fixed={name: bind.value for name, bind in compiled.binds.items() if not bind.required},
            steps=tuple((name, binds[name]) for name in (binds if names is None else names)),
            results=tuple(_out(column.type, dialect) for column in columns),
            refused=dialect.loaded_dbapi.IntegrityError,
        )


def _run(driver: Driver, plan: _Plan, sql: str, given: Mapping[str, Any]) -> Any:
    values = {**plan.fixed, **given} if plan.fixed else given
    cursor = driver.connection.cursor()
    if plan.by_name:
        cursor.execute(
            sql, {name: process(values[name]) if process else values[name] for name, process in plan.steps}
        )
    else:
        cursor.execute(
            sql, [process(values[name]) if process else values[name] for name, process in plan.steps]
        )
    return cursor


def _changed(cursor: Any) -> int:
    changed: int = cursor.rowcount
    cursor.close()
    return changed


def _in(kind: TypeEngine[Any], dialect: Dialect) -> Processor:
    process = kind.dialect_impl(dialect).bind_processor(dialect)
    # One moment is written to several columns, and by the messages that are kept together.
    return lru_cache(maxsize=8)(process) if process and isinstance(kind, UTCDateTime) else process


def _out(kind: TypeEngine[Any], dialect: Dialect) -> Processor:
    return kind.dialect_impl(dialect).result_processor(dialect, None)

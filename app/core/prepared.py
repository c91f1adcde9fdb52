"""Statements of the hot path: built with SQLAlchemy, compiled once a dialect, run straight on the driver.

The callback answers thousands of messages a second with five statements; SQLAlchemy's execution costs more
than the database's (docs/adr/0006). Only plain INSERT, UPDATE and SELECT without expanding IN belong here.
"""

from collections import namedtuple
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Dialect, Insert, Select, Update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.types import TypeEngine

Processor = Callable[[Any], Any] | None


@dataclass(frozen=True, slots=True)
class _Plan:
    """`names` is None where the driver takes parameters by name."""

    sql: str
    names: tuple[str, ...] | None
    fixed: Mapping[str, Any]
    binds: tuple[tuple[str, Callable[[Any], Any]], ...]
    results: tuple[Processor, ...]
    duplicate: type[Exception]


class Prepared:
    """One statement. Parameters are its `bindparam`s, by name."""

    def __init__(self, statement: Select[Any] | Insert | Update) -> None:
        self._statement = statement
        self._plans: dict[str, _Plan] = {}
        columns = statement.selected_columns if isinstance(statement, Select) else ()
        names = [str(column.key) for column in columns]
        self._row: Any = namedtuple("Row", names)  # type: ignore[misc]  # noqa: PYI024 -- fields as the statement has

    def first(self, connection: Connection, **given: Any) -> Any:
        """The first row as a named tuple, or None."""
        cursor, plan = self._run(connection, given)
        row = cursor.fetchone()
        cursor.close()
        if row is None:
            return None
        return self._row._make(
            value if process is None else process(value)
            for process, value in zip(plan.results, row, strict=True)
        )

    def change(self, connection: Connection, **given: Any) -> int:
        """How many rows it changed. Raises IntegrityError for a key that is taken."""
        cursor, _ = self._run(connection, given)
        changed: int = cursor.rowcount
        cursor.close()
        return changed

    def _run(self, connection: Connection, given: Mapping[str, Any]) -> tuple[Any, _Plan]:
        plan = self._plans.get(connection.dialect.name) or self._plan(connection.dialect)
        values = {**plan.fixed, **given}
        for name, process in plan.binds:
            values[name] = process(values[name])
        parameters = values if plan.names is None else [values[name] for name in plan.names]
        cursor = connection.connection.cursor()
        try:
            cursor.execute(plan.sql, parameters)
        except plan.duplicate as fault:
            cursor.close()
            raise IntegrityError(plan.sql, None, fault) from fault
        return cursor, plan

    def _plan(self, dialect: Dialect) -> _Plan:
        compiled = self._statement.compile(dialect=dialect)
        binds = {name: _in(bind.type, dialect) for name, bind in compiled.binds.items()}
        columns = self._statement.selected_columns if isinstance(self._statement, Select) else ()
        plan = _Plan(
            sql=str(compiled),
            names=tuple(compiled.positiontup or ()) if compiled.positional else None,
            fixed={name: bind.value for name, bind in compiled.binds.items() if not bind.required},
            binds=tuple((name, process) for name, process in binds.items() if process),
            results=tuple(_out(column.type, dialect) for column in columns),
            duplicate=dialect.loaded_dbapi.IntegrityError,
        )
        self._plans[dialect.name] = plan
        return plan


def _in(kind: TypeEngine[Any], dialect: Dialect) -> Processor:
    return kind.dialect_impl(dialect).bind_processor(dialect)


def _out(kind: TypeEngine[Any], dialect: Dialect) -> Processor:
    return kind.dialect_impl(dialect).result_processor(dialect, None)

"""Many deliveries changed by few statements: those that change alike are changed together."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import ColumnElement, update

from app.core.db import Session, rows_changed
from app.notices.models import Delivery

Change = tuple[str, Mapping[str, Any]]
"""A delivery's id and what becomes of it."""


def write(session: Session, changes: Iterable[Change], *conditions: ColumnElement[bool]) -> int:
    """How many were changed: those of them that meet the conditions."""
    alike: dict[tuple[tuple[str, Any], ...], list[str]] = defaultdict(list)
    for delivery_id, values in changes:
        alike[tuple(sorted(values.items()))].append(delivery_id)
    return sum(
        rows_changed(session, update(Delivery).where(Delivery.id.in_(ids), *conditions).values(dict(values)))
        for values, ids in alike.items()
    )

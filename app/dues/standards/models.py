"""How much is due, as dated rows with their clause: a new rule is a new row, and two people put it in force."""

from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Date, String, Table, Text, UniqueConstraint, event, insert
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, table_args
from app.dues.standards.shipped import ROWS
from app.staff.deciding import Proposed, two_people


class DuesCategory(StrEnum):
    """Who pays how (facts/domain §1.1). Exempt and reduced are reliefs, not categories."""

    SALARY = "salary"
    ANNUAL = "annual"
    IRREGULAR = "irregular"
    RETIRED = "retired"
    FARMER = "farmer"
    FIXED = "fixed"


class DuesStandard(Base, Proposed):
    """`table` is JSON for `standards.rules.Standard`. `standing` is 1 while approved, else empty: one a date."""

    __tablename__ = "dues_standard"
    __table_args__ = table_args(UniqueConstraint("effective_from", "standing"), two_people())

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
    clause: Mapped[str] = mapped_column(String(300))
    effective_from: Mapped[date] = mapped_column(Date)
    table: Mapped[str] = mapped_column(Text)
    standing: Mapped[int | None]


@event.listens_for(DuesStandard.__table__, "after_create")
def _ship(table: Table, connection: Connection, **_: Any) -> None:
    connection.execute(insert(table), list(ROWS))

"""Column types that all tables of dues share."""

from datetime import datetime
from typing import Annotated

from sqlalchemy import BigInteger, String
from sqlalchemy.orm import mapped_column

from app.core.db import UTCDateTime

Fen = Annotated[int, mapped_column(BigInteger)]
"""Whole fen; yuan and fractions exist only on screens."""
Month = Annotated[int, mapped_column()]
"""A calendar month in China as yyyymm, such as 202603."""
Username = Annotated[str, mapped_column(String(64))]
"""A console account's name, as the audit trail has it."""
Moment = Annotated[datetime, mapped_column(UTCDateTime)]

"""Printing receipts: the first print is the receipt, every later one is marked as a copy (facts/domain §1.4)."""

from sqlalchemy import update

from app.core.db import Session, rows_changed
from app.dues.cash.models import Receipt


def mark_printed(session: Session, *, receipt_id: int) -> int:
    """How often it is printed now; more than 1 is a copy."""
    printed = update(Receipt).where(Receipt.id == receipt_id).values(printed=Receipt.printed + 1)
    rows_changed(session, printed)
    session.expire_all()
    return session.get_one(Receipt, receipt_id).printed

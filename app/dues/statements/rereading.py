"""A day's bill once more, because a person asks for it."""

from datetime import datetime

from sqlalchemy import update

from app.core.db import Session, rows_changed
from app.dues.statements.models import StatementState, TradeStatement


def want_again(session: Session, statement_id: int, *, now: datetime) -> None:
    """The job fetches it at its next turn. Lines stay until the new ones replace them; cases stay anyway."""
    this = update(TradeStatement).where(TradeStatement.id == statement_id)
    rows_changed(session, this.values(state=StatementState.WANTED, ask_at=now, tries=0, error=""))
    session.expire_all()

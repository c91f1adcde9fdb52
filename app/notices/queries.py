"""Reading deliveries."""

from sqlalchemy import func, select

from app.core.db import Session
from app.notices.models import Delivery


def counts(session: Session) -> dict[str, int]:
    """How many deliveries are in each state. Never by person."""
    rows = session.execute(select(Delivery.state, func.count()).group_by(Delivery.state))
    return {state.value: number for state, number in rows}

"""What the calendar does for dues: bills are made, fall due and are late, and people are reminded. Nobody's standing
ever changes here (facts/domain §0.5)."""

from datetime import datetime

import structlog

from app.core.db import in_turn
from app.dues.arrears import reminding
from app.dues.bills import generating
from app.dues.bills import service as bills
from jobs.context import Context

log = structlog.get_logger()


def generate_bills(context: Context, _due_at: datetime) -> None:
    """On the first of a month for everybody, on the days after it for whoever came later."""
    services = context.services
    made = generating.generate_due(services.sessions, now=services.clock.now(), goes_on=context.goes_on)
    log.info("jobs.dues.billed", committees=len(made), bills=sum(one.bills for one in made))


def mark_overdue(context: Context, _due_at: datetime) -> None:
    """What was made ahead falls due; what was not paid in its month is late."""
    services = context.services

    def mark() -> tuple[int, int]:
        with services.sessions.begin() as session:
            now = services.clock.now()
            return bills.open_month(session, now=now), bills.mark_overdue(session, now=now)

    begun, late = in_turn(mark)
    log.info("jobs.dues.overdue", due=begun, overdue=late)


def remind_of_dues(context: Context, _due_at: datetime) -> None:
    services = context.services
    with services.sessions.begin() as session:
        reminded = reminding.remind_due(session, now=services.clock.now())
    log.info("jobs.dues.reminded", count=reminded)

"""Once a day, owners of study columns hear of those in which nothing new came for long."""

from datetime import datetime

import structlog

from app.core.db import in_turn
from app.study.library import reminding
from jobs.context import Context

log = structlog.get_logger()


def remind_owners(context: Context, _due_at: datetime) -> None:
    services = context.services

    def remind() -> int:
        with services.sessions.begin() as session:
            return reminding.remind_owners(session, now=services.clock.now())

    if told := in_turn(remind):
        log.info("jobs.study.owners_reminded", count=told)

"""What the clock does for study: people are told of an item on its day, and a quiz that is over is closed. Nothing
here asks who has read or taken anything (design §2)."""

import structlog

from app.core.db import in_turn
from app.study.pushes import service as pushes
from app.study.quizzes import service as quizzes
from app.wiring import Services
from jobs.context import Context

log = structlog.get_logger()


def send_pushes(context: Context) -> None:
    """Each in a transaction of its own: one that cannot be sent does not hold up the others."""
    services = context.services
    _stop_withdrawn(services)
    with services.sessions.read() as session:
        due = pushes.due(session, now=services.clock.now())
    for push_id in due:
        if not context.goes_on():
            return
        try:
            made = _send(services, push_id)
        except Exception:
            log.exception("jobs.study.not_pushed", push=push_id)
        else:
            log.info("jobs.study.pushed", push=push_id, deliveries=made)


def _send(services: Services, push_id: int) -> int:
    def send() -> int:
        with services.sessions.begin() as session:
            now = services.clock.now()
            return pushes.send(session, push_id=push_id, setup=services.setup, now=now)

    return in_turn(send)


def _stop_withdrawn(services: Services) -> None:
    """Before anything else is sent: nobody more is told of what was taken off the shelves."""

    def stop() -> int:
        with services.sessions.begin() as session:
            return pushes.stop_withdrawn(session, now=services.clock.now())

    if stopped := in_turn(stop):
        log.info("jobs.study.stopped", deliveries=stopped)


def close_quizzes(context: Context) -> None:
    services = context.services

    def close() -> int:
        with services.sessions.begin() as session:
            return quizzes.close_due(session, now=services.clock.now())

    if closed := in_turn(close):
        log.info("jobs.study.quizzes_closed", count=closed)

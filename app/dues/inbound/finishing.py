"""Acting on a notification in its own transaction, and later where that did not succeed."""

from collections.abc import Callable

import structlog

from app.core.clock import Clock
from app.core.db import Sessions
from app.dues.inbound import service
from app.dues.inbound.service import Kept, Told
from app.dues.orders.settling import Outcome
from app.dues.orders.writing import Writing

log = structlog.get_logger()


class PayInbox:
    def __init__(self, sessions: Sessions, clock: Clock) -> None:
        self._sessions = sessions
        self._clock = clock
        self._write = Writing(sessions, clock)

    def receive(self, told: Told) -> Outcome | None:
        """Keep it, then act on it; None where acting must wait. Kept it is not lost. Raises NonceSeen."""
        kept: Kept = self._write(lambda session, now: service.keep(session, told, now=now))
        return self._acted(kept.id) if kept.open else Outcome.ALREADY

    def finish_silent(self, goes_on: Callable[[], bool]) -> int:
        """Act on those that were kept and not acted on; how many now are."""
        with self._sessions.read() as session:
            waiting = service.silent(session, now=self._clock.now())
        finished = 0
        for notification_id in waiting:
            if not goes_on():
                break
            try:
                finished += self._acted(notification_id) is not None
            except Exception:  # its row is held by somebody: it comes up again, and holds up no other
                log.exception("dues.notification.not_put_off", notification=notification_id)
        return finished

    def _acted(self, notification_id: int) -> Outcome | None:
        try:
            outcome = self._write(lambda session, now: service.act(session, notification_id, now=now))
        except Exception as fault:
            log.exception("dues.notification.not_acted_on", notification=notification_id)
            error = type(fault).__name__
        else:
            if outcome is Outcome.REFUSED:
                log.error("dues.notification.refused", notification=notification_id)
            return outcome
        self._write(lambda session, _now: service.failed(session, notification_id, error=error))
        return None

"""Each job: what it does once, and nothing more the second time."""

from datetime import UTC, datetime, timedelta

import structlog
from sqlalchemy import select

from app.core.clock import FixedClock
from app.core.db import driver_of
from app.notices import service as notices
from app.notices.dispatch import CLAIM_LASTS
from app.notices.models import Delivery
from app.notices.states import DeliveryState
from app.wiring import Services
from jobs import tasks
from tests import factories
from tests.adapters.jobs.timing import Silent, context
from tests.fakes.sender import FakeSender


def queue(services: Services) -> None:
    with services.sessions.begin() as session:
        identity_id = factories.identity(session).id
        notices.queue(
            driver_of(session),
            subject="feedback:1",
            identity_id=identity_id,
            kind="feedback_answered",
            fields={"number": "N1", "text": "好"},
            now=services.clock.now(),
        )


def states(services: Services) -> list[DeliveryState]:
    with services.sessions.read() as session:
        return list(session.scalars(select(Delivery.state)))


def test_due_notice_is_sent_once_however_often_the_job_runs(services: Services) -> None:
    queue(services)

    tasks.send_due_notices(context(services))
    tasks.send_due_notices(context(services))

    assert isinstance(services.sender, FakeSender)
    assert [notice.fields["number"] for notice in services.sender.sent] == ["N1"]
    assert states(services) == [DeliveryState.SENT]


def test_claim_of_a_dead_worker_is_given_up_once_and_told(services: Services, clock: FixedClock) -> None:
    queue(services)
    with services.sessions.begin() as session:
        delivery = session.scalars(select(Delivery)).one()
        delivery.state, delivery.claimed_at = DeliveryState.SENDING, clock.now()
    clock.advance(CLAIM_LASTS + timedelta(seconds=1))

    with structlog.testing.capture_logs() as told:
        tasks.give_up_claims(context(services))
        tasks.give_up_claims(context(services))

    assert [(event["event"], event["count"]) for event in told] == [("jobs.deliveries.uncertain", 1)]
    assert states(services) == [DeliveryState.UNCERTAIN]


def test_silent_events_are_the_desk_s_to_finish(services: Services) -> None:
    desk = Silent()

    tasks.finish_silent_events(context(services, desk))

    assert desk.asked == 1


def test_missing_calendar_is_an_alarm_at_each_look(services: Services, clock: FixedClock) -> None:
    clock.at = datetime(2026, 11, 30, 15, 59, tzinfo=UTC)

    with structlog.testing.capture_logs() as in_november:
        tasks.check_calendar(context(services))
    clock.advance(timedelta(minutes=1))  # midnight of 1 December in China
    with structlog.testing.capture_logs() as in_december:
        tasks.check_calendar(context(services))

    assert in_november == []
    assert in_december == [{"event": "calendar.missing", "year": 2027, "log_level": "error"}]

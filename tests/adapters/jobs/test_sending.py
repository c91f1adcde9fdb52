"""What is due is sent, whoever sends it: the same rules with and without workers."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app.core.clock import FixedClock
from app.core.db import Sessions
from app.core.outcomes import Accepted, Outcome, Rejected, RetryLater, Stopped
from app.notices.models import Channel, ChannelPause, Delivery
from app.notices.ports import Notice
from app.wiring import Services
from jobs.tray import BATCH
from tests.adapters.jobs.ways import ByWorkers, Embedded, by_workers, queue
from tests.fakes.sender import FakeSender
from tests.services import wired

MANY = 2 * BATCH + 50
Way = Embedded | ByWorkers


@pytest.fixture
def services(any_sessions: Sessions, clock: FixedClock) -> Services:
    return wired(any_sessions, clock)


@pytest.fixture(params=["embedded", pytest.param("workers", marks=pytest.mark.services)])
def way(request: pytest.FixtureRequest, services: Services) -> Iterator[Way]:
    if request.param == "embedded":
        yield Embedded(services)
        return
    redis_url, prefix = (request.getfixturevalue(name) for name in ("redis_url", "prefix"))
    with by_workers(services, redis_url, prefix) as workers:
        yield workers


def sender(services: Services) -> FakeSender:
    assert isinstance(services.sender, FakeSender)
    return services.sender


def told(services: Services) -> list[str]:
    return sorted(notice.openid for notice in sender(services).sent)


def states(services: Services) -> dict[str, int]:
    with services.sessions.read() as session:
        rows = session.execute(select(Delivery.state, func.count()).group_by(Delivery.state))
        return {state.value: number for state, number in rows}


def test_everybody_is_told_once_however_often_it_is_looked(services: Services, way: Way) -> None:
    people = queue(services, MANY)

    way.send()
    way.send()

    assert told(services) == sorted(people)
    assert states(services) == {"sent": MANY}


def test_what_is_not_due_waits(services: Services, way: Way, clock: FixedClock) -> None:
    queue(services, 3)
    clock.advance(-timedelta(seconds=1))

    way.send()

    assert told(services) == []


def test_who_is_refused_holds_up_nobody(services: Services, way: Way) -> None:
    people = queue(services, 5)

    def refuse_two(notice: Notice) -> Outcome:
        return Rejected("blacklisted") if notice.openid in people[:2] else Accepted("1")

    sender(services).answer = refuse_two
    way.send()

    assert told(services) == sorted(people)
    assert states(services) == {"rejected": 2, "sent": 3}


def test_what_may_come_later_is_sent_later(services: Services, way: Way, clock: FixedClock) -> None:
    people = queue(services, 3)

    sender(services).answer = RetryLater("busy", timedelta(seconds=30))
    way.send()
    way.send()
    sender(services).answer = Accepted("1")
    clock.advance(timedelta(minutes=10))
    way.send()

    assert told(services) == sorted(people * 2)
    assert states(services) == {"sent": 3}


def test_channel_that_is_stopped_stops_for_all_and_loses_nothing(
    services: Services, way: Way, clock: FixedClock
) -> None:
    queue(services, MANY)

    sender(services).answer = Stopped("api_banned")
    way.send()
    way.send()
    asked = len(told(services))
    with services.sessions.read() as session:
        paused = session.scalars(select(ChannelPause.channel)).all()
    sender(services).answer = Accepted("1")
    for _ in range(2):  # one tries the way again, then the others follow
        clock.advance(timedelta(minutes=30))
        way.send()

    assert paused == [Channel.CUSTOMER]
    assert asked <= 2, "one a thread, before the first one's answer was known to the other"
    assert states(services) == {"sent": MANY}

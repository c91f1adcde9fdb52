"""Workers are told by Redis and decided by rows: a message may be lost, come twice, or find nobody."""

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest
import structlog
from redis import Redis
from sqlalchemy import select

from app.core.clock import FixedClock
from app.notices import dispatch, handing
from app.notices.models import Delivery
from app.notices.states import DeliveryState
from app.redis_store.tasks import QUEUE, Tasks
from app.wiring import Services
from jobs import presence, tasks
from jobs.context import Context
from jobs.presence import LASTS, Presence
from jobs.tray import AHEAD, BATCH, Tray
from jobs.worker import declare
from tests.adapters.jobs.ways import ByWorkers, by_workers, queue
from tests.fakes.sender import FakeSender

pytestmark = pytest.mark.services
INSTANT = timedelta(microseconds=1)


@pytest.fixture
def way(services: Services, redis_url: str, prefix: str) -> Iterator[ByWorkers]:
    with by_workers(services, redis_url, prefix) as workers:
        yield workers


@pytest.fixture
def queue_of_tasks(redis_url: str, prefix: str) -> Iterator[Tasks]:
    """Nobody takes from it."""
    tasks = Tasks(redis_url, prefix=prefix)
    yield tasks
    tasks.close()


@pytest.fixture
def away() -> Iterator[Tasks]:
    """A Redis that does not answer."""
    tasks = Tasks("redis://127.0.0.1:9/0", prefix="zhibu-test:")
    yield tasks
    tasks.close()


def told(services: Services) -> list[str]:
    assert isinstance(services.sender, FakeSender)
    return sorted(notice.openid for notice in services.sender.sent)


def ids(services: Services) -> list[str]:
    with services.sessions.read() as session:
        return list(session.scalars(select(Delivery.id)))


def waiting(services: Services) -> int:
    with services.sessions.read() as session:
        queued = select(Delivery.id).where(Delivery.state == DeliveryState.QUEUED)
        return len(session.scalars(queued).all())


def beat(services: Services, *, hears: bool = True) -> Presence:
    one = Presence(services, "host:1", hears=lambda: hears)
    one.beat()
    return one


def workers(services: Services) -> int:
    with services.sessions.read() as session:
        return presence.workers(session, now=services.clock.now())


def alive(services: Services) -> frozenset[str]:
    with services.sessions.read() as session:
        return presence.alive(session, now=services.clock.now())


def test_message_that_comes_twice_sends_once(services: Services, way: ByWorkers) -> None:
    people = queue(services, 5)
    for _ in range(2):
        way.tray._tasks.put(way.tray._actor, ids(services))
    way.join()

    assert told(services) == sorted(people)


def test_message_that_was_never_sent_is_handed_again_after_a_minute(
    services: Services, way: ByWorkers, clock: FixedClock
) -> None:
    way.send()
    people = queue(services, 5)
    with services.sessions.begin() as session:
        handing.hand(session, limit=BATCH, now=clock.now())  # and the process dies before it tells anybody

    way.send()
    before = told(services)
    clock.advance(handing.AGAIN_AFTER)
    way.send()

    assert (before, told(services)) == ([], sorted(people))


def test_what_redis_forgot_is_handed_anew_at_once(
    services: Services, queue_of_tasks: Tasks, redis_url: str, prefix: str
) -> None:
    queue(services, 5)
    beat(services)
    tray = Tray(services, queue_of_tasks)
    tray.hand_out(lambda: True)
    with Redis.from_url(redis_url) as client:
        client.delete(*client.scan_iter(f"{prefix}*"))
    forgotten = queue_of_tasks.waiting()

    tray.hand_out(lambda: True)
    tray.hand_out(lambda: True)

    assert (forgotten, queue_of_tasks.waiting()) == (0, 1)


def test_batch_that_fails_is_not_tried_again_by_the_queue_but_handed_anew(
    services: Services, way: ByWorkers, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = queue(services, 5)

    def lost(*_: object, **__: object) -> int:
        raise OSError("the database is away")

    with monkeypatch.context() as broken:
        broken.setattr(dispatch, "send_batch", lost)
        way.send()
    waits = way.tray._tasks.waiting()
    clock.advance(handing.AGAIN_AFTER)
    way.send()

    assert waits == 0
    assert told(services) == sorted(people)


def test_without_a_worker_the_scheduler_sends(services: Services, queue_of_tasks: Tasks) -> None:
    people = queue(services, 5)

    tasks.send_due_notices(Context(services, lambda: 0, tray=Tray(services, queue_of_tasks)))

    assert told(services) == sorted(people)
    assert queue_of_tasks.waiting() == 0


def test_without_redis_the_scheduler_sends_and_tells_of_it_once(services: Services, away: Tasks) -> None:
    people = queue(services, 5)
    beat(services)
    context = Context(services, lambda: 0, tray=Tray(services, away))

    with structlog.testing.capture_logs() as logged:
        tasks.send_due_notices(context)
        tasks.send_due_notices(context)

    assert told(services) == sorted(people)
    assert [event["event"] for event in logged if event["event"].startswith("jobs.tasks")] == [
        "jobs.tasks.lost"
    ]


def test_redis_that_fails_between_two_batches_leaves_nothing_marked(
    services: Services, queue_of_tasks: Tasks, away: Tasks
) -> None:
    queue(services, 5)
    beat(services)
    tray = Tray(services, away)
    tray._tasks.waiting = queue_of_tasks.waiting  # type: ignore[method-assign]  # it answered a moment ago

    assert tray.hand_out(lambda: True) is False

    with services.sessions.read() as session:
        assert session.scalars(select(Delivery.handed_at).distinct()).all() == [None]


def test_no_more_is_laid_out_than_workers_soon_take(services: Services, queue_of_tasks: Tasks) -> None:
    queue(services, (AHEAD + 2) * BATCH)
    beat(services)
    looks = iter([True] * (AHEAD + 3) + [False])

    handed = Tray(services, queue_of_tasks).hand_out(lambda: next(looks))

    assert handed is True
    assert queue_of_tasks.waiting() == AHEAD
    assert waiting(services) == (AHEAD + 2) * BATCH


def test_message_is_json_and_names_nobody(
    services: Services, queue_of_tasks: Tasks, redis_url: str, prefix: str
) -> None:
    queue(services, 1)

    queue_of_tasks.put(declare(queue_of_tasks, services), ids(services))

    with Redis.from_url(redis_url, decode_responses=True) as client:
        names = sorted(key.removeprefix(prefix) for key in client.scan_iter(f"{prefix}*"))
        (message,) = client.hvals(f"{prefix}tasks:{QUEUE}.msgs")
    assert names == ["tasks:__heartbeats__", "tasks:deliveries", "tasks:deliveries.msgs"]
    assert json.loads(message)["args"] == [ids(services)]
    assert len(message) < 400


def test_worker_that_does_not_hear_is_given_no_work_but_keeps_its_claims(services: Services) -> None:
    beat(services, hears=False)

    assert workers(services) == 0
    assert alive(services) == frozenset({services.post.worker})


def test_worker_that_falls_silent_is_missed(services: Services, clock: FixedClock) -> None:
    beat(services)

    clock.advance(LASTS)
    at_the_end = workers(services), alive(services)
    clock.advance(INSTANT)

    assert at_the_end == (1, frozenset({services.post.worker}))
    assert (workers(services), alive(services)) == (0, frozenset())


def test_worker_that_leaves_is_given_nothing_more_and_then_is_gone(services: Services) -> None:
    with Presence(services, "host:1", hears=lambda: True) as one:
        there = workers(services)
        one.leave_work()
        leaving = workers(services), alive(services)

    assert there == 1
    assert leaving == (0, frozenset({services.post.worker}))
    assert alive(services) == frozenset()


def test_leases_of_the_long_silent_are_forgotten(services: Services, clock: FixedClock) -> None:
    beat(services)
    clock.advance(timedelta(days=2))

    tasks.fade_texts(Context(services, lambda: 0), clock.now())
    clock.advance(-timedelta(days=2))

    assert (workers(services), alive(services)) == (0, frozenset())

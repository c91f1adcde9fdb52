"""Tasks for workers on any host: Dramatiq on the Redis that all processes share."""

from datetime import timedelta
from typing import Final

from dramatiq import Actor, Message
from dramatiq.brokers.redis import RedisBroker
from dramatiq.middleware import AgeLimit, Retries
from redis import Redis
from redis.exceptions import RedisError

from app.core.settings import Redis as RedisSettings

SILENCE_SECONDS: Final = 2.0
QUEUE: Final = "deliveries"
LONGEST_WAIT: Final = timedelta(minutes=10)
"""A message that nobody took by then: its deliveries have been handed again long since."""
MISSED_AFTER: Final = timedelta(seconds=15)
"""A worker so long without a sign is dead; what it had fetched goes back into the queue."""
DEAD_KEPT: Final = timedelta(hours=1)
IN_A_MILLION: Final = 50_000
"""How many commands look for dead workers as well."""


class TasksAway(RuntimeError):
    """Redis did not take, or did not answer."""


class Tasks:
    """The queue of deliveries to be sent. Rows are the truth: any message of ours may be lost, or come twice."""

    def __init__(self, url: str, *, prefix: str) -> None:
        silence = {"socket_timeout": SILENCE_SECONDS, "socket_connect_timeout": SILENCE_SECONDS}
        self._redis = Redis.from_url(url, **silence)
        self._waiting = f"{prefix}tasks:{QUEUE}"
        self._known = f"{prefix}tasks-known"
        # Not Dramatiq's default middleware:
        # Retries stays to end a failed message at once; the rows that it named are handed again.
        # TimeLimit would raise in the midst of a commit, and each wait in an actor has its own bound.
        # ShutdownNotifications would interrupt a batch; it is to end. Callbacks, Pipelines, Prometheus: not used.
        self.broker = RedisBroker(  # type: ignore[no-untyped-call]  # Dramatiq types its actors, not its brokers
            client=self._redis,
            namespace=f"{prefix}tasks",
            middleware=[AgeLimit(max_age=_ms(LONGEST_WAIT)), Retries(max_retries=0)],
            heartbeat_timeout=_ms(MISSED_AFTER),
            dead_message_ttl=_ms(DEAD_KEPT),
            maintenance_chance=IN_A_MILLION,
        )

    def reachable(self) -> bool:
        try:
            return bool(self._redis.ping())
        except (RedisError, OSError):
            return False

    def waiting(self) -> int:
        """How many messages no worker has fetched yet. Raises TasksAway."""
        try:
            return int(self._redis.llen(self._waiting))
        except (RedisError, OSError) as error:
            raise TasksAway(type(error).__name__) from error

    def forgot(self) -> bool:
        """Whether Redis has lost everything since this was asked last, or was never asked. Raises TasksAway."""
        try:
            return bool(self._redis.set(self._known, "1", nx=True))
        except (RedisError, OSError) as error:
            raise TasksAway(type(error).__name__) from error

    def put(self, actor: "Actor[[list[str]], None]", ids: list[str]) -> None:
        """Raises TasksAway."""
        message: Message[None] = actor.message(ids)
        try:
            self.broker.enqueue(message)
        except (RedisError, OSError) as error:
            raise TasksAway(type(error).__name__) from error

    def close(self) -> None:
        self.broker.close()
        self._redis.close()


def tasks_of(settings: RedisSettings) -> Tasks | None:
    """None without Redis: then there are no workers."""
    url = settings.url.get_secret_value()
    return Tasks(url, prefix=settings.prefix) if url else None


def _ms(span: timedelta) -> int:
    return int(span / timedelta(milliseconds=1))

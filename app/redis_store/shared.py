"""The store that all processes share: Redis, and this process's memory while Redis is away."""

import secrets
from collections.abc import Callable
from datetime import timedelta
from typing import Final, Self, TypeVar, cast

import structlog
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError
from redis.retry import Retry

from app.core.clock import Clock
from app.redis_store.breaker import Breaker
from app.redis_store.memory import MemoryStore

T = TypeVar("T")

TIMEOUT_SECONDS: Final = 0.3
_RELEASE: Final = (
    "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end return 0"
)
_COUNT: Final = (
    "local n = redis.call('incr', KEYS[1]) "
    "if n == 1 then redis.call('pexpire', KEYS[1], ARGV[1]) end return n"
)
_TAKE: Final = """
local t = redis.call('time')
local now = t[1] * 1000000 + t[2]
local wanted, every, burst = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local busy = math.max(tonumber(redis.call('get', KEYS[1]) or now), now)
local free = math.floor((now + burst * every - busy) / every)
local granted = math.min(wanted, math.max(free, 0))
if granted == 0 then return {0, math.ceil(busy + every - burst * every - now)} end
busy = busy + granted * every
if busy <= now then redis.call('del', KEYS[1]) return {granted, 0} end
redis.call('set', KEYS[1], string.format('%.0f', busy), 'px', math.ceil((busy - now) / 1000))
return {granted, 0}
"""

log = structlog.get_logger()


class RedisStore:
    """Never raises: where Redis does not answer in time, the process goes on with its own memory."""

    def __init__(
        self,
        client: Redis,
        *,
        prefix: str = "zhibu:",
        clock: Clock | None = None,
        breaker: Breaker | None = None,
    ) -> None:
        self._redis = client
        self._prefix = prefix
        self._memory = MemoryStore(clock)
        self._breaker = breaker or Breaker()

    @classmethod
    def at(cls, url: str, *, prefix: str = "zhibu:", clock: Clock | None = None) -> Self:
        """The store on the server at `url` (redis://…); connects when first used."""
        client = Redis.from_url(
            url,
            decode_responses=True,
            socket_timeout=TIMEOUT_SECONDS,
            socket_connect_timeout=TIMEOUT_SECONDS,
            # Once more for a connection that the server had closed meanwhile; never for a timeout.
            retry=Retry(NoBackoff(), 1, supported_errors=(RedisConnectionError,)),
        )
        return cls(client, prefix=prefix, clock=clock)

    def get(self, key: str) -> str | None:
        return self._ask(
            lambda: cast("str | None", self._redis.get(self._prefix + key)), lambda: self._memory.get(key)
        )

    def set(self, key: str, value: str, ttl: timedelta) -> None:
        self._ask(
            lambda: self._redis.set(self._prefix + key, value, px=_milliseconds(ttl)),
            lambda: self._memory.set(key, value, ttl),
        )

    def delete(self, key: str) -> None:
        self._memory.delete(key)
        self._ask(lambda: self._redis.delete(self._prefix + key), lambda: None)

    def acquire(self, name: str, ttl: timedelta) -> str | None:
        """A lease that one holder has until it is released or its time is up; None when another has it."""
        lease = secrets.token_hex(16)

        def remote() -> str | None:
            won = self._redis.set(self._prefix + name, lease, nx=True, px=_milliseconds(ttl))
            return lease if won else None

        return self._ask(remote, lambda: self._memory.acquire(name, ttl))

    def release(self, name: str, lease: str) -> None:
        """Ends the lease if it is still this one."""
        self._memory.release(name, lease)
        self._ask(lambda: self._redis.eval(_RELEASE, 1, self._prefix + name, lease), lambda: None)

    def incr(self, key: str, ttl: timedelta) -> int:
        """Counts one more; the count starts anew `ttl` after its first."""
        return self._ask(
            lambda: cast("int", self._redis.eval(_COUNT, 1, self._prefix + key, str(_milliseconds(ttl)))),
            lambda: self._memory.incr(key, ttl),
        )

    def take(self, key: str, wanted: int, *, every: timedelta, burst: int) -> tuple[int, timedelta]:
        """Of a flow that lets one pass `every` so often, and `burst` at once: how many now, else how long to wait.

        Less than none gives back.
        """
        given = (str(wanted), str(every / timedelta(microseconds=1)), str(burst))

        def remote() -> tuple[int, timedelta]:
            granted, wait = cast("list[int]", self._redis.eval(_TAKE, 1, self._prefix + key, *given))
            return granted, timedelta(microseconds=wait)

        return self._ask(remote, lambda: self._memory.take(key, wanted, every=every, burst=burst))

    def reachable(self) -> bool:
        """Whether Redis itself answers now; for health pages."""
        try:
            return bool(self._redis.ping())
        except (RedisError, OSError):
            return False

    def _ask(self, remote: Callable[[], T], local: Callable[[], T]) -> T:
        if not self._breaker.allows():
            return local()
        try:
            answer = remote()
        except (RedisError, OSError, UnicodeDecodeError) as error:
            if self._breaker.failed():
                log.warning("redis.lost", error=type(error).__name__)
            return local()
        if self._breaker.succeeded():
            log.info("redis.back")
        return answer


def _milliseconds(ttl: timedelta) -> int:
    return max(1, int(ttl / timedelta(milliseconds=1)))

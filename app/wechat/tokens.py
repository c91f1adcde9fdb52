"""The one access_token that all threads and processes use, from `stable_token` (facts/wechat.md §3.1)."""

import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Final, Protocol

import structlog

from app.core.clock import Clock, local_day
from app.wechat.errors import TokenUnavailable
from app.wechat.grants import Grant, SharedGrant, SharedStore

FORCED_APART: Final = timedelta(seconds=30)
FORCED_A_DAY: Final = 20
_DAY: Final = timedelta(days=1)

log = structlog.get_logger()


class FetchToken(Protocol):
    """Asks the platform; `force` makes it give a new one and end the old."""

    def __call__(self, *, force: bool) -> Grant: ...


class TokenBroker:
    def __init__(
        self,
        fetch: FetchToken,
        store: SharedStore,
        clock: Clock,
        *,
        name: str = "wechat:token",
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._fetch = fetch
        self._store = store
        self._clock = clock
        self._name = name
        self._grant = SharedGrant(name, store=store, clock=clock, sleep=sleep)

    def token(self) -> str:
        """The shared token; TokenUnavailable when none can be had."""
        return self._grant.get(partial(self._fetch, force=False))

    def renew(self, bad_token: str) -> str:
        """Another token than the one that the platform has just refused; TokenUnavailable when there is none."""
        return self._grant.replace(bad_token, partial(self._other_than, bad_token))

    def _other_than(self, bad_token: str) -> Grant:
        grant = self._fetch(force=False)
        if grant.value != bad_token:
            return grant
        self._count_forced()
        log.warning("wechat.token.forced")
        forced = self._fetch(force=True)
        if forced.value == bad_token:
            raise TokenUnavailable("token_refused")
        return forced

    def _count_forced(self) -> None:
        """The platform allows 20 forced refreshes a day, 30 s apart; more of them would not be served."""
        if self._store.acquire(f"{self._name}:forced", FORCED_APART) is None:
            raise TokenUnavailable("token_refused")
        today = local_day(self._clock.now()).isoformat()
        if self._store.incr(f"{self._name}:forced:{today}", _DAY) > FORCED_A_DAY:
            log.error("wechat.token.forced_too_often")
            raise TokenUnavailable("token_refused")

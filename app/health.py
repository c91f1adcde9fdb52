"""Is each thing that we lean on there? Asked by /readyz, and by `flask doctor` with more patience."""

from collections.abc import Callable, Mapping
from datetime import timedelta

from sqlalchemy import text

from app.core import leases
from app.migrate import is_current
from app.redis_store import RedisStore
from app.wiring import Services
from jobs import presence

BEAT_SILENCE = timedelta(seconds=60)


class Unhealthy(RuntimeError):
    """What is wrong, in a line for the operator."""


def database(services: Services) -> str:
    with services.sessions.read() as session:
        session.execute(text("SELECT 1"))
    if not is_current(services.sessions.engine):
        raise Unhealthy("tables are of another version: run `flask db upgrade`")
    return services.sessions.engine.dialect.name


def redis(services: Services) -> str:
    if not isinstance(services.store, RedisStore):
        return "embedded: this process holds tokens, leases and limits"
    if not services.store.reachable():
        raise Unhealthy("Redis does not answer; this process works on alone")
    return "reachable"


def scheduler(services: Services) -> str:
    with services.sessions.read() as session:
        beat = leases.last_beat(session, "scheduler")
    if beat is None:
        raise Unhealthy("no scheduler has run yet: start `flask scheduler`")
    silence = services.clock.now() - beat
    if silence > BEAT_SILENCE:
        raise Unhealthy(f"the scheduler has been silent for {int(silence.total_seconds())} s")
    return "beating"


def workers(services: Services) -> str:
    """No fault where there are none: the scheduler sends then, only slower."""
    if not services.settings.redis.url.get_secret_value():
        return "embedded: the scheduler sends"
    with services.sessions.read() as session:
        there = presence.workers(session, now=services.clock.now())
    return f"{there} at work" if there else "none at work: the scheduler sends"


READINESS: Mapping[str, Callable[[Services], str]] = {
    "database": database,
    "redis": redis,
    "scheduler": scheduler,
}


def state_of(services: Services, checks: Mapping[str, Callable[[Services], str]]) -> dict[str, str | None]:
    """Each check's fault, None where there is none."""
    return {name: _fault(check, services) for name, check in checks.items()}


def _fault(check: Callable[[Services], str], services: Services) -> str | None:
    try:
        check(services)
    except Unhealthy as unhealthy:
        return str(unhealthy)
    except Exception as error:  # noqa: BLE001 -- whatever a driver raises means: not there
        return type(error).__name__
    return None

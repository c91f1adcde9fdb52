"""One holder at a time, for as long as it beats; the database decides."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

from app.core import leases
from app.core.db import Sessions

LASTS = timedelta(seconds=20)


def hold(sessions: Sessions, holder: str, at: datetime, name: str = "scheduler") -> bool:
    with sessions.begin() as session:
        return leases.hold(session, name=name, holder=holder, lasts=LASTS, now=at)


def beat(sessions: Sessions, name: str = "scheduler") -> datetime | None:
    with sessions.read() as session:
        return leases.last_beat(session, name)


def test_first_holds_and_second_waits(any_sessions: Sessions, now: datetime) -> None:
    assert hold(any_sessions, "a", now) is True
    assert hold(any_sessions, "b", now) is False
    assert beat(any_sessions) == now


def test_holder_renews_and_its_beat_moves(any_sessions: Sessions, now: datetime) -> None:
    hold(any_sessions, "a", now)

    renewed = hold(any_sessions, "a", now + timedelta(seconds=15))

    assert renewed is True
    assert beat(any_sessions) == now + timedelta(seconds=15)
    assert hold(any_sessions, "b", now + timedelta(seconds=34)) is False


def test_refused_one_moves_no_beat(any_sessions: Sessions, now: datetime) -> None:
    hold(any_sessions, "a", now)

    hold(any_sessions, "b", now + timedelta(seconds=10))

    assert beat(any_sessions) == now


def test_silent_holder_loses_the_lease_after_its_time(any_sessions: Sessions, now: datetime) -> None:
    hold(any_sessions, "a", now)

    at_the_end = hold(any_sessions, "b", now + LASTS)
    after = hold(any_sessions, "b", now + LASTS + timedelta(microseconds=1))

    assert (at_the_end, after) == (False, True)
    assert hold(any_sessions, "a", now + LASTS + timedelta(seconds=1)) is False


def test_released_lease_is_free_at_once(any_sessions: Sessions, now: datetime) -> None:
    hold(any_sessions, "a", now)

    with any_sessions.begin() as session:
        leases.release(session, name="scheduler", holder="a", now=now)

    assert hold(any_sessions, "b", now) is True


def test_release_of_somebody_else_changes_nothing(any_sessions: Sessions, now: datetime) -> None:
    hold(any_sessions, "a", now)

    with any_sessions.begin() as session:
        leases.release(session, name="scheduler", holder="b", now=now)

    assert hold(any_sessions, "b", now) is False


def test_leases_of_other_names_are_apart(any_sessions: Sessions, now: datetime) -> None:
    hold(any_sessions, "a", now)

    assert hold(any_sessions, "b", now, name="other") is True
    assert beat(any_sessions, "nobody's") is None


def test_eight_that_start_together_have_one_leader(any_sessions: Sessions, now: datetime) -> None:
    holders = [f"h{number}" for number in range(8)]

    with ThreadPoolExecutor(8) as pool:
        first = list(pool.map(lambda holder: hold(any_sessions, holder, now), holders))
        later = now + LASTS + timedelta(seconds=1)
        second = list(pool.map(lambda holder: hold(any_sessions, holder, later), holders))

    assert sorted(first) == [False] * 7 + [True]
    assert sorted(second) == [False] * 7 + [True]


def test_held_leases_are_named_while_they_run(any_sessions: Sessions, now: datetime) -> None:
    for name in ("worker:a", "worker:b", "scheduler"):
        hold(any_sessions, "h", now, name=name)
    hold(any_sessions, "h", now + timedelta(seconds=5), name="worker:b")

    with any_sessions.read() as session:
        named = [
            leases.held(session, prefix="worker:", now=now + LASTS + timedelta(seconds=seconds))
            for seconds in (0, 1, 6)
        ]

    assert named == [{"a", "b"}, {"b"}, frozenset()]


def test_leases_of_the_silent_are_swept_away(any_sessions: Sessions, now: datetime) -> None:
    for name in ("worker:a", "worker:b", "scheduler"):
        hold(any_sessions, "h", now, name=name)
    hold(any_sessions, "h", now + LASTS, name="worker:b")

    with any_sessions.begin() as session:
        swept = leases.sweep(session, prefix="worker:", before=now + LASTS + timedelta(seconds=1))

    assert swept == 1
    assert (beat(any_sessions, "worker:a"), beat(any_sessions, "scheduler")) == (None, now)

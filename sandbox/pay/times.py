"""Times as WeChat Pay writes them: always Beijing's."""

from datetime import UTC, date, datetime, time

from sandbox.clock import BEIJING


def beijing(at: float) -> datetime:
    return datetime.fromtimestamp(at, tz=UTC).astimezone(BEIJING)


def rfc3339(at: float) -> str:
    return beijing(at).isoformat(timespec="seconds")


def in_words(at: float) -> str:
    return beijing(at).strftime("%Y-%m-%d %H:%M:%S")


def stamp(at: float) -> str:
    return beijing(at).strftime("%d%H%M%S")


def day_digits(at: float) -> str:
    return beijing(at).strftime("%Y%m%d")


def midnight(day: date, hour: int = 0) -> float:
    return datetime.combine(day, time(hour), BEIJING).timestamp()

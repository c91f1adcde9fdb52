"""Channels that stand still for all: since when, why, and until when. They resume by themselves."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Final

import structlog
from sqlalchemy import bindparam, delete, insert, select, update

from app.core.clock import from_local, local_day
from app.core.db import Session, driver_of, rows_changed
from app.core.outcomes import Stopped
from app.core.prepared import Prepared
from app.notices.models import Channel, ChannelPause

log = structlog.get_logger()

FIRST: Final = timedelta(minutes=15)
LONGEST: Final = timedelta(hours=4)
FIRST_OUTAGE: Final = timedelta(seconds=30)
LONGEST_OUTAGE: Final = timedelta(minutes=15)
OF_THE_ACCOUNT: Final = frozenset(
    {"token_refused", "credentials", "ip_not_allowed", "ip_confirmation", "platform_authorisation"}
)
"""What no channel can get round."""

_FRESH = select(ChannelPause).execution_options(populate_existing=True)
_START = Prepared(
    insert(ChannelPause).values({name: bindparam(name) for name in ("channel", "reason", "since", "until")})
)


def standing(session: Session) -> dict[Channel, ChannelPause]:
    """Every pause that has not been lifted: running, or over and waiting for one send to try the channel."""
    return {pause.channel: pause for pause in session.scalars(_FRESH)}


def paused(session: Session, now: datetime) -> dict[Channel, ChannelPause]:
    """The channels that stand still now."""
    return {channel: pause for channel, pause in standing(session).items() if pause.until > now}


def stop(session: Session, stops: Mapping[Channel, Stopped], *, now: datetime) -> None:
    """Pause channels, each time twice as long as before; the whole account where the reason is its own."""
    for channel, stopped in stops.items():
        wide = stopped.reason in OF_THE_ACCOUNT
        for one in Channel if wide else (channel,):
            first = stopped.after or _first(stopped.reason, now)
            fixed = stopped.after is not None or stopped.reason == "quota_day"
            _pause(session, one, stopped.reason, first=first, longest=first if fixed else LONGEST, now=now)


def wait_out(session: Session, *, reason: str, now: datetime) -> None:
    """The platform does not answer anybody: all channels wait."""
    for channel in Channel:
        _pause(session, channel, reason, first=FIRST_OUTAGE, longest=LONGEST_OUTAGE, now=now)


def lift(session: Session, channels: Iterable[Channel], *, now: datetime) -> None:
    """The platform has answered on these channels after their pause."""
    over = delete(ChannelPause).where(ChannelPause.channel.in_(list(channels)), ChannelPause.until <= now)
    if rows_changed(session, over):
        log.info("notices.channel.resumed")


def _first(reason: str, now: datetime) -> timedelta:
    if reason != "quota_day":
        return FIRST
    return from_local(local_day(now) + timedelta(days=1)) - now  # counters start anew at 00:00 in Beijing


def _pause(
    session: Session, channel: Channel, reason: str, *, first: timedelta, longest: timedelta, now: datetime
) -> None:
    seen = session.scalar(_FRESH.where(ChannelPause.channel == channel))
    if seen and seen.until > now:
        return
    length = min(max(2 * (seen.until - seen.since), first), longest) if seen else first
    values = {"reason": reason, "since": now, "until": now + length}
    if seen:
        again = update(ChannelPause).where(ChannelPause.channel == channel, ChannelPause.until == seen.until)
        new = rows_changed(session, again.values(values)) == 1
    else:
        new = _START.once(driver_of(session), channel=channel, **values)
    if new:
        log.error("notices.channel.paused", channel=channel, reason=reason, until=str(now + length))

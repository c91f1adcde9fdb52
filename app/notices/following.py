"""What follows the outcome of one try. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, assert_never

from app.core.outcomes import NO_ANSWER, Accepted, Outcome, Rejected, RetryLater, Stopped
from app.core.states import advance
from app.notices.models import Channel
from app.notices.states import TRANSITIONS, DeliveryState

MAX_ATTEMPTS: Final = 10
LONGEST_PAUSE: Final = timedelta(hours=1)
"""Each pause is twice the one before: a platform that is away for some hours loses nobody's answer."""
REPEATABLE_FOR: Final = timedelta(minutes=8)
"""WeChat drops a repeat of one `client_msg_id` for 10 minutes (facts/wechat.md §3.7); the rest is for the send."""

SHUT: Final = frozenset({"window_closed", "window_quota", "not_subscribed"})
"""Refusals that say nothing of the notice or the person, only that this way is not open."""
FALLS: Final = SHUT | {"turned_off", "unfollowed", "template_banned", "template_unknown", "template_argument"}
"""Refusals after which the next way is tried. Never after one of the content: no other way may carry it."""
UNREACHABLE: Final = frozenset({"connect", "tls", "no_token"})
"""Nothing has arrived and nothing is wrong with the notice: it waits as long as it takes."""
FOLLOWERS_ONLY: Final = frozenset({Channel.CUSTOMER, Channel.TEMPLATE})


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a delivery stands when its outcome comes. `further`: the ways that have not been tried."""

    channel: Channel
    further: tuple[Channel, ...]
    attempts: int
    claimed_at: datetime
    unsure_since: datetime | None


@dataclass(frozen=True, slots=True)
class Ended:
    state: DeliveryState
    reason: str | None


@dataclass(frozen=True, slots=True)
class Waits:
    """`counted`: the try uses up one of the notice's. `unsure_since`: since when it may have arrived."""

    until: datetime
    reason: str
    counted: bool = True
    unsure_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Goes:
    """The ways that are left, the next one first."""

    ways: tuple[Channel, ...]


Step = Ended | Waits | Goes


def after(outcome: Outcome, standing: Standing, *, now: datetime, spread: float = 1.0) -> Step:
    """`spread` lengthens pauses a little, so that what failed together does not come back together."""
    match outcome:
        case Accepted():
            return _ended(DeliveryState.SENT, None)
        case Rejected(reason):
            return _refused(reason, standing)
        case Stopped(reason, pause):
            until = now + (pause or timedelta(0))  # the channel's pause says how long
            return sure_or_waits(Waits(until, reason, counted=False, unsure_since=standing.unsure_since))
        case RetryLater():
            return _again(outcome, standing, now, spread)
        case _:
            assert_never(outcome)


def sure_or_waits(waits: Waits) -> Ended | Waits:
    """What may have arrived is repeated only while the platform drops repeats; after that a person decides."""
    if waits.unsure_since and waits.until >= waits.unsure_since + REPEATABLE_FOR:
        return _ended(DeliveryState.UNCERTAIN, waits.reason)
    return waits


def _refused(reason: str, standing: Standing) -> Step:
    code = reason.partition(":")[0]
    if code == NO_ANSWER or standing.unsure_since:
        return _ended(DeliveryState.UNCERTAIN, reason)
    if further := _further(code, standing):
        return Goes(further)
    if code in SHUT:
        return _ended(DeliveryState.LISTED, "no_channel")
    return _ended(DeliveryState.REJECTED, reason)


def _further(code: str, standing: Standing) -> tuple[Channel, ...]:
    if code not in FALLS:
        return ()
    if code == "unfollowed":
        return tuple(way for way in standing.further if way not in FOLLOWERS_ONLY)
    return standing.further


def _again(outcome: RetryLater, standing: Standing, now: datetime, spread: float) -> Step:
    counted = outcome.reason not in UNREACHABLE
    unsure_since = standing.unsure_since or (standing.claimed_at if outcome.may_have_arrived else None)
    if counted and standing.attempts >= MAX_ATTEMPTS:
        return _ended(DeliveryState.UNCERTAIN if unsure_since else DeliveryState.REJECTED, outcome.reason)
    doubled = outcome.after * 2 ** max(standing.attempts - 1, 0) if counted else outcome.after
    until = now + min(doubled, LONGEST_PAUSE) * spread
    return sure_or_waits(Waits(until, outcome.reason, counted, unsure_since))


def _ended(state: DeliveryState, reason: str | None) -> Ended:
    return Ended(advance(TRANSITIONS, DeliveryState.SENDING, state), reason)

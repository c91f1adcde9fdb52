"""By which ways a notice may reach a person, the best first. Pure: asked before sending, and while sending."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from app.notices.models import Channel


class Unreachable(StrEnum):
    """Why nothing can be pushed to a person; the notice is in their own list all the same."""

    NOT_BOUND = "not_bound"
    NOT_FOLLOWING = "not_following"
    SWITCHED_OFF = "switched_off"
    NO_CHANNEL = "no_channel"


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of one person. `bound`: there is a chat to write to. `subscription`: the wallet holds one."""

    bound: bool
    following: bool
    window_open: bool
    subscription: bool
    mini_program: bool
    switched_off: bool


@dataclass(frozen=True, slots=True)
class Offer:
    """The ways that this deployment has set up for a kind of notice."""

    customer: bool
    template: bool
    subscription: bool
    mini_program: bool


def ways(facts: Facts, offer: Offer, *, emergency: bool = False) -> tuple[Channel, ...] | Unreachable:
    """The ways to try in their order, or why there is none. An emergency asks no switch."""
    if facts.switched_off and not emergency:
        return Unreachable.SWITCHED_OFF
    if not facts.bound:
        return Unreachable.NOT_BOUND
    if open_ways := tuple(_open(facts, offer)):
        return open_ways
    return Unreachable.NO_CHANNEL if facts.following else Unreachable.NOT_FOLLOWING


def _open(facts: Facts, offer: Offer) -> Iterator[Channel]:
    """Chat and template need a follower; who has agreed to a subscription message gets it without following."""
    if facts.following and facts.window_open and offer.customer:
        yield Channel.CUSTOMER
    if facts.following and offer.template:
        yield Channel.TEMPLATE
    if facts.subscription and offer.subscription:
        yield Channel.SUBSCRIPTION
    if facts.mini_program and offer.mini_program:
        yield Channel.MINI_PROGRAM

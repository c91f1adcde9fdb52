"""Which ways are open to whom, and what is said where none is."""

from dataclasses import replace
from itertools import product

import pytest

from app.notices.channels import Facts, Offer, Unreachable, ways
from app.notices.models import Channel

C = Channel
EVERYTHING = Facts(
    bound=True, following=True, window_open=True, subscription=True, mini_program=True, switched_off=False
)
ALL_OFFERED = Offer(customer=True, template=True, subscription=True, mini_program=True)


def test_every_way_is_tried_the_open_chat_first() -> None:
    assert ways(EVERYTHING, ALL_OFFERED) == (C.CUSTOMER, C.TEMPLATE, C.SUBSCRIPTION, C.MINI_PROGRAM)


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (replace(EVERYTHING, window_open=False), (C.TEMPLATE, C.SUBSCRIPTION, C.MINI_PROGRAM)),
        (replace(EVERYTHING, subscription=False), (C.CUSTOMER, C.TEMPLATE, C.MINI_PROGRAM)),
        (replace(EVERYTHING, mini_program=False), (C.CUSTOMER, C.TEMPLATE, C.SUBSCRIPTION)),
        (replace(EVERYTHING, following=False), (C.SUBSCRIPTION, C.MINI_PROGRAM)),
        (replace(EVERYTHING, bound=False), Unreachable.NOT_BOUND),
        (replace(EVERYTHING, switched_off=True), Unreachable.SWITCHED_OFF),
        (
            replace(EVERYTHING, following=False, subscription=False, mini_program=False),
            Unreachable.NOT_FOLLOWING,
        ),
    ],
)
def test_what_a_person_lacks_closes_its_way(
    facts: Facts, expected: tuple[Channel, ...] | Unreachable
) -> None:
    assert ways(facts, ALL_OFFERED) == expected


@pytest.mark.parametrize("channel", Channel)
def test_what_is_not_set_up_is_not_a_way(channel: Channel) -> None:
    found = ways(EVERYTHING, replace(ALL_OFFERED, **{channel.value: False}))

    assert found == tuple(one for one in Channel if one is not channel)


def test_follower_without_any_way_set_up_has_no_channel() -> None:
    nothing = Offer(customer=False, template=False, subscription=False, mini_program=False)

    assert ways(EVERYTHING, nothing) is Unreachable.NO_CHANNEL


def test_emergency_asks_no_switch_but_opens_no_way_that_is_not_there() -> None:
    off = replace(EVERYTHING, switched_off=True)

    assert ways(off, ALL_OFFERED, emergency=True) == tuple(Channel)
    assert ways(replace(off, bound=False), ALL_OFFERED, emergency=True) is Unreachable.NOT_BOUND


def test_nobody_is_left_without_ways_or_a_reason() -> None:
    for flags in product((False, True), repeat=6):
        found = ways(Facts(*flags), ALL_OFFERED)
        assert isinstance(found, Unreachable) or found

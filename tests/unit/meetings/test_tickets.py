"""The codes that we draw: nobody else can make one, change one, or make an old one young."""

from datetime import datetime, timedelta

import pytest

from app.meetings.tickets import PERIOD, Card, Link, Scan, TicketSigner
from tests.factories import NOW
from tests.unit.meetings.rooms import INSTANT, SCENE

SIGNER = TicketSigner("s" * 40)
CHAT, OTHER_CHAT = 7, 8
EXACTLY = NOW + 123_457 * INSTANT


def scan(at: datetime) -> Scan | None:
    """Somebody opens, at `at`, the link drawn NOW."""
    token = SIGNER.scan_token(Link(SCENE, NOW), at=at, identity_id=CHAT)
    return SIGNER.read_scan(token, identity_id=CHAT)


def test_link_says_its_meeting_and_when_it_was_drawn() -> None:
    token = SIGNER.link_token(SCENE, EXACTLY)

    assert SIGNER.read_link(token) == Link(SCENE, EXACTLY)


def test_link_is_short_enough_for_a_code_that_is_read_across_a_room() -> None:
    token = SIGNER.link_token("m" + 30 * "f", NOW)

    assert len(token) <= 64
    assert token.isascii()
    assert set("/?#%& ") & set(token) == set()


@pytest.mark.parametrize(
    "age",
    [timedelta(0), PERIOD, 2 * PERIOD, -PERIOD],
    ids=["at-once", "shown", "grace", "other-clock-ahead"],
)
def test_link_is_good_while_it_is_shown_and_as_long_again(age: timedelta) -> None:
    assert SIGNER.good(Link(SCENE, NOW), NOW + age)


@pytest.mark.parametrize(
    "age",
    [2 * PERIOD + INSTANT, timedelta(minutes=5), timedelta(days=1), -PERIOD - INSTANT, timedelta(minutes=-5)],
    ids=["after-grace", "copied", "yesterday", "from-the-future", "clock-5-minutes-off"],
)
def test_link_is_not_good_later_nor_far_too_early(age: timedelta) -> None:
    assert not SIGNER.good(Link(SCENE, NOW), NOW + age)


def test_period_is_the_settings() -> None:
    signer = TicketSigner("s" * 40, period=timedelta(seconds=10))

    assert signer.good(Link(SCENE, NOW), NOW + timedelta(seconds=20))
    assert not signer.good(Link(SCENE, NOW), NOW + timedelta(seconds=21))


def test_scan_carries_the_moment_at_which_the_link_was_opened() -> None:
    assert scan(EXACTLY) == Scan(SCENE, EXACTLY, fresh=True)


def test_scan_of_an_old_link_is_read_and_not_fresh() -> None:
    late = NOW + 2 * PERIOD + INSTANT

    assert scan(late) == Scan(SCENE, late, fresh=False)


def test_scan_of_another_chat_is_none() -> None:
    token = SIGNER.scan_token(Link(SCENE, NOW), at=NOW, identity_id=CHAT)

    assert SIGNER.read_scan(token, identity_id=OTHER_CHAT) is None


@pytest.mark.parametrize(
    ("sent", "in_time"),
    [(timedelta(0), True), (timedelta(minutes=2), True), (timedelta(minutes=2) + INSTANT, False)],
)
def test_scan_knows_whether_it_was_sent_in_time(sent: timedelta, *, in_time: bool) -> None:
    ticket = Scan(SCENE, NOW, fresh=True).sent(NOW + sent)

    assert (ticket.fresh, ticket.in_time) == (True, in_time)


def test_cookie_keeps_the_first_opening_of_that_link_alone() -> None:
    first, second = SIGNER.link_token(SCENE, NOW), SIGNER.link_token(SCENE, NOW + PERIOD)
    cookie = SIGNER.opening(first, EXACTLY)

    assert SIGNER.opened_at(first, cookie) == EXACTLY
    assert SIGNER.opened_at(second, cookie) is None
    assert SIGNER.opened_at(first, "") is None


def test_card_names_one_person_at_one_meeting() -> None:
    assert SIGNER.read_card(SIGNER.card_token(Card(12, 345))) == Card(12, 345)


TOKEN = SIGNER.link_token(SCENE, NOW)
FORGED = {
    "empty": "",
    "nothing-signed": "~",
    "no-signature": TOKEN.rpartition("~")[0],
    "other-meeting": TOKEN.replace(SCENE, "m-of-others"),
    "other-moment": TOKEN.replace("~6", "~7", 1),
    "one-sign-less": TOKEN[:-1],
    "one-sign-more": TOKEN + "A",
    "another-key": TicketSigner("t" * 40).link_token(SCENE, NOW),
    "a-card": SIGNER.card_token(Card(1, 2)),
    "an-opening": SIGNER.opening(TOKEN, NOW),
    "a-scan": SIGNER.scan_token(Link(SCENE, NOW), at=NOW, identity_id=CHAT),
    "too-long": "m" * 10_000,
    "chinese": "签到~码~码",
    "surrogate": "m\udcff~1~x",
}


@pytest.mark.parametrize("token", FORGED.values(), ids=FORGED)
def test_forged_link_is_no_link(token: str) -> None:
    assert SIGNER.read_link(token) is None


@pytest.mark.parametrize("token", [TOKEN, *(FORGED[name] for name in ("empty", "chinese", "an-opening"))])
def test_what_was_signed_for_one_purpose_is_good_for_no_other(token: str) -> None:
    assert SIGNER.read_card(token) is None
    assert SIGNER.read_scan(token, identity_id=CHAT) is None
    assert SIGNER.opened_at(TOKEN, token if token != FORGED["an-opening"] else "") is None

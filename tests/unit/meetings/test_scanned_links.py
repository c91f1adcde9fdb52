"""The link on the screen: forged, copied, slow; and the card of one's own. Each has its own answer."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from app.core.db import Sessions
from app.meetings import check_in
from app.meetings.check_in import UNKNOWN, CheckInResult
from app.meetings.rules import SENT_WITHIN, CheckInOutcome
from app.meetings.tickets import PERIOD, Card, Link, Scan, TicketSigner
from tests.factories import NOW
from tests.unit.meetings.rooms import CLOSES, INSTANT, OPENS, SCENE, Room, another_meeting, room

OUT = CheckInOutcome
SIGNER = TicketSigner("s" * 40)
SLOW = SENT_WITHIN + INSTANT


@pytest.fixture
def at_any(any_sessions: Sessions) -> Room:
    return room(any_sessions)


@pytest.fixture
def here(sessions: Sessions) -> Room:
    return room(sessions)


def keep(one: Room, identity_id: int, scan: Scan, at: timedelta = timedelta(0)) -> CheckInResult:
    with one.sessions.write() as driver:
        return check_in.keep_link(driver, scan=scan, identity_id=identity_id, now=NOW + at)


def show_card(one: Room, card: Card, member_id: int) -> CheckInResult:
    with one.sessions.write() as driver:
        return check_in.by_card(driver, card=card, member_id=member_id, now=NOW)


def test_link_signs_in_from_the_moment_it_was_opened(at_any: Room) -> None:
    first, second = at_any.members

    results = [at_any.link(first), at_any.link(second, sent_at=NOW + SENT_WITHIN)]

    assert [(one.outcome, one.position) for one in results] == [(OUT.CHECKED_IN, 1), (OUT.CHECKED_IN, 2)]
    assert at_any.signed() == [(first, "link", NOW), (second, "link", NOW)]


def test_link_opened_in_the_window_and_sent_just_after_it_counts(here: Room) -> None:
    person = here.members[0]

    result = here.link(person, scanned_at=CLOSES, sent_at=CLOSES + SENT_WITHIN)

    assert result.outcome is OUT.CHECKED_IN
    assert here.signed() == [(person, "link", CLOSES)]


def test_link_of_no_meeting_is_unknown(here: Room) -> None:
    with here.sessions.write() as driver:
        scan = Scan("m-of-nobody", NOW, fresh=True)

        assert check_in.by_link(driver, scan=scan, member_id=here.members[0], now=NOW) == UNKNOWN


def test_copied_link_is_expired_and_kept_for_the_recorder(at_any: Room) -> None:
    person = at_any.members[0]

    result = at_any.link(person, fresh=False)

    assert (result.outcome, result.position) == (OUT.EXPIRED, 0)
    assert at_any.signed() == []
    assert at_any.refused() == [(person, "expired")]


def test_scan_sent_long_after_waits_for_the_recorder_with_its_time(at_any: Room) -> None:
    person = at_any.members[0]

    result = at_any.link(person, sent_at=NOW + SLOW)

    assert (result.outcome, result.at) == (OUT.LATE, NOW)
    assert at_any.signed() == []
    assert at_any.refused() == [(person, "late")]


def test_recorder_who_confirms_a_late_scan_counts_it_from_the_scan(at_any: Room) -> None:
    person = at_any.members[0]
    at_any.link(person, sent_at=NOW + SLOW)

    result = at_any.record(person, NOW + timedelta(hours=1))

    assert result.outcome is OUT.CHECKED_IN
    assert at_any.signed() == [(person, "recorder", NOW)]


def test_late_scan_sent_after_the_end_is_late_and_not_closed(here: Room) -> None:
    assert here.link(here.members[0], sent_at=CLOSES + timedelta(hours=5)).outcome is OUT.LATE


def test_late_scan_of_who_has_signed_in_another_way_says_so(here: Room) -> None:
    person = here.members[0]
    here.say(person)

    assert here.link(person, sent_at=NOW + SLOW).outcome is OUT.ALREADY
    assert here.refused() == []


def test_link_opened_outside_the_window_is_judged_by_its_opening(here: Room) -> None:
    person = here.members[0]

    early = here.link(person, scanned_at=OPENS - INSTANT, sent_at=OPENS + INSTANT)
    late = here.link(person, scanned_at=CLOSES + INSTANT, sent_at=CLOSES + INSTANT)

    assert [early.outcome, late.outcome] == [OUT.TOO_EARLY, OUT.CLOSED]
    assert here.signed() == []


@pytest.mark.parametrize("off", [timedelta(minutes=5), timedelta(minutes=-5)], ids=["fast", "slow"])
def test_clock_five_minutes_off_never_signs_in_wrongly(off: timedelta, here: Room) -> None:
    """One of our machines draws the code by a wrong clock: its code is refused, not taken for another time's."""
    token = SIGNER.link_token(SCENE, NOW + off)
    link = SIGNER.read_link(token)
    assert link is not None
    scan = SIGNER.read_scan(SIGNER.scan_token(link, at=NOW, identity_id=1), identity_id=1)
    assert scan is not None

    with here.sessions.write() as driver:
        result = check_in.by_link(driver, scan=scan, member_id=here.members[0], now=NOW)

    assert result.outcome is OUT.EXPIRED
    assert here.signed() == []


def test_twenty_phones_with_one_link_for_one_person_are_one_sign_in(any_sessions: Sessions) -> None:
    one = room(any_sessions)
    person = one.members[0]
    ways: list[Callable[[int], CheckInResult]] = [one.link, one.scan, one.say]

    with ThreadPoolExecutor(20) as pool:
        told = [pool.submit(ways[number % 3], person) for number in range(20)]
        results = [one_told.result() for one_told in told]

    assert len(one.signed()) == 1
    assert sorted(result.outcome for result in results) == ["already"] * 19 + ["checked_in"]
    assert {(result.position, result.expected) for result in results} == {(1, 2)}


def test_link_of_somebody_unknown_is_kept_from_its_opening(at_any: Room) -> None:
    stranger, person = at_any.stranger(), at_any.members[0]

    told = keep(at_any, stranger, Scan(SCENE, NOW, fresh=True), SENT_WITHIN)
    at_any.claim(stranger, person)

    assert told.outcome is OUT.KEPT
    assert at_any.signed() == [(person, "kept_scan", NOW)]


@pytest.mark.parametrize(
    ("fresh", "sent"), [(False, timedelta(0)), (True, SLOW)], ids=["copied", "sent-late"]
)
def test_link_that_would_not_count_is_kept_for_nobody_unknown(
    sent: timedelta, here: Room, *, fresh: bool
) -> None:
    stranger = here.stranger()

    told = keep(here, stranger, Scan(SCENE, NOW, fresh=fresh), sent)

    assert told.outcome is OUT.EXPIRED
    assert here.claim(stranger, here.members[0]) == []


def test_opened_link_of_another_chat_is_no_scan_at_all() -> None:
    token = SIGNER.scan_token(Link(SCENE, NOW), at=NOW, identity_id=1)

    assert SIGNER.read_scan(token, identity_id=2) is None


def test_links_of_two_meetings_sign_into_their_own_alone(here: Room) -> None:
    person = here.members[0]
    with here.sessions.begin() as session:
        other_id = another_meeting(session, scene="m-other", expected=[person])
    with here.sessions.write() as driver:
        scan = Scan("m-other", NOW + PERIOD, fresh=True)
        result = check_in.by_link(driver, scan=scan, member_id=person, now=NOW + PERIOD)

    assert (result.outcome, result.meeting_id) == (OUT.CHECKED_IN, other_id)
    assert here.signed() == []


def test_card_signs_its_person_in_once(at_any: Room) -> None:
    person = at_any.members[0]

    results = [show_card(at_any, Card(at_any.meeting_id, person), person) for _ in range(2)]

    assert [(one.outcome, one.position) for one in results] == [(OUT.CHECKED_IN, 1), (OUT.ALREADY, 1)]
    assert at_any.signed() == [(person, "card", NOW)]


def test_card_of_somebody_else_signs_nobody_in_and_is_kept_for_the_recorder(at_any: Room) -> None:
    first, second = at_any.members

    result = show_card(at_any, Card(at_any.meeting_id, first), second)

    assert result.outcome is OUT.FOREIGN
    assert at_any.signed() == []
    assert at_any.refused() == [(second, "foreign")]


def test_card_of_no_meeting_is_unknown(here: Room) -> None:
    assert show_card(here, Card(404, here.members[0]), here.members[0]) == UNKNOWN

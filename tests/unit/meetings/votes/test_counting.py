"""What cannot be right about a count."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.meetings.votes.counting import Counted, Room, flaws
from app.meetings.votes.models import Matter, Method

ADMISSION = Room(Matter.ADMISSION, Method.BALLOT, present_voting=8, opinions=1)
GENERAL = Room(Matter.GENERAL, Method.BALLOT, present_voting=8)
HANDS = Room(Matter.GENERAL, Method.HANDS, present_voting=8)
ELECTION = Room(Matter.ELECTION, Method.BALLOT, present_voting=8, seats=2)


def ballots(issued: int, returned: int, *split: int, **written: int) -> Counted:
    """`split`: for, against, abstained, spoiled."""
    return replace(Counted(issued, returned, *split), **written)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("counted", "room", "expected"),
    [
        (ballots(8, 8, 5, 1, 1, 1), GENERAL, {}),
        (ballots(7, 6, 6, 0, 0, 0), GENERAL, {}),
        (ballots(9, 8, 8, 0, 0, 0), GENERAL, {"issued": "issued_exceed_present"}),
        (ballots(8, 8, 5, 1, 1, 0), GENERAL, {"returned": "sum_differs"}),
        (ballots(8, 7, 5, 1, 1, 1), GENERAL, {"returned": "sum_differs"}),
        (ballots(8, 8, 9, -1, 0, 0), GENERAL, {"returned": "negative"}),
        (ballots(8, 8, 8, 0, 0, 0, written_in_favour=1), GENERAL, {"written_in_favour": "written_differ"}),
        (ballots(8, 8, 8, 0, 0, 0), ADMISSION, {"written_in_favour": "written_differ"}),
        (ballots(8, 8, 8, 0, 0, 0, written_against=1), ADMISSION, {}),
        (ballots(8, 8, 8, 0, 0, 0, written_abstained=1), ADMISSION, {}),
        (Counted(in_favour=6, against=1, abstained=1), HANDS, {}),
        (Counted(in_favour=6), HANDS, {}),
        (Counted(in_favour=6, against=3), HANDS, {"in_favour": "hands_exceed_present"}),
        (ballots(8, 8, 8, 0, 0, 0), HANDS, {"issued": "no_ballots_by_hand"}),
        (Counted(8, 8, votes={"甲": 8, "乙": 8}), ELECTION, {}),
        (Counted(8, 8, spoiled=8, votes={"甲": 0}), ELECTION, {}),
        (Counted(8, 8, spoiled=9), ELECTION, {"spoiled": "spoiled_exceed_returned"}),
        (Counted(8, 7, votes={"甲": 8}), ELECTION, {"votes": "votes_exceed_ballots"}),
        (Counted(8, 8, spoiled=1, votes={"甲": 8}), ELECTION, {"votes": "votes_exceed_ballots"}),
        (Counted(8, 8, votes={"甲": 8, "乙": 8, "丙": 1}), ELECTION, {"votes": "votes_exceed_seats"}),
        (Counted(9, 8), ELECTION, {"issued": "issued_exceed_present"}),
    ],
)
def test_count_must_add_up(counted: Counted, room: Room, expected: dict[str, str]) -> None:
    assert flaws(counted, room) == expected


def test_more_ballots_than_were_handed_out_is_no_slip_but_an_end() -> None:
    surplus = ballots(7, 8, 8, 0, 0, 0)

    assert (surplus.surplus, flaws(surplus, GENERAL)) == (True, {})
    assert not ballots(8, 8, 8, 0, 0, 0).surplus


numbers = st.integers(0, 9)


@given(numbers, numbers, numbers, numbers, numbers)
def test_ballots_without_flaw_never_exceed_the_voters_present(
    issued: int, in_favour: int, against: int, abstained: int, spoiled: int
) -> None:
    returned = in_favour + against + abstained + spoiled
    counted = ballots(issued, returned, in_favour, against, abstained, spoiled)

    assert flaws(counted, GENERAL) or counted.surplus or in_favour <= returned <= issued <= 8

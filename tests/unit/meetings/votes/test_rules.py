"""Quorum and majority, at every boundary (facts/domain §2.3)."""

from datetime import date, timedelta
from fractions import Fraction

import pytest

from app.meetings.models import MeetingKind
from app.meetings.votes.clauses import RULES, rule
from app.meetings.votes.models import Matter
from app.meetings.votes.rules import (
    Count,
    Election,
    Verdict,
    election_result,
    gate_for_meeting,
    person_of,
    quorum,
    result,
    several_people,
    too_few_candidates,
)

TODAY = date(2026, 3, 2)
PERSONS = (Matter.ADMISSION, Matter.CONVERSION, Matter.DISPOSITION)


def test_every_matter_has_a_rule() -> None:
    assert {matter for one in RULES for matter in one.matters} == set(Matter)


def test_every_rule_names_its_document_and_threshold() -> None:
    for one in RULES:
        assert one.quorum_clause.startswith("《")
        assert one.majority_clause
        assert isinstance(one.needed, Fraction)


@pytest.mark.parametrize(
    ("voters", "present", "met", "exact_half"),
    [
        (0, 0, False, False),
        (1, 0, False, False),
        (1, 1, True, False),
        (2, 1, True, True),
        (10, 4, False, False),
        (10, 5, True, True),
        (10, 6, True, False),
        (11, 5, False, False),
        (11, 6, True, False),
    ],
)
@pytest.mark.parametrize("matter", [Matter.GENERAL, Matter.COMMITTEE])
def test_general_matters_need_half_and_exactly_half_is_flagged(
    matter: Matter, voters: int, present: int, *, met: bool, exact_half: bool
) -> None:
    gate = quorum(matter, voting_expected=voters, voting_present=present, on=TODAY)

    assert (gate.met, gate.exact_half) == (met, exact_half)


@pytest.mark.parametrize(
    ("voters", "present", "met", "exact_half"),
    [
        (0, 0, False, False),
        (2, 1, False, True),
        (2, 2, True, False),
        (10, 5, False, True),
        (10, 6, True, False),
        (11, 5, False, False),
        (11, 6, True, False),
    ],
)
@pytest.mark.parametrize("matter", PERSONS)
def test_matters_of_persons_need_more_than_half(
    matter: Matter, voters: int, present: int, *, met: bool, exact_half: bool
) -> None:
    gate = quorum(matter, voting_expected=voters, voting_present=present, on=TODAY)

    assert (gate.met, gate.exact_half) == (met, exact_half)


@pytest.mark.parametrize(
    ("voters", "present", "met"),
    [
        (0, 0, False),
        (5, 3, False),
        (5, 4, True),
        (10, 7, False),
        (10, 8, True),
        (11, 8, False),
        (11, 9, True),
        (13, 10, False),
        (13, 11, True),
    ],
)
def test_election_needs_four_fifths_and_exactly_that_is_enough(
    voters: int, present: int, *, met: bool
) -> None:
    gate = quorum(Matter.ELECTION, voting_expected=voters, voting_present=present, on=TODAY)

    assert (gate.met, gate.exact_half) == (met, False)


def test_election_before_the_regulation_of_2020_needed_more_than_four_fifths() -> None:
    last, first = date(2020, 7, 12), date(2020, 7, 13)

    gates = [quorum(Matter.ELECTION, voting_expected=10, voting_present=8, on=on) for on in (last, first)]

    assert [gate.met for gate in gates] == [False, True]
    assert ["暂行" in gate.clause for gate in gates] == [True, False]


def test_rule_of_a_day_before_all_rules_is_the_first() -> None:
    assert rule(Matter.GENERAL, on=date(2001, 1, 1)) == rule(Matter.GENERAL, on=TODAY)


def test_quorum_says_how_many_are_missing() -> None:
    gate = quorum(Matter.ADMISSION, voting_expected=10, voting_present=4, on=TODAY)

    assert (gate.enough, gate.missing) == (6, 2)


@pytest.mark.parametrize(
    ("kind", "enough"),
    [(MeetingKind.MEMBER_MEETING, 5), (MeetingKind.ELECTION, 8), (MeetingKind.BRANCH_COMMITTEE, 5)],
)
def test_gate_of_a_meeting_is_that_of_its_kind(kind: MeetingKind, enough: int) -> None:
    gate = gate_for_meeting(kind, voting_expected=10, voting_present=0, on=TODAY)

    assert gate is not None
    assert gate.enough == enough


def test_meetings_that_decide_nothing_have_no_gate() -> None:
    deciding = {MeetingKind.MEMBER_MEETING, MeetingKind.ELECTION, MeetingKind.BRANCH_COMMITTEE}

    gates = [gate_for_meeting(kind, voting_expected=3, voting_present=3, on=TODAY) for kind in MeetingKind]

    assert sum(gate is not None for gate in gates) == len(deciding)


@pytest.mark.parametrize(
    ("voters", "in_favour", "passed"),
    [(10, 5, False), (10, 6, True), (11, 5, False), (11, 6, True), (1, 1, True), (2, 1, False)],
)
@pytest.mark.parametrize("matter", [Matter.GENERAL, Matter.COMMITTEE, *PERSONS])
def test_in_favour_must_be_more_than_half_of_those_who_should_attend(
    matter: Matter, voters: int, in_favour: int, *, passed: bool
) -> None:
    found = result(Count(matter, voters, voters, in_favour), on=TODAY)

    assert found.passed is passed
    assert found.verdict is (Verdict.PASSED if passed else Verdict.NOT_PASSED)


def test_majority_is_not_taken_of_those_present() -> None:
    """Six of eleven came and five said yes: most of the room, and still too few."""
    found = result(Count(Matter.GENERAL, 11, 6, 5), on=TODAY)

    assert (found.quorum.met, found.of, found.enough, found.passed) == (True, 11, 6, False)
    assert found.reasons == ("not_enough",)


def test_without_a_quorum_nothing_is_decided() -> None:
    found = result(Count(Matter.ADMISSION, 10, 5, 5, written_in_favour=4), on=TODAY)

    assert (found.passed, found.verdict) == (None, Verdict.NO_QUORUM)
    assert found.reasons == ("no_quorum", "exact_half")


@pytest.mark.parametrize("matter", PERSONS)
def test_written_opinions_count_for_the_vote_and_not_for_the_quorum(matter: Matter) -> None:
    found = result(Count(matter, 10, 6, 4, written_in_favour=2), on=TODAY)

    assert (found.in_favour, found.passed) == (6, True)
    assert result(Count(matter, 10, 5, 5, written_in_favour=5), on=TODAY).passed is None


@pytest.mark.parametrize("matter", [Matter.GENERAL, Matter.COMMITTEE])
def test_written_opinions_are_nothing_in_other_matters(matter: Matter) -> None:
    assert result(Count(matter, 10, 6, 5, written_in_favour=1), on=TODAY).in_favour == 5


def test_elected_with_more_than_half_of_the_voters_present() -> None:
    found = election_result(Election(12, 10, 2, {"甲": 6, "乙": 5, "丙": 10}), on=TODAY)

    assert (found.enough, found.of, found.elected, found.vacant) == (6, 10, ("丙", "甲"), 0)
    assert found.verdict is Verdict.ELECTED


def test_one_fewer_than_four_fifths_elects_nobody() -> None:
    found = election_result(Election(10, 7, 1, {"甲": 7}), on=TODAY)

    assert (found.elected, found.vacant, found.verdict) == ((), 1, Verdict.NO_QUORUM)
    assert found.passed is None


def test_more_than_half_for_more_people_than_seats_takes_those_with_most() -> None:
    found = election_result(Election(10, 10, 2, {"甲": 7, "乙": 9, "丙": 8}), on=TODAY)

    assert found.elected == ("乙", "丙")


def test_level_at_the_last_seat_asks_for_another_ballot_among_them() -> None:
    found = election_result(Election(10, 10, 2, {"甲": 7, "乙": 9, "丙": 7}), on=TODAY)

    assert (found.elected, found.tied, found.vacant) == (("乙",), ("丙", "甲"), 1)
    assert (found.verdict, found.reasons) == (Verdict.ANOTHER_BALLOT, ("tied",))


def test_level_above_the_last_seat_does_no_harm() -> None:
    found = election_result(Election(10, 10, 2, {"甲": 9, "乙": 9, "丙": 7}), on=TODAY)

    assert (set(found.elected), found.tied) == ({"甲", "乙"}, ())


def test_seats_that_nobody_won_stay_open() -> None:
    found = election_result(Election(10, 10, 3, {"甲": 9, "乙": 5, "丙": 6}), on=TODAY)

    assert (found.elected, found.tied, found.vacant) == (("甲", "丙"), (), 1)
    assert (found.verdict, found.reasons) == (Verdict.ANOTHER_BALLOT, ("not_enough",))


@pytest.mark.parametrize(
    ("candidates", "seats", "warned"),
    [(1, 1, True), (2, 1, False), (3, 3, True), (4, 3, False), (5, 5, True), (6, 5, False)],
)
def test_fewer_than_a_fifth_more_candidates_than_seats_warns(
    candidates: int, seats: int, *, warned: bool
) -> None:
    assert too_few_candidates(candidates=candidates, seats=seats) is warned


@pytest.mark.parametrize(
    ("subject", "several", "person"),
    [
        ("李明", False, "李明"),
        ("李 明", False, "李明"),
        ("李明（按期转正）", False, "李明"),
        ("阿依古丽·买买提", False, "阿依古丽·买买提"),
        ("李明、王芳", True, "李明、王芳"),
        ("李明 王芳", True, "李明王芳"),
        ("李明，王芳（按期转正）", True, "李明，王芳"),
    ],
)
def test_subject_names_one_person(subject: str, *, several: bool, person: str) -> None:
    assert (several_people(subject), person_of(subject)) == (several, person)


def test_day_of_the_meeting_decides_which_rule_holds() -> None:
    changes = sorted({one.effective_from for one in RULES})

    for first in changes:
        for one in (one for one in RULES if one.effective_from == first):
            (matter,) = one.matters
            assert rule(matter, on=first) == one
            assert rule(matter, on=first + timedelta(days=1)) == one

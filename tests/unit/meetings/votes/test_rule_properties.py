"""Quorum and majority, whatever the numbers are."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from app.meetings.votes.models import Matter
from app.meetings.votes.rules import (
    Count,
    Election,
    election_result,
    quorum,
    result,
)

TODAY = date(2026, 3, 2)


sizes = st.integers(0, 120)


@given(st.sampled_from(sorted(Matter)), sizes, sizes, sizes, sizes)
def test_one_more_in_favour_never_undoes_a_pass(
    matter: Matter, due: int, present: int, in_favour: int, written: int
) -> None:
    before = result(Count(matter, due, present, in_favour, written), on=TODAY)
    after = result(Count(matter, due, present, in_favour + 1, written), on=TODAY)

    assert after.quorum == before.quorum
    assert not (before.passed and not after.passed)


@given(st.sampled_from(sorted(Matter)), sizes, sizes)
def test_one_more_present_never_undoes_a_quorum(matter: Matter, due: int, present: int) -> None:
    before, after = (
        quorum(matter, voting_expected=due, voting_present=there, on=TODAY)
        for there in (present, present + 1)
    )

    assert not (before.met and not after.met)
    assert before.met is (due > 0 and before.missing == 0)


@given(st.sampled_from(sorted(Matter)), sizes, sizes)
def test_quorum_is_the_fraction_itself(matter: Matter, due: int, present: int) -> None:
    gate = quorum(matter, voting_expected=due, voting_present=present, on=TODAY)
    share = gate.needed * due

    assert gate.met is (due > 0 and (present > share if gate.strictly else present >= share))


@given(st.sampled_from(sorted(set(Matter) - {Matter.ELECTION})), st.integers(1, 120), sizes)
def test_absence_is_never_a_way_to_win(matter: Matter, due: int, in_favour: int) -> None:
    """The denominator is 应到: who stays away weighs like a no."""
    results = [result(Count(matter, due, present, in_favour), on=TODAY) for present in (due, due // 2 + 1)]

    assert len({(one.of, one.enough, one.passed) for one in results if one.quorum.met}) == 1


names = st.sampled_from("甲乙丙丁戊己")
ballots = st.dictionaries(names, st.integers(0, 12), min_size=1)


@given(ballots, st.integers(1, 5), st.randoms())
def test_election_does_not_depend_on_the_order(votes: dict[str, int], seats: int, random: object) -> None:
    listed = list(votes.items())
    random.shuffle(listed)  # type: ignore[attr-defined]

    assert election_result(Election(12, 12, seats, dict(listed)), on=TODAY) == election_result(
        Election(12, 12, seats, votes), on=TODAY
    )


@given(ballots, st.integers(1, 5))
def test_election_seats_are_never_exceeded_and_nobody_wins_below_half(
    votes: dict[str, int], seats: int
) -> None:
    found = election_result(Election(12, 12, seats, votes), on=TODAY)

    assert len(found.elected) + found.vacant == seats
    assert all(2 * votes[name] > 12 for name in (*found.elected, *found.tied))
    assert set(found.elected).isdisjoint(found.tied)
    rest = votes.keys() - set(found.elected)
    assert all(votes[winner] >= votes[loser] for winner in found.elected for loser in rest)


@given(ballots, st.integers(1, 5))
def test_one_more_ballot_never_unseats_whom_it_names(votes: dict[str, int], seats: int) -> None:
    before = election_result(Election(20, 20, seats, votes), on=TODAY)

    for name in before.elected:
        more = votes | {name: votes[name] + 1}
        assert name in election_result(Election(20, 20, seats, more), on=TODAY).elected

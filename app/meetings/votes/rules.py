"""Quorum and majority: how many must be there, and how many in favour. Pure; fractions, never floats."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction
from math import ceil, floor

from app.meetings.models import MeetingKind
from app.meetings.votes.clauses import HALF, Rule, rule
from app.meetings.votes.models import Matter
from app.organizations.models import OrganizationKind

MEMBERS_DECIDE = frozenset({Matter.GENERAL, Matter.ADMISSION, Matter.CONVERSION, Matter.DISPOSITION})
POSSIBLE: Mapping[MeetingKind, frozenset[Matter]] = {
    MeetingKind.MEMBER_MEETING: MEMBERS_DECIDE | {Matter.ELECTION},
    MeetingKind.ELECTION: MEMBERS_DECIDE | {Matter.ELECTION},
    MeetingKind.BRANCH_COMMITTEE: frozenset({Matter.COMMITTEE, Matter.ELECTION}),
}
"""Where something can be decided. A 党小组 decides nothing (facts/domain §2.1); other meetings study and discuss."""

GATES: Mapping[MeetingKind, Matter] = {
    MeetingKind.MEMBER_MEETING: Matter.GENERAL,
    MeetingKind.ELECTION: Matter.ELECTION,
    MeetingKind.BRANCH_COMMITTEE: Matter.COMMITTEE,
}
ONE_BY_ONE = frozenset({Matter.ADMISSION, Matter.CONVERSION, Matter.DISPOSITION})
"""Each person is a vote of their own."""
SPARE = Fraction(6, 5)
SEPARATORS = "、，,；;/"
NOT_OF_TEMPORARY = frozenset({Matter.ADMISSION, Matter.DISPOSITION, Matter.ELECTION})


class Verdict(StrEnum):
    """What a count came to. A void sheet has none."""

    PASSED = "passed"
    NOT_PASSED = "not_passed"
    NO_QUORUM = "no_quorum"
    ELECTED = "elected"
    ANOTHER_BALLOT = "another_ballot"


@dataclass(frozen=True)
class Quorum:
    """`enough`: the smallest number of voters present that will do."""

    present: int
    voting_expected: int
    needed: Fraction
    strictly: bool
    clause: str

    @property
    def enough(self) -> int:
        return at_least(self.needed, self.voting_expected, strictly=self.strictly)

    @property
    def met(self) -> bool:
        return self.voting_expected > 0 and self.present >= self.enough

    @property
    def missing(self) -> int:
        return max(0, self.enough - self.present)

    @property
    def exact_half(self) -> bool:
        """Exactly half came: by usual reading enough for general matters, and worth a remark."""
        return self.needed == HALF and self.voting_expected > 0 and 2 * self.present == self.voting_expected


@dataclass(frozen=True)
class Count:
    """One question. Written opinions are those of absent voters, and never ballots."""

    matter: Matter
    due_voting: int
    present_voting: int
    in_favour: int
    written_in_favour: int = 0


@dataclass(frozen=True)
class Election:
    """`votes`: ballots in favour, by name."""

    due_voting: int
    present_voting: int
    seats: int
    votes: Mapping[str, int]


@dataclass(frozen=True)
class Result:
    """`passed` is None where the quorum was not met: then nothing was decided. `of`: what the half is taken of."""

    quorum: Quorum
    passed: bool | None
    in_favour: int
    enough: int
    of: int
    clause: str
    verdict: Verdict
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True)
class ElectionResult:
    """`tied`: level at the last seat, so that another ballot among them decides. `vacant`: seats not filled."""

    quorum: Quorum
    elected: tuple[str, ...]
    tied: tuple[str, ...]
    vacant: int
    enough: int
    of: int
    clause: str
    verdict: Verdict
    reasons: tuple[str, ...] = ()

    @property
    def passed(self) -> bool | None:
        return self.verdict is Verdict.ELECTED if self.quorum.met else None


def at_least(share: Fraction, of: int, *, strictly: bool) -> int:
    """The smallest whole number that reaches, or strictly exceeds, that share."""
    return floor(share * of) + 1 if strictly else ceil(share * of)


def quorum(matter: Matter, *, voting_expected: int, voting_present: int, on: date) -> Quorum:
    found = rule(matter, on=on)
    return Quorum(voting_present, voting_expected, found.needed, found.strictly, found.quorum_clause)


def gate_for_meeting(
    kind: MeetingKind, *, voting_expected: int, voting_present: int, on: date
) -> Quorum | None:
    """Whether this meeting may decide; None for a kind at which nothing is decided."""
    matter = GATES.get(kind)
    if matter is None:
        return None
    return quorum(matter, voting_expected=voting_expected, voting_present=voting_present, on=on)


def result(count: Count, *, on: date) -> Result:
    found = rule(count.matter, on=on)
    gate = quorum(count.matter, voting_expected=count.due_voting, voting_present=count.present_voting, on=on)
    of = _base(found, count.due_voting, count.present_voting)
    in_favour = count.in_favour + (count.written_in_favour if found.written else 0)
    enough = at_least(HALF, of, strictly=True)
    reasons = _reasons(gate, enough=in_favour >= enough)
    verdict = Verdict.PASSED if in_favour >= enough else Verdict.NOT_PASSED
    return Result(
        quorum=gate,
        passed=in_favour >= enough if gate.met else None,
        in_favour=in_favour,
        enough=enough,
        of=of,
        clause=found.majority_clause,
        verdict=verdict if gate.met else Verdict.NO_QUORUM,
        reasons=reasons,
    )


def election_result(election: Election, *, on: date) -> ElectionResult:
    found = rule(Matter.ELECTION, on=on)
    gate = quorum(
        Matter.ELECTION,
        voting_expected=election.due_voting,
        voting_present=election.present_voting,
        on=on,
    )
    of = _base(found, election.due_voting, election.present_voting)
    enough = at_least(HALF, of, strictly=True)
    elected, tied = _seated(election.votes, seats=election.seats, enough=enough) if gate.met else ((), ())
    vacant = election.seats - len(elected)
    verdict = Verdict.ANOTHER_BALLOT if vacant else Verdict.ELECTED
    return ElectionResult(
        quorum=gate,
        elected=elected,
        tied=tied,
        vacant=vacant,
        enough=enough,
        of=of,
        clause=found.majority_clause,
        verdict=verdict if gate.met else Verdict.NO_QUORUM,
        reasons=(*_reasons(gate, enough=not vacant or bool(tied)), *(("tied",) if tied else ())),
    )


def _base(found: Rule, due: int, present: int) -> int:
    return present if found.of_present else due


def _reasons(gate: Quorum, *, enough: bool) -> tuple[str, ...]:
    said = {"no_quorum": not gate.met, "exact_half": gate.exact_half, "not_enough": not enough}
    return tuple(code for code, holds in said.items() if holds)


def _seated(votes: Mapping[str, int], *, seats: int, enough: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """(elected, level at the last seat): never more elected than seats."""
    over = sorted((name for name, count in votes.items() if count >= enough), key=lambda n: (-votes[n], n))
    if len(over) <= seats:
        return tuple(over), ()
    last = votes[over[seats - 1]]
    if votes[over[seats]] < last:
        return tuple(over[:seats]), ()
    return (
        tuple(name for name in over if votes[name] > last),
        tuple(name for name in over if votes[name] == last),
    )


def too_few_candidates(*, candidates: int, seats: int) -> bool:
    """Normally there are 20 % more than seats; a secretary may stand alone, so this only warns."""
    return candidates < SPARE * seats


def person_of(subject: str) -> str:
    """李明（按期转正）→ 李明: of a vote about one person, without spaces, as names are compared."""
    return "".join(subject.split("（", maxsplit=1)[0].split())


def several_people(subject: str) -> bool:
    """Whether it names more than one; 李 明 is one name set wide."""
    name = subject.split("（", maxsplit=1)[0]
    return any(mark in name for mark in SEPARATORS) or sum(len(part) > 1 for part in name.split()) > 1


def unusual_for(kind: OrganizationKind, matter: Matter) -> bool:
    """A temporary branch normally neither admits, nor disposes, nor elects (facts/domain §2.1): a warning."""
    return kind is OrganizationKind.TEMPORARY_BRANCH and matter in NOT_OF_TEMPORARY

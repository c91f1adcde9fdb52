"""The reference group: 14 enterprises, 322 organisations, 4,179 members; invented from a seed, always the same."""

import hashlib
import json
from collections import Counter
from dataclasses import astuple, dataclass
from random import Random

from app.members.models import MemberKind
from app.organizations.models import OrganizationKind
from demo.people import Person, Place, invent, namesake
from demo.tree import PLANS, Unit, grow

SEED = 20260101
LEAST, MOST = 3, 50
PROBATIONARY_EVERY = 50
NAMESAKES_EVERY = 40


@dataclass(frozen=True)
class Size:
    """How much of the group to make. The committees and 总支 are always all there."""

    branches: int = 286
    members: int = 4179
    masses: int = 40


@dataclass(frozen=True)
class ReferenceGroup:
    """Units come with superiors before inferiors; `demo_branch` is the index of the one that the demo plays in."""

    enterprises: tuple[str, ...]
    units: tuple[Unit, ...]
    people: tuple[Person, ...]
    demo_branch: int

    def counts(self) -> dict[str, int]:
        kinds = Counter(unit.kind for unit in self.units)
        masses = sum(person.kind is MemberKind.MASSES for person in self.people)
        return {
            "enterprises": len(self.enterprises),
            "organizations": len(self.units),
            "committees": kinds[OrganizationKind.COMMITTEE],
            "general_branches": kinds[OrganizationKind.GENERAL_BRANCH],
            "branches": kinds[OrganizationKind.BRANCH],
            "members": len(self.people) - masses,
            "masses": masses,
        }

    def fingerprint(self) -> str:
        """The same 64 hex digits wherever and whenever the same group is made."""
        return hashlib.sha256(json.dumps(astuple(self), default=str).encode()).hexdigest()


def build(seed: int = SEED, size: Size | None = None) -> ReferenceGroup:
    size = size or Size()
    random = Random(seed)
    units = grow(random, branches=size.branches)
    demo_branch = _demo_branch(units)
    places = _places(random, units, demo_branch, size)
    people = [invent(random, place) for place in places]
    return ReferenceGroup(
        enterprises=tuple(plan.name for plan in PLANS),
        units=units,
        people=_with_namesakes(random, people),
        demo_branch=demo_branch,
    )


def _demo_branch(units: tuple[Unit, ...]) -> int:
    """The first branch below a 总支 of the first subsidiary: every level of the tree lies above it."""
    for index, unit in enumerate(units):
        superior = units[unit.parent or 0]
        if unit.enterprise == 1 and superior.kind is OrganizationKind.GENERAL_BRANCH:
            return index
    raise LookupError("the first subsidiary has no 总支 with a branch")


def _places(random: Random, units: tuple[Unit, ...], demo_branch: int, size: Size) -> list[Place]:
    """Who sits where, branch by branch: full members, then probationary ones, then 群众."""
    branches = [index for index, unit in enumerate(units) if unit.kind is OrganizationKind.BRANCH]
    sizes = _sizes(random, branches, demo_branch, size.members)
    probationary = _probationary(random, sizes, round(size.members / PROBATIONARY_EVERY))
    masses = _masses(random, branches, demo_branch, size.masses)
    kinds = [
        (branch, kind)
        for branch in branches
        for kind, number in (
            (MemberKind.FULL, sizes[branch] - probationary[branch]),
            (MemberKind.PROBATIONARY, probationary[branch]),
            (MemberKind.MASSES, masses[branch]),
        )
        for _ in range(number)
    ]
    serials = random.sample(range(len(kinds)), len(kinds))
    return [
        Place(branch, kind, serial, retired=units[branch].retired)
        for (branch, kind), serial in zip(kinds, serials, strict=True)
    ]


def _sizes(random: Random, branches: list[int], demo_branch: int, members: int) -> Counter[int]:
    """Between 3 and 50 in a branch, most of them near the middle; the demo's own branch is full."""
    sizes = Counter(dict.fromkeys(branches, LEAST))
    sizes[demo_branch] = MOST
    weights = {branch: random.lognormvariate(0, 0.6) for branch in branches}
    while missing := members - sizes.total():
        open_ = [branch for branch in branches if sizes[branch] < MOST]
        drawn = random.choices(open_, weights=[weights[branch] for branch in open_], k=missing)
        for branch, more in Counter(drawn).items():
            sizes[branch] = min(MOST, sizes[branch] + more)
    return sizes


def _probationary(random: Random, sizes: Counter[int], number: int) -> Counter[int]:
    """Never so many that fewer than three full members would be left."""
    seats = [branch for branch, size in sizes.items() for _ in range(size - LEAST)]
    return Counter(random.sample(seats, number))


def _masses(random: Random, branches: list[int], demo_branch: int, number: int) -> Counter[int]:
    """A few 职工群众 in some branches, two of them in the demo's."""
    chosen = random.sample(branches, max(1, number // 4))
    found = Counter(random.choices(chosen, k=number - 2))
    found[demo_branch] += 2
    return found


def _with_namesakes(random: Random, people: list[Person]) -> tuple[Person, ...]:
    """Here and there two neighbours on a roster bear one name."""
    pairs = [index for index in range(1, len(people)) if people[index].unit == people[index - 1].unit]
    for index in sorted(random.sample(pairs, len(people) // NAMESAKES_EVERY)):
        people[index] = namesake(people[index], of=people[index - 1])
    return tuple(people)

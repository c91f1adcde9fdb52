"""The organisation tree of the invented group: 党委, 党总支 and 党支部, sharing out a number of branches."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from app.organizations.models import OrganizationKind
from demo.enterprises import HEADQUARTERS, SUBSIDIARIES, Plan

PLANS = (HEADQUARTERS, *SUBSIDIARIES)
RETIRED = "离退休"
OFFICES = "机关"
SUFFIXES = {
    OrganizationKind.COMMITTEE: "党委",
    OrganizationKind.GENERAL_BRANCH: "党总支",
    OrganizationKind.BRANCH: "党支部",
}


@dataclass(frozen=True)
class Unit:
    """One organisation. `parent` is the index of its superior in the same list, which always comes earlier."""

    code: str
    name: str
    short_name: str
    kind: OrganizationKind
    parent: int | None
    enterprise: int
    position: int

    @property
    def retired(self) -> bool:
        return RETIRED in self.short_name


@dataclass(frozen=True)
class _Node:
    title: str
    kind: OrganizationKind
    parent: int | None
    enterprise: int

    @property
    def plan(self) -> Plan:
        return PLANS[self.enterprise]

    def unit(self, *, code: int, position: int) -> Unit:
        ending = self.title + SUFFIXES[self.kind]
        return Unit(
            code=f"0990{code:08d}",
            name=self.plan.name + ending,
            short_name=self.plan.short + ending,
            kind=self.kind,
            parent=self.parent,
            enterprise=self.enterprise,
            position=position,
        )


def grow(random: Random, *, branches: int) -> tuple[Unit, ...]:
    """All units, superiors first. Every 党委 but the topmost and every 党总支 leads at least one branch."""
    leading = list(_leading())
    nodes = leading + list(_branches(leading, _shares(random, leading, branches)))
    codes = random.sample(range(10**8), len(nodes))
    brothers: Counter[int | None] = Counter()
    units = []
    for node, code in zip(nodes, codes, strict=True):
        brothers[node.parent] += 1
        units.append(node.unit(code=code, position=brothers[node.parent]))
    return tuple(units)


def _leading() -> Iterator[_Node]:
    """The group's 党委, each enterprise's, then the 党委 and 党总支 below those."""
    for number in range(len(PLANS)):
        yield _Node("", OrganizationKind.COMMITTEE, 0 if number else None, number)
    for number, plan in enumerate(PLANS):
        for title in plan.committees:
            yield _Node(title, OrganizationKind.COMMITTEE, number, number)
    for number, plan in enumerate(PLANS):
        for title in plan.general_branches:
            yield _Node(title, OrganizationKind.GENERAL_BRANCH, number, number)


def _shares(random: Random, leading: list[_Node], branches: int) -> dict[int, int]:
    """How many branches each unit leads directly, by its enterprise's weight; 党总支 first."""
    parents = sorted(
        range(1, len(leading)), key=lambda index: leading[index].kind != OrganizationKind.GENERAL_BRANCH
    )
    sisters = Counter(leading[index].enterprise for index in parents)
    weights = [leading[index].plan.weight / sisters[leading[index].enterprise] for index in parents]
    shares = dict.fromkeys(parents, 1)
    for index in random.choices(parents, weights=weights, k=branches - len(shares)):
        shares[index] += 1
    return shares


def _branches(leading: list[_Node], shares: dict[int, int]) -> Iterator[_Node]:
    used: Counter[tuple[int, str]] = Counter()
    for parent, share in shares.items():
        superior = leading[parent]
        stem = _stem(superior)
        for _ in range(share):
            title = _branch_title(superior.plan, stem, used[superior.enterprise, stem])
            used[superior.enterprise, stem] += 1
            yield _Node(title, OrganizationKind.BRANCH, parent, superior.enterprise)


def _stem(superior: _Node) -> str:
    """What a branch's name takes over from its superior: the plant, or that its members are retired."""
    if superior.title == RETIRED or (
        superior.kind is OrganizationKind.COMMITTEE and superior.title != OFFICES
    ):
        return superior.title
    return ""


def _branch_title(plan: Plan, stem: str, number: int) -> str:
    """The `number`-th name below one stem; when the topics are used up they come again, numbered."""
    if stem == RETIRED:
        return f"{stem}第{_numeral(number + 1)}"
    topics = plan.topics.split()
    again, topic = divmod(number, len(topics))
    return stem + topics[topic] + (f"第{_numeral(again + 1)}" if again else "")


def _numeral(number: int) -> str:
    """1 to 99 in Chinese."""
    digits = " 一二三四五六七八九"
    tens, ones = divmod(number, 10)
    lead = "" if tens == 0 else "十" if tens == 1 else f"{digits[tens]}十"
    return (lead + digits[ones]).strip()

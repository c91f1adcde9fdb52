"""A roster beside the registry: who joined, returned, moved, changed or left. Pure rules, no I/O."""

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.members.models import GONE, PARTY_MEMBERS, MemberKind, PartyStatus
from app.members.names import name_key
from app.members.roster.states import ChangeKind

ID = "id_number_index"
PHONE = "phone_index"


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of the file. `fields` has what it states, secrets as blind indexes; `faults` and `branch_fault` stop it."""

    number: int
    name: str
    organization_id: int | None
    fields: Mapping[str, Any]
    faults: tuple[str, ...] = ()
    branch_fault: str = ""


@dataclass(frozen=True, slots=True)
class Known:
    """A person of the registry. `outside`: the importer has no say over the organisation where they are."""

    member_id: int
    name: str
    organization_id: int
    status: PartyStatus
    fields: Mapping[str, Any]
    outside: bool = False

    @property
    def gone(self) -> bool:
        return self.status in GONE


@dataclass(frozen=True, slots=True)
class Change:
    """`fields` names what would be set. `row_number` is None for a person whom the file does not name."""

    kind: ChangeKind
    row_number: int | None
    member_id: int | None = None
    organization_id: int | None = None
    fields: tuple[str, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Difference:
    changes: list[Change]
    unchanged: int


class Undecided(Exception):
    """More than one person may be meant, or somebody who must not be touched; the message says which."""


def compare(entries: Sequence[Entry], known: Sequence[Known], *, complete: bool) -> Difference:
    """`complete`: the file names everybody of each branch that it covers, so that the others have left."""
    people = _People(known)
    clashes = _clashes_within(entries)
    verdicts = [_verdict(entry, people, clashes) for entry in entries]
    verdicts = _one_row_each(entries, verdicts)
    changes = [change for change in verdicts if change.kind is not ChangeKind.CHANGED or change.fields]
    left = _left(entries, verdicts, known) if complete else []
    return Difference([*changes, *left], unchanged=len(verdicts) - len(changes))


@dataclass
class _People:
    known: Sequence[Known]
    by_id: dict[str, Known] = field(init=False)
    by_phone: Mapping[Hashable, list[Known]] = field(init=False)
    by_branch: Mapping[Hashable, list[Known]] = field(init=False)
    by_name: Mapping[Hashable, list[Known]] = field(init=False)

    def __post_init__(self) -> None:
        present = [one for one in self.known if not one.gone]
        self.by_id = {one.fields[ID]: one for one in self.known if one.fields.get(ID)}
        self.by_phone = _grouped(self.known, lambda one: (one.fields.get(PHONE), name_key(one.name)))
        self.by_branch = _grouped(present, lambda one: (one.organization_id, name_key(one.name)))
        self.by_name = _grouped(present, lambda one: name_key(one.name))


def _grouped(people: Iterable[Known], key: Callable[[Known], Hashable]) -> Mapping[Hashable, list[Known]]:
    groups: defaultdict[Hashable, list[Known]] = defaultdict(list)
    for one in people:
        groups[key(one)].append(one)
    return groups


def _verdict(entry: Entry, people: _People, clashes: Mapping[int, str]) -> Change:
    number, branch = entry.number, entry.organization_id
    if entry.faults:
        return Change(ChangeKind.INVALID, number, None, branch, reason="；".join(entry.faults))
    if entry.number in clashes:
        return Change(ChangeKind.DUPLICATE, number, None, branch, reason=clashes[number])
    if branch is None:
        return Change(ChangeKind.UNKNOWN_BRANCH, number, reason=entry.branch_fault)
    try:
        person = _match(entry, people)
    except Undecided as undecided:
        return Change(ChangeKind.DUPLICATE, number, None, branch, reason=str(undecided))
    return _change(entry, person, branch)


def _match(entry: Entry, people: _People) -> Known | None:
    """ID number first, then phone with name, then the name within the branch. Raises Undecided."""
    person = _by_id(entry, people) or _by_phone(entry, people) or _by_branch(entry, people)
    if person is None:
        _refuse_namesake_elsewhere(entry, people)
    elif person.outside:
        raise Undecided("该同志登记在您管理范围以外的组织，请由上级党委办理转接")
    elif person.gone and person.status is not PartyStatus.TRANSFERRED:
        raise Undecided("登记为已出党或已去世，请核对")
    return person


def _by_id(entry: Entry, people: _People) -> Known | None:
    person = people.by_id.get(entry.fields.get(ID, ""))
    if person and name_key(person.name) != name_key(entry.name):
        raise Undecided("身份证号已登记在另一姓名的人员名下，请核对；如确已改名，请先在人员页面更正姓名")
    return person


def _by_phone(entry: Entry, people: _People) -> Known | None:
    phone = entry.fields.get(PHONE)
    same = people.by_phone.get((phone, name_key(entry.name)), []) if phone else []
    return _only(_not_somebody_else(entry, same), "手机号和姓名相同的有 {} 人，请补身份证号")


def _by_branch(entry: Entry, people: _People) -> Known | None:
    same = people.by_branch.get((entry.organization_id, name_key(entry.name)), [])
    return _only(_not_somebody_else(entry, same), "本支部同名的有 {} 人，请补身份证号或手机号")


def _not_somebody_else(entry: Entry, people: Sequence[Known]) -> list[Known]:
    """Without those who have another ID number: they are namesakes for certain."""
    own = entry.fields.get(ID)
    return [one for one in people if not own or one.fields.get(ID) in (None, own)]


def _only(people: Sequence[Known], several: str) -> Known | None:
    if len(people) > 1:
        raise Undecided(several.format(len(people)))
    return people[0] if people else None


def _refuse_namesake_elsewhere(entry: Entry, people: _People) -> None:
    """A row with nothing but a name may be somebody who moved; only a number can tell."""
    if not entry.fields.get(ID) and not entry.fields.get(PHONE) and people.by_name.get(name_key(entry.name)):
        raise Undecided("别的支部有同名人员，分不清是新增还是转入，请补身份证号或手机号")


def _change(entry: Entry, person: Known | None, branch: int) -> Change:
    if person is None:
        return Change(ChangeKind.JOINED, entry.number, None, branch, tuple(entry.fields))
    fields = tuple(key for key, value in entry.fields.items() if person.fields.get(key) != value)
    kind = ChangeKind.CHANGED
    if person.gone:
        kind = ChangeKind.RETURNED
    elif person.organization_id != branch:
        kind = ChangeKind.MOVED
    return Change(kind, entry.number, person.member_id, branch, fields)


def _clashes_within(entries: Sequence[Entry]) -> dict[int, str]:
    """Rows of the file that may be one person, by row number."""
    clashes: dict[int, str] = {}
    by_name: defaultdict[tuple[int | None, str], list[Entry]] = defaultdict(list)
    by_id: defaultdict[str | None, list[Entry]] = defaultdict(list)
    for entry in entries:
        by_name[entry.organization_id, name_key(entry.name)].append(entry)
        by_id[entry.fields.get(ID)].append(entry)
    for (branch, _), group in by_name.items():
        if branch is not None and any(not entry.fields.get(ID) for entry in group):
            clashes |= _all_of(group, "与第 {} 行同一支部同一姓名，请删去重复行或补身份证号")
    for number, group in by_id.items():
        if number:
            clashes |= _all_of(group, "身份证号与第 {} 行重复")
    return clashes


def _all_of(group: Sequence[Entry], reason: str) -> dict[int, str]:
    numbers = [entry.number for entry in group]
    if len(numbers) == 1:
        return {}
    return {one: reason.format("、".join(str(other) for other in numbers if other != one)) for one in numbers}


def _one_row_each(entries: Sequence[Entry], verdicts: Sequence[Change]) -> list[Change]:
    """Two rows that were found to be the same person are both left to somebody who knows."""
    times = Counter(change.member_id for change in verdicts if change.member_id)
    return [
        Change(
            ChangeKind.DUPLICATE,
            entry.number,
            None,
            change.organization_id,
            reason="文件中另有一行也对应登记中的同一人，请核对",
        )
        if change.member_id and times[change.member_id] > 1
        else change
        for entry, change in zip(entries, verdicts, strict=True)
    ]


def _left(entries: Sequence[Entry], verdicts: Sequence[Change], known: Sequence[Known]) -> list[Change]:
    """People of the covered branches whom no row names. Only the sort of people that the file lists can miss."""
    named = {change.member_id for change in verdicts}
    doubtful = {
        name_key(entry.name)
        for entry, change in zip(entries, verdicts, strict=True)
        if change.member_id is None and change.kind is not ChangeKind.JOINED
    }
    covered = _covered(entries, verdicts)
    listed = {_is_party(entry.fields["kind"]) for entry in entries if "kind" in entry.fields}
    return [
        Change(ChangeKind.LEFT, None, one.member_id, one.organization_id, ("status",), "文件中没有此人")
        for one in known
        if one.organization_id in covered
        and one.member_id not in named
        and not (one.gone or one.outside)
        and name_key(one.name) not in doubtful
        and _is_party(one.fields["kind"]) in listed
    ]


def _covered(entries: Sequence[Entry], verdicts: Sequence[Change]) -> set[int | None]:
    """Branches of the file. Where a nameless row stands, nobody can say who is missing."""
    nameless = {entry.organization_id for entry in entries if not entry.name}
    named = {change.organization_id for change in verdicts} - {None}
    return set() if None in nameless else named - nameless


def _is_party(kind: MemberKind) -> bool:
    return kind in PARTY_MEMBERS

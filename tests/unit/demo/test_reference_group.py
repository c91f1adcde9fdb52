"""The invented group has the size and shape of the real one, and is the same everywhere."""

import os
import re
import subprocess
import sys
from collections import Counter

import pytest

from app.members.models import MemberKind
from app.organizations.models import OrganizationKind
from demo.id_numbers import check_digit
from demo.people import AS_OF, Person
from demo.reference_group import ReferenceGroup, Size, build

K = OrganizationKind
FINGERPRINT = "a979e22e7eeff75355f892ea82da90022db932f7acfaadd57c3f88336fca67e7"


@pytest.fixture(scope="module")
def group() -> ReferenceGroup:
    return build()


def party_members(group: ReferenceGroup) -> list[Person]:
    return [person for person in group.people if person.kind is not MemberKind.MASSES]


def test_group_has_the_reference_counts(group: ReferenceGroup) -> None:
    assert group.counts() == {
        "enterprises": 14,
        "organizations": 322,
        "committees": 21,
        "general_branches": 15,
        "branches": 286,
        "members": 4179,
        "masses": 40,
    }


def test_group_is_the_same_in_another_process_with_another_hash_seed(group: ReferenceGroup) -> None:
    code = "from demo.reference_group import build; print(build().fingerprint())"
    environment = os.environ | {"PYTHONHASHSEED": "4711"}

    printed = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )

    assert [group.fingerprint(), printed.stdout.strip()] == [FINGERPRINT, FINGERPRINT]


def test_group_of_another_seed_is_another_one(group: ReferenceGroup) -> None:
    other = build(seed=1)

    assert other.fingerprint() != FINGERPRINT
    assert other.counts() == group.counts()


def test_group_can_be_made_small() -> None:
    small = build(size=Size(branches=40, members=400, masses=10))

    assert small.counts() == {
        "enterprises": 14,
        "organizations": 76,
        "committees": 21,
        "general_branches": 15,
        "branches": 40,
        "members": 400,
        "masses": 10,
    }


def test_tree_has_one_root_and_superiors_before_inferiors(group: ReferenceGroup) -> None:
    roots = [index for index, unit in enumerate(group.units) if unit.parent is None]

    assert roots == [0]
    assert all(unit.parent < index for index, unit in enumerate(group.units) if unit.parent is not None)


def test_tree_each_kind_stands_below_a_kind_that_may_lead_it(group: ReferenceGroup) -> None:
    pairs = {(group.units[unit.parent].kind, unit.kind) for unit in group.units if unit.parent is not None}

    assert pairs == {
        (K.COMMITTEE, K.COMMITTEE),
        (K.COMMITTEE, K.GENERAL_BRANCH),
        (K.COMMITTEE, K.BRANCH),
        (K.GENERAL_BRANCH, K.BRANCH),
    }


def test_tree_every_leading_unit_leads_somebody(group: ReferenceGroup) -> None:
    leading = {index for index, unit in enumerate(group.units) if unit.kind is not K.BRANCH}

    assert {unit.parent for unit in group.units} - {None} == leading


def test_tree_stays_within_each_enterprise(group: ReferenceGroup) -> None:
    below_root = [unit for unit in group.units if unit.parent is not None and unit.parent > 0]

    assert all(group.units[unit.parent or 0].enterprise == unit.enterprise for unit in below_root)
    assert {unit.enterprise for unit in group.units} == set(range(14))


def test_units_codes_and_names_are_unique_and_keep_leading_zeros(group: ReferenceGroup) -> None:
    codes = [unit.code for unit in group.units]

    assert all(re.fullmatch(r"0\d{11}", code) for code in codes)
    assert len(set(codes)) == len({unit.name for unit in group.units}) == 322


def test_units_order_brothers_and_sisters_without_gaps(group: ReferenceGroup) -> None:
    positions: dict[int | None, list[int]] = {}
    for unit in group.units:
        positions.setdefault(unit.parent, []).append(unit.position)

    assert all(found == list(range(1, len(found) + 1)) for found in positions.values())


def test_branches_have_3_to_50_members_of_whom_3_are_full(group: ReferenceGroup) -> None:
    members = Counter(person.unit for person in party_members(group))
    full = Counter(person.unit for person in group.people if person.kind is MemberKind.FULL)
    branches = [index for index, unit in enumerate(group.units) if unit.kind is K.BRANCH]

    assert set(members) == set(branches)
    assert (min(members.values()), max(members.values())) == (3, 50)
    assert min(full[branch] for branch in branches) == 3


def test_demo_branch_lies_below_every_level_and_is_large_enough_for_many_stories(
    group: ReferenceGroup,
) -> None:
    kinds = []
    index: int | None = group.demo_branch
    while index is not None:
        kinds.append(group.units[index].kind)
        index = group.units[index].parent
    people = Counter(person.kind for person in group.people if person.unit == group.demo_branch)

    assert kinds == [K.BRANCH, K.GENERAL_BRANCH, K.COMMITTEE, K.COMMITTEE]
    assert people[MemberKind.FULL] + people[MemberKind.PROBATIONARY] == 50
    assert people[MemberKind.MASSES] >= 2


def test_people_are_full_probationary_and_masses_in_the_asked_shares(group: ReferenceGroup) -> None:
    kinds = Counter(person.kind for person in group.people)

    assert kinds == {MemberKind.FULL: 4095, MemberKind.PROBATIONARY: 84, MemberKind.MASSES: 40}


def test_people_phones_and_id_numbers_are_unique_and_nobodys(group: ReferenceGroup) -> None:
    phones = {person.phone for person in group.people}
    numbers = {person.id_number for person in group.people}

    assert len(phones) == len(numbers) == len(group.people)
    assert all(re.fullmatch(r"1990000\d{4}", phone) for phone in phones)
    assert all(re.fullmatch(r"990000(19|20)\d{9}[\dX]", number) for number in numbers)
    assert all(check_digit(number[:17]) == number[17] for number in numbers)


def test_people_id_numbers_agree_with_birth_and_gender(group: ReferenceGroup) -> None:
    assert all(person.id_number[6:10] == str(person.birth_year) for person in group.people)
    assert all((int(person.id_number[16]) % 2 == 1) == (person.gender == "male") for person in group.people)


def test_people_dates_agree_with_their_kind(group: ReferenceGroup) -> None:
    for person in group.people:
        match person.kind:
            case MemberKind.MASSES:
                assert (person.joined_on, person.converted_on) == (None, None)
            case MemberKind.PROBATIONARY:
                assert person.joined_on is not None
                assert person.converted_on is None
                assert 0 < (AS_OF - person.joined_on).days < 365
            case _:
                assert person.joined_on is not None
                assert person.converted_on == person.joined_on.replace(year=person.joined_on.year + 1)
                assert person.converted_on < AS_OF
        assert person.joined_on is None or person.joined_on.year - person.birth_year >= 18


def test_people_names_fit_the_registry_and_are_as_awkward_as_in_life(group: ReferenceGroup) -> None:
    limit = 50  # member.name
    names = [person.name for person in group.people]
    per_branch = Counter((person.unit, person.name) for person in group.people)

    assert max(len(name) for name in names) <= limit
    assert sum("·" in name for name in names) >= 20
    assert sum(len(name) >= 10 for name in names) >= 10
    assert sum(name.startswith(("欧阳", "尉迟", "上官")) for name in names) >= 3
    assert sum(number > 1 for number in per_branch.values()) >= 50


def test_check_digit_of_the_standards_example() -> None:
    assert check_digit("11010519491231002") == "X"

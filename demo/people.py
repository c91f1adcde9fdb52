"""The invented people of one branch: names, ages, schooling, work and the dates of their membership."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random

from app.members.models import Gender, MemberKind
from demo.id_numbers import nobodys_number
from demo.names import person_name

AS_OF = date(2026, 1, 1)
"""The day for which the group is true. Fixed, so that every machine loads the same people on any day."""

ADULT = 18
FEMALE_SHARE = 0.27
DAYS_OF_BIRTHS = 12 * 28
SCHOOLING: dict[int, dict[str, float]] = {
    1955: {"初中": 3, "高中": 4, "中专": 3},
    1975: {"高中": 3, "中专": 3, "大专": 4, "本科": 2},
    1990: {"大专": 4, "本科": 6, "硕士研究生": 1},
    2100: {"大专": 2, "本科": 7, "硕士研究生": 2, "博士研究生": 0.2},
}
WORK = {
    "生产部": "班组长 值班员 操作工 技术员",
    "设备部": "专工 检修工 班组长 点检员",
    "安全监察部": "安全员 主管",
    "综合部": "职员 主管 科长",
    "经营部": "职员 主管 副科长",
}
WORK_WEIGHTS = (40, 25, 8, 17, 10)


@dataclass(frozen=True)
class Person:
    """`unit` is the index of the branch among the group's units."""

    unit: int
    name: str
    gender: Gender
    birth_year: int
    education: str
    kind: MemberKind
    joined_on: date | None
    converted_on: date | None
    department: str
    post: str
    phone: str
    id_number: str


@dataclass(frozen=True)
class Place:
    """Where a person is put: the branch, the kind, and a number in the whole group that nobody else has."""

    unit: int
    kind: MemberKind
    serial: int
    retired: bool


def invent(random: Random, place: Place) -> Person:
    gender = Gender.FEMALE if random.random() < FEMALE_SHARE else Gender.MALE
    birth_year = _birth_year(random, place)
    joined_on, converted_on = _membership(random, place.kind, birth_year)
    department, post = _work(random, retired=place.retired)
    return Person(
        unit=place.unit,
        name=person_name(random, gender=gender, birth_year=birth_year),
        gender=gender,
        birth_year=birth_year,
        education=_education(random, birth_year),
        kind=place.kind,
        joined_on=joined_on,
        converted_on=converted_on,
        department=department,
        post=post,
        phone=f"1990000{place.serial:04d}",
        id_number=_id_number(random, birth_year, gender, place.serial),
    )


def namesake(person: Person, of: Person) -> Person:
    """The same person under another one's name: two of a name in one branch are everyday life."""
    return replace(person, name=of.name)


def _birth_year(random: Random, place: Place) -> int:
    if place.kind is MemberKind.PROBATIONARY:
        return random.randint(AS_OF.year - 38, AS_OF.year - 21)
    if place.retired:
        return random.randint(1938, 1964)
    return random.randint(1967, AS_OF.year - 23)


def _membership(random: Random, kind: MemberKind, birth_year: int) -> tuple[date | None, date | None]:
    """Joined after the 18th birthday and, for full members, converted after exactly one year's probation."""
    if kind is MemberKind.MASSES:
        return None, None
    if kind is MemberKind.PROBATIONARY:
        return AS_OF - timedelta(days=random.randint(20, 340)), None
    first, last = birth_year + ADULT + 2, AS_OF.year - 2
    year = min(random.randint(first, last), random.randint(first, last))
    joined = date(year, random.choice((6, 7, 9, 12)), random.randint(1, 28))
    return joined, joined.replace(year=year + 1)


def _education(random: Random, birth_year: int) -> str:
    levels = next(found for until, found in SCHOOLING.items() if birth_year < until)
    return random.choices(tuple(levels), weights=tuple(levels.values()))[0]


def _work(random: Random, *, retired: bool) -> tuple[str, str]:
    if retired:
        return "离退休管理中心", "退休"
    department = random.choices(tuple(WORK), weights=WORK_WEIGHTS)[0]
    return department, random.choice(WORK[department].split())


def _id_number(random: Random, birth_year: int, gender: Gender, serial: int) -> str:
    """Unique through the serial: its two halves are the day of birth and the order within the day."""
    order, day = divmod(serial, DAYS_OF_BIRTHS)
    return nobodys_number(
        birth_year=birth_year,
        day_of_year=day,
        order=order * 2 + (gender is Gender.MALE) + random.randrange(0, 900, 100),
    )

"""When the demo branch met, this year and the last: on its plans' days and beside them, and what went otherwise."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from app.core.clock import from_local, local_day
from app.meetings.models import MeetingKind
from app.meetings.plans import rules
from app.meetings.plans.models import Frequency
from app.meetings.plans.rules import Recurrence
from app.notices.timing import IsWorkingDay

HALL, ROOM = "二楼党员活动室", "三楼小会议室"
ELECTED_IN, REVIEWED_IN = 5, 12
MOVED_DAYS = 3
QUARTERS = "一二三四"


class Turn(StrEnum):
    """What sets one meeting apart from the others."""

    NONE = ""
    JOINT = "joint"
    MOVED = "moved"
    CANCELLED = "cancelled"
    MERGED = "merged"
    HOSTED = "hosted"
    """By the sister branch: ours was merged into it."""
    ENTERED_LATE = "entered_late"
    AMENDED = "amended"
    ADMISSION = "admission"
    ELECTION = "election"
    SKIPPED = "skipped"


@dataclass(frozen=True)
class Rhythm:
    """A plan of the branch. `minute`, `minutes`: when it begins, after midnight, and how long it takes."""

    kind: MeetingKind
    title: str
    place: str
    rule: Recurrence
    minute: int
    minutes: int


@dataclass(frozen=True)
class Occasion:
    kind: MeetingKind
    title: str
    place: str
    starts_at: datetime
    ends_at: datetime
    rhythm: Rhythm | None = None
    planned_on: date | None = None
    turn: Turn = Turn.NONE

    @property
    def day(self) -> date:
        """Of the plan, where it is of one: what is spoken of does not change when a meeting is moved."""
        return self.planned_on or local_day(self.starts_at)


def _monthly(**day: int) -> Recurrence:
    return Recurrence(Frequency.MONTHLY, 1, day.get("day"), day.get("nth"), day.get("weekday"))


def _quarterly(month: int, *, nth: int, weekday: int) -> Recurrence:
    return Recurrence(Frequency.QUARTERLY, month, None, nth, weekday)


_MONDAY, _TUESDAY, _FRIDAY = 0, 1, 4

RHYTHMS = (
    Rhythm(MeetingKind.THEME_DAY, "主题党日", HALL, _monthly(day=10), 15 * 60, 120),
    Rhythm(MeetingKind.BRANCH_COMMITTEE, "支委会", ROOM, _monthly(nth=1, weekday=_MONDAY), 16 * 60 + 30, 60),
    Rhythm(
        MeetingKind.MEMBER_MEETING,
        "支部党员大会",
        HALL,
        _quarterly(3, nth=3, weekday=_TUESDAY),
        14 * 60 + 30,
        120,
    ),
    Rhythm(
        MeetingKind.PARTY_LECTURE, "党课", HALL, _quarterly(1, nth=rules.LAST, weekday=_FRIDAY), 15 * 60, 90
    ),
)

TURNS = {
    (MeetingKind.MEMBER_MEETING, 3): Turn.MOVED,
    (MeetingKind.MEMBER_MEETING, 6): Turn.AMENDED,
    (MeetingKind.THEME_DAY, 7): Turn.JOINT,
    (MeetingKind.THEME_DAY, 8): Turn.CANCELLED,
    (MeetingKind.BRANCH_COMMITTEE, 8): Turn.SKIPPED,
    (MeetingKind.MEMBER_MEETING, 9): Turn.ADMISSION,
    (MeetingKind.PARTY_LECTURE, 10): Turn.MERGED,
    (MeetingKind.THEME_DAY, 11): Turn.ENTERED_LATE,
}
"""Of the last year, by kind and month."""


def first_day(today: date) -> date:
    return date(today.year - 1, 1, 1)


def occasions(today: date, works: IsWorkingDay) -> list[Occasion]:
    """In the order of their days, from the first of last January until yesterday."""
    found = [*_planned(today, works), *_single(today.year - 1, works)]
    return sorted(found, key=lambda one: (one.starts_at, one.kind, one.turn))


def _planned(today: date, works: IsWorkingDay) -> Iterator[Occasion]:
    for rhythm in RHYTHMS:
        first, yesterday = first_day(today), today - timedelta(days=1)
        for planned_on, held_on in rules.dates(rhythm.rule, first=first, last=yesterday, works=works):
            turn = Turn.NONE
            if planned_on.year < today.year:
                turn = TURNS.get((rhythm.kind, planned_on.month), Turn.NONE)
            moved = timedelta(days=MOVED_DAYS if turn is Turn.MOVED else 0)
            made = _of(rhythm, planned_on, rules.held_on(held_on + moved, works), turn)
            yield made
            if turn is Turn.MERGED:
                hosted = replace(made, title="联合党课", rhythm=None, planned_on=None, turn=Turn.HOSTED)
                yield hosted


def _of(rhythm: Rhythm, planned_on: date, held_on: date, turn: Turn) -> Occasion:
    quarterly = rhythm.rule.frequency is Frequency.QUARTERLY
    when = f"第{QUARTERS[(planned_on.month - 1) // 3]}季度" if quarterly else f"{planned_on.month}月"
    starts_at = from_local(held_on) + timedelta(minutes=rhythm.minute)
    made = Occasion(
        kind=rhythm.kind,
        title=when + rhythm.title,
        place=rhythm.place,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=rhythm.minutes),
        rhythm=rhythm,
        planned_on=planned_on,
        turn=turn,
    )
    return replace(made, title="“七一”联合主题党日") if turn is Turn.JOINT else made


def _single(year: int, works: IsWorkingDay) -> Iterator[Occasion]:
    """The election in May, and the two that are due once a year."""
    elected = _on(year, ELECTED_IN, 15, works)
    reviewed = _on(year, REVIEWED_IN, 12, works)
    yield _by_itself(MeetingKind.ELECTION, "支部委员会换届选举党员大会", elected, 14.5, Turn.ELECTION)
    yield _by_itself(MeetingKind.ORGANIZATIONAL_LIFE, f"{year}年度组织生活会", reviewed, 14)
    yield _by_itself(MeetingKind.APPRAISAL, f"{year}年度民主评议党员", reviewed, 16)


def _on(year: int, month: int, day: int, works: IsWorkingDay) -> date:
    return rules.held_on(date(year, month, day), works)


def _by_itself(kind: MeetingKind, title: str, day: date, hour: float, turn: Turn = Turn.NONE) -> Occasion:
    starts_at = from_local(day) + timedelta(hours=hour)
    length = timedelta(hours=1.5)
    return Occasion(kind, title, HALL, starts_at, starts_at + length, turn=turn)

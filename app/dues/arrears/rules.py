"""Which months stand unpaid in a row, and of which a branch is to be reminded (facts/domain §1.4). Pure."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from app.dues import months
from app.dues.arrears.models import ReminderStep
from app.dues.standards.rules import Standard

MEMBER_AFTER: Final = timedelta(days=10)
"""The collecting day is past by so much when the member hears of it, once (facts/domain §2.7)."""
MEMBER_WITHIN: Final = timedelta(days=20)
"""What nobody could say for that long is not said any more: the next month's collecting is near."""
STEPS: Final[Mapping[int, ReminderStep]] = {
    2: ReminderStep.MONTH_2,
    4: ReminderStep.MONTH_4,
    5: ReminderStep.MONTH_5,
}


@dataclass(frozen=True)
class Limits:
    """Months in a row, of the standard in force: when the branch's people are reminded, and from when its members
    must study the matter; no timer does that (Party Constitution, art. 9)."""

    reminders: tuple[int, ...] = tuple(STEPS)
    lapse: int = 6

    @classmethod
    def of(cls, standard: Standard) -> "Limits":
        return cls(tuple(one for one in standard.arrears_reminders if one in STEPS), standard.lapse_months)


@dataclass(frozen=True)
class Run:
    """Consecutive months (yyyymm, both included) on which nothing was paid and for which no reason was found."""

    first: int
    last: int

    @property
    def length(self) -> int:
        return months.between(self.first, self.last) + 1


def runs(unpaid: Iterable[int], excused: Collection[int] = ()) -> list[Run]:
    """The oldest first. A month that was paid, even in part, exempt, without a bill, or excused ends a run."""
    found: list[Run] = []
    for month in sorted(set(unpaid) - set(excused)):
        if found and months.plus(found[-1].last, 1) == month:
            found[-1] = Run(found[-1].first, month)
        else:
            found.append(Run(month, month))
    return found


def longest(found: Collection[Run]) -> Run | None:
    """Of two that are equally long, the later one."""
    return max(found, key=lambda run: (run.length, run.first), default=None)


def step_due(length: int, said: Collection[ReminderStep], limits: Limits) -> ReminderStep | None:
    """Only the highest that is reached, and none once one as high was said. None also from the lapse on."""
    reached = [mark for mark in limits.reminders if mark <= length < limits.lapse]
    if not reached or any(STEPS[mark] in said for mark in limits.reminders if mark >= max(reached)):
        return None
    return STEPS[max(reached)]


def member_days(today: date) -> tuple[date, date]:
    """The first and the last collecting day of whose bills a member may be reminded today."""
    return today - MEMBER_AFTER - MEMBER_WITHIN, today - MEMBER_AFTER

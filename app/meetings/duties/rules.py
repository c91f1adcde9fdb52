"""Which duties a branch has, since when, by which clause, and how one stands. Pure: the day comes in from outside.

Rows are dated (facts/domain §2.1, §2.2, §2.7): a row holds from the first of its own periods that begins on its
date or after, and a row with no `times` ends the duty. A new rule is a new row; none is ever edited.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from app.meetings import periods
from app.meetings.duties.models import Duty, Statement
from app.meetings.models import MeetingKind
from app.meetings.periods import Period
from app.meetings.plans.models import Frequency
from app.organizations.models import BRANCH_KINDS, OrganizationKind

COMMITTEE_FROM = 7
"""Full members from which a branch has a committee, where nobody has said whether it has one (facts/domain §2.1)."""
REMINDED_MONTHS = (6, 3, 0)
"""Before the end of a term; the first of them is when 换届 falls due (facts/domain §2.7)."""
DEFERRED_MONTHS = 12
"""How far a term may be stretched, with the superior's approval; an election this long before its end renews it."""
YEAR = 12


class DutyState(StrEnum):
    HELD = "held"
    DUE = "due"
    OVERDUE = "overdue"
    NOT_YET = "not_yet"
    EXPLAINED = "explained"
    NOT_APPLICABLE = "not_applicable"


@dataclass(frozen=True)
class Mark:
    """From when a secretary is reminded: the `day`-th day, counted from the first of the period's `month`."""

    month: int
    day: int

    def of(self, period: Period) -> date:
        return date.fromordinal(period.month(self.month).toordinal() + self.day - 1)


@dataclass(frozen=True)
class Rule:
    """`times` in each period, by meetings of any of `kinds`. `opens`: the month of the period in which it falls due."""

    duty: Duty
    effective_from: date
    frequency: Frequency
    kinds: frozenset[MeetingKind]
    clause: str
    times: int = 1
    organizations: frozenset[OrganizationKind] = BRANCH_KINDS
    marks: tuple[Mark, ...] = ()
    opens: int = 1


@dataclass(frozen=True)
class TermRule:
    effective_from: date
    organizations: frozenset[OrganizationKind]
    years: int
    clause: str


BRANCH_REGULATION = date(2018, 10, 28)
TERM_OPINION = date(2018, 7, 12)

RULES: tuple[Rule, ...] = (
    Rule(
        Duty.MEMBER_MEETING,
        BRANCH_REGULATION,
        Frequency.QUARTERLY,
        frozenset({MeetingKind.MEMBER_MEETING, MeetingKind.ELECTION}),
        "《中国共产党支部工作条例（试行）》第十一条：党员大会一般每季度召开一次",
        marks=(Mark(1, 60),),
    ),
    Rule(
        Duty.BRANCH_COMMITTEE,
        BRANCH_REGULATION,
        Frequency.MONTHLY,
        frozenset({MeetingKind.BRANCH_COMMITTEE}),
        "《中国共产党支部工作条例（试行）》第十二条：支部委员会会议一般每月召开一次",
        marks=(Mark(1, 20),),
    ),
    Rule(
        Duty.GROUP_MEETING,
        BRANCH_REGULATION,
        Frequency.MONTHLY,
        frozenset({MeetingKind.GROUP_MEETING}),
        "《中国共产党支部工作条例（试行）》第十三条：党小组会一般每月召开一次",
        marks=(Mark(1, 20),),
    ),
    Rule(
        Duty.PARTY_LECTURE,
        BRANCH_REGULATION,
        Frequency.QUARTERLY,
        frozenset({MeetingKind.PARTY_LECTURE}),
        "《中国共产党支部工作条例（试行）》第十五条：按期上党课（条例没有规定次数，通常每季度一次）",
    ),
    Rule(
        Duty.THEME_DAY,
        BRANCH_REGULATION,
        Frequency.MONTHLY,
        frozenset({MeetingKind.THEME_DAY}),
        "《中国共产党支部工作条例（试行）》第十六条：每月相对固定一天开展主题党日",
        marks=(Mark(1, 20),),
    ),
    Rule(
        Duty.ORGANIZATIONAL_LIFE,
        BRANCH_REGULATION,
        Frequency.YEARLY,
        frozenset({MeetingKind.ORGANIZATIONAL_LIFE}),
        "《中国共产党支部工作条例（试行）》第十七条：组织生活会每年至少召开一次，一般在第四季度",
        marks=(Mark(10, 1), Mark(12, 1)),
        opens=10,
    ),
    Rule(
        Duty.APPRAISAL,
        BRANCH_REGULATION,
        Frequency.YEARLY,
        frozenset({MeetingKind.APPRAISAL}),
        "《中国共产党支部工作条例（试行）》第十八条：民主评议党员一般每年开展一次，可以结合组织生活会进行",
        marks=(Mark(10, 1), Mark(12, 1)),
    ),
)

TERMS: tuple[TermRule, ...] = (
    TermRule(
        TERM_OPINION,
        frozenset({OrganizationKind.COMMITTEE}),
        5,
        "《关于党的基层组织任期的意见》第一条：党的基层委员会每届任期一般为五年",
    ),
    TermRule(
        TERM_OPINION,
        frozenset({OrganizationKind.GENERAL_BRANCH, *BRANCH_KINDS} - {OrganizationKind.TEMPORARY_BRANCH}),
        3,
        "《关于党的基层组织任期的意见》第一条：总支部委员会、支部委员会每届任期一般为三年",
    ),
)
"""A temporary branch normally holds no 换届; a 党工委 is appointed; a 党小组 is no level of its own (§2.1)."""

WITH_DUTIES = BRANCH_KINDS.union(*(row.organizations for row in TERMS))


def in_force(duty: Duty, kind: OrganizationKind, *, on: date, table: Sequence[Rule] = RULES) -> Rule | None:
    """None where an organisation of that kind does not have the duty on that day."""
    rows = (row for row in table if row.duty is duty and kind in row.organizations)
    begun = (row for row in rows if row.effective_from <= periods.containing(on, row.frequency).first)
    latest = max(begun, key=lambda row: row.effective_from, default=None)
    return latest if latest and latest.times else None


def of_year(
    duty: Duty, kind: OrganizationKind, year: int, *, table: Sequence[Rule] = RULES
) -> Iterator[tuple[Rule, Period]]:
    """The year's periods in order, each with its rule."""
    day = date(year, 1, 1)
    while day.year == year:
        rule = in_force(duty, kind, on=day, table=table)
        period = periods.containing(day, rule.frequency if rule else Frequency.MONTHLY)
        if rule:
            yield rule, period
        day = period.following.first


def judge(
    rule: Rule, period: Period, *, count: int, wanted: int, statement: Statement | None, today: date
) -> DutyState:
    """What was held counts, whatever was said; what was said counts before the calendar."""
    if count >= wanted:
        return DutyState.HELD
    if statement:
        return DutyState(statement.value)
    if today < period.month(rule.opens):
        return DutyState.NOT_YET
    return DutyState.DUE if today <= period.last else DutyState.OVERDUE


def term_rule(kind: OrganizationKind, *, on: date) -> TermRule | None:
    """None for a kind without terms. Who was elected before the first row sits until that term ends by it too."""
    rows = [row for row in TERMS if kind in row.organizations]
    rows.sort(key=lambda row: row.effective_from)
    begun = [row for row in rows if row.effective_from <= on]
    return next(iter(begun[-1:] or rows), None)


def term_ends(kind: OrganizationKind, *, elected_on: date) -> date | None:
    """When a term that begins that day ends by the rule."""
    row = term_rule(kind, on=elected_on)
    return periods.months_later(elected_on, row.years * YEAR) if row else None


@dataclass(frozen=True)
class Tenure:
    """The sitting committee's term, and the day of the next election where one was held already."""

    elected_on: date
    ends_on: date
    renewed_on: date | None

    def counts(self, election: date) -> bool:
        """Whether that election is the one that renews it: no earlier than a year before its end."""
        return election > self.elected_on and election >= periods.months_later(self.ends_on, -DEFERRED_MONTHS)

    def mark(self, today: date) -> date | None:
        """The latest of the days from which the organisation and its superior are reminded, once one has come."""
        marks = (periods.months_later(self.ends_on, -months) for months in REMINDED_MONTHS)
        return max((mark for mark in marks if mark <= today), default=None)


def renewal(tenure: Tenure, *, year: int, statement: Statement | None, today: date) -> DutyState | None:
    """How 换届 stands in that year; None for a year before the term, of which nothing is known."""
    if year < tenure.elected_on.year:
        return None
    if tenure.ends_on.year > year:
        return DutyState.HELD if tenure.elected_on.year == year else DutyState.NOT_YET
    if tenure.renewed_on:
        return DutyState.HELD
    if statement:
        return DutyState(statement.value)
    if tenure.mark(today) is None or year > max(today.year, tenure.ends_on.year):
        return DutyState.NOT_YET
    return DutyState.DUE if today <= tenure.ends_on else DutyState.OVERDUE

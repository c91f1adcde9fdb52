"""The dated rules of duties: which row holds when, how a period stands, and when a term is to be renewed."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.meetings import periods
from app.meetings.duties import rules
from app.meetings.duties.models import Duty, Statement
from app.meetings.duties.rules import RULES, TERMS, DutyState, Mark, Rule, Tenure
from app.meetings.models import MeetingKind
from app.meetings.periods import Period
from app.meetings.plans.models import Frequency
from app.organizations.models import BRANCH_KINDS, OrganizationKind

M, Q, Y = Frequency.MONTHLY, Frequency.QUARTERLY, Frequency.YEARLY
BRANCH = OrganizationKind.BRANCH
LECTURE = frozenset({MeetingKind.PARTY_LECTURE})


def row(effective_from: date, frequency: Frequency, times: int = 1, clause: str = "") -> Rule:
    return Rule(Duty.PARTY_LECTURE, effective_from, frequency, LECTURE, clause, times)


def keys(year: int, table: list[Rule]) -> list[str]:
    found = rules.of_year(Duty.PARTY_LECTURE, BRANCH, year, table=table)
    return [period.key for _, period in found]


@pytest.mark.parametrize(
    ("duty", "frequency", "number"),
    [
        (Duty.MEMBER_MEETING, Q, 4),
        (Duty.BRANCH_COMMITTEE, M, 12),
        (Duty.GROUP_MEETING, M, 12),
        (Duty.PARTY_LECTURE, Q, 4),
        (Duty.THEME_DAY, M, 12),
        (Duty.ORGANIZATIONAL_LIFE, Y, 1),
        (Duty.APPRAISAL, Y, 1),
    ],
)
@pytest.mark.parametrize("kind", sorted(BRANCH_KINDS))
def test_duty_comes_as_often_as_its_clause_says(
    duty: Duty, frequency: Frequency, number: int, kind: OrganizationKind
) -> None:
    found = list(rules.of_year(duty, kind, 2026))

    assert [period.frequency for _, period in found] == [frequency] * number
    assert {rule.duty for rule, _ in found} == {duty}
    assert {rule.times for rule, _ in found} == {1}


@pytest.mark.parametrize("kind", sorted(set(OrganizationKind) - BRANCH_KINDS))
def test_only_branches_have_the_duties_of_branch_life(kind: OrganizationKind) -> None:
    assert [duty for duty in Duty if rules.in_force(duty, kind, on=date(2026, 3, 2))] == []


@pytest.mark.parametrize("duty", [duty for duty in Duty if duty is not Duty.RENEWAL])
def test_every_clause_names_its_document_and_article(duty: Duty) -> None:
    rule = rules.in_force(duty, BRANCH, on=date(2026, 3, 2))

    assert rule is not None
    assert rule.clause.startswith("《中国共产党支部工作条例（试行）》第")


def test_every_satisfying_kind_satisfies_one_duty() -> None:
    kinds = [kind for rule in RULES for kind in rule.kinds]

    assert sorted(kinds) == sorted(set(kinds))


def test_an_election_meeting_is_a_member_meeting_too() -> None:
    rule = rules.in_force(Duty.MEMBER_MEETING, BRANCH, on=date(2026, 3, 2))

    assert rule
    assert rule.kinds == {MeetingKind.MEMBER_MEETING, MeetingKind.ELECTION}


def test_nothing_was_owed_before_the_regulation() -> None:
    assert [p.key for _, p in rules.of_year(Duty.THEME_DAY, BRANCH, 2018)] == ["2018-11", "2018-12"]
    assert [p.key for _, p in rules.of_year(Duty.MEMBER_MEETING, BRANCH, 2018)] == []
    assert [p.key for _, p in rules.of_year(Duty.APPRAISAL, BRANCH, 2019)] == ["2019"]


OLD = row(date(2018, 10, 28), Q, clause="旧")


@pytest.mark.parametrize(
    ("new", "expected"),
    [
        (row(date(2026, 4, 1), M), ["2026-Q1", *(f"2026-{month:02d}" for month in range(4, 13))]),
        (row(date(2026, 3, 31), M), ["2026-Q1", *(f"2026-{month:02d}" for month in range(4, 13))]),
        (row(date(2026, 4, 2), M), ["2026-Q1", "2026-Q2", *(f"2026-{month:02d}" for month in range(7, 13))]),
        (row(date(2026, 1, 1), M), [f"2026-{month:02d}" for month in range(1, 13)]),
        (row(date(2026, 7, 1), Y), ["2026-Q1", "2026-Q2", "2026-Q3", "2026-Q4"]),
        (row(date(2026, 1, 1), Y), ["2026"]),
        (row(date(2026, 7, 1), Q, times=0), ["2026-Q1", "2026-Q2"]),
        (row(date(2027, 1, 1), M), ["2026-Q1", "2026-Q2", "2026-Q3", "2026-Q4"]),
    ],
)
def test_a_rule_of_another_date_wins_from_its_first_period(new: Rule, expected: list[str]) -> None:
    assert keys(2026, [OLD, new]) == expected
    assert keys(2026, [new, OLD]) == expected


def test_a_rarer_rule_waits_for_its_own_period_to_begin() -> None:
    table = [row(date(2018, 10, 28), M), row(date(2026, 2, 15), Q)]

    assert keys(2026, table) == ["2026-01", "2026-02", "2026-03", "2026-Q2", "2026-Q3", "2026-Q4"]


def test_a_rule_of_another_date_brings_its_own_clause_and_number() -> None:
    new = row(date(2026, 7, 1), Q, times=2, clause="新")

    found = rules.of_year(Duty.PARTY_LECTURE, BRANCH, 2026, table=[OLD, new])

    assert [(rule.clause, rule.times) for rule, _ in found] == [("旧", 1), ("旧", 1), ("新", 2), ("新", 2)]


@given(
    table=st.lists(
        st.builds(
            row,
            st.dates(date(2020, 1, 1), date(2026, 12, 31)),
            st.sampled_from(Frequency),
            st.integers(1, 3),
        ),
        max_size=6,
        unique_by=lambda one: one.effective_from,
    )
)
def test_periods_of_any_rules_touch_each_other_and_begin_by_their_date(table: list[Rule]) -> None:
    always = row(date(2018, 1, 1), M)

    found = list(rules.of_year(Duty.PARTY_LECTURE, BRANCH, 2025, table=[always, *table]))

    spans = [period for _, period in found]
    assert spans[0].first == date(2025, 1, 1)
    assert spans[-1].last == date(2025, 12, 31)
    assert all(one.last + timedelta(days=1) == other.first for one, other in pairwise(spans))
    assert all(rule.effective_from <= period.first for rule, period in found)
    assert all(rule.frequency is period.frequency for rule, period in found)


QUARTER = Period(date(2026, 1, 1), Q)
DAY_BEFORE, FIRST, LAST, DAY_AFTER = date(2025, 12, 31), date(2026, 1, 1), date(2026, 3, 31), date(2026, 4, 1)
EXPLAINED, NOT_APPLICABLE = Statement.EXPLAINED, Statement.NOT_APPLICABLE


@pytest.mark.parametrize(
    ("count", "statement", "today", "state"),
    [
        (0, None, DAY_BEFORE, DutyState.NOT_YET),
        (0, None, FIRST, DutyState.DUE),
        (0, None, LAST, DutyState.DUE),
        (0, None, DAY_AFTER, DutyState.OVERDUE),
        (1, None, LAST, DutyState.DUE),
        (1, None, DAY_AFTER, DutyState.OVERDUE),
        (2, None, FIRST, DutyState.HELD),
        (3, None, DAY_AFTER, DutyState.HELD),
        (0, EXPLAINED, LAST, DutyState.EXPLAINED),
        (0, EXPLAINED, DAY_AFTER, DutyState.EXPLAINED),
        (1, EXPLAINED, DAY_AFTER, DutyState.EXPLAINED),
        (0, NOT_APPLICABLE, DAY_BEFORE, DutyState.NOT_APPLICABLE),
        (0, NOT_APPLICABLE, DAY_AFTER, DutyState.NOT_APPLICABLE),
        (2, EXPLAINED, DAY_AFTER, DutyState.HELD),
        (2, NOT_APPLICABLE, FIRST, DutyState.HELD),
    ],
)
def test_period_stands_by_what_was_held_then_what_was_said_then_the_day(
    count: int, statement: Statement | None, today: date, state: DutyState
) -> None:
    rule = row(date(2018, 10, 28), Q, times=2)

    assert rules.judge(rule, QUARTER, count=count, wanted=2, statement=statement, today=today) is state


@pytest.mark.parametrize(
    ("today", "state"),
    [
        (date(2026, 9, 30), DutyState.NOT_YET),
        (date(2026, 10, 1), DutyState.DUE),
        (date(2026, 12, 31), DutyState.DUE),
        (date(2027, 1, 1), DutyState.OVERDUE),
    ],
)
def test_organizational_life_falls_due_in_the_fourth_quarter(today: date, state: DutyState) -> None:
    ((rule, period),) = rules.of_year(Duty.ORGANIZATIONAL_LIFE, BRANCH, 2026)

    assert rules.judge(rule, period, count=0, wanted=1, statement=None, today=today) is state


@pytest.mark.parametrize(
    ("duty", "day", "marks"),
    [
        (Duty.MEMBER_MEETING, date(2026, 2, 1), [date(2026, 3, 1)]),
        (Duty.MEMBER_MEETING, date(2028, 2, 1), [date(2028, 2, 29)]),
        (Duty.MEMBER_MEETING, date(2026, 4, 1), [date(2026, 5, 30)]),
        (Duty.MEMBER_MEETING, date(2026, 12, 31), [date(2026, 11, 29)]),
        (Duty.BRANCH_COMMITTEE, date(2026, 2, 1), [date(2026, 2, 20)]),
        (Duty.GROUP_MEETING, date(2026, 2, 1), [date(2026, 2, 20)]),
        (Duty.THEME_DAY, date(2026, 2, 1), [date(2026, 2, 20)]),
        (Duty.PARTY_LECTURE, date(2026, 2, 1), []),
        (Duty.ORGANIZATIONAL_LIFE, date(2026, 2, 1), [date(2026, 10, 1), date(2026, 12, 1)]),
        (Duty.APPRAISAL, date(2026, 2, 1), [date(2026, 10, 1), date(2026, 12, 1)]),
    ],
)
def test_marks_are_those_of_the_reminder_calendar(duty: Duty, day: date, marks: list[date]) -> None:
    rule = rules.in_force(duty, BRANCH, on=day)

    assert rule
    assert [mark.of(periods.containing(day, rule.frequency)) for mark in rule.marks] == marks


@pytest.mark.parametrize("rule", RULES)
def test_marks_lie_in_the_period_and_there_are_two_at_most(rule: Rule) -> None:
    """Two reminders of one thing and never more (facts/domain §7.3 FR9)."""
    for period in periods.between(date(2024, 1, 1), date(2026, 12, 31), rule.frequency):
        assert all(period.holds(mark.of(period)) for mark in rule.marks)
    assert len(rule.marks) <= 2


def test_mark_counts_days_from_the_first() -> None:
    assert Mark(1, 1).of(QUARTER) == FIRST
    assert Mark(2, 1).of(QUARTER) == date(2026, 2, 1)


@pytest.mark.parametrize(
    ("kind", "ends_on"),
    [
        (OrganizationKind.COMMITTEE, date(2028, 6, 15)),
        (OrganizationKind.GENERAL_BRANCH, date(2026, 6, 15)),
        (OrganizationKind.BRANCH, date(2026, 6, 15)),
        (OrganizationKind.JOINT_BRANCH, date(2026, 6, 15)),
        (OrganizationKind.FLOATING_BRANCH, date(2026, 6, 15)),
        (OrganizationKind.TEMPORARY_BRANCH, None),
        (OrganizationKind.WORK_COMMITTEE, None),
        (OrganizationKind.GROUP, None),
    ],
)
def test_term_is_as_long_as_its_kind(kind: OrganizationKind, ends_on: date | None) -> None:
    assert rules.term_ends(kind, elected_on=date(2023, 6, 15)) == ends_on


def test_term_that_begins_on_a_leap_day_ends_on_the_last_of_february() -> None:
    assert rules.term_ends(BRANCH, elected_on=date(2024, 2, 29)) == date(2027, 2, 28)


def test_who_was_elected_before_the_opinion_is_measured_by_it_too() -> None:
    assert rules.term_ends(BRANCH, elected_on=date(2017, 5, 1)) == date(2020, 5, 1)


def test_every_term_names_its_document() -> None:
    assert all(row.clause.startswith("《关于党的基层组织任期的意见》") for row in TERMS)


TERM = Tenure(date(2023, 6, 15), date(2026, 6, 15), None)
SIX_BEFORE, THREE_BEFORE = date(2025, 12, 15), date(2026, 3, 15)
ENDS, AFTER = date(2026, 6, 15), date(2026, 6, 16)
ONE_DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("today", "mark"),
    [
        (SIX_BEFORE - ONE_DAY, None),
        (SIX_BEFORE, SIX_BEFORE),
        (THREE_BEFORE - ONE_DAY, SIX_BEFORE),
        (THREE_BEFORE, THREE_BEFORE),
        (ENDS - ONE_DAY, THREE_BEFORE),
        (ENDS, ENDS),
        (date(2027, 6, 15), ENDS),
    ],
)
def test_term_is_recalled_six_and_three_months_before_and_on_its_last_day(
    today: date, mark: date | None
) -> None:
    assert TERM.mark(today) == mark


@pytest.mark.parametrize(
    ("election", "counts"),
    [
        (date(2023, 6, 15), False),
        (date(2025, 6, 14), False),
        (date(2025, 6, 15), True),
        (ENDS, True),
        (date(2027, 6, 15), True),
    ],
)
def test_an_election_renews_a_term_from_a_year_before_its_end(election: date, *, counts: bool) -> None:
    assert TERM.counts(election) is counts


def test_the_election_that_began_a_short_term_does_not_renew_it() -> None:
    assert not Tenure(date(2026, 1, 10), date(2026, 9, 1), None).counts(date(2026, 1, 10))


RENEWED = Tenure(TERM.elected_on, TERM.ends_on, date(2026, 6, 1))


@pytest.mark.parametrize(
    ("tenure", "year", "statement", "today", "state"),
    [
        (TERM, 2022, None, ENDS, None),
        (TERM, 2023, None, ENDS, DutyState.HELD),
        (TERM, 2024, None, ENDS, DutyState.NOT_YET),
        (TERM, 2026, None, SIX_BEFORE - ONE_DAY, DutyState.NOT_YET),
        (TERM, 2026, None, SIX_BEFORE, DutyState.DUE),
        (TERM, 2026, None, ENDS, DutyState.DUE),
        (TERM, 2026, None, AFTER, DutyState.OVERDUE),
        (TERM, 2026, None, date(2027, 1, 1), DutyState.OVERDUE),
        (TERM, 2027, None, AFTER, DutyState.NOT_YET),
        (TERM, 2027, None, date(2027, 1, 1), DutyState.OVERDUE),
        (TERM, 2026, EXPLAINED, AFTER, DutyState.EXPLAINED),
        (TERM, 2026, NOT_APPLICABLE, SIX_BEFORE, DutyState.NOT_APPLICABLE),
        (RENEWED, 2026, None, AFTER, DutyState.HELD),
        (RENEWED, 2026, EXPLAINED, AFTER, DutyState.HELD),
        (RENEWED, 2025, None, AFTER, DutyState.NOT_YET),
    ],
)
def test_renewal_stands_by_the_term(
    tenure: Tenure, year: int, statement: Statement | None, today: date, state: DutyState | None
) -> None:
    assert rules.renewal(tenure, year=year, statement=statement, today=today) is state

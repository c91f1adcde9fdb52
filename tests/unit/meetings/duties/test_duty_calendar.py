"""What counts as held, which duties a branch has, and how its year reads."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from app.core.clock import from_local
from app.core.db import Session, Sessions
from app.meetings.duties import calendar
from app.meetings.duties.models import Duty, Statement
from app.meetings.duties.rules import DutyState, Rule
from app.meetings.models import Meeting, MeetingKind
from app.meetings.periods import read
from app.meetings.plans.models import Frequency
from app.meetings.records.states import RecordState
from app.members.models import MemberKind, PartyStatus
from app.organizations.models import OrganizationKind
from tests import factories
from tests.factories import NOW
from tests.unit.meetings.counting import counted
from tests.unit.meetings.duties import years
from tests.unit.meetings.duties.years import TODAY

HELD, DUE, OVERDUE, NOT_YET = DutyState.HELD, DutyState.DUE, DutyState.OVERDUE, DutyState.NOT_YET
MEMBER_MEETING, THEME_DAY = MeetingKind.MEMBER_MEETING, MeetingKind.THEME_DAY
MAY, JUNE = date(2026, 5, 13), date(2026, 6, 10)


def test_year_of_a_branch_reads_as_it_was_held(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        own = years.branch(session)
        years.term(session, own)
        first = years.held(session, own, MEMBER_MEETING, date(2026, 2, 3))
        theme_day = years.held(session, own, THEME_DAY, MAY)
        years.say(session, own, Duty.THEME_DAY, "2026-03")

    with any_sessions.read() as session:
        rows = {
            row[0].duty: row for row in calendar.of_year(session, organization=own, year=2026, today=TODAY)
        }

    assert list(rows) == [duty for duty in Duty if duty is not Duty.GROUP_MEETING]
    assert [(one.period, one.state) for one in rows[Duty.MEMBER_MEETING]] == [
        ("2026-Q1", HELD),
        ("2026-Q2", DUE),
        ("2026-Q3", NOT_YET),
        ("2026-Q4", NOT_YET),
    ]
    assert [one.state for one in rows[Duty.THEME_DAY]] == [
        *(OVERDUE, OVERDUE, DutyState.EXPLAINED, OVERDUE, HELD, DUE),
        *(NOT_YET,) * 6,
    ]
    assert [one.state for one in rows[Duty.ORGANIZATIONAL_LIFE]] == [NOT_YET]
    assert [one.state for one in rows[Duty.APPRAISAL]] == [DUE]
    quarter, march, may = rows[Duty.MEMBER_MEETING][0], rows[Duty.THEME_DAY][2], rows[Duty.THEME_DAY][4]
    assert (quarter.held_on, quarter.meeting_id) == (date(2026, 2, 3), first.id)
    assert (quarter.count, quarter.wanted, quarter.due_by) == (1, 1, date(2026, 3, 31))
    assert quarter.clause.startswith("《中国共产党支部工作条例（试行）》第十一条")
    assert (may.held_on, may.meeting_id, may.text) == (MAY, theme_day.id, "")
    assert (march.held_on, march.meeting_id, march.text) == (None, None, "防汛值守，与下月合并")


def nobody_comes(session: Session, meeting: Meeting) -> None:
    pass


def cancel(session: Session, meeting: Meeting) -> None:
    years.sign_in(session, meeting)
    meeting.cancelled_at = NOW


def draft(session: Session, meeting: Meeting) -> None:
    years.record(session, meeting, RecordState.DRAFT)


def close(session: Session, meeting: Meeting) -> None:
    years.record(session, meeting, RecordState.CLOSED)


def enter_late(session: Session, meeting: Meeting) -> None:
    years.sign_in(session, meeting)
    meeting.late_reason = "当天停电"


def merge_away(session: Session, meeting: Meeting) -> None:
    """Into the meeting of another branch at which nobody signed in."""
    years.sign_in(session, meeting)
    other = years.branch(session, name="第二党支部")
    meeting.merged_into_id = years.announced(session, other, meeting.kind, MAY).id


@pytest.mark.parametrize(
    ("then", "state"),
    [
        (years.sign_in, HELD),
        (enter_late, HELD),
        (close, HELD),
        (nobody_comes, DUE),
        (draft, DUE),
        (cancel, DUE),
        (merge_away, DUE),
    ],
)
def test_held_is_what_stood_and_was_attended_or_recorded(
    session: Session, then: Callable[[Session, Meeting], None], state: DutyState
) -> None:
    own = years.branch(session)

    then(session, years.announced(session, own, MEMBER_MEETING, MAY))
    session.flush()

    assert years.state(session, own, Duty.MEMBER_MEETING, "2026-Q2") is state


@pytest.mark.parametrize(
    ("on", "q1", "q2"),
    [
        (date(2025, 12, 31), OVERDUE, DUE),
        (date(2026, 1, 1), HELD, DUE),
        (date(2026, 3, 31), HELD, DUE),
        (date(2026, 4, 1), OVERDUE, HELD),
    ],
)
def test_meeting_counts_for_the_quarter_it_began_in(
    session: Session, on: date, q1: DutyState, q2: DutyState
) -> None:
    own = years.branch(session)
    years.held(session, own, MEMBER_MEETING, on)

    cells = years.row(session, own, Duty.MEMBER_MEETING)

    assert [one.state for one in cells[:2]] == [q1, q2]


@pytest.mark.parametrize(
    ("hour", "minute", "quarter"), [(23, 59, "2026-Q1"), (24, 0, "2026-Q2"), (24, 1, "2026-Q2")]
)
def test_the_quarter_ends_at_midnight_in_china(
    session: Session, hour: int, minute: int, quarter: str
) -> None:
    own = years.branch(session)
    at = from_local(date(2026, 3, 31)) + timedelta(hours=hour, minutes=minute)
    years.sign_in(session, years.announced(session, own, MEMBER_MEETING, MAY, at=at))

    cells = years.row(session, own, Duty.MEMBER_MEETING)

    assert [one.period for one in cells if one.state is HELD] == [quarter]


@pytest.mark.parametrize(
    ("today", "state"),
    [
        (date(2026, 3, 31), NOT_YET),
        (date(2026, 4, 1), DUE),
        (date(2026, 6, 30), DUE),
        (date(2026, 7, 1), OVERDUE),
    ],
)
def test_quarter_without_a_meeting_is_due_to_its_last_day(
    session: Session, today: date, state: DutyState
) -> None:
    own = years.branch(session)

    assert years.state(session, own, Duty.MEMBER_MEETING, "2026-Q2", today=today) is state


@pytest.mark.parametrize(("today", "state"), [(JUNE - timedelta(days=1), DUE), (JUNE, HELD)])
def test_meeting_to_come_is_not_held_though_somebody_is_on_its_list_early(
    session: Session, today: date, state: DutyState
) -> None:
    own = years.branch(session)
    years.held(session, own, MEMBER_MEETING, JUNE)

    assert years.state(session, own, Duty.MEMBER_MEETING, "2026-Q2", today=today) is state


def test_joint_meeting_counts_for_every_branch_that_takes_part(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        one, other, third = (years.branch(session, name=f"第{number}党支部") for number in "一二三")
        meeting = years.held(session, one, THEME_DAY, MAY, other)

        found = [years.cell(session, of, Duty.THEME_DAY, "2026-05") for of in (one, other, third)]

    assert [cell.state for cell in found] == [HELD, HELD, OVERDUE]
    assert [cell.meeting_id for cell in found] == [meeting.id, meeting.id, None]


def test_merged_meeting_counts_for_all_of_both(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        names = ("第一党支部", "第二党支部", "第三党支部", "第四党支部")
        one, other, partner, stranger = (years.branch(session, name=name) for name in names)
        target = years.held(session, one, THEME_DAY, MAY)
        source = years.announced(session, other, THEME_DAY, date(2026, 4, 8), partner)
        source.merged_into_id = target.id
        session.flush()

        found = [years.row(session, of, Duty.THEME_DAY)[3:5] for of in (one, other, partner, stranger)]

    assert [[cell.meeting_id for cell in cells] for cells in found] == [
        [None, target.id],
        [None, target.id],
        [None, target.id],
        [None, None],
    ]


@pytest.mark.parametrize(
    ("kind", "duty"),
    [
        (MeetingKind.MEMBER_MEETING, Duty.MEMBER_MEETING),
        (MeetingKind.ELECTION, Duty.MEMBER_MEETING),
        (MeetingKind.BRANCH_COMMITTEE, Duty.BRANCH_COMMITTEE),
        (MeetingKind.PARTY_LECTURE, Duty.PARTY_LECTURE),
        (MeetingKind.THEME_DAY, Duty.THEME_DAY),
        (MeetingKind.ORGANIZATIONAL_LIFE, Duty.ORGANIZATIONAL_LIFE),
        (MeetingKind.APPRAISAL, Duty.APPRAISAL),
        (MeetingKind.GROUP_MEETING, None),
        (MeetingKind.DEMOCRATIC_LIFE, None),
        (MeetingKind.CENTRAL_GROUP, None),
        (MeetingKind.COMMITTEE_MEETING, None),
        (MeetingKind.SEMINAR, None),
        (MeetingKind.TRAINING, None),
        (MeetingKind.OTHER, None),
    ],
)
def test_meeting_of_a_kind_counts_for_its_own_duty_alone(
    session: Session, kind: MeetingKind, duty: Duty | None
) -> None:
    own = years.branch(session)
    years.group(session, own)
    years.term(session, own)
    years.held(session, own, kind, MAY)

    rows = calendar.of_year(session, organization=own, year=2026, today=TODAY)

    assert [row[0].duty for row in rows if any(one.state is HELD for one in row)] == [duty] * (
        duty is not None
    )


def test_two_meetings_in_a_period_are_counted_and_the_first_is_named(session: Session) -> None:
    own = years.branch(session)
    years.held(session, own, THEME_DAY, date(2026, 5, 20))
    first = years.held(session, own, THEME_DAY, MAY)

    may = years.cell(session, own, Duty.THEME_DAY, "2026-05")

    assert (may.count, may.wanted, may.held_on, may.meeting_id) == (2, 1, MAY, first.id)


@pytest.mark.parametrize(("number", "state"), [(1, OVERDUE), (2, HELD)])
def test_rule_may_want_more_than_one_in_a_period(session: Session, number: int, state: DutyState) -> None:
    own = years.branch(session)
    twice = Rule(Duty.THEME_DAY, date(2026, 1, 1), Frequency.QUARTERLY, frozenset({THEME_DAY}), "", times=2)
    meetings = [years.held(session, own, THEME_DAY, date(2026, 1, day)) for day in range(7, 7 + number)]

    rows = calendar.of_year(session, organization=own, year=2026, today=TODAY, table=[twice])

    quarter = rows[0][0]
    assert (quarter.state, quarter.count, quarter.wanted) == (state, number, 2)
    assert (quarter.held_on, quarter.meeting_id) == (date(2026, 1, 6 + number), meetings[-1].id)


FULL, PROBATIONARY = MemberKind.FULL, MemberKind.PROBATIONARY
NORMAL = PartyStatus.NORMAL


@pytest.mark.parametrize(
    ("full", "more", "has"),
    [
        (6, (), False),
        (7, (), True),
        (6, ((PROBATIONARY, NORMAL),), False),
        (6, ((FULL, PartyStatus.TRANSFERRED),), False),
        (6, ((FULL, PartyStatus.SUSPENDED),), False),
        (6, ((FULL, PartyStatus.UNDER_OBSERVATION),), True),
        (6, ((FULL, PartyStatus.RECTIFYING),), True),
    ],
)
def test_branch_without_a_term_has_a_committee_from_seven_full_members(
    session: Session, full: int, more: tuple[tuple[MemberKind, PartyStatus], ...], *, has: bool
) -> None:
    own = years.branch(session)
    years.people(session, own, full)
    for kind, status in more:
        factories.member(session, own, kind=kind, status=status)

    assert bool(years.row(session, own, Duty.BRANCH_COMMITTEE)) is has


def test_full_members_of_groups_belong_to_their_branch(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        own, other = years.branch(session), years.branch(session, name="第二党支部")
        years.people(session, own, 3)
        years.people(session, years.group(session, own), 4)
        years.people(session, other, 6)

        assert len(years.row(session, own, Duty.BRANCH_COMMITTEE)) == 12
        assert years.row(session, other, Duty.BRANCH_COMMITTEE) == []


@pytest.mark.parametrize("has", [True, False])
def test_the_term_says_whether_there_is_a_committee(session: Session, *, has: bool) -> None:
    own = years.branch(session)
    years.people(session, own, 0 if has else 9)
    years.term(session, own, has_committee=has)

    assert bool(years.row(session, own, Duty.BRANCH_COMMITTEE)) is has


def test_branch_without_groups_has_no_group_meetings(session: Session) -> None:
    own = years.branch(session)
    years.held(session, own, MeetingKind.GROUP_MEETING, MAY)

    assert years.row(session, own, Duty.GROUP_MEETING) == []


def test_every_group_must_have_met(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        own = years.branch(session)
        first, second = years.group(session, own), years.group(session, own, "第二党小组")
        years.held(session, first, MeetingKind.GROUP_MEETING, date(2026, 3, 4))
        years.held(session, first, MeetingKind.GROUP_MEETING, date(2026, 3, 5))
        years.held(session, first, MeetingKind.GROUP_MEETING, date(2026, 4, 1))
        latest = years.held(session, second, MeetingKind.GROUP_MEETING, date(2026, 4, 9))
        joint = years.held(session, first, MeetingKind.GROUP_MEETING, date(2026, 5, 7), second)
        years.held(session, own, MeetingKind.GROUP_MEETING, date(2026, 6, 1))

        march, april, may, june = years.row(session, own, Duty.GROUP_MEETING)[2:6]

    assert [(one.state, one.count, one.wanted) for one in (march, april, may, june)] == [
        (OVERDUE, 1, 2),
        (HELD, 2, 2),
        (HELD, 2, 2),
        (DUE, 0, 2),
    ]
    assert (april.held_on, april.meeting_id) == (date(2026, 4, 9), latest.id)
    assert (may.held_on, may.meeting_id) == (date(2026, 5, 7), joint.id)


def test_group_that_is_no_more_is_not_waited_for(session: Session) -> None:
    own = years.branch(session)
    first, second = years.group(session, own), years.group(session, own, "第二党小组")
    second.dissolved_on = date(2026, 4, 30)
    session.flush()
    for day in (date(2026, 3, 4), date(2026, 4, 8), MAY):
        years.held(session, first, MeetingKind.GROUP_MEETING, day)

    march, april, may = years.row(session, own, Duty.GROUP_MEETING)[2:5]

    assert [(one.state, one.count, one.wanted) for one in (march, april, may)] == [
        (OVERDUE, 1, 2),
        (HELD, 1, 1),
        (HELD, 1, 1),
    ]


def test_month_without_any_group_left_owes_nothing(session: Session) -> None:
    own = years.branch(session)
    years.group(session, own).dissolved_on = date(2026, 3, 31)
    session.flush()

    february, march = years.row(session, own, Duty.GROUP_MEETING)[1:3]

    assert (february.state, february.wanted) == (OVERDUE, 1)
    assert (march.state, march.wanted, march.text) == (DutyState.NOT_APPLICABLE, 0, "这个时段里没有党小组。")


def test_dissolved_branch_owes_nothing_after_its_end(session: Session) -> None:
    own = years.branch(session)
    own.dissolved_on = date(2026, 3, 1)
    session.flush()

    rows = calendar.of_year(session, organization=own, year=2026, today=TODAY)

    theme_days = next(row for row in rows if row[0].duty is Duty.THEME_DAY)
    assert [one.state for one in theme_days[:4]] == [OVERDUE] * 3 + [DutyState.NOT_APPLICABLE]
    assert theme_days[3].text == "组织已撤销。"
    assert Duty.RENEWAL not in {row[0].duty for row in rows}


@pytest.mark.parametrize(
    ("kind", "duties"),
    [
        (OrganizationKind.COMMITTEE, [Duty.RENEWAL]),
        (OrganizationKind.GENERAL_BRANCH, [Duty.RENEWAL]),
        (OrganizationKind.WORK_COMMITTEE, []),
        (OrganizationKind.GROUP, []),
        *(
            (
                kind,
                [
                    Duty.MEMBER_MEETING,
                    Duty.PARTY_LECTURE,
                    Duty.THEME_DAY,
                    Duty.ORGANIZATIONAL_LIFE,
                    Duty.APPRAISAL,
                    Duty.RENEWAL,
                ],
            )
            for kind in (
                OrganizationKind.BRANCH,
                OrganizationKind.JOINT_BRANCH,
                OrganizationKind.FLOATING_BRANCH,
            )
        ),
        (
            OrganizationKind.TEMPORARY_BRANCH,
            [
                Duty.MEMBER_MEETING,
                Duty.PARTY_LECTURE,
                Duty.THEME_DAY,
                Duty.ORGANIZATIONAL_LIFE,
                Duty.APPRAISAL,
            ],
        ),
    ],
)
def test_organisation_has_the_duties_of_its_kind(
    session: Session, kind: OrganizationKind, duties: list[Duty]
) -> None:
    own = years.branch(session, kind=kind)

    rows = calendar.of_year(session, organization=own, year=2026, today=TODAY)

    assert [row[0].duty for row in rows] == duties


def test_statement_stands_until_something_is_held_and_keeps_its_text(session: Session) -> None:
    own = years.branch(session)
    years.say(session, own, Duty.THEME_DAY, "2026-05", Statement.NOT_APPLICABLE, "当月刚成立")
    before = years.cell(session, own, Duty.THEME_DAY, "2026-05")

    years.held(session, own, THEME_DAY, MAY)

    after = years.cell(session, own, Duty.THEME_DAY, "2026-05")
    assert (before.state, before.text) == (DutyState.NOT_APPLICABLE, "当月刚成立")
    assert (after.state, after.text) == (HELD, "当月刚成立")


def test_statement_of_one_branch_duty_or_period_says_nothing_of_another(session: Session) -> None:
    own, other = years.branch(session), years.branch(session, name="第二党支部")
    years.say(session, own, Duty.THEME_DAY, "2026-05")

    assert years.state(session, own, Duty.THEME_DAY, "2026-05") is DutyState.EXPLAINED
    assert years.state(session, own, Duty.THEME_DAY, "2026-04") is OVERDUE
    assert years.state(session, own, Duty.MEMBER_MEETING, "2026-Q1") is OVERDUE
    assert years.state(session, other, Duty.THEME_DAY, "2026-05") is OVERDUE


def test_renewal_without_a_term_asks_for_it(session: Session) -> None:
    own = years.branch(session)

    unknown = years.cell(session, own, Duty.RENEWAL, "2026")

    assert (unknown.state, unknown.due_by, unknown.held_on) == (DUE, date(2026, 12, 31), None)
    assert unknown.text == "还没有登记本届任期，请填写选举日期和届满日期。"
    assert years.row(session, own, Duty.RENEWAL, year=2025) == []
    assert years.row(session, own, Duty.RENEWAL, year=2027) == []


def test_renewal_without_a_term_may_be_explained(session: Session) -> None:
    own = years.branch(session)
    years.say(session, own, Duty.RENEWAL, "2026", text="正在查档")

    cell = years.cell(session, own, Duty.RENEWAL, "2026")

    assert (cell.state, cell.text) == (DutyState.EXPLAINED, "正在查档")


def test_renewal_follows_the_term(session: Session) -> None:
    own = years.branch(session)
    years.term(session, own, elected_on=date(2023, 9, 1), ends_on=date(2026, 9, 1))

    found = {
        year: years.row(session, own, Duty.RENEWAL, year=year) for year in (2022, 2023, 2024, 2026, 2027)
    }

    assert found[2022] == []
    assert [(row[0].state, row[0].due_by) for row in (found[2024], found[2026], found[2027])] == [
        (NOT_YET, date(2026, 9, 1)),
        (DUE, date(2026, 9, 1)),
        (NOT_YET, date(2026, 9, 1)),
    ]
    elected = found[2023][0]
    assert (elected.state, elected.held_on, elected.count, elected.text) == (HELD, date(2023, 9, 1), 1, "")
    assert years.state(session, own, Duty.RENEWAL, "2026", today=date(2026, 9, 2)) is OVERDUE


@pytest.mark.parametrize(
    ("on", "state"), [(date(2024, 12, 31), OVERDUE), (date(2025, 3, 1), HELD), (date(2026, 6, 9), HELD)]
)
def test_an_election_renews_the_term_and_asks_for_the_new_one(
    session: Session, on: date, state: DutyState
) -> None:
    own = years.branch(session)
    years.term(session, own, elected_on=date(2023, 3, 1), ends_on=date(2026, 3, 1))
    meeting = years.held(session, own, MeetingKind.ELECTION, on)

    cell = years.cell(session, own, Duty.RENEWAL, "2026")

    assert cell.state is state
    if state is HELD:
        assert (cell.held_on, cell.meeting_id) == (on, meeting.id)
        assert cell.text == "选举大会已经开过，请登记新一届的任期。"


def test_new_term_names_the_election_that_began_it(session: Session) -> None:
    own = years.branch(session)
    meeting = years.held(session, own, MeetingKind.ELECTION, MAY)
    years.term(session, own, elected_on=MAY, ends_on=date(2029, 5, 13))

    cell = years.cell(session, own, Duty.RENEWAL, "2026")

    assert (cell.state, cell.held_on, cell.meeting_id, cell.text) == (HELD, MAY, meeting.id, "")


def test_an_election_that_nobody_attended_renews_nothing(session: Session) -> None:
    own = years.branch(session)
    years.term(session, own, elected_on=date(2023, 3, 1), ends_on=date(2026, 3, 1))
    years.announced(session, own, MeetingKind.ELECTION, MAY)

    assert years.state(session, own, Duty.RENEWAL, "2026") is OVERDUE


@pytest.mark.parametrize("number", [0, 3])
def test_a_year_is_read_in_six_statements(session: Session, number: int) -> None:
    own = years.branch(session)
    for one in range(number):
        years.held(session, years.group(session, own), MeetingKind.GROUP_MEETING, MAY)
        years.held(session, own, THEME_DAY, date(2026, 1 + one, 5))
        years.say(session, own, Duty.THEME_DAY, f"2026-0{one + 1}")

    with counted(session) as statements:
        calendar.of_year(session, organization=own, year=2026, today=TODAY)

    assert len(statements) == 6


def test_every_cell_is_due_at_the_end_of_its_period(session: Session) -> None:
    own = years.branch(session)
    years.group(session, own)

    rows = calendar.of_year(session, organization=own, year=2026, today=TODAY)

    for one in (cell for row in rows for cell in row):
        period = read(one.period)
        assert period is not None
        assert one.due_by == period.last

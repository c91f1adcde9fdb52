"""A member's own year: what counts, what waits, how much is missing; nothing of anybody else."""

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import NoResultFound

from app.core.clock import from_local
from app.core.db import Session, Sessions
from app.meetings.duties.models import Term
from app.meetings.models import Leave, LeaveKind, MakeUp, MeetingKind, Standing, Way
from app.meetings.states import LeaveState
from app.members.models import Member, MemberKind
from app.organizations.models import Organization, OrganizationKind
from app.staff.models import Role
from app.study.hours import declarations, service
from app.study.hours.figures import NoHoursFigures
from app.study.hours.models import HoursUnit
from app.study.hours.statements import Statement, YearWrong, own_statement
from tests import factories
from tests.factories import NOW
from tests.unit.study.hours.hall import (
    DAY,
    HOUR,
    MORNING,
    accepted,
    account,
    confirmed,
    declared,
    held,
    listed,
    made,
    sign,
)

U = HoursUnit


@pytest.fixture
def branch(session: Session) -> Organization:
    return factories.organization(session)


@pytest.fixture
def member(session: Session, branch: Organization) -> Member:
    return factories.member(session, branch)


def statement(session: Session, member: Member, year: int = 2026) -> Statement:
    return own_statement(session, member_id=member.id, year=year, now=NOW)


def test_year_adds_up_confirmed_sessions_and_accepted_declarations(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        branch = factories.organization(session, name="三车间党支部")
        one = factories.member(session, branch)
        confirmed(session, held(session, branch, one), topic="学习党章")
        accepted(session, one)
        made(session, held(session, branch, one, starts_at=MORNING + 24 * HOUR), topic="等确认")
        declared(session, one, topic="等认定")
        own = statement(session, one)

    assert [(line.on, line.topic, line.held_by, line.minutes, line.counts) for line in own.lines] == [
        (date(2026, 2, 10), "学习党章", "三车间党支部", 120, True),
        (date(2026, 2, 11), "等确认", "三车间党支部", 120, False),
        (DAY, "市委党校专题班", "市委党校", 120, True),
        (DAY, "等认定", "市委党校", 120, False),
    ]
    assert (own.minutes, own.required, own.missing) == (240, 1920, 1680)
    assert not own.leader


def test_every_way_of_signing_in_is_equal(session: Session, branch: Organization, member: Member) -> None:
    for way in Way:
        meeting = held(session, branch)
        sign(session, meeting, member, way)
        confirmed(session, meeting)

    assert statement(session, member).minutes == 120 * len(Way)


def test_leave_and_make_up_give_nothing(session: Session, branch: Organization, member: Member) -> None:
    meeting = held(session, branch, factories.member(session, branch))
    listed(session, meeting, member, Standing.VOTING)
    leave = Leave(meeting_id=meeting.id, member_id=member.id, kind=LeaveKind.SICK, asked_at=NOW)
    leave.state = LeaveState.GRANTED
    caught_up = MakeUp(meeting_id=meeting.id, member_id=member.id, done_on=DAY, recorded_by="wang.li")
    caught_up.recorded_at = NOW
    session.add_all((leave, caught_up))
    confirmed(session, meeting)

    assert statement(session, member).lines == ()


def test_who_sat_in_has_the_hours_too(session: Session, branch: Organization, member: Member) -> None:
    meeting = held(session, factories.organization(session), factories.member(session, branch))
    listed(session, meeting, member, Standing.INVITED)
    sign(session, meeting, member)
    confirmed(session, meeting)

    assert statement(session, member).minutes == 120


def test_taken_back_hours_go_and_the_reason_stays(
    session: Session, branch: Organization, member: Member
) -> None:
    row = confirmed(session, held(session, branch, member))
    service.take_back_confirmation(session, study_session=row, revision=row.revision, reason="名单有误")

    own = statement(session, member)

    assert own.minutes == 0
    assert [(line.counts, line.note) for line in own.lines] == [(False, "名单有误")]


def test_what_was_sent_back_is_listed_with_its_word_and_what_was_taken_back_is_not(
    session: Session, member: Member
) -> None:
    sent, taken = declared(session, member), declared(session, member, topic="撤回的班")
    declarations.decide(
        session, declaration=sent, revision=1, accept=False, note="请写明主办单位", by="wang.li", now=NOW
    )
    declarations.take_back(session, member_id=member.id, declaration_id=taken.id, revision=1)

    own = statement(session, member)

    assert [(line.declaration, line.note) for line in own.lines] == [(sent, "请写明主办单位")]
    assert own.minutes == 0


def test_merged_and_cancelled_meetings_give_nothing(
    session: Session, branch: Organization, member: Member
) -> None:
    meeting = held(session, branch, member)
    confirmed(session, meeting)
    meeting.cancelled_at = NOW
    session.flush()

    assert statement(session, member).lines == ()


def test_year_ends_at_midnight_in_china_and_carries_nothing_over(
    session: Session, branch: Organization, member: Member
) -> None:
    eve = from_local(date(2025, 12, 31), 22)
    for starts_at in (eve, eve + 2 * HOUR):
        confirmed(session, held(session, branch, member, starts_at=starts_at))

    this, last = statement(session, member), statement(session, member, 2025)

    assert [line.on for line in (*last.lines, *this.lines)] == [date(2025, 12, 31), date(2026, 1, 1)]
    assert (last.minutes, this.minutes) == (120, 120)


@pytest.mark.parametrize("year", [-1, 0, 1, 1999, 2027, 9999, 10**9])
def test_year_that_is_none_or_still_to_come_is_refused(session: Session, member: Member, year: int) -> None:
    with pytest.raises(YearWrong):
        statement(session, member, year)


def test_year_before_the_figures_is_not_reckoned(session: Session, member: Member) -> None:
    with pytest.raises(NoHoursFigures):
        statement(session, member, 2018)


def test_nobody_has_no_statement(session: Session) -> None:
    with pytest.raises(NoResultFound):
        own_statement(session, member_id=999, year=2026, now=NOW)


def test_statement_shows_nothing_of_others(session: Session, branch: Organization, member: Member) -> None:
    other = factories.member(session, branch, name="李四")
    confirmed(session, held(session, branch, other))
    accepted(session, other)

    assert statement(session, member).lines == ()


def test_nothing_is_required_of_who_is_no_party_member(session: Session, branch: Organization) -> None:
    activist = factories.member(session, branch, kind=MemberKind.ACTIVIST)
    confirmed(session, held(session, branch, activist))

    own = statement(session, activist)

    assert (own.minutes, own.required, own.missing) == (120, 0, 0)


@pytest.mark.parametrize("role", [Role.SECRETARY, Role.ORGANIZER])
def test_secretary_and_organiser_have_a_leaders_year(
    session: Session, branch: Organization, member: Member, role: Role
) -> None:
    account(session, "zhang.san", member=member, role=role, organization=branch)

    own = statement(session, member)

    assert (own.leader, own.required, own.training_missing) == (True, 3360, True)


@pytest.mark.parametrize(
    ("role", "active"), [(Role.AUDITOR, True), (Role.COLLECTOR, True), (Role.SECRETARY, False)]
)
def test_other_roles_and_closed_accounts_are_no_leaders(
    session: Session, branch: Organization, member: Member, role: Role, *, active: bool
) -> None:
    account(session, "zhang.san", member=member, role=role, organization=branch, active=active)

    assert not statement(session, member).leader


def committee_of(session: Session, branch: Organization, *sitting: Member, days: int = 0) -> None:
    held(
        session, branch, *sitting, kind=MeetingKind.BRANCH_COMMITTEE, starts_at=MORNING + timedelta(days=days)
    )


def test_committee_is_the_list_of_its_latest_meeting(
    session: Session, branch: Organization, member: Member
) -> None:
    first, second = (factories.member(session, branch) for _ in range(2))
    committee_of(session, branch, first, member)
    committee_of(session, branch, first, second, days=1)
    committee_of(session, branch, member, days=40)

    assert [statement(session, one).leader for one in (first, second, member)] == [True, True, False]


def test_whoever_is_invited_and_a_whole_branch_that_sits_down_are_no_committee(
    session: Session, branch: Organization, member: Member
) -> None:
    everybody = [factories.member(session, branch) for _ in range(7)]
    committee_of(session, branch, everybody[0])
    guest = held(session, branch, everybody[0], kind=MeetingKind.BRANCH_COMMITTEE, starts_at=MORNING + HOUR)
    listed(session, guest, member, Standing.INVITED)
    committee_of(session, branch, *everybody, member, days=1)

    assert [statement(session, one).leader for one in (everybody[0], everybody[1], member)] == [
        True,
        False,
        False,
    ]


def test_branch_that_has_only_a_secretary_has_no_committee(
    session: Session, branch: Organization, member: Member
) -> None:
    committee_of(session, branch, member)
    term = Term(organization_id=branch.id, elected_on=DAY, ends_on=date(2029, 2, 20), has_committee=False)
    term.entered_by, term.entered_at = "wang.li", NOW
    session.add(term)
    session.flush()

    assert not statement(session, member).leader


def test_committee_member_of_a_group_is_known_from_the_branchs_list(
    session: Session, branch: Organization
) -> None:
    group = factories.organization(session, parent=branch, kind=OrganizationKind.GROUP)
    one = factories.member(session, group)
    committee_of(session, branch, one)

    assert statement(session, one).leader


@pytest.mark.parametrize("elsewhere", [True, False])
def test_leaders_training_is_a_session_or_a_day_elsewhere(
    session: Session, branch: Organization, member: Member, *, elsewhere: bool
) -> None:
    account(session, "zhang.san", member=member, role=Role.SECRETARY, organization=branch)
    confirmed(session, held(session, branch, member, kind=MeetingKind.PARTY_LECTURE))
    accepted(session, member)
    assert statement(session, member).training_missing
    if elsewhere:
        accepted(session, member, unit=U.HALF_DAY, minutes=None, topic="培训班")
    else:
        confirmed(session, held(session, branch, member))

    assert not statement(session, member).training_missing


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    lengths=st.lists(st.tuples(st.integers(15, 480), st.booleans(), st.booleans()), max_size=6),
)
def test_sum_is_that_of_what_was_attended_and_confirmed(
    session: Session, branch: Organization, lengths: list[tuple[int, bool, bool]]
) -> None:
    one, other = factories.member(session, branch), factories.member(session, branch)
    for minutes, came, sure in lengths:
        present = (one, other) if came else (other,)
        (confirmed if sure else made)(session, held(session, branch, *present, hours=minutes / 60))

    expected = sum(minutes // 15 * 15 for minutes, came, sure in lengths if came and sure)
    own = statement(session, one)

    assert own.minutes == expected
    assert own.missing == max(1920 - expected, 0)

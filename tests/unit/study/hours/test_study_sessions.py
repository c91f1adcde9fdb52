"""Meetings that give 学时: once each, as long as they were, to whom the confirmed list names."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from app.core.db import Session
from app.core.errors import DomainError
from app.meetings.holding import MeetingCancelled, MeetingMerged
from app.meetings.models import Meeting, MeetingKind
from app.members.models import Member
from app.notices.announcements.content import WordingMarked
from app.organizations.models import Organization
from app.study.hours import rules, service
from app.study.hours.lines import LineWrong
from app.study.hours.models import HoursUnit, StudySession
from app.study.plans.models import Learner, PlanEntry, Slot, StudyPlan
from app.study.plans.states import PlanState
from tests import factories
from tests.factories import NOW
from tests.unit.study.hours.hall import change, held, made

U = HoursUnit


@pytest.fixture
def branch(session: Session) -> Organization:
    return factories.organization(session)


@pytest.fixture
def member(session: Session, branch: Organization) -> Member:
    return factories.member(session, branch)


@pytest.fixture
def meeting(session: Session, branch: Organization, member: Member) -> Meeting:
    return held(session, branch, member)


def entry(session: Session, organization: Organization, state: PlanState = PlanState.PUBLISHED) -> PlanEntry:
    plan = StudyPlan(
        organization_id=organization.id,
        year=2026,
        learner=Learner.EVERYBODY,
        title="年度计划",
        state=state,
        made_by="office",
        made_at=NOW,
    )
    session.add(plan)
    session.flush()
    one = PlanEntry(
        plan_id=plan.id, month=2, slot=Slot.COURSE, title="学习党章", suggested_by=date(2026, 2, 27)
    )
    session.add(one)
    session.flush()
    return one


def test_session_gives_its_clock_hours_or_its_days(session: Session, branch: Organization) -> None:
    by_clock = made(session, held(session, branch, hours=2.7))
    by_day = made(session, held(session, branch, hours=8), unit=U.FULL_DAY)
    part = made(session, held(session, branch, kind=MeetingKind.THEME_DAY), minutes=45)

    assert [one.minutes for one in (by_clock, by_day, part)] == [150, 480, 45]


def test_topic_is_one_clean_line(session: Session, meeting: Meeting) -> None:
    assert made(session, meeting, topic="  学习\0 党章\n第一章\u200b ").topic == "学习 党章 第一章"


@pytest.mark.parametrize(
    ("given", "refusal"),
    [
        ({"topic": ""}, LineWrong),
        ({"topic": "\0\u200b \n"}, LineWrong),
        ({"topic": "学" * 101}, LineWrong),
        ({"topic": "学" * 10_000}, LineWrong),
        ({"topic": "传达机密★一年文件"}, WordingMarked),
        ({"minutes": 135}, rules.MinutesWrong),
        ({"minutes": 10**12}, rules.MinutesWrong),
        ({"unit": U.FULL_DAY}, rules.UnitWrong),
        ({"entry_id": 999}, service.EntryUnknown),
        ({"entry_id": 2**31}, service.EntryUnknown),
        ({"entry_id": -1}, service.EntryUnknown),
    ],
)
def test_session_that_cannot_be_is_not_made(
    session: Session, meeting: Meeting, given: dict[str, Any], refusal: type[DomainError]
) -> None:
    with pytest.raises(refusal):
        made(session, meeting, **given)

    assert session.scalars(select(StudySession)).all() == []


def test_general_meeting_gives_nothing(session: Session, branch: Organization) -> None:
    with pytest.raises(rules.NoHoursKind):
        made(session, held(session, branch, kind=MeetingKind.MEMBER_MEETING), minutes=60)


def test_meeting_that_does_not_stand_gives_nothing(session: Session, branch: Organization) -> None:
    off, gone, into = (held(session, branch) for _ in range(3))
    off.cancelled_at, gone.merged_into_id = NOW, into.id

    with pytest.raises(MeetingCancelled):
        made(session, off)
    with pytest.raises(MeetingMerged):
        made(session, gone)


def test_entry_is_of_a_published_plan_that_the_branch_follows(session: Session) -> None:
    committee = factories.organization(session, name="公司党委")
    branch = factories.organization(session, parent=committee)
    meeting = held(session, branch)
    elsewhere = entry(session, factories.organization(session, name="别的支部"))
    drafted = entry(session, committee, PlanState.DRAFT)

    for other in (elsewhere, drafted):
        with pytest.raises(service.EntryUnknown):
            made(session, meeting, entry_id=other.id)
    followed = entry(session, committee)

    assert made(session, meeting, entry_id=followed.id).entry_id == followed.id


def test_meeting_is_one_session(session: Session, meeting: Meeting) -> None:
    made(session, meeting)

    with pytest.raises(service.SessionExists):
        made(session, meeting)


def test_removed_session_is_gone_and_may_be_made_again(session: Session, meeting: Meeting) -> None:
    row = made(session, meeting)
    service.remove_session(session, study_session=row, revision=1)

    with pytest.raises(service.SessionOvertaken):
        change(session, row)
    assert made(session, meeting).minutes == 120

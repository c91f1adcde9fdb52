"""Each change of a meeting reaches everybody whom it concerns, once, and nobody else."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.core.db import Session, Sessions
from app.meetings import changes, telling
from app.meetings.models import Expected, Ground, Leave, LeaveKind, Meeting, Standing
from app.meetings.states import LeaveState
from app.meetings.telling import Change
from app.members.models import Member
from app.notices.models import Delivery
from app.notices.states import DeliveryState
from app.organizations.models import Organization
from tests import factories
from tests.factories import NOW

D = DeliveryState
STARTS = NOW + timedelta(days=2)
NIGHT = NOW + timedelta(hours=13)


@dataclass(frozen=True)
class Called:
    """A meeting the day after tomorrow and the two who are expected."""

    branch: Organization
    meeting: Meeting
    members: Sequence[Member]


@pytest.fixture
def called(session: Session) -> Called:
    return call(session)


def call(session: Session, *names: str) -> Called:
    branch = factories.organization(session)
    members = [bound(session, branch, name) for name in names or ("甲", "乙")]
    meeting = factories.meeting(session, branch, starts_at=STARTS, expected=tuple(members))
    return Called(branch, meeting, members)


def bound(session: Session, branch: Organization, name: str) -> Member:
    member = factories.member(session, branch, name=name)
    factories.identity(session, member=member)
    return member


def tell(session: Session, meeting: Meeting, change: Change = Change.ANNOUNCED, now: Any = NOW) -> int:
    return telling.tell(session, meeting=meeting, change=change, now=now)


def told(session: Session, change: Change, meeting: Meeting) -> dict[str, DeliveryState]:
    subject = f"meeting:{meeting.id}:{change}:{meeting.revision}"
    rows = session.execute(
        select(Member.name, Delivery.state)
        .join(Member, Member.id == Delivery.member_id)
        .where(Delivery.subject == subject)
    )
    return {row.name: row.state for row in rows}


def put(session: Session, meeting: Meeting, member: Member, standing: Standing, **more: Any) -> None:
    session.add(
        Expected(
            meeting_id=meeting.id,
            member_id=member.id,
            organization_id=member.organization_id,
            standing=standing,
            **more,
        )
    )
    session.flush()


def sent(session: Session) -> None:
    for one in session.scalars(select(Delivery).where(Delivery.state == D.QUEUED)):
        one.state = D.SENT
    session.flush()


def test_announced_once_to_everybody_who_is_expected(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        called = call(session)
        factories.member(session, called.branch, name="无关")

        assert [tell(session, called.meeting), tell(session, called.meeting)] == [2, 0]
        assert told(session, Change.ANNOUNCED, called.meeting) == {"甲": D.QUEUED, "乙": D.QUEUED}


def test_notice_says_what_when_and_where_and_nothing_of_the_agenda(session: Session, called: Called) -> None:
    called.meeting.place, called.meeting.agenda = "三楼会议室", "讨论某人的处分"
    tell(session, called.meeting)

    one = session.scalars(select(Delivery)).first()
    assert one is not None
    assert (one.kind, json.loads(one.fields)) == (
        "meeting",
        {
            "meeting": str(called.meeting.id),
            "title": "第一季度支部党员大会",
            "organization": "第一党支部",
            "time": "2026年03月04日 09:00",
            "place": "三楼会议室",
            "change": "announced",
            "of": "第一季度支部党员大会",
        },
    )


def test_who_sits_in_is_told_and_who_is_not_counted_is_not(session: Session, called: Called) -> None:
    guest, ill = (bound(session, called.branch, name) for name in ("列席", "病重"))
    put(session, called.meeting, guest, Standing.INVITED)
    put(session, called.meeting, ill, Standing.NOT_COUNTED, ground=Ground.ILLNESS, approval_no="〔2026〕1号")

    assert tell(session, called.meeting) == 3
    assert "病重" not in told(session, Change.ANNOUNCED, called.meeting)


def test_announced_again_reaches_only_who_came_onto_the_list_since(session: Session, called: Called) -> None:
    tell(session, called.meeting)
    called.meeting.revision = 1
    tell(session, called.meeting, Change.MOVED)
    guest = bound(session, called.branch, "后来")
    put(session, called.meeting, guest, Standing.INVITED)

    assert tell(session, called.meeting) == 1
    assert told(session, Change.ANNOUNCED, called.meeting) == {"后来": D.QUEUED}


def test_each_move_is_told_anew(session: Session, called: Called) -> None:
    tell(session, called.meeting)
    for revision in (1, 2):
        called.meeting.revision = revision
        assert tell(session, called.meeting, Change.MOVED) == 2


def test_moved_before_anybody_heard_of_it_only_the_new_time_is_said(session: Session, called: Called) -> None:
    tell(session, called.meeting, now=NIGHT)
    called.meeting.starts_at += timedelta(days=1)
    called.meeting.revision = 1

    tell(session, called.meeting, Change.MOVED, now=NIGHT)

    rows = session.scalars(select(Delivery).where(Delivery.state == D.QUEUED)).all()
    assert [json.loads(row.fields)["time"] for row in rows] == ["2026年03月05日 09:00"] * 2


def test_cancelled_is_told_to_those_who_have_heard_of_the_meeting(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        called = call(session)
        tell(session, called.meeting)
        sent(session)
        guest = bound(session, called.branch, "后来")
        put(session, called.meeting, guest, Standing.INVITED)
        tell(session, called.meeting)

        assert tell(session, called.meeting, Change.CANCELLED) == 2
        assert told(session, Change.CANCELLED, called.meeting) == {"甲": D.QUEUED, "乙": D.QUEUED}
        called.meeting.revision = 0
        assert told(session, Change.ANNOUNCED, called.meeting)["后来"] is D.WITHDRAWN


def test_cancelled_before_anybody_was_told_of_anything_is_still_said(
    session: Session, called: Called
) -> None:
    """It may have been read on a page, or on paper."""
    assert tell(session, called.meeting, Change.CANCELLED) == 2


def test_merged_tells_its_own_people_where_they_go_and_the_others_nothing(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        called, other = call(session), call(session, "丙")
        partner = bound(session, factories.organization(session, name="联建支部"), "联建")
        put(session, called.meeting, partner, Standing.VOTING)
        tell(session, called.meeting)
        sent(session)
        other.meeting.title = "联合主题党日"
        changes.merge(session, meeting=called.meeting, into=other.meeting, now=NOW)

        assert tell(session, called.meeting, Change.MERGED) == 3
        assert set(told(session, Change.MERGED, called.meeting)) == {"甲", "乙", "联建"}
        row = session.scalars(select(Delivery).where(Delivery.subject.contains("merged"))).first()
        assert row is not None
        fields = json.loads(row.fields)
        assert (fields["meeting"], fields["title"], fields["of"]) == (
            str(other.meeting.id),
            "联合主题党日",
            "第一季度支部党员大会",
        )


def test_merged_before_anybody_heard_of_it_only_the_other_meeting_is_said(session: Session) -> None:
    called, other = call(session), call(session, "丙")
    partner = bound(session, factories.organization(session, name="联建支部"), "联建")
    put(session, called.meeting, partner, Standing.VOTING)
    tell(session, called.meeting, now=NIGHT)
    changes.merge(session, meeting=called.meeting, into=other.meeting, now=NIGHT)

    assert tell(session, called.meeting, Change.MERGED, now=NIGHT) == 3
    waiting = session.scalars(select(Delivery.subject).where(Delivery.state == D.QUEUED)).all()
    assert set(waiting) == {f"meeting:{called.meeting.id}:merged:1"}


@pytest.mark.parametrize("change", list(Change))
def test_what_is_over_is_told_to_nobody(session: Session, called: Called, change: Change) -> None:
    assert tell(session, called.meeting, change, now=called.meeting.ends_at + timedelta(seconds=1)) == 0


def test_late_entry_is_not_announced(session: Session, called: Called) -> None:
    called.meeting.late_reason = "停电，当天没有录入"

    assert tell(session, called.meeting) == 0


def test_what_the_quiet_hours_hold_back_until_the_meeting_has_begun_is_only_listed(session: Session) -> None:
    called = call(session)
    called.meeting.starts_at = NOW + timedelta(hours=22, minutes=30)  # Tuesday 07:30 in China

    tell(session, called.meeting, now=NIGHT)

    assert set(told(session, Change.ANNOUNCED, called.meeting).values()) == {D.LISTED}


def answered(session: Session, called: Called, state: LeaveState) -> Leave:
    leave = session.scalar(select(Leave)) or Leave(
        meeting_id=called.meeting.id, member_id=called.members[0].id, kind=LeaveKind.DUTY, asked_at=NOW
    )
    leave.state, leave.answered_at, leave.answer = state, NOW, "同意"
    session.add(leave)
    session.flush()
    return leave


def test_answer_to_a_leave_is_told_once_and_a_corrected_one_again(session: Session, called: Called) -> None:
    granted = answered(session, called, LeaveState.GRANTED)
    first = [telling.leave_answered(session, leave=granted, now=NOW) for _ in range(2)]
    refused = answered(session, called, LeaveState.REFUSED)

    assert (first, telling.leave_answered(session, leave=refused, now=NOW)) == ([1, 0], 1)
    rows = session.scalars(select(Delivery).order_by(Delivery.subject)).all()
    assert {row.member_id for row in rows} == {called.members[0].id}
    assert [(row.kind, json.loads(row.fields)["state"]) for row in rows] == [
        ("leave_answered", "granted"),
        ("leave_answered", "refused"),
    ]

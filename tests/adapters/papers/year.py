"""A branch's year in small: what its ledger must hold."""

from datetime import date, datetime, timedelta

from app.core.clock import from_local
from app.core.db import Session
from app.meetings.models import (
    CheckIn,
    Leave,
    LeaveKind,
    MakeUp,
    Meeting,
    MeetingKind,
    MeetingOrganization,
    Way,
)
from app.meetings.records import service
from app.meetings.records.content import Action, Content, Item
from app.meetings.states import LeaveState
from app.members.models import Member
from app.organizations.models import Organization
from tests import factories

MINUTES = Content(
    (Item("学习讲话精神", "张三领学", "李四：联系实际", "每月学习一次"),),
    (Action("整理学习笔记", "王五", date(2026, 3, 20)),),
)


def meeting(
    session: Session,
    branch: Organization,
    people: tuple[Member, ...],
    on: date,
    *,
    kind: MeetingKind = MeetingKind.THEME_DAY,
    title: str = "主题党日",
) -> Meeting:
    """At nine in the morning in China; the first of the people came, the second is ill, the rest are away."""
    made = factories.meeting(session, branch, starts_at=from_local(on, 9), expected=people)
    made.kind, made.title, made.place, made.chair, made.recorder = kind, title, "三楼会议室", "赵书", "钱记"
    came, ill = people[:2]
    session.add(CheckIn(meeting_id=made.id, member_id=came.id, checked_in_at=made.starts_at, way=Way.SCAN))
    leave = Leave(meeting_id=made.id, member_id=ill.id, kind=LeaveKind.SICK, asked_at=made.starts_at)
    leave.state = LeaveState.GRANTED
    session.add(leave)
    caught_up = MakeUp(
        meeting_id=made.id, member_id=ill.id, done_on=on + timedelta(days=7), recorded_by="王丽"
    )
    caught_up.recorded_at = made.starts_at
    session.add(caught_up)
    session.flush()
    return made


def close(session: Session, held: Meeting, content: Content = MINUTES) -> None:
    after: datetime = held.ends_at
    service.save_draft(session, meeting=held, content=content, by="王丽", now=after)
    service.close(session, meeting=held, by="王丽", now=after)


def people(session: Session, branch: Organization, *names: str) -> tuple[Member, ...]:
    return tuple(factories.member(session, branch, name=name) for name in names)


def partner(session: Session, held: Meeting, other: Organization) -> None:
    session.add(MeetingOrganization(meeting_id=held.id, organization_id=other.id))
    session.flush()

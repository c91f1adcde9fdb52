"""Minutes that tests write, and the meeting that they are of."""

from dataclasses import replace
from datetime import date, timedelta

from app.core.db import Session
from app.meetings.models import Meeting, MeetingKind
from app.meetings.records import service
from app.meetings.records.content import Action, Content, Counts, Facts, Item, Named
from app.meetings.records.models import Record
from app.organizations.models import Organization
from tests import factories
from tests.factories import NOW

AFTER = NOW + timedelta(hours=3)
MINUTES = Content(
    items=(
        Item("学习讲话精神", "张三领学", "李四：联系实际", "每月学习一次"),
        Item("发展党员", decision="同意"),
    ),
    actions=(Action("整理学习笔记", "王五", date(2026, 3, 20)),),
)
COUNTS = Counts(5, 3, 4, 3, on_leave=1, absent=1, not_counted=0, invited=1, made_up=0)
FACTS = Facts(
    organizations=("第一党支部",),
    kind=MeetingKind.MEMBER_MEETING,
    title="第一季度支部党员大会",
    place="三楼会议室",
    starts_at=NOW,
    ends_at=NOW + timedelta(hours=2),
    chair="赵书",
    recorder="钱记",
    agenda="学习",
    late_reason="",
    counts=COUNTS,
    on_leave=(Named("孙七", "病假"),),
    absent=(Named("周八"),),
    invited=(Named("吴九"),),
)


def of(meeting_kind: MeetingKind) -> Facts:
    return replace(FACTS, kind=meeting_kind)


def held(
    session: Session,
    organization: Organization | None = None,
    *,
    kind: MeetingKind = MeetingKind.MEMBER_MEETING,
) -> Meeting:
    """At NOW, with two people expected."""
    branch = organization or factories.organization(session)
    expected = (
        factories.member(session, branch, name="甲一"),
        factories.member(session, branch, name="乙二"),
    )
    meeting = factories.meeting(session, branch, expected=expected)
    meeting.kind = kind
    session.flush()
    return meeting


def closed(session: Session, meeting: Meeting, content: Content = MINUTES) -> Record:
    service.save_draft(session, meeting=meeting, content=content, by="王丽", now=AFTER)
    return service.close(session, meeting=meeting, by="王丽", now=AFTER)

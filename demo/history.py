"""What has happened in the group before the visitor comes: bound chats, meetings held, letters written."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import insert, select

from app.core.clock import from_local, local_day
from app.core.db import Session
from app.feedback import service as feedback
from app.meetings import service as meetings
from app.meetings.models import CheckIn, Meeting, MeetingKind, Way
from app.members import identities
from app.members.models import PARTY_MEMBERS, Member
from app.notices.models import Channel, Delivery, DeliveryAttempt
from app.notices.states import DeliveryState
from app.notices.timing import IsWorkingDay
from app.organizations.models import BRANCH_KINDS, Organization
from demo.cast import COLLEAGUES, STAFF, Guest
from demo.chats import bind_chats
from demo.days import working_day
from demo.roster import Roster

BY = "演示数据"
WORKING_DAYS = 5
BRANCHES_THAT_MET = 40
LONGEST_AGO = 28
STAYED_AWAY_EVERY = 9
BY_RECORDER_EVERY = 5

LETTERS: tuple[tuple[Guest, int, str, str | None], ...] = (
    (COLLEAGUES[0], 1, "一号楼电梯这周又停了两次，能不能请物业彻底检修一下？", None),
    (COLLEAGUES[1], 26, "夜班食堂九点半以后只有面条，希望能多一两个热菜。", None),
    (STAFF, 2, "更衣柜不够用，新来的同事只能两个人合用一个。", None),
    (
        COLLEAGUES[2],
        18,
        "建议主题党日安排一次到老矿区的现场学习。",
        "建议很好，已列入下季度计划，时间确定后另行通知。",
    ),
    (
        COLLEAGUES[3],
        33,
        "请问组织关系转接需要准备哪些材料？",
        "凭调动通知到支部开具介绍信即可，支部已电话联系您。",
    ),
)
"""(who, how many days ago, what, the answer two days later or None)"""


def write_history(
    session: Session, branch: Organization, *, app_id: str, works: IsWorkingDay, now: datetime
) -> None:
    roster = Roster.of(session, branch)
    bind_chats(session, roster, app_id=app_id, now=now)
    _hold_meetings(session, branch, works, now)
    for guest, days_ago, text, reply in LETTERS:
        _write(session, roster, guest, app_id, now - timedelta(days=days_ago), text, reply)


def _hold_meetings(session: Session, branch: Organization, works: IsWorkingDay, now: datetime) -> None:
    """One each, in some of the other branches: what the demo's own did is in `demo.years`."""
    branches = session.scalars(
        select(Organization)
        .where(Organization.kind.in_(BRANCH_KINDS), Organization.id != branch.id)
        .order_by(Organization.id)
    ).all()
    step = max(1, len(branches) // BRANCHES_THAT_MET)
    for number, one in enumerate(branches[::step]):
        day = working_day(local_day(now - timedelta(days=LONGEST_AGO - number % 17)), works)
        _hold(session, one, day)


def _hold(session: Session, branch: Organization, day: date) -> None:
    """One past meeting with the sign-ins that it had."""
    starts_at = from_local(day, 14, 30)
    meeting = meetings.announce(
        session,
        organization=branch,
        kind=MeetingKind.MEMBER_MEETING,
        title=f"{local_day(starts_at).month}月支部党员大会",
        place="党员活动室",
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=2),
        by=BY,
        now=starts_at - timedelta(days=5),
    )
    meeting.hand_code = None
    _sign_in(session, meeting, _party(session, branch))


def _party(session: Session, branch: Organization) -> Sequence[int]:
    mine = select(Member.id).where(Member.organization_id == branch.id, Member.kind.in_(PARTY_MEMBERS))
    return session.scalars(mine.order_by(Member.id)).all()


def _sign_in(session: Session, meeting: Meeting, people: Sequence[int]) -> None:
    """Most scan, some are ticked off on the list, a few do not come."""
    rows = [
        {
            "meeting_id": meeting.id,
            "member_id": member_id,
            "checked_in_at": meeting.check_in_from + timedelta(seconds=37 * number),
            "way": Way.SCAN if number % BY_RECORDER_EVERY else Way.RECORDER,
        }
        for number, member_id in enumerate(people, start=1)
        if number % STAYED_AWAY_EVERY
    ]
    session.execute(insert(CheckIn), rows)


def _write(
    session: Session, roster: Roster, guest: Guest, app_id: str, at: datetime, text: str, reply: str | None
) -> None:
    member = roster.member_of(guest)
    thread = feedback.submit(
        session,
        organization_id=roster.branch.id,
        member_id=member.id,
        identity_id=identities.identity_of_member(session, app_id=app_id, member_id=member.id),
        author=member.name,
        text=text,
        working_days=WORKING_DAYS,
        now=at,
    )
    if reply is not None:
        answered_at = at + timedelta(days=2)
        message = feedback.answer(session, thread=thread, by="支部书记", text=reply, now=answered_at)
        _has_arrived(session, f"feedback:{message.id}", answered_at)


def _has_arrived(session: Session, subject: str, at: datetime) -> None:
    """The notice of an answer given long ago went out long ago: nothing is sent again when the demo starts."""
    queued = session.scalars(select(Delivery).where(Delivery.subject == subject)).one()
    queued.state, queued.channel = DeliveryState.SENT, Channel.CUSTOMER
    queued.claimed_at, queued.ended_at, queued.attempts = at, at, 1
    session.add(DeliveryAttempt(delivery_id=queued.id, channel=Channel.CUSTOMER, at=at, outcome="accepted"))

"""What expires between two starts and is made anew: the open meeting, the one to come, the follower's code."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from app.core.clock import from_local, local_day
from app.core.db import Session
from app.meetings import leave
from app.meetings import service as meetings
from app.meetings.models import LeaveKind, Meeting, MeetingKind
from app.members import binding
from app.notices import workdays
from app.organizations import queries as organizations
from app.organizations.models import Organization
from demo.cast import BOUND, COLLEAGUES, Guest
from demo.chats import bind_chats, phones
from demo.days import working_day
from demo.history import BY
from demo.load import Target
from demo.reference_group import ReferenceGroup
from demo.roster import Roster, unbound_follower

Json = dict[str, Any]
OPEN_FOR = timedelta(hours=12)
OPEN_TITLE = "主题党日（现场演示）"
NEXT_TITLE = "下一次主题党日"
CODE_DAYS = 14
NEXT_IN_DAYS = 6


@dataclass(frozen=True)
class Stage:
    """What a visitor needs to know to begin."""

    branch: Organization
    meeting: Meeting
    follower: Guest
    follower_name: str
    code: str
    names: Mapping[str, str]
    """Who stands behind each guest's OpenID."""
    crowd: list[Json]
    """Everybody else with a phone, as the sandbox takes them."""


def renew(target: Target, group: ReferenceGroup, *, now: datetime) -> Stage:
    with target.sessions.begin() as session:
        branch = organizations.by_code(session, group.units[group.demo_branch].code)
        if branch is None:
            raise LookupError("the demo branch is not there; the group was not loaded")
        roster = Roster.of(session, branch)
        _announce_next(session, roster, now)
        bind_chats(session, roster, app_id=target.app_id, now=now)
        guest, member = unbound_follower(session, roster, app_id=target.app_id)
        code = binding.issue_code(session, member=member, by=BY, now=now, vault=target.vault, days=CODE_DAYS)
        names = {one.openid: roster.member_of(one).name for one in (*BOUND, guest)}
        crowd = phones(session, app_id=target.app_id)
        return Stage(branch, _open_meeting(session, branch, now), guest, member.name, code, names, crowd)


def _open_meeting(session: Session, branch: Organization, now: datetime) -> Meeting:
    """Of today: the same as at the last start, kept open for another 12 hours. Of an earlier day: a new one."""
    last = _latest(session, branch, OPEN_TITLE)
    if last is None or last.cancelled_at or local_day(last.starts_at) != local_day(now):
        return _announce(session, branch, OPEN_TITLE, now, OPEN_FOR - meetings.CLOSES_AFTER, now)
    last.check_in_until = max(last.check_in_until, now + OPEN_FOR)
    last.ends_at = last.check_in_until - meetings.CLOSES_AFTER
    return last


def _announce_next(session: Session, roster: Roster, now: datetime) -> None:
    """Somebody has asked for leave from it, and waits for the secretary's word."""
    branch = roster.branch
    last = _latest(session, branch, NEXT_TITLE)
    if last is None or last.starts_at < now:
        day = working_day(local_day(now) + timedelta(days=NEXT_IN_DAYS), workdays.known_to(session))
        starts_at = from_local(day, 15)
        made = _announce(session, branch, NEXT_TITLE, starts_at, timedelta(hours=2), now)
        member = roster.member_of(COLLEAGUES[-1])
        leave.ask(
            session,
            meeting_id=made.id,
            member_id=member.id,
            kind=LeaveKind.SHIFT,
            reason="当天下午班，和班长说过了",
            now=now,
        )


def _latest(session: Session, branch: Organization, title: str) -> Meeting | None:
    mine = select(Meeting).where(
        Meeting.organization_id == branch.id, Meeting.created_by == BY, Meeting.title == title
    )
    return session.scalars(mine.order_by(Meeting.id.desc()).limit(1)).first()


def _announce(
    session: Session, branch: Organization, title: str, starts_at: datetime, length: timedelta, now: datetime
) -> Meeting:
    return meetings.announce(
        session,
        organization=branch,
        kind=MeetingKind.THEME_DAY,
        title=title,
        place="二楼党员活动室",
        starts_at=starts_at,
        ends_at=starts_at + length,
        by=BY,
        now=now,
    )

"""The demo branch's past meetings as rows: the meeting itself, who took part, and its record in versions."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cached_property

from app.core.clock import local_day
from app.core.db import Session
from app.meetings.models import Meeting, MeetingKind, MeetingOrganization
from app.meetings.plans.models import Plan
from app.meetings.records import facts
from app.meetings.records.content import Content, to_json
from app.meetings.records.states import RecordState
from app.meetings.service import CLOSES_AFTER, OPENS_BEFORE
from app.members.models import Member
from app.organizations.models import Organization
from demo.ballots import SEATS
from demo.minutes import AMENDED_FOR, Roles, agenda, corrected, minutes
from demo.occasions import Occasion, Rhythm, Turn
from demo.topics import Topic
from demo.turnout import BY, Gathering, Row, Turnout, turnout

HEAT = "高温橙色预警，当日全员保供，活动取消"
LATE = "当日网络中断，纸质签到，次日补录"
REVIEWS = frozenset({MeetingKind.ORGANIZATIONAL_LIFE, MeetingKind.APPRAISAL})
WRITERS, ABROAD = slice(20, 22), 30
"""Places on the roster: who hands in an opinion instead of coming, and who is not counted."""
TOGETHER = frozenset({Turn.JOINT, Turn.HOSTED})


@dataclass
class Cast:
    """The branch, its sister below the same superior, and their people in the order of the roster."""

    branch: Organization
    party: Sequence[Member]
    sister: Organization
    sisters: Sequence[Member]
    numbers: dict[tuple[int, int], int] = field(default_factory=dict)
    """The last record of (organisation, year)."""

    @cached_property
    def roles(self) -> Roles:
        return Roles(*(one.name for one in self.committee[:3]))

    @property
    def committee(self) -> Sequence[Member]:
        """The places after the visitor's own, and so those who stand first in the election."""
        return self.party[1 : 1 + SEATS]

    def of(self, occasion: Occasion) -> Sequence[Member]:
        if occasion.turn in TOGETHER:
            return [*self.party, *self.sisters]
        return self.committee if occasion.kind is MeetingKind.BRANCH_COMMITTEE else self.party

    def number(self, meeting: Meeting) -> None:
        """The next of its organisation's year."""
        year = local_day(meeting.starts_at).year
        key = meeting.organization_id, year
        self.numbers[key] = self.numbers.get(key, 0) + 1
        meeting.record_year, meeting.record_number = year, self.numbers[key]


def meeting_row(cast: Cast, one: Occasion, plans: dict[Rhythm, Plan], number: int) -> Meeting:
    host = cast.sister if one.turn is Turn.HOSTED else cast.branch
    late = one.turn is Turn.ENTERED_LATE
    made = Meeting(
        organization_id=host.id,
        kind=one.kind,
        title=one.title,
        place=one.place,
        starts_at=one.starts_at,
        ends_at=one.ends_at,
        check_in_from=one.starts_at - OPENS_BEFORE,
        check_in_until=one.ends_at + CLOSES_AFTER,
        scene=f"mdemo{number:027d}",
        created_by=BY,
        created_at=one.starts_at + timedelta(days=1 if late else -5),
        roster_at=one.starts_at - OPENS_BEFORE,
        chair=cast.roles.secretary,
        recorder=cast.roles.organizer,
        agenda=agenda(one),
        late_reason=LATE if late else None,
        plan_id=plans[one.rhythm].id if one.rhythm else None,
        planned_on=one.planned_on,
    )
    if one.turn is Turn.MOVED:
        made.moved_at, made.revision = one.starts_at - timedelta(days=4), 1
    if one.turn is Turn.CANCELLED:
        made.cancelled_at, made.cancel_reason = one.starts_at - timedelta(hours=7), HEAT
    return made


def tie(cast: Cast, occasions: Sequence[Occasion], meetings: Sequence[Meeting]) -> list[MeetingOrganization]:
    """Who takes part beside the host; and what was merged leads to where it was held."""
    by_turn = {one.turn: meeting for one, meeting in zip(occasions, meetings, strict=True) if one.turn}
    source, target = by_turn[Turn.MERGED], by_turn[Turn.HOSTED]
    source.merged_into_id = target.id
    source.revision = target.revision = 1
    joint = by_turn[Turn.JOINT]
    return [
        MeetingOrganization(meeting_id=joint.id, organization_id=cast.sister.id),
        MeetingOrganization(meeting_id=target.id, organization_id=cast.branch.id),
    ]


def came_to(cast: Cast, occasion: Occasion, meeting: Meeting) -> Turnout:
    """Nobody to one that was merged away. One that was cancelled keeps its list, and nobody signed in."""
    if occasion.turn is Turn.MERGED:
        return Turnout()
    guests = cast.sisters[:1] if occasion.kind in REVIEWS else ()
    away = cast.party[WRITERS] if occasion.turn is Turn.ADMISSION else ()
    gathering = Gathering(meeting, cast.of(occasion), guests, cast.party[ABROAD], away)
    found = turnout(gathering, seed=meeting.scene)
    return Turnout(expected=found.expected) if occasion.turn is Turn.CANCELLED else found


def record_rows(
    session: Session, cast: Cast, occasion: Occasion, meeting: Meeting, said: Sequence[Topic], *, draft: bool
) -> list[Row]:
    """One version; of the amended one two; the latest meeting's is not closed yet."""
    if occasion.turn in {Turn.MERGED, Turn.CANCELLED}:
        return []
    content = minutes(occasion, cast.roles, said)
    if draft:
        return [_version(meeting, 1, content)]
    cast.number(meeting)
    whole = replace(content, facts=facts.take(session, meeting))
    rows = [_version(meeting, 1, whole, closed_after=2)]
    if occasion.turn is Turn.AMENDED:
        rows.append(_version(meeting, 2, corrected(whole), AMENDED_FOR, closed_after=9))
    return rows


def _version(
    meeting: Meeting, version: int, content: Content, reason: str = "", *, closed_after: int = 0
) -> Row:
    """`closed_after`: days; 0 is not at all."""
    closed_at = meeting.ends_at + timedelta(days=closed_after)
    return {
        "meeting_id": meeting.id,
        "version": version,
        "state": RecordState.CLOSED if closed_after else RecordState.DRAFT,
        "content": to_json(content),
        "reason": reason,
        "edited_by": BY,
        "edited_at": closed_at - timedelta(minutes=20),
        "closed_by": BY if closed_after else "",
        "closed_at": closed_at if closed_after else None,
    }

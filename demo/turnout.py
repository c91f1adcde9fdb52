"""Who came to a past meeting, in what way, who had leave and who caught up later: as rows, drawn from a seed."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from app.core.clock import local_day
from app.meetings.models import Ground, LeaveKind, Meeting, MeetingKind, Standing, Way
from app.meetings.states import LeaveState
from app.members.models import Member, MemberKind

Row = dict[str, object]
BY = "支部书记"
ABSENT, ON_LEAVE = 0.02, 0.09
WAYS = {
    Way.SCAN: 52,
    Way.LINK: 20,
    Way.HAND_CODE: 9,
    Way.CARD: 6,
    Way.MINI_PROGRAM: 5,
    Way.RECORDER: 8,
}
LEAVE = {
    LeaveKind.SHIFT: (8, "当日夜班，由本人提出，班长已核实"),
    LeaveKind.DUTY: (5, "外出参加集团技术培训"),
    LeaveKind.SICK: (3, "感冒发热，在家休息"),
    LeaveKind.PERSONAL: (2, "家中有事"),
}
MADE_UP_IN = frozenset({MeetingKind.PARTY_LECTURE, MeetingKind.MEMBER_MEETING})
ABROAD = (Ground.ABROAD, "岚岳发电党〔2025〕7号")
NOT_COUNTED_IN = frozenset({MeetingKind.MEMBER_MEETING, MeetingKind.ELECTION, MeetingKind.APPRAISAL})


@dataclass
class Turnout:
    """Rows to insert."""

    expected: list[Row] = field(default_factory=list)
    check_ins: list[Row] = field(default_factory=list)
    leaves: list[Row] = field(default_factory=list)
    make_ups: list[Row] = field(default_factory=list)
    voters: list[Member] = field(default_factory=list)
    """Those who are there and vote."""
    away_voters: list[Member] = field(default_factory=list)


@dataclass(frozen=True)
class Gathering:
    """`people`: who belongs, in roster order; `guests` sit in, `abroad` does not count, `away` have leave."""

    meeting: Meeting
    people: Sequence[Member]
    guests: Sequence[Member] = ()
    abroad: Member | None = None
    away: Sequence[Member] = ()


def turnout(gathering: Gathering, seed: str) -> Turnout:
    random, found, meeting = Random(seed), Turnout(), gathering.meeting
    day = local_day(meeting.starts_at)
    for member in gathering.people:
        if not _joined(member, day):
            continue
        if member is gathering.abroad and meeting.kind in NOT_COUNTED_IN:
            ground, approval = ABROAD
            found.expected.append(_expected(meeting, member, Standing.NOT_COUNTED, ground, approval))
            continue
        votes = member.kind is MemberKind.FULL
        standing = Standing.VOTING if votes else Standing.NON_VOTING
        found.expected.append(_expected(meeting, member, standing))
        draw = ON_LEAVE - ABSENT if member in gathering.away else random.random()
        _decide(random, found, meeting, member, draw)
    for member in gathering.guests:
        found.expected.append(_expected(meeting, member, Standing.INVITED))
        _came(random, found, meeting, member)
    found.check_ins.sort(key=lambda row: str(row["checked_in_at"]))
    return found


def _joined(member: Member, day: date) -> bool:
    return member.joined_on is None or member.joined_on < day


def _decide(random: Random, found: Turnout, meeting: Meeting, member: Member, draw: float) -> None:
    votes = member.kind is MemberKind.FULL
    if draw >= ON_LEAVE:
        _came(random, found, meeting, member)
        if votes:
            found.voters.append(member)
        return
    if votes:
        found.away_voters.append(member)
    if draw >= ABSENT and not meeting.late_reason:
        found.leaves.append(_leave(random, meeting, member))
    if meeting.kind in MADE_UP_IN:
        found.make_ups.append(_made_up(meeting, member))


def _came(random: Random, found: Turnout, meeting: Meeting, member: Member) -> None:
    """Within the half hour before, or a few minutes late; who was entered late has the beginning."""
    early = timedelta(seconds=random.randint(5, 33 * 60))
    way = random.choices(tuple(WAYS), weights=tuple(WAYS.values()))[0]
    late = meeting.late_reason is not None
    found.check_ins.append(
        {
            "meeting_id": meeting.id,
            "member_id": member.id,
            "checked_in_at": meeting.starts_at if late else meeting.check_in_from + early,
            "way": Way.RECORDER if late else way,
        }
    )


def _leave(random: Random, meeting: Meeting, member: Member) -> Row:
    kind = random.choices(tuple(LEAVE), weights=[weight for weight, _ in LEAVE.values()])[0]
    asked_at = meeting.starts_at - timedelta(hours=random.randint(6, 60))
    return {
        "meeting_id": meeting.id,
        "member_id": member.id,
        "kind": kind,
        "reason": LEAVE[kind][1],
        "state": LeaveState.GRANTED,
        "asked_at": asked_at,
        "answered_at": asked_at + timedelta(hours=2),
        "answered_by": BY,
        "answer": "同意",
    }


def _made_up(meeting: Meeting, member: Member) -> Row:
    return {
        "meeting_id": meeting.id,
        "member_id": member.id,
        "done_on": local_day(meeting.starts_at + timedelta(days=7)),
        "way": "小组长当面补课，交学习笔记",
        "recorded_by": BY,
        "recorded_at": meeting.starts_at + timedelta(days=8),
    }


def _expected(
    meeting: Meeting,
    member: Member,
    standing: Standing,
    ground: Ground | None = None,
    approval: str | None = None,
) -> Row:
    return {
        "meeting_id": meeting.id,
        "member_id": member.id,
        "organization_id": member.organization_id,
        "standing": standing,
        "ground": ground,
        "approval_no": approval,
    }

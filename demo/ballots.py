"""The two votes of the demo branch's last year: an admission and an election, counted and confirmed by two tellers."""

from collections.abc import Sequence
from datetime import timedelta

from app.core.db import Session
from app.meetings.models import Meeting
from app.meetings.votes import service as votes
from app.meetings.votes.counting import Counted
from app.meetings.votes.models import Matter, Method, Vote
from app.members.models import Member
from demo.topics import Topic
from demo.turnout import BY, Turnout

SEATS = 5
OPINIONS = 2
SPOILED = 1
INTO_THE_MEETING = timedelta(minutes=40)


def admit(session: Session, meeting: Meeting, turnout: Turnout, name: str) -> Topic:
    """By secret ballot, with the opinions of two who could not come; what the record says of it."""
    vote = _open(session, meeting, Matter.ADMISSION, name)
    writers = turnout.away_voters[:OPINIONS]
    for member in writers:
        before = meeting.starts_at - timedelta(hours=20)
        votes.add_written_opinion(
            session, vote=vote, member_id=member.id, received_at=before, by=BY, now=before
        )
    present = len(turnout.voters)
    counted = Counted(
        issued=present,
        returned=present,
        in_favour=present - 3,
        abstained=2,
        spoiled=SPOILED,
        written_in_favour=len(writers),
    )
    _count(session, meeting, vote, counted, [one for one in turnout.voters if one.name != name])
    return (
        f"讨论接收{name}同志为中共预备党员",
        f"介绍人介绍{name}同志的情况；支委会报告审查和公示情况。",
        "与会党员肯定其工作和学习，希望今后多联系群众。",
        (
            f"到会有表决权党员{present}名，票决赞成{counted.in_favour}票、弃权2票、无效{SPOILED}票，"
            f"另有会前书面赞成意见{len(writers)}份。赞成人数超过应到会有表决权党员半数，决议接收为预备党员，报上级党委审批。"
        ),
    )


def elect(session: Session, meeting: Meeting, turnout: Turnout, standing: Sequence[Member]) -> Topic:
    """One more candidate than there are seats."""
    names = [one.name for one in standing]
    vote = _open(session, meeting, Matter.ELECTION, "支部委员会委员", names)
    present = len(turnout.voters)
    given = [present - SPOILED - rank for rank in range(SEATS)] + [4] * (len(names) - SEATS)
    counted = Counted(
        issued=present, returned=present, spoiled=SPOILED, votes=dict(zip(names, given, strict=True))
    )
    _count(session, meeting, vote, counted, [one for one in turnout.voters if one.name not in names])
    return (
        "选举支部委员会委员",
        "大会主持人说明到会人数和选举办法，全体党员举手通过选举办法和监票人、计票人名单。",
        "无不同意见。",
        (
            f"发出选票{present}张，收回{present}张，无效{SPOILED}张。"
            f"{'、'.join(names[:SEATS])}同志当选，结果报上级党组织备案。"
        ),
    )


def _open(
    session: Session, meeting: Meeting, matter: Matter, subject: str, candidates: Sequence[str] = ()
) -> Vote:
    return votes.open_vote(
        session,
        meeting=meeting,
        matter=matter,
        method=Method.BALLOT,
        subject=subject,
        by=BY,
        now=meeting.starts_at - timedelta(days=1),
        seats=SEATS if candidates else 0,
        candidates=candidates,
    )


def _count(
    session: Session, meeting: Meeting, vote: Vote, counted: Counted, tellers: Sequence[Member]
) -> None:
    at = meeting.starts_at + INTO_THE_MEETING
    ids = [one.id for one in tellers[-2:]]
    votes.name_tellers(session, vote=vote, member_ids=ids)
    votes.record_count(session, vote=vote, counted=counted, seen=0, by=BY, now=at)
    for number, member_id in enumerate(ids, start=1):
        later = at + timedelta(minutes=number)
        votes.confirm(session, vote=vote, member_id=member_id, count_number=1, now=later)

"""The list of 应到 after it was taken: who sits in, who does not count, and who belongs to it after all."""

from datetime import datetime

from sqlalchemy import bindparam, exists, insert, select

from app.core.clock import local_day
from app.core.db import Session, driver_of
from app.core.errors import DomainError
from app.core.prepared import Prepared
from app.meetings import attempts, rosters
from app.meetings.closing import hold_open
from app.meetings.models import CheckIn, Expected, Ground, Meeting, Standing, Way
from app.meetings.rosters import COUNTED
from app.meetings.rules import CheckInOutcome
from app.members.models import GONE, PARTY_MEMBERS, Member

NOT_ON_LIST = (CheckInOutcome.NOT_EXPECTED, CheckInOutcome.SIT_IN)
_SIGN = Prepared(
    insert(CheckIn).values(
        {name: bindparam(name) for name in ("meeting_id", "member_id", "checked_in_at", "way")}
    )
)


class NotExpected(DomainError):
    """The person is not of 应到."""

    code = "not_expected"


class AlreadyExpected(DomainError):
    code = "already_expected"


class AlreadySignedIn(DomainError):
    code = "already_signed_in"


class ApprovalMissing(DomainError):
    """Nobody is left out of the count without the number of the superior's consent (facts/domain §2.3)."""

    code = "approval_missing"


class NotAdmissible(DomainError):
    """No such person, or one who has left the registry."""

    code = "not_admissible"


class NotOfBranch(DomainError):
    """Somebody from outside, or who is no member of the Party, may only sit in."""

    code = "not_of_branch"


class NoVote(DomainError):
    """A probationary member, or one under 留党察看, has no vote."""

    code = "no_vote"


class StillOfBranch(DomainError):
    """Who belongs to the branch is expected; leave does not change that."""

    code = "still_of_branch"


def expected_of(session: Session, meeting_id: int, member_id: int) -> Expected | None:
    mine = (Expected.meeting_id == meeting_id, Expected.member_id == member_id)
    return session.scalar(select(Expected).where(*mine).execution_options(populate_existing=True))


def is_present(session: Session, meeting_id: int, member_id: int) -> bool:
    mine = exists().where(CheckIn.meeting_id == meeting_id, CheckIn.member_id == member_id)
    return bool(session.scalar(select(mine)))


def admit(
    session: Session,
    *,
    meeting: Meeting,
    member_id: int,
    standing: Standing,
    by: str,  # noqa: ARG001 -- every verb of the recorder is given who did it, for the trail
    now: datetime,
) -> bool:
    """Take somebody onto the list; whether an attempt of theirs that was refused counts as sign-in now.

    Raises NotAdmissible, NotOfBranch, NoVote, AlreadyExpected and what `hold_open` raises.
    """
    hold_open(session, meeting)
    _put(session, meeting, _known(session, member_id), standing, now)
    return _count_attempt(session, meeting, member_id, now)


def invite(session: Session, *, meeting: Meeting, member_id: int) -> None:
    """列席. Idempotent. Raises NotAdmissible, AlreadyExpected and what `hold_open` raises."""
    hold_open(session, meeting)
    _put(session, meeting, _known(session, member_id), Standing.INVITED, meeting.created_at)


def _known(session: Session, member_id: int) -> Member:
    member = session.get(Member, member_id)
    if member is None or member.status in GONE:
        raise NotAdmissible
    return member


def _put(session: Session, meeting: Meeting, member: Member, standing: Standing, now: datetime) -> None:
    """A new row, or one of 列席 that becomes 应到; nobody is taken down from 应到 this way."""
    listed = expected_of(session, meeting.id, member.id)
    if listed is not None and listed.standing is standing:
        return
    if listed is not None and listed.standing is not Standing.INVITED:
        raise AlreadyExpected
    organization_id = member.organization_id
    if standing in COUNTED:
        organization_id = _counts_in(session, meeting, member, standing, now)
    if listed is None:
        listed = Expected(meeting_id=meeting.id, member_id=member.id)
        session.add(listed)
    listed.organization_id, listed.standing = organization_id, standing
    session.flush()


def _counts_in(session: Session, meeting: Meeting, member: Member, standing: Standing, now: datetime) -> int:
    """The organisation in which the person is counted that day.

    Until the start that is what the roster says. Of a meeting that has begun, the recorder knows who
    belonged to the branch then: the person counts with the host even if they have moved since.
    """
    day = local_day(meeting.starts_at)
    roster = rosters.on_roster(rosters.scope_of(session, meeting), day)
    today = session.scalar(select(Member.organization_id).where(Member.id == member.id, roster))
    if today is None and (now < meeting.starts_at or member.kind not in PARTY_MEMBERS):
        raise NotOfBranch
    if standing is Standing.VOTING and roster_standing(session, meeting, member.id) is not standing:
        raise NoVote
    return today or meeting.organization_id


def roster_standing(session: Session, meeting: Meeting, member_id: int) -> Standing:
    standing = rosters.standing_on(local_day(meeting.starts_at))
    return Standing(session.execute(select(standing).where(Member.id == member_id)).scalar_one())


def _count_attempt(session: Session, meeting: Meeting, member_id: int, now: datetime) -> bool:
    """Who stood in the room and was refused for not being on the list came when they tried."""
    driver = driver_of(session)
    who = {"meeting_id": meeting.id, "member_id": member_id}
    tried = [attempts.first(driver, **who, reason=reason) for reason in NOT_ON_LIST]
    attempts.settle(session, **who, now=now)
    in_time = [at for at in tried if at and meeting.check_in_from <= at <= meeting.check_in_until]
    if not in_time:
        return False
    return _SIGN.once(driver, **who, checked_in_at=min(in_time), way=Way.RECORDER)


def exclude(session: Session, *, meeting: Meeting, member_id: int, ground: Ground, approval_no: str) -> None:
    """不计应到, or another ground for it. Raises ApprovalMissing, NotExpected, AlreadySignedIn and `hold_open`'s."""
    if not approval_no.strip():
        raise ApprovalMissing
    hold_open(session, meeting, against_sign_in=True)
    listed = expected_of(session, meeting.id, member_id)
    if listed is None or listed.standing is Standing.INVITED:
        raise NotExpected
    if is_present(session, meeting.id, member_id):
        raise AlreadySignedIn
    listed.standing, listed.ground, listed.approval_no = Standing.NOT_COUNTED, ground, approval_no.strip()
    session.flush()


def include(session: Session, *, meeting: Meeting, member_id: int) -> None:
    """Count somebody again, as the roster has them. Idempotent. Raises NotExpected and `hold_open`'s."""
    hold_open(session, meeting)
    listed = expected_of(session, meeting.id, member_id)
    if listed is None or listed.standing is Standing.INVITED:
        raise NotExpected
    if listed.standing is Standing.NOT_COUNTED:
        listed.standing = roster_standing(session, meeting, member_id)
        listed.ground = listed.approval_no = None
    session.flush()


def remove(session: Session, *, meeting: Meeting, member_id: int) -> None:
    """Take off who only sits in, has left the branch, or was chosen for a meeting that nobody came to yet.

    Idempotent. Raises AlreadySignedIn, StillOfBranch and what `hold_open` raises.
    """
    hold_open(session, meeting, against_sign_in=True)
    listed = expected_of(session, meeting.id, member_id)
    if listed is None:
        return
    if is_present(session, meeting.id, member_id):
        raise AlreadySignedIn
    if listed.standing is not Standing.INVITED and _is_due(session, meeting, member_id):
        raise StillOfBranch
    session.delete(listed)
    session.flush()


def _is_due(session: Session, meeting: Meeting, member_id: int) -> bool:
    """The choice of people stands from the first sign-in on: the quorum is counted on it."""
    began = exists().where(CheckIn.meeting_id == meeting.id)
    if meeting.roster_at is None and not session.scalar(select(began)):
        return False
    roster = rosters.on_roster(rosters.scope_of(session, meeting), local_day(meeting.starts_at))
    return session.scalar(select(Member.id).where(Member.id == member_id, roster)) is not None

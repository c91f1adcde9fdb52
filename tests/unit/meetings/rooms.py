"""A branch with its meeting and people, and short ways to sign them in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from app.core.db import Session, Sessions
from app.meetings import check_in
from app.meetings.check_in import CheckInResult
from app.meetings.models import CheckIn, Expected, Leave, LeaveKind, RefusedCheckIn, Standing
from app.meetings.records.models import Record
from app.meetings.records.states import RecordState
from app.meetings.states import LeaveState
from app.meetings.tickets import Scan
from app.members.models import Member
from tests import factories
from tests.factories import NOW

SCENE, CODE = "m-of-the-room", "482913"


@dataclass(frozen=True)
class Room:
    """One meeting at NOW (sign-in from 30 minutes before to two hours after), its people and a stranger."""

    sessions: Sessions
    meeting_id: int
    members: list[int]
    guest: int

    def scan(self, member_id: int, at: datetime = NOW, scene: str = SCENE) -> CheckInResult:
        with self.sessions.write() as driver:
            return check_in.by_scene(driver, scene=scene, member_id=member_id, now=at)

    def say(self, member_id: int, at: datetime = NOW, code: str = CODE) -> CheckInResult:
        with self.sessions.write() as driver:
            return check_in.by_hand_code(driver, hand_code=code, member_id=member_id, now=at)

    def link(
        self, member_id: int, *, scanned_at: datetime = NOW, sent_at: datetime = NOW, fresh: bool = True
    ) -> CheckInResult:
        with self.sessions.write() as driver:
            scan = Scan(SCENE, scanned_at, fresh)
            return check_in.by_link(driver, scan=scan, member_id=member_id, now=sent_at)

    def record(self, member_id: int, at: datetime = NOW) -> CheckInResult:
        with self.sessions.write() as driver:
            return check_in.by_recorder(driver, meeting_id=self.meeting_id, member_id=member_id, now=at)

    def keep(self, identity_id: int, at: datetime = NOW, scene: str = SCENE) -> CheckInResult:
        with self.sessions.write() as driver:
            return check_in.keep_scan(driver, scene=scene, identity_id=identity_id, now=at)

    def claim(self, identity_id: int, member_id: int) -> list[CheckInResult]:
        with self.sessions.write() as driver:
            return check_in.claim_kept_scans(driver, identity_id=identity_id, member_id=member_id)

    def asks_leave(self, member_id: int, state: LeaveState = LeaveState.GRANTED) -> None:
        with self.sessions.begin() as session:
            session.add(
                Leave(
                    meeting_id=self.meeting_id,
                    member_id=member_id,
                    kind=LeaveKind.DUTY,
                    state=state,
                    asked_at=NOW,
                )
            )

    def leaves(self) -> list[LeaveState]:
        with self.sessions.read() as session:
            return list(session.scalars(select(Leave.state).order_by(Leave.id)))

    def close_record(self) -> None:
        self._record(1, RecordState.CLOSED)

    def amend_record(self) -> None:
        self._record(2, RecordState.DRAFT)

    def _record(self, version: int, state: RecordState) -> None:
        with self.sessions.begin() as session:
            session.add(
                Record(
                    meeting_id=self.meeting_id,
                    version=version,
                    state=state,
                    content="{}",
                    reason="" if version == 1 else "漏记了到会的同志",
                    edited_by="书记",
                    edited_at=NOW,
                )
            )

    def stranger(self, openid: str | None = None) -> int:
        with self.sessions.begin() as session:
            return factories.identity(session, openid=openid).id

    def signed(self) -> list[tuple[int, str, datetime]]:
        """(person, way, when) of this meeting, in the order of signing in."""
        with self.sessions.read() as session:
            wanted = select(CheckIn).where(CheckIn.meeting_id == self.meeting_id).order_by(CheckIn.id)
            return [(row.member_id, row.way.value, row.checked_in_at) for row in session.scalars(wanted)]

    def refused(self) -> list[tuple[int, str]]:
        with self.sessions.read() as session:
            rows = session.scalars(select(RefusedCheckIn).order_by(RefusedCheckIn.id))
            return [(row.member_id, row.reason) for row in rows]


def room(sessions: Sessions, people: int = 2) -> Room:
    with sessions.begin() as session:
        branch = factories.organization(session)
        members = [factories.member(session, branch, name=f"党员{number}") for number in range(people)]
        guest = factories.member(session, branch, name="外来").id
        meeting = factories.meeting(session, branch, expected=tuple(members), scene=SCENE, hand_code=CODE)
        return Room(sessions, meeting.id, [member.id for member in members], guest)


def stand(one: Room, member_id: int, standing: Standing) -> None:
    """Put somebody on the list in that standing."""
    with one.sessions.begin() as session:
        session.add(
            Expected(
                meeting_id=one.meeting_id,
                member_id=member_id,
                organization_id=session.get_one(Member, member_id).organization_id,
                standing=standing,
            )
        )


def another_meeting(
    session: Session,
    *,
    scene: str,
    code: str | None = None,
    expected: Sequence[int] = (),
    starts_at: datetime = NOW,
) -> int:
    """A meeting of another branch, at which the given members are expected too."""
    from_elsewhere = factories.organization(session, name="第二党支部")
    meeting = factories.meeting(session, from_elsewhere, scene=scene, hand_code=code, starts_at=starts_at)
    session.add_all(
        Expected(
            meeting_id=meeting.id, member_id=one, organization_id=from_elsewhere.id, standing=Standing.VOTING
        )
        for one in expected
    )
    session.flush()
    return meeting.id


OPENS = NOW - timedelta(minutes=30)
CLOSES = NOW + timedelta(hours=2)
INSTANT = timedelta(microseconds=1)

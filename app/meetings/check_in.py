"""Signing in: idempotent, raced by the database, one scan for one meeting."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BindParameter, Select, bindparam, delete, func, insert, select
from sqlalchemy.exc import IntegrityError

from app.core.db import AnyRow, Session
from app.meetings.models import CheckIn, Expected, KeptScan, Meeting, RefusedCheckIn, Way
from app.meetings.rules import REFUSALS, CheckInOutcome, Window, judge

CODE_REMEMBERED = timedelta(days=1)
"""How long after its end a hand code still names its meeting, to say that it is over."""


@dataclass(frozen=True, slots=True)
class CheckInResult:
    """`position` of `expected`: the how-manieth to sign in; 0 where the outcome has none."""

    outcome: CheckInOutcome
    meeting_id: int = 0
    title: str = ""
    opens: datetime | None = None
    position: int = 0
    expected: int = 0


UNKNOWN = CheckInResult(CheckInOutcome.UNKNOWN)

meeting = Meeting.__table__.c
expected = Expected.__table__.c
check_in_row = CheckIn.__table__.c
_person: BindParameter[int] = bindparam("member_id")


def _card() -> Select[Any]:
    """The meeting, whether this person is expected and signed in, and the count of 应到: one statement."""
    return select(
        meeting.id,
        meeting.title,
        meeting.check_in_from,
        meeting.check_in_until,
        meeting.cancelled_at,
        _of_meeting(expected, expected.member_id == _person).label("is_expected"),
        _of_meeting(check_in_row, check_in_row.member_id == _person).label("is_present"),
        _of_meeting(expected).label("expected"),
    )


def _of_meeting(table: Any, *where: Any) -> Any:
    counted = select(func.count()).select_from(table.id.table).where(table.meeting_id == meeting.id, *where)
    return counted.correlate(Meeting.__table__).scalar_subquery()


_BY_SCENE = _card().where(meeting.scene == bindparam("scene"))
_BY_ID = _card().where(meeting.id == bindparam("meeting_id"))
_BY_CODE = (
    _card()
    .where(meeting.hand_code == bindparam("hand_code"), meeting.check_in_until > bindparam("since"))
    .order_by(meeting.check_in_until.desc())
)


def by_scene(session: Session, *, scene: str, member_id: int, now: datetime) -> CheckInResult:
    """Sign a person in with the code on the screen."""
    row = session.execute(_BY_SCENE, {"scene": scene, "member_id": member_id}).first()
    return _sign_in(session, row, member_id=member_id, at=now, way=Way.SCAN)


def by_hand_code(session: Session, *, hand_code: str, member_id: int, now: datetime) -> CheckInResult:
    """Sign a person in with the six digits read aloud."""
    wanted = {"hand_code": hand_code, "since": now - CODE_REMEMBERED, "member_id": member_id}
    row = session.execute(_BY_CODE, wanted).first()
    return _sign_in(session, row, member_id=member_id, at=now, way=Way.HAND_CODE)


def by_recorder(session: Session, *, meeting_id: int, member_id: int, now: datetime) -> CheckInResult:
    """Sign a person in from the list; the recorder may do so after the window too (补签)."""
    row = session.execute(_BY_ID, {"meeting_id": meeting_id, "member_id": member_id}).first()
    at = min(now, row.check_in_until) if row else now
    return _sign_in(session, row, member_id=member_id, at=at, way=Way.RECORDER)


def keep_scan(session: Session, *, scene: str, identity_id: int, now: datetime) -> CheckInResult:
    """Remember when somebody unknown scanned; the first scan of a meeting counts."""
    row = session.execute(_BY_SCENE, {"scene": scene, "member_id": None}).first()
    return _keep(session, row, identity_id=identity_id, now=now)


def keep_hand_code(session: Session, *, hand_code: str, identity_id: int, now: datetime) -> CheckInResult:
    wanted = {"hand_code": hand_code, "since": now - CODE_REMEMBERED, "member_id": None}
    row = session.execute(_BY_CODE, wanted).first()
    return _keep(session, row, identity_id=identity_id, now=now)


def claim_kept_scans(session: Session, *, identity_id: int, member_id: int) -> list[CheckInResult]:
    """Count the scans of somebody who has just bound, each from its own time."""
    kept = session.execute(
        select(KeptScan.meeting_id, KeptScan.scanned_at).where(KeptScan.identity_id == identity_id)
    ).all()
    forget_kept_scans(session, identity_id=identity_id)
    return [_claim(session, meeting_id, member_id, scanned_at) for meeting_id, scanned_at in kept]


def forget_kept_scans(session: Session, *, identity_id: int) -> None:
    session.execute(delete(KeptScan).where(KeptScan.identity_id == identity_id))


def _claim(session: Session, meeting_id: int, member_id: int, scanned_at: datetime) -> CheckInResult:
    row = session.execute(_BY_ID, {"meeting_id": meeting_id, "member_id": member_id}).first()
    return _sign_in(session, row, member_id=member_id, at=scanned_at, way=Way.KEPT_SCAN)


def _keep(session: Session, row: AnyRow | None, *, identity_id: int, now: datetime) -> CheckInResult:
    if row is None:
        return UNKNOWN
    outcome = judge(_window(row), expected=True, already=False, at=now)
    if outcome is not CheckInOutcome.CHECKED_IN:
        return _result(row, outcome)
    _insert_once(session, insert(KeptScan).values(meeting_id=row.id, identity_id=identity_id, scanned_at=now))
    return _result(row, CheckInOutcome.KEPT)


def _sign_in(
    session: Session, row: AnyRow | None, *, member_id: int, at: datetime, way: Way
) -> CheckInResult:
    if row is None:
        return UNKNOWN
    outcome = judge(_window(row), expected=bool(row.is_expected), already=bool(row.is_present), at=at)
    if outcome in REFUSALS:
        refused = {"meeting_id": row.id, "member_id": member_id, "reason": outcome.value, "at": at}
        _insert_once(session, insert(RefusedCheckIn).values(refused))
        return _result(row, outcome)
    if outcome is CheckInOutcome.CHECKED_IN:
        signed = {"meeting_id": row.id, "member_id": member_id, "checked_in_at": at, "way": way}
        if not _insert_once(session, insert(CheckIn).values(signed)):
            outcome = CheckInOutcome.ALREADY
    return _result(row, outcome, position=_position(session, row.id, member_id))


def _insert_once(session: Session, statement: Any) -> bool:
    """Whether this call inserted the row; the unique key decides among several."""
    try:
        with session.begin_nested():
            session.execute(statement)
    except IntegrityError:
        return False
    return True


def _position(session: Session, meeting_id: int, member_id: int) -> int:
    own = select(CheckIn.id).where(CheckIn.meeting_id == meeting_id, CheckIn.member_id == member_id)
    before = select(func.count()).where(CheckIn.meeting_id == meeting_id, CheckIn.id <= own.scalar_subquery())
    return session.scalar(before) or 0


def _window(row: AnyRow) -> Window:
    return Window(row.check_in_from, row.check_in_until, cancelled=row.cancelled_at is not None)


def _result(row: AnyRow, outcome: CheckInOutcome, *, position: int = 0) -> CheckInResult:
    return CheckInResult(outcome, row.id, row.title, row.check_in_from, position, row.expected)

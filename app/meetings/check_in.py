"""Signing in: idempotent, raced by the database, one scan for one meeting."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BindParameter, Insert, Select, bindparam, delete, func, insert, select
from sqlalchemy.orm import aliased

from app.core.db import Base, Driver
from app.core.prepared import Prepared
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
own = aliased(CheckIn)
_person: BindParameter[int] = bindparam("member_id")


def _insert(table: type[Base], *names: str) -> Insert:
    return insert(table).values({name: bindparam(name) for name in names})


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


_BY_SCENE = Prepared(_card().where(meeting.scene == bindparam("scene")))
_BY_ID = Prepared(_card().where(meeting.id == bindparam("meeting_id")))
_BY_CODE = Prepared(
    _card()
    .where(meeting.hand_code == bindparam("hand_code"), meeting.check_in_until > bindparam("since"))
    .order_by(meeting.check_in_until.desc())
)
_SIGN = Prepared(_insert(CheckIn, "meeting_id", "member_id", "checked_in_at", "way"))
_REFUSE = Prepared(_insert(RefusedCheckIn, "meeting_id", "member_id", "reason", "at"))
_KEEP = Prepared(_insert(KeptScan, "meeting_id", "identity_id", "scanned_at"))
_KEPT = Prepared(
    select(KeptScan.meeting_id, KeptScan.scanned_at)
    .where(KeptScan.identity_id == bindparam("identity_id"))
    .order_by(KeptScan.scanned_at, KeptScan.id)
)
_FORGET = Prepared(delete(KeptScan).where(KeptScan.identity_id == bindparam("identity_id")))
_POSITION = Prepared(
    select(func.count().label("position")).where(
        CheckIn.meeting_id == bindparam("meeting_id"),
        CheckIn.id
        <= select(own.id)
        .where(own.meeting_id == bindparam("meeting_id"), own.member_id == bindparam("member_id"))
        .scalar_subquery(),
    )
)


def by_scene(driver: Driver, *, scene: str, member_id: int, now: datetime) -> CheckInResult:
    """Sign a person in with the code on the screen."""
    row = _BY_SCENE.first(driver, scene=scene, member_id=member_id)
    return _sign_in(driver, row, member_id=member_id, at=now, way=Way.SCAN)


def by_hand_code(driver: Driver, *, hand_code: str, member_id: int, now: datetime) -> CheckInResult:
    """Sign a person in with the six digits read aloud."""
    row = _BY_CODE.first(driver, hand_code=hand_code, since=now - CODE_REMEMBERED, member_id=member_id)
    return _sign_in(driver, row, member_id=member_id, at=now, way=Way.HAND_CODE)


def by_recorder(driver: Driver, *, meeting_id: int, member_id: int, now: datetime) -> CheckInResult:
    """Sign a person in from the list; the recorder may do so after the window too (补签)."""
    row = _BY_ID.first(driver, meeting_id=meeting_id, member_id=member_id)
    at = min(now, row.check_in_until) if row else now
    return _sign_in(driver, row, member_id=member_id, at=at, way=Way.RECORDER)


def keep_scan(driver: Driver, *, scene: str, identity_id: int, now: datetime) -> CheckInResult:
    """Remember when somebody unknown scanned; the first scan of a meeting counts."""
    row = _BY_SCENE.first(driver, scene=scene, member_id=None)
    return _keep(driver, row, identity_id=identity_id, now=now)


def keep_hand_code(driver: Driver, *, hand_code: str, identity_id: int, now: datetime) -> CheckInResult:
    row = _BY_CODE.first(driver, hand_code=hand_code, since=now - CODE_REMEMBERED, member_id=None)
    return _keep(driver, row, identity_id=identity_id, now=now)


def claim_kept_scans(driver: Driver, *, identity_id: int, member_id: int) -> list[CheckInResult]:
    """Count the scans of somebody who has just bound, each from its own time."""
    kept = _KEPT.all(driver, identity_id=identity_id)
    forget_kept_scans(driver, identity_id=identity_id)
    return [_claim(driver, scan.meeting_id, member_id, scan.scanned_at) for scan in kept]


def forget_kept_scans(driver: Driver, *, identity_id: int) -> None:
    _FORGET.change(driver, identity_id=identity_id)


def _claim(driver: Driver, meeting_id: int, member_id: int, scanned_at: datetime) -> CheckInResult:
    row = _BY_ID.first(driver, meeting_id=meeting_id, member_id=member_id)
    return _sign_in(driver, row, member_id=member_id, at=scanned_at, way=Way.KEPT_SCAN)


def _keep(driver: Driver, row: Any, *, identity_id: int, now: datetime) -> CheckInResult:
    if row is None:
        return UNKNOWN
    outcome = judge(_window(row), expected=True, already=False, at=now)
    if outcome is not CheckInOutcome.CHECKED_IN:
        return _result(row, outcome)
    _KEEP.once(driver, meeting_id=row.id, identity_id=identity_id, scanned_at=now)
    return _result(row, CheckInOutcome.KEPT)


def _sign_in(driver: Driver, row: Any, *, member_id: int, at: datetime, way: Way) -> CheckInResult:
    if row is None:
        return UNKNOWN
    outcome = judge(_window(row), expected=bool(row.is_expected), already=bool(row.is_present), at=at)
    if outcome in REFUSALS:
        _REFUSE.once(driver, meeting_id=row.id, member_id=member_id, reason=outcome.value, at=at)
        return _result(row, outcome)
    if outcome is CheckInOutcome.CHECKED_IN:
        fresh = _SIGN.once(driver, meeting_id=row.id, member_id=member_id, checked_in_at=at, way=way)
        outcome = outcome if fresh else CheckInOutcome.ALREADY
    position = _POSITION.first(driver, meeting_id=row.id, member_id=member_id).position
    return _result(row, outcome, position=position)


def _window(row: Any) -> Window:
    return Window(row.check_in_from, row.check_in_until, cancelled=row.cancelled_at is not None)


def _result(row: Any, outcome: CheckInOutcome, *, position: int = 0) -> CheckInResult:
    return CheckInResult(outcome, row.id, row.title, row.check_in_from, position, row.expected)

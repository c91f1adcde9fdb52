"""Typing the six digits, with a limit: they are quickly tried through. Kept here, because Redis may vanish."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import BindParameter, bindparam, insert, or_, select, update

from app.core.db import Driver, UTCDateTime
from app.core.prepared import Prepared
from app.meetings import attempts, check_in
from app.meetings.check_in import CheckInResult
from app.meetings.models import HandCodeTries
from app.meetings.rules import CheckInOutcome

MOST_WRONG: Final = 6
COOL_DOWN: Final = timedelta(minutes=10)
FORGOTTEN_AFTER: Final = timedelta(hours=1)

row = HandCodeTries
_now: BindParameter[datetime] = bindparam("now", type_=UTCDateTime())
_OF_CHAT = Prepared(select(row.wrong, row.locked_until).where(row.identity_id == bindparam("identity_id")))
_BEGIN = Prepared(insert(row).values(identity_id=bindparam("identity_id"), wrong=0, since=bindparam("since")))
_BEGIN_AGAIN = Prepared(
    update(row)
    .where(
        row.identity_id == bindparam("identity_id"),
        or_(row.locked_until <= _now, row.since <= bindparam("forgotten", type_=UTCDateTime())),
    )
    .values(wrong=0, since=_now, locked_until=None)
)
_COUNT = Prepared(update(row).where(row.identity_id == bindparam("identity_id")).values(wrong=row.wrong + 1))
_LOCK = Prepared(
    update(row)
    .where(row.identity_id == bindparam("identity_id"), row.wrong >= MOST_WRONG, row.locked_until.is_(None))
    .values(locked_until=bindparam("until", type_=UTCDateTime()))
)


def try_code(
    driver: Driver, *, hand_code: str, identity_id: int, member_id: int | None, now: datetime
) -> CheckInResult:
    """Sign in with the digits, or keep the time of a chat that is not bound. After six wrong ones: LOCKED."""
    tries = _OF_CHAT.first(driver, identity_id=identity_id)
    if tries and tries.locked_until and tries.locked_until > now:
        return CheckInResult(CheckInOutcome.LOCKED, at=tries.locked_until)
    if member_id is None:
        result = check_in.keep_hand_code(driver, hand_code=hand_code, identity_id=identity_id, now=now)
    else:
        result = check_in.by_hand_code(driver, hand_code=hand_code, member_id=member_id, now=now)
    if result.outcome is not CheckInOutcome.UNKNOWN:
        return result
    return _count_wrong(driver, identity_id=identity_id, member_id=member_id, now=now)


def _count_wrong(driver: Driver, *, identity_id: int, member_id: int | None, now: datetime) -> CheckInResult:
    """The one that reaches the limit locks, and tells the recorders of the meetings that this person may mean."""
    _BEGIN_AGAIN.change(driver, identity_id=identity_id, now=now, forgotten=now - FORGOTTEN_AFTER)
    if not _COUNT.change(driver, identity_id=identity_id):
        _BEGIN.once(driver, identity_id=identity_id, since=now)
        _COUNT.change(driver, identity_id=identity_id)
    if not _LOCK.change(driver, identity_id=identity_id, until=now + COOL_DOWN):
        return check_in.UNKNOWN
    if member_id is not None:
        locked = CheckInOutcome.LOCKED
        attempts.keep_at_open_meetings(driver, member_id=member_id, reason=locked, now=now)
    return CheckInResult(CheckInOutcome.LOCKED, at=now + COOL_DOWN)

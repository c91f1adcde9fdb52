"""Signing in: idempotent, raced by the database, one scan for one meeting."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, insert

from app.core.db import Driver
from app.core.prepared import Prepared
from app.meetings import attempts, door, kept_scans, leave
from app.meetings.closing import RecordClosed
from app.meetings.hand_codes import CODE_REMEMBERED
from app.meetings.models import CheckIn, Way
from app.meetings.rules import LASTING, REFUSALS, CheckInOutcome, Ticket, judge
from app.meetings.tickets import Card, Scan

OUT = CheckInOutcome
COUNT_FROM = (OUT.LATE, OUT.ON_LEAVE)
"""Refused, but on the spot: where the recorder or the person settles it, it counts from the attempt."""


@dataclass(frozen=True, slots=True)
class CheckInResult:
    """`position` of `expected`: the how-manieth of 应到 to sign in; 0 where the outcome or the person has none.

    `at`: when a LATE scan was made; until when digits are LOCKED.
    """

    outcome: CheckInOutcome
    meeting_id: int = 0
    title: str = ""
    opens: datetime | None = None
    position: int = 0
    expected: int = 0
    at: datetime | None = None


UNKNOWN = CheckInResult(OUT.UNKNOWN)
_SIGN = Prepared(
    insert(CheckIn).values(
        {name: bindparam(name) for name in ("meeting_id", "member_id", "checked_in_at", "way")}
    )
)
_TAKE_BACK = Prepared(
    delete(CheckIn).where(
        CheckIn.meeting_id == bindparam("meeting_id"), CheckIn.member_id == bindparam("member_id")
    )
)


@dataclass(frozen=True, slots=True)
class _Try:
    member_id: int
    at: datetime
    way: Way
    ticket: Ticket = LASTING
    vouched: bool = False
    """The recorder, or the person's own word, sets leave aside."""


def by_scene(
    driver: Driver, *, scene: str, member_id: int, now: datetime, way: Way = Way.SCAN
) -> CheckInResult:
    """Sign a person in with the code on the screen, WeChat's or the mini-program's."""
    return _sign_in(
        driver, door.by_scene(driver, scene=scene, member_id=member_id), _Try(member_id, now, way)
    )


def by_link(driver: Driver, *, scan: Scan, member_id: int, now: datetime) -> CheckInResult:
    """Sign a person in with the link on the screen, from the moment at which they opened it."""
    row = door.by_scene(driver, scene=scan.scene, member_id=member_id)
    return _sign_in(driver, row, _Try(member_id, scan.scanned_at, Way.LINK, scan.sent(now)))


def by_hand_code(driver: Driver, *, hand_code: str, member_id: int, now: datetime) -> CheckInResult:
    """Sign a person in with the six digits read aloud. `code_tries` limits how often they may be guessed."""
    since = now - CODE_REMEMBERED
    row = door.by_hand_code(driver, hand_code=hand_code, since=since, member_id=member_id)
    return _sign_in(driver, row, _Try(member_id, now, Way.HAND_CODE))


def by_card(driver: Driver, *, card: Card, member_id: int, now: datetime) -> CheckInResult:
    """Sign a person in with the card printed for them; somebody else's is FOREIGN, and signs nobody in."""
    row = door.by_id(driver, meeting_id=card.meeting_id, member_id=member_id)
    if row is not None and card.member_id != member_id:
        return _refused(driver, row, OUT.FOREIGN, member_id=member_id, at=now)
    return _sign_in(driver, row, _Try(member_id, now, Way.CARD))


def by_recorder(driver: Driver, *, meeting_id: int, member_id: int, now: datetime) -> CheckInResult:
    """Sign a person in from the list; the recorder may do so after the window too (补签). Raises RecordClosed."""
    row = door.by_id(driver, meeting_id=meeting_id, member_id=member_id)
    if row is None:
        return UNKNOWN
    if door.is_recorded(row):
        raise RecordClosed
    if row.standing is None:  # the recorder's slip, not the person's attempt: nothing is kept of it
        return _result(row, OUT.NOT_EXPECTED)
    at = _first_try(driver, row, member_id) or min(now, row.check_in_until)
    return _sign_in(driver, row, _Try(member_id, at, Way.RECORDER, vouched=True))


def attend_instead(
    driver: Driver, *, meeting_id: int, member_id: int, now: datetime, way: Way = Way.SCAN
) -> CheckInResult:
    """改为到会: who was on leave and scanned counts from that scan. Without one, UNKNOWN: nobody comes from afar."""
    row, at = _asked_before(driver, meeting_id, member_id, OUT.ON_LEAVE)
    return _sign_in(driver, row, _Try(member_id, at or now, way, vouched=True))


def ask_to_sit_in(
    driver: Driver, *, meeting_id: int, member_id: int, now: datetime, way: Way = Way.SCAN
) -> CheckInResult:
    """列席, after a scan that found them on no list: left to the recorder.

    Whom the recorder has let in by now is signed in like anybody.
    """
    row, at = _asked_before(driver, meeting_id, member_id, OUT.NOT_EXPECTED)
    one = _Try(member_id, at or now, way)
    if row is not None and _judged(row, one) is OUT.NOT_EXPECTED:
        return _refused(driver, row, OUT.SIT_IN, member_id=member_id, at=one.at)
    return _sign_in(driver, row, one)


def _asked_before(
    driver: Driver, meeting_id: int, member_id: int, why: CheckInOutcome
) -> tuple[Any, datetime | None]:
    """The meeting at which this person was refused for that, and when; (None, None) where they were not."""
    row = door.by_id(driver, meeting_id=meeting_id, member_id=member_id)
    at = row and attempts.first(driver, meeting_id=row.id, member_id=member_id, reason=why)
    return (row, at) if at else (None, None)


def keep_scan(driver: Driver, *, scene: str, identity_id: int, now: datetime) -> CheckInResult:
    """Remember when somebody unknown scanned; the first scan of a meeting counts."""
    row = door.by_scene(driver, scene=scene, member_id=None)
    return _keep(driver, row, identity_id=identity_id, at=now)


def keep_link(driver: Driver, *, scan: Scan, identity_id: int, now: datetime) -> CheckInResult:
    """A scan sent too late is not kept: it would count by itself once they bind. EXPIRED asks for a new one."""
    row = door.by_scene(driver, scene=scan.scene, member_id=None)
    return _keep(driver, row, identity_id=identity_id, at=scan.scanned_at, ticket=scan.sent(now))


def keep_card(driver: Driver, *, card: Card, identity_id: int, now: datetime) -> CheckInResult:
    """Whoever holds the card is in the room; once they bind, they themselves count, and nobody else."""
    row = door.by_id(driver, meeting_id=card.meeting_id, member_id=None)
    return _keep(driver, row, identity_id=identity_id, at=now)


def keep_hand_code(driver: Driver, *, hand_code: str, identity_id: int, now: datetime) -> CheckInResult:
    row = door.by_hand_code(driver, hand_code=hand_code, since=now - CODE_REMEMBERED, member_id=None)
    return _keep(driver, row, identity_id=identity_id, at=now)


def claim_kept_scans(driver: Driver, *, identity_id: int, member_id: int) -> list[CheckInResult]:
    """Count the scans of somebody who has just bound, each from its own time."""
    return [
        _sign_in(
            driver,
            door.by_id(driver, meeting_id=scan.meeting_id, member_id=member_id),
            _Try(member_id, scan.scanned_at, Way.KEPT_SCAN),
        )
        for scan in kept_scans.take(driver, identity_id=identity_id)
    ]


def forget_kept_scans(driver: Driver, *, identity_id: int) -> None:
    kept_scans.forget(driver, identity_id=identity_id)


def _keep(
    driver: Driver, row: Any, *, identity_id: int, at: datetime, ticket: Ticket = LASTING
) -> CheckInResult:
    if row is None:
        return UNKNOWN
    outcome = judge(door.window(row), expected=True, already=False, at=at, ticket=ticket)
    if outcome is not OUT.CHECKED_IN:
        return _result(row, OUT.EXPIRED if outcome is OUT.LATE else outcome)
    kept_scans.keep(driver, meeting_id=row.id, identity_id=identity_id, at=at)
    return _result(row, OUT.KEPT, at=at)


def _sign_in(driver: Driver, row: Any, one: _Try) -> CheckInResult:
    if row is None:
        return UNKNOWN
    outcome = _judged(row, one)
    if outcome in REFUSALS:
        return _refused(driver, row, outcome, member_id=one.member_id, at=one.at)
    if outcome is OUT.CHECKED_IN:
        if row.is_on_leave:
            leave.came(driver, meeting_id=row.id, member_id=one.member_id, now=one.at)
        fresh = _SIGN.once(
            driver, meeting_id=row.id, member_id=one.member_id, checked_in_at=one.at, way=one.way
        )
        outcome = outcome if fresh else OUT.ALREADY
    after = door.after(driver, row, one.member_id)
    taken_off = outcome is OUT.CHECKED_IN and not after.listed
    if after.merged_into_id is not None or taken_off:  # while this scan was on its way
        _TAKE_BACK.change(driver, meeting_id=row.id, member_id=one.member_id)
        now = door.by_id(driver, meeting_id=row.id, member_id=one.member_id)
        return _sign_in(driver, now, one)
    return _result(row, outcome, position=after.position)


def _judged(row: Any, one: _Try) -> CheckInOutcome:
    return judge(
        door.window(row),
        expected=row.standing is not None,
        already=bool(row.is_present),
        at=one.at,
        on_leave=bool(row.is_on_leave) and not one.vouched,
        ticket=one.ticket,
    )


def _first_try(driver: Driver, row: Any, member_id: int) -> datetime | None:
    tries = [attempts.first(driver, meeting_id=row.id, member_id=member_id, reason=why) for why in COUNT_FROM]
    return min((at for at in tries if at is not None), default=None)


def _refused(
    driver: Driver, row: Any, outcome: CheckInOutcome, *, member_id: int, at: datetime
) -> CheckInResult:
    attempts.keep(driver, meeting_id=row.id, member_id=member_id, reason=outcome, at=at)
    return _result(row, outcome, at=at)


def _result(
    row: Any, outcome: CheckInOutcome, *, position: int = 0, at: datetime | None = None
) -> CheckInResult:
    return CheckInResult(outcome, row.id, row.title, row.check_in_from, position, door.expected_at(row), at)

"""What the door must know of a meeting and a person before it says anything: one statement each time."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, ScalarSelect, Select, bindparam, func, or_, select
from sqlalchemy.orm import aliased

from app.core.db import Driver
from app.core.prepared import Prepared
from app.meetings.models import CheckIn, Expected, Leave, Meeting, Standing
from app.meetings.records.models import Record
from app.meetings.records.states import RecordState
from app.meetings.rules import Window
from app.meetings.states import LeaveState

MOST_MERGES = 8
"""A meeting merged into one that was merged itself, and so on: followed this far."""

meeting = Meeting.__table__.c
expected = Expected.__table__.c
check_in = CheckIn.__table__.c
leave = Leave.__table__.c
record = Record.__table__.c
own = aliased(CheckIn)
_person: BindParameter[int] = bindparam("member_id")


def _one_of(table: Any, wanted: Any, *where: Any) -> ScalarSelect[Any]:
    found = select(wanted).select_from(table.id.table).where(table.meeting_id == meeting.id, *where)
    return found.correlate(Meeting.__table__).scalar_subquery()


def _latest_record() -> ScalarSelect[Any]:
    versions = select(record.state).where(record.meeting_id == meeting.id).order_by(record.version.desc())
    return versions.limit(1).correlate(Meeting.__table__).scalar_subquery()


def _counts(standing: Any) -> ColumnElement[bool]:
    """应到: who is not counted and who only sits in stand outside it."""
    return or_(standing == Standing.VOTING, standing == Standing.NON_VOTING)


def _away(state: Any) -> ColumnElement[bool]:
    return or_(state == LeaveState.ASKED, state == LeaveState.GRANTED)


def _row() -> Select[Any]:
    """The meeting, its record, and this person's standing, presence and leave.

    `listed`: how many stand on the list; `outside`: how many of them outside 应到.
    """
    return select(
        meeting.id,
        meeting.title,
        meeting.check_in_from,
        meeting.check_in_until,
        meeting.cancelled_at,
        meeting.merged_into_id,
        _one_of(expected, expected.standing, expected.member_id == _person).label("standing"),
        _one_of(check_in, func.count(), check_in.member_id == _person).label("is_present"),
        _one_of(leave, func.count(), leave.member_id == _person, _away(leave.state)).label("is_on_leave"),
        _one_of(expected, func.count()).label("listed"),
        _one_of(expected, func.count(), ~_counts(expected.standing)).label("outside"),
        _latest_record().label("record_state"),
    )


_BY_SCENE = Prepared(_row().where(meeting.scene == bindparam("scene")))
_BY_CODE = Prepared(
    _row().where(meeting.hand_code == bindparam("hand_code"), meeting.check_in_until > bindparam("since"))
)
_BY_ID = Prepared(_row().where(meeting.id == bindparam("meeting_id")))


def _after() -> Select[Any]:
    """The how-manieth of all that came, and what others did meanwhile: merged the meeting, changed the list."""
    mine = select(own.id).where(own.meeting_id == bindparam("meeting_id"), own.member_id == _person)
    merged = select(Meeting.merged_into_id).where(Meeting.id == bindparam("meeting_id"))
    listed = select(Expected.standing).where(
        Expected.meeting_id == bindparam("meeting_id"), Expected.member_id == _person
    )
    return (
        select(
            func.count().label("position"),
            merged.scalar_subquery().label("merged_into_id"),
            listed.scalar_subquery().label("standing"),
        )
        .select_from(CheckIn)
        .where(CheckIn.meeting_id == bindparam("meeting_id"), CheckIn.id <= mine.scalar_subquery())
    )


_AFTER = Prepared(_after())
_AFTER_AMONG_GUESTS = Prepared(
    _after()
    .join(Expected, (Expected.meeting_id == CheckIn.meeting_id) & (Expected.member_id == CheckIn.member_id))
    .where(_counts(Expected.standing))
)
"""Only where somebody stands outside 应到: looking at each one's standing costs more than all the rest of a scan."""


@dataclass(frozen=True, slots=True)
class After:
    """`position`: the how-manieth of 应到 to sign in, 0 for whoever stands outside it. `listed`: still on the list."""

    position: int
    merged_into_id: int | None
    listed: bool


def by_scene(driver: Driver, *, member_id: int | None, scene: str) -> Any:
    """None where no meeting has it. A merged meeting leads to the one that took it in; so in all of these."""
    return _led_on(driver, _BY_SCENE.first(driver, scene=scene, member_id=member_id), member_id)


def by_hand_code(driver: Driver, *, member_id: int | None, hand_code: str, since: datetime) -> Any:
    row = _BY_CODE.first(driver, hand_code=hand_code, since=since, member_id=member_id)
    return _led_on(driver, row, member_id)


def by_id(driver: Driver, *, member_id: int | None, meeting_id: int) -> Any:
    return _led_on(driver, _BY_ID.first(driver, meeting_id=meeting_id, member_id=member_id), member_id)


def _led_on(driver: Driver, row: Any, member_id: int | None) -> Any:
    for _ in range(MOST_MERGES):
        if row is None or row.merged_into_id is None:
            return row
        row = _BY_ID.first(driver, meeting_id=row.merged_into_id, member_id=member_id)
    raise RuntimeError("meetings are merged into each other in a ring")


def after(driver: Driver, row: Any, member_id: int) -> After:
    """What is seen once the sign-in is written: whoever changes the list waits for it, or it has waited for them."""
    statement = _AFTER_AMONG_GUESTS if row.outside else _AFTER
    found = statement.first(driver, meeting_id=row.id, member_id=member_id)
    counted = found.standing in (Standing.VOTING, Standing.NON_VOTING)
    return After(found.position if counted else 0, found.merged_into_id, found.standing is not None)


def expected_at(row: Any) -> int:
    """The count of 应到."""
    count: int = row.listed - row.outside
    return count


def is_recorded(row: Any) -> bool:
    """The record is closed: who came stands in it, and only an amendment changes that."""
    return row.record_state is RecordState.CLOSED


def window(row: Any) -> Window:
    cancelled = row.cancelled_at is not None
    return Window(row.check_in_from, row.check_in_until, cancelled=cancelled, recorded=is_recorded(row))

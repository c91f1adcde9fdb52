"""自主申报: a member says what was studied elsewhere, and somebody of the branch accepts it or sends it back."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, ClassVar, NamedTuple

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.exc import IntegrityError

from app.core.clock import local_day
from app.core.db import Session, rows_changed
from app.core.errors import DomainError
from app.members.models import GONE, PARTY_MEMBERS, Member
from app.staff.deciding import SecondPersonNeeded
from app.staff.models import StaffAccount
from app.study.hours import rules
from app.study.hours.figures import figures
from app.study.hours.lines import line
from app.study.hours.models import Declaration, HoursUnit
from app.study.hours.states import DECLARATION, DeclarationState

TOPIC_WIDTH, HELD_BY_WIDTH, NOTE_WIDTH = 100, 80, 200
S = DeclarationState


class NotADeclarer(DomainError):
    """学时 are asked of Party members who are here."""

    code: ClassVar[str] = "study_not_a_declarer"


class DayWrong(DomainError):
    """Still to come, or of a year that is closed: last year's may be declared until 31 January."""

    code: ClassVar[str] = "study_day_wrong"


class DeclaredAlready(DomainError):
    """The same day and topic once; what was sent back is corrected."""

    code: ClassVar[str] = "study_declared_already"


class DeclarationUnknown(DomainError):
    """There is none, or it is somebody else's."""

    code: ClassVar[str] = "study_declaration_unknown"


class DeclarationDecided(DomainError):
    """As it stands now, this cannot be done with it: it was decided, or taken back."""

    code: ClassVar[str] = "study_declaration_decided"


class DeclarationOvertaken(DomainError):
    """It reads differently now."""

    code: ClassVar[str] = "study_declaration_overtaken"


class Told(NamedTuple):
    """What a member says. `minutes`: by the clock, for `HoursUnit.CLOCK` alone."""

    held_on: date
    topic: str
    held_by: str
    unit: HoursUnit
    minutes: int | None = None


def declare(session: Session, *, member_id: int, told: Told, now: datetime) -> Declaration:
    """To the branch of that day. One that was taken back may be declared again.

    Raises NotADeclarer, DayWrong, MinutesWrong, DeclaredAlready, NoHoursFigures, LineWrong, WordingMarked.
    """
    if not rules.declarable(told.held_on, local_day(now)):
        raise DayWrong
    content = _content(session, member_id, told)
    made = Declaration(member_id=member_id, state=S.DECLARED, declared_at=now, **content)
    try:
        with session.begin_nested():
            session.add(made)
    except IntegrityError as error:
        return _again(session, member_id, content, now, error)
    return made


def _again(
    session: Session, member_id: int, content: dict[str, Any], now: datetime, error: IntegrityError
) -> Declaration:
    mine = (
        Declaration.member_id == member_id,
        Declaration.held_on == content["held_on"],
        Declaration.topic == content["topic"],
    )
    values = {**content, "declared_at": now, **_undecided(), "revision": Declaration.revision + 1}
    withdrawn = update(Declaration).where(*mine, Declaration.state == S.TAKEN_BACK)
    if not rows_changed(session, withdrawn.values(values)):
        raise DeclaredAlready from error
    again = select(Declaration).where(*mine).execution_options(populate_existing=True)
    return session.scalars(again).one()


def correct(
    session: Session, *, member_id: int, declaration_id: int, revision: int, told: Told, now: datetime
) -> Declaration:
    """By the member, while it waits or after it was sent back; it waits again.

    What was declared in time may be corrected later. Raises what `declare` does, DeclarationUnknown,
    DeclarationDecided, DeclarationOvertaken.
    """
    row = own(session, member_id=member_id, declaration_id=declaration_id)
    if row.state not in (S.DECLARED, S.RETURNED):
        raise DeclarationDecided
    days = (local_day(now), local_day(row.declared_at))
    if not any(rules.declarable(told.held_on, day) for day in days):
        raise DayWrong
    values = {**_content(session, member_id, told), **_undecided()}
    try:
        with session.begin_nested():
            _move(session, row, revision, frozenset({S.DECLARED, S.RETURNED}), values)
    except IntegrityError as error:
        raise DeclaredAlready from error
    return row


def take_back(session: Session, *, member_id: int, declaration_id: int, revision: int) -> None:
    """By the member, until it is accepted.

    Raises DeclarationUnknown, DeclarationDecided, DeclarationOvertaken.
    """
    row = own(session, member_id=member_id, declaration_id=declaration_id)
    _move(session, row, revision, _before(S.TAKEN_BACK), {"state": S.TAKEN_BACK})


def decide(
    session: Session,
    *,
    declaration: Declaration,
    revision: int,
    accept: bool,
    by: str,
    now: datetime,
    note: str = "",
) -> None:
    """Exactly what was read; never by the declarer, under whatever account. Sent back, with a word about why, also
    after it was accepted by mistake.

    Raises SecondPersonNeeded, DeclarationDecided, DeclarationOvertaken, LineWrong, WordingMarked.
    """
    word = line(note, field="note", limit=NOTE_WIDTH, needed=not accept)
    decider = select(StaffAccount.member_id).where(StaffAccount.username == by)
    if session.scalar(decider) == declaration.member_id:
        raise SecondPersonNeeded
    to = S.ACCEPTED if accept else S.RETURNED
    _move(
        session,
        declaration,
        revision,
        _before(to),
        {"state": to, "decided_by": by, "decided_at": now, "note": word},
    )


def own(session: Session, *, member_id: int, declaration_id: int) -> Declaration:
    """Raises DeclarationUnknown also for somebody else's."""
    mine = Declaration.id == declaration_id, Declaration.member_id == member_id
    row = session.scalar(select(Declaration).where(*mine)) if rules.is_id(declaration_id) else None
    if row is None:
        raise DeclarationUnknown
    return row


def own_latest(session: Session, *, member_id: int, limit: int) -> Sequence[Declaration]:
    """All of a member's, those taken back too; the latest day first."""
    mine = select(Declaration).where(Declaration.member_id == member_id)
    return session.scalars(
        mine.order_by(Declaration.held_on.desc(), Declaration.id.desc()).limit(limit)
    ).all()


def _content(session: Session, member_id: int, told: Told) -> dict[str, Any]:
    member = session.get(Member, member_id) if rules.is_id(member_id) else None
    if member is None or member.kind not in PARTY_MEMBERS or member.status in GONE:
        raise NotADeclarer
    return {
        "organization_id": member.organization_id,
        "held_on": told.held_on,
        "topic": line(told.topic, field="topic", limit=TOPIC_WIDTH),
        "held_by": line(told.held_by, field="held_by", limit=HELD_BY_WIDTH),
        "unit": told.unit,
        "minutes": rules.declared(told.unit, told.minutes, figures(session, told.held_on)),
    }


def _undecided() -> dict[str, Any]:
    return {"state": S.DECLARED, "decided_by": None, "decided_at": None, "note": ""}


def _before(to: DeclarationState) -> frozenset[DeclarationState]:
    return frozenset(state for state, following in DECLARATION.items() if to in following)


def _move(
    session: Session,
    row: Declaration,
    revision: int,
    allowed: frozenset[DeclarationState],
    values: dict[str, Any],
) -> None:
    """Of two who act on the same revision, the second learns of it."""
    seen: tuple[ColumnElement[bool], ...] = (Declaration.id == row.id, Declaration.revision == revision)
    this = update(Declaration).where(*seen, Declaration.state.in_(allowed))
    won = rows_changed(session, this.values({**values, "revision": revision + 1}))
    session.refresh(row)
    if not won:
        raise DeclarationOvertaken if row.state in allowed else DeclarationDecided

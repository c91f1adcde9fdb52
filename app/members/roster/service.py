"""Applying chosen lines of a previewed roster, and taking them back. Each line stands or falls alone."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select, update

from app.core.crypto import Vault
from app.core.db import Session, rows_changed
from app.core.states import advance
from app.members.roster import acts
from app.members.roster.acts import Stale
from app.members.roster.contents import Contents
from app.members.roster.models import RosterChange, RosterImport
from app.members.roster.preview import forget, preview
from app.members.roster.states import TRANSITIONS, ChangeState

__all__ = ["Outcome", "Refused", "apply", "forget", "preview", "revert"]

Progress = Callable[[int], None]
"""Told how many lines are done since it was last told."""


@dataclass(frozen=True, slots=True)
class Refused:
    row_number: int | None
    name: str
    reason: str


@dataclass
class Outcome:
    done: int = 0
    refused: list[Refused] = field(default_factory=list)

    def __add__(self, other: "Outcome") -> "Outcome":
        return Outcome(self.done + other.done, self.refused + other.refused)


def apply(
    session: Session,
    *,
    import_id: int,
    by: str,
    now: datetime,
    vault: Vault,
    change_ids: Sequence[int] | None = None,
    progress: Progress | None = None,
) -> Outcome:
    """Do the proposed changes, all or the chosen ones. A person who changed since the preview is refused as stale."""
    outcome = Outcome()
    for change_id in in_state(session, import_id, ChangeState.PROPOSED, change_ids):
        change = _lock(session, change_id, ChangeState.PROPOSED)
        if change:
            _apply(session, change, vault, now, outcome)
        if progress:
            progress(1)
    _sign(session, import_id, applied_at=now, applied_by=by)
    return outcome


def _apply(session: Session, change: RosterChange, vault: Vault, now: datetime, outcome: Outcome) -> None:
    contents = Contents.open(change.contents or "", vault)
    try:
        with session.begin_nested():
            member_id = acts.apply(session, change=change, contents=contents, vault=vault, now=now)
        change.member_id = member_id
        change.state = advance(TRANSITIONS, change.state, ChangeState.APPLIED)
        change.contents = contents.seal(vault)
        outcome.done += 1
    except Stale as stale:
        change.state = advance(TRANSITIONS, change.state, ChangeState.STALE)
        change.reason = str(stale)
        outcome.refused.append(Refused(change.row_number, contents.name, str(stale)))
    session.flush()
    session.expunge(change)


def revert(
    session: Session,
    *,
    import_id: int,
    by: str,
    now: datetime,
    vault: Vault,
    change_ids: Sequence[int] | None = None,
    progress: Progress | None = None,
) -> Outcome:
    """Restore what stood there before, last change first. Whoever changed since is refused and stays as they are."""
    outcome = Outcome()
    for change_id in reversed(in_state(session, import_id, ChangeState.APPLIED, change_ids)):
        change = _lock(session, change_id, ChangeState.APPLIED)
        if change:
            _revert(session, change, vault, now, outcome)
        if progress:
            progress(1)
    _sign(session, import_id, reverted_at=now, reverted_by=by)
    return outcome


def _revert(session: Session, change: RosterChange, vault: Vault, now: datetime, outcome: Outcome) -> None:
    contents = Contents.open(change.contents or "", vault)
    try:
        with session.begin_nested():
            acts.revert(session, change=change, contents=contents, vault=vault, now=now)
        change.state = advance(TRANSITIONS, change.state, ChangeState.REVERTED)
        outcome.done += 1
    except Stale as stale:
        change.reason = str(stale)
        outcome.refused.append(Refused(change.row_number, contents.name, str(stale)))
    session.flush()
    session.expunge(change)


def in_state(
    session: Session, import_id: int, state: ChangeState, change_ids: Sequence[int] | None = None
) -> list[int]:
    """The lines in that state whose contents are still kept, in the order of the file."""
    found = session.scalars(
        select(RosterChange.id)
        .where(
            RosterChange.import_id == import_id,
            RosterChange.state == state,
            RosterChange.contents.is_not(None),
        )
        .order_by(RosterChange.id)
    )
    chosen = None if change_ids is None else set(change_ids)
    return [one for one in found if chosen is None or one in chosen]


def _lock(session: Session, change_id: int, state: ChangeState) -> RosterChange | None:
    """The line, if it still is in that state: two people who press at once do not do it twice."""
    return session.scalar(
        select(RosterChange)
        .where(RosterChange.id == change_id, RosterChange.state == state)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def _sign(session: Session, import_id: int, **values: object) -> None:
    rows_changed(session, update(RosterImport).where(RosterImport.id == import_id).values(**values))
    session.expire_all()

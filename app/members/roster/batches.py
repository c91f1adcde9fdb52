"""A long roster in short transactions: the database stays free for the people who sign in meanwhile."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from app.core.crypto import Vault
from app.core.db import Session, Sessions
from app.members.roster import service
from app.members.roster.service import Outcome, Progress
from app.members.roster.states import ChangeState

BATCH = 200


def apply_all(
    sessions: Sessions,
    *,
    import_id: int,
    by: str,
    now: datetime,
    vault: Vault,
    change_ids: Sequence[int] | None = None,
    progress: Progress | None = None,
) -> Outcome:
    """As `service.apply`, committed every 200 lines. Interrupted, it goes on where it stopped when called again."""

    def step(session: Session, ids: Sequence[int]) -> Outcome:
        return service.apply(
            session,
            import_id=import_id,
            by=by,
            now=now,
            vault=vault,
            change_ids=ids,
            progress=progress,
        )

    return _in_batches(sessions, _ids(sessions, import_id, ChangeState.PROPOSED, change_ids), step)


def revert_all(
    sessions: Sessions,
    *,
    import_id: int,
    by: str,
    now: datetime,
    vault: Vault,
    change_ids: Sequence[int] | None = None,
    progress: Progress | None = None,
) -> Outcome:
    """As `service.revert`, committed every 200 lines, the last ones first."""

    def step(session: Session, ids: Sequence[int]) -> Outcome:
        return service.revert(
            session,
            import_id=import_id,
            by=by,
            now=now,
            vault=vault,
            change_ids=ids,
            progress=progress,
        )

    ids = _ids(sessions, import_id, ChangeState.APPLIED, change_ids)
    return _in_batches(sessions, ids[::-1], step)


def _ids(
    sessions: Sessions, import_id: int, state: ChangeState, change_ids: Sequence[int] | None
) -> list[int]:
    with sessions.read() as session:
        return service.in_state(session, import_id, state, change_ids)


def _in_batches(
    sessions: Sessions, ids: Sequence[int], step: Callable[[Session, Sequence[int]], Outcome]
) -> Outcome:
    outcome = Outcome()
    for batch in _slices(ids):
        with sessions.begin() as session:
            outcome += step(session, batch)
    return outcome


def _slices(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(ids), BATCH):
        yield ids[start : start + BATCH]

"""What two people decide: one proposes, another says yes or no; the database refuses that they be the same."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, String, update
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Session, UTCDateTime, enum_column, rows_changed
from app.core.errors import DomainError
from app.core.states import Transitions
from app.staff.persons import same_person


class Decision(StrEnum):
    PROPOSED = "proposed"
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


DECISION: Transitions[Decision] = {
    Decision.PROPOSED: frozenset({Decision.APPROVED, Decision.REFUSED, Decision.WITHDRAWN}),
    Decision.APPROVED: frozenset(),
    Decision.REFUSED: frozenset(),
    Decision.WITHDRAWN: frozenset(),
}


class SecondPersonNeeded(DomainError):
    """Who proposed may not decide."""

    code = "second_person_needed"


class AlreadyDecided(DomainError):
    code = "already_decided"


class Proposed:
    """Columns of a table whose rows wait for a second person."""

    decision: Mapped[Decision] = mapped_column(enum_column(Decision), default=Decision.PROPOSED, index=True)
    proposed_by: Mapped[str] = mapped_column(String(64))
    proposed_at: Mapped[datetime] = mapped_column(UTCDateTime)
    decided_by: Mapped[str | None] = mapped_column(String(64))
    decided_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    decision_note: Mapped[str] = mapped_column(String(200), default="")


def two_people() -> CheckConstraint:
    """For `table_args`: nobody approves or refuses their own proposal; only the proposer withdraws it."""
    return CheckConstraint(
        "decided_by IS NULL OR (decision = 'withdrawn' AND decided_by = proposed_by)"
        " OR (decision <> 'withdrawn' AND decided_by <> proposed_by)",
        name="two_people",
    )


def check_person(session: Session, proposer: str, by: str, decision: Decision) -> None:
    """Only the proposer withdraws; only somebody else, under whatever account, decides. Raises SecondPersonNeeded."""
    own = proposer == by if decision is Decision.WITHDRAWN else same_person(session, proposer, by)
    if own != (decision is Decision.WITHDRAWN):
        raise SecondPersonNeeded


def decide(
    session: Session,
    kind: type[Base],
    row_id: int,
    decision: Decision,
    *,
    by: str,
    now: datetime,
    note: str = "",
) -> None:
    """Decide a `Proposed` row once, whoever else is deciding it. Raises SecondPersonNeeded, AlreadyDecided."""
    table = kind.__table__.c
    proposer = session.scalar(
        table.proposed_by.table.select().with_only_columns(table.proposed_by).where(table.id == row_id)
    )
    check_person(session, proposer or "", by, decision)
    open_one = update(kind).where(table.id == row_id, table.decision == Decision.PROPOSED)
    decided = {"decision": decision, "decided_by": by, "decided_at": now, "decision_note": note}
    if not rows_changed(session, open_one.values(decided)):
        raise AlreadyDecided
    session.expire_all()

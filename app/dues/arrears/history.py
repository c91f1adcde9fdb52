"""What there is to read about one member's arrears: months, reminders, talks, reasons. For their own branch."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select

from app.core.crypto import Vault
from app.core.db import Session
from app.dues import months, telling
from app.dues.arrears.models import DuesReminder, Excuse, Talk
from app.dues.bills.models import Bill
from app.notices.models import Delivery
from app.notices.states import DeliveryState

REASON_FIELD: Final = "dues_excuse.reason"
MONTHS_SHOWN: Final = 24


@dataclass(frozen=True)
class Reason:
    excuse: Excuse
    text: str


@dataclass(frozen=True)
class History:
    """All of it the oldest first. `reached`: by month, what became of the notice that was to remind the member."""

    bills: Sequence[Bill]
    reminders: Sequence[DuesReminder]
    talks: Sequence[Talk]
    reasons: Sequence[Reason]
    reached: Mapping[int, DeliveryState]

    @property
    def excused(self) -> set[int]:
        """The months (yyyymm) for which a reason stands."""
        standing = (one.excuse for one in self.reasons if one.excuse.withdrawn_at is None)
        return {month for one in standing for month in months.through(one.from_month, one.until_month)}


def of_member(session: Session, member_id: int, *, this_month: int, vault: Vault) -> History:
    """Of the last two years."""
    since = months.plus(this_month, -MONTHS_SHOWN)
    bills = select(Bill).where(Bill.member_id == member_id, Bill.live == 1, Bill.month >= since)
    reminders = select(DuesReminder).where(DuesReminder.member_id == member_id, DuesReminder.month >= since)
    talks = select(Talk).where(Talk.member_id == member_id)
    return History(
        bills=session.scalars(bills.order_by(Bill.month)).all(),
        reminders=session.scalars(reminders.order_by(DuesReminder.at, DuesReminder.id)).all(),
        talks=session.scalars(talks.order_by(Talk.talked_on, Talk.id)).all(),
        reasons=_reasons(session, member_id, vault),
        reached=_reached(session, member_id),
    )


def _reasons(session: Session, member_id: int, vault: Vault) -> list[Reason]:
    """Also those that were withdrawn."""
    rows = session.scalars(
        select(Excuse).where(Excuse.member_id == member_id).order_by(Excuse.from_month, Excuse.id)
    )
    return [Reason(row, vault.open(row.reason_sealed, REASON_FIELD)) for row in rows]


def _reached(session: Session, member_id: int) -> dict[int, DeliveryState]:
    mine = Delivery.member_id == member_id, Delivery.kind == telling.DUE_KIND
    rows = session.execute(select(Delivery.subject, Delivery.state).where(*mine))
    return {int(row.subject.rpartition(":")[2]): row.state for row in rows}


def excuse(session: Session, excuse_id: int, *, member_id: int) -> Excuse | None:
    return session.scalar(select(Excuse).where(Excuse.id == excuse_id, Excuse.member_id == member_id))

"""What WeChat Pay tells us: kept before anybody acts on it, acted on once, whatever number of times it is told."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Protocol

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from app.core.db import Session
from app.core.states import advance
from app.dues.inbound.models import NOTIFICATION, NotificationState, PayNotification
from app.dues.orders.refund_settling import settle_refund
from app.dues.orders.settling import Outcome, settle
from app.dues.ports import Merchant, RefundSaid, RefundStatus, Trade, TradeState

SILENT_AFTER: Final = timedelta(seconds=10)
LONGEST_PAUSE: Final = timedelta(hours=1)
LAST_DOUBLED: Final = 8
ERROR_LIMIT: Final = 200
AT_ONCE: Final = 200


class Told(Protocol):
    """What was signed, opened and read. Neither trade nor refund: an event that does not concern us."""

    @property
    def id(self) -> str: ...
    @property
    def event_type(self) -> str: ...
    @property
    def nonce_key(self) -> str: ...
    @property
    def merchant(self) -> Merchant: ...
    @property
    def trade(self) -> Trade | None: ...
    @property
    def refund(self) -> RefundSaid | None: ...


class NonceSeen(Exception):
    """Signed words that came before, around another notification: not WeChat's doing."""


@dataclass(frozen=True, slots=True)
class Kept:
    """`open`: nobody has acted on it yet."""

    id: int
    open: bool


def keep(session: Session, told: Told, *, now: datetime) -> Kept:
    """The row of this notification, new or from an earlier delivery. Raises NonceSeen."""
    key = f"{told.merchant.mchid}:{told.id}"
    number = told.trade.out_trade_no if told.trade else told.refund.out_trade_no if told.refund else ""
    row = PayNotification(
        external_key=key,
        nonce_key=told.nonce_key,
        event_type=told.event_type[:32],
        out_trade_no=number[:64],
        payload=_written(told),
        state=NotificationState.RECEIVED,
        received_at=now,
    )
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:
        earlier = session.scalar(select(PayNotification).where(PayNotification.external_key == key))
        if earlier is None:
            raise NonceSeen from None
        return Kept(earlier.id, open=earlier.state is NotificationState.RECEIVED)
    return Kept(row.id, open=True)


def act(session: Session, notification_id: int, *, now: datetime) -> Outcome:
    """Do what it says, in the transaction that marks it as done. Safe to call any number of times."""
    row = session.execute(
        select(PayNotification)
        .where(PayNotification.id == notification_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).scalar_one()
    if row.state is not NotificationState.RECEIVED:
        return Outcome.ALREADY
    said = _read(row.payload)
    if isinstance(said, Trade):
        outcome = settle(session, said, now=now)
    elif isinstance(said, RefundSaid):
        outcome = settle_refund(session, said, now=now)
    else:
        outcome = Outcome.NOTHING
    refused = outcome is Outcome.REFUSED
    row.state = advance(
        NOTIFICATION, row.state, NotificationState.REFUSED if refused else NotificationState.HANDLED
    )
    row.handled_at, row.error = now, ""
    row.attempts += 1
    session.flush()
    return outcome


def failed(session: Session, notification_id: int, *, error: str) -> None:
    """Acting on it raised; it is tried again later, and later each time."""
    mine = update(PayNotification).where(
        PayNotification.id == notification_id, PayNotification.state == NotificationState.RECEIVED
    )
    session.execute(mine.values(attempts=PayNotification.attempts + 1, error=error[:ERROR_LIMIT]))


def silent(session: Session, *, now: datetime) -> Sequence[int]:
    """Ids of those that nobody finished: their process died, or acting on them raised."""
    rows = session.execute(
        select(PayNotification.id, PayNotification.received_at, PayNotification.attempts)
        .where(
            PayNotification.state == NotificationState.RECEIVED,
            PayNotification.received_at <= now - SILENT_AFTER,
        )
        .order_by(PayNotification.attempts, PayNotification.id)
        .limit(AT_ONCE)
    )
    return [row.id for row in rows if now >= row.received_at + _pause(row.attempts)]


def _pause(attempts: int) -> timedelta:
    """From when it was received until it is tried again: twice as long each time, and an hour longer in the end."""
    doubled = SILENT_AFTER * (1 << min(attempts, LAST_DOUBLED))
    return max(doubled, LONGEST_PAUSE * (attempts - LAST_DOUBLED))


def _written(told: Told) -> str:
    said = told.trade or told.refund
    kind = "trade" if told.trade else "refund" if told.refund else ""
    fields = asdict(said) if said else {}
    return json.dumps({"kind": kind, "fields": fields}, default=datetime.isoformat, ensure_ascii=False)


def _read(payload: str) -> Trade | RefundSaid | None:
    kept: dict[str, Any] = json.loads(payload)
    fields = kept["fields"]
    match kept["kind"]:
        case "trade":
            moment = _moment(fields["paid_at"])
            return Trade(**fields | {"state": TradeState(fields["state"]), "paid_at": moment})
        case "refund":
            moment = _moment(fields["succeeded_at"])
            return RefundSaid(**fields | {"status": RefundStatus(fields["status"]), "succeeded_at": moment})
        case _:
            return None


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None

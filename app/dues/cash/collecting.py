"""Cash that a collector takes from one member at a time, and transfers that members say are on their way.

There is no verb for several people at once, and none for an organisation that pays (facts/domain §1.4).
"""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from app.core.clock import local_day
from app.core.db import Session, rows_changed
from app.core.errors import DomainError
from app.core.states import advance
from app.dues import months, taking, telling
from app.dues.assessments import payers
from app.dues.bills import service as bills
from app.dues.bills.models import Bill
from app.dues.bills.states import BillState
from app.dues.books.models import Account
from app.dues.cash.desk import Desk, WayNotAllowed, desk_of
from app.dues.cash.models import PayWay, Transfer
from app.dues.cash.states import TRANSFER, TransferState
from app.dues.standards import queries as standards
from app.dues.taking import LineKind, Part, Payer, Taken


class ProxyNotAllowed(DomainError):
    """The committee's rule is that members hand in their dues themselves."""

    code = "dues_proxy_not_allowed"


class PayerUnclear(DomainError):
    """Who pays for somebody else is named, with the relation and that person's consent."""

    code = "dues_payer_unclear"


class BillChanged(DomainError):
    """The bill is not this member's here any more, or less is open on it than was handed in for it."""

    code = "dues_bill_changed"


class OtherBooks(DomainError):
    """The bill is owed to the committee that the member belonged to before; cash taken here is not theirs."""

    code = "dues_bill_of_other_books"


class AdvanceTooFar(DomainError):
    """The committee's rule takes fewer months ahead."""

    code = "dues_advance_too_far"


class MustBeLarge(DomainError):
    """A voluntary payment of this size is 大额党费, and goes to the centre whole."""

    code = "dues_must_be_large"


class TransferOpen(DomainError):
    """Another transfer of this member waits for an answer."""

    code = "transfer_open"


class TransferInFuture(DomainError):
    code = "dues_transfer_in_future"


def receive_cash(
    session: Session,
    *,
    member_id: int,
    parts: Sequence[Part],
    key: str,
    by: str,
    now: datetime,
    payer: Payer | None = None,
) -> Taken:
    """Cash in the hand of the branch's collector `by`; the receipt is told to the member. Once for `key`.

    Raises WayNotAllowed, ProxyNotAllowed, PayerUnclear, BillChanged, OtherBooks, AdvanceTooFar, MustBeLarge,
    NotAPayer. That a person of the branch takes it, the caller knows.
    """
    desk = desk_of(session, member_id, now)
    if not parts or any(part.fen <= 0 for part in parts):
        raise ValueError("cash for nothing")
    if not desk.policy.by_cash:
        raise WayNotAllowed
    payers.check_kinds(session, member_id, (part.kind for part in parts))
    _check_payer(desk, payer)
    _check_parts(session, desk, parts, now)
    taken = taking.take(
        session,
        member_id=member_id,
        organization_id=desk.organization_id,
        committee_id=desk.committee_id,
        way=PayWay.CASH,
        parts=parts,
        paid_at=now,
        key=f"cash:{key}",
        by=by,
        now=now,
        account=Account.CASH,
        account_at=desk.organization_id,
        payer=payer,
    )
    telling.queue_paid(session, receipt=taken.receipt, now=now)
    return taken


def _check_payer(desk: Desk, payer: Payer | None) -> None:
    if payer is None:
        return
    if not desk.policy.proxy:
        raise ProxyNotAllowed
    if not (payer.name.strip() and payer.relation.strip() and payer.consent):
        raise PayerUnclear


def _check_parts(session: Session, desk: Desk, parts: Sequence[Part], now: datetime) -> None:
    month = months.current(now)
    for part in parts:
        if part.kind is LineKind.BILL:
            _check_bill(session, desk, part)
        ahead = months.between(month, part.month or month)
        if part.kind is LineKind.ADVANCE and not 0 < ahead <= desk.policy.advance_months:
            raise AdvanceTooFar
    extra = sum(part.fen for part in parts if part.kind is LineKind.EXTRA)
    if extra >= standards.in_force(session, month).standard.large_from:
        raise MustBeLarge


def _check_bill(session: Session, desk: Desk, part: Part) -> None:
    bill = session.get(Bill, part.bill_id or 0)
    if bill is None or bill.live is None or bill.member_id != desk.member_id:
        raise BillChanged
    if part.fen > bill.amount_fen - bill.paid_fen:
        raise BillChanged
    if bill.committee_id != desk.committee_id:
        raise OtherBooks


def report_transfer(
    session: Session, *, member_id: int, fen: int, paid_on: date, note: str, now: datetime
) -> Transfer:
    """The member transferred `fen` to the committee's account; the oldest months wait for it. Said again: the same.

    Raises WayNotAllowed, TransferOpen, TransferInFuture, NotAPayer.
    """
    desk = desk_of(session, member_id, now)
    if not desk.policy.by_transfer:
        raise WayNotAllowed
    if paid_on > local_day(now):
        raise TransferInFuture
    covered = covering(session, desk.committee_id, member_id, fen)
    payers.check_kinds(session, member_id, (part.kind for part in covered))
    made = Transfer(
        member_id=member_id,
        open_member_id=member_id,
        organization_id=desk.organization_id,
        committee_id=desk.committee_id,
        amount_fen=fen,
        paid_on=paid_on,
        note=note.strip(),
        state=TransferState.REPORTED,
        reported_at=now,
    )
    try:
        with session.begin_nested():
            session.add(made)
    except IntegrityError:
        return _same(session, made)
    bills.await_transfer(session, bill_ids=[part.bill_id for part in covered if part.bill_id])
    session.refresh(made)
    return made


def _same(session: Session, said: Transfer) -> Transfer:
    waiting = session.scalars(select(Transfer).where(Transfer.open_member_id == said.member_id)).one()
    if (waiting.amount_fen, waiting.paid_on) != (said.amount_fen, said.paid_on):
        raise TransferOpen
    return waiting


def covering(session: Session, committee_id: int, member_id: int, fen: int) -> list[Part]:
    """`fen` on the member's open bills in these books, the oldest first; what is over is paid ahead."""
    parts, rest = [], fen
    for bill in bills.open_bills(session, member_id):
        some = min(rest, bill.amount_fen - bill.paid_fen)
        if some and bill.committee_id == committee_id:
            parts.append(Part(LineKind.BILL, some, bill.id, bill.month))
            rest -= some
    return [*parts, *([Part(LineKind.ADVANCE, rest)] if rest else [])]


def withdraw_transfer(session: Session, *, transfer_id: int, member_id: int, now: datetime) -> bool:
    """The member takes back what they said; False where it is not theirs, or was answered already."""
    return end_transfer(session, transfer_id, TransferState.WITHDRAWN, now=now, member_id=member_id)


def end_transfer(
    session: Session,
    transfer_id: int,
    to: TransferState,
    *,
    now: datetime,
    member_id: int | None = None,
    **answered: object,
) -> bool:
    """Answer it once; bills that waited for it are as they were. False where somebody was quicker."""
    open_one = update(Transfer).where(Transfer.id == transfer_id, Transfer.state == TransferState.REPORTED)
    if member_id is not None:
        open_one = open_one.where(Transfer.member_id == member_id)
    ended = {
        "state": advance(TRANSFER, TransferState.REPORTED, to),
        "open_member_id": None,
        "settled_at": now,
    }
    if not rows_changed(session, open_one.values(**ended, **answered)):
        return False
    session.expire_all()
    payer = session.get_one(Transfer, transfer_id).member_id
    waiting = session.scalars(
        select(Bill.id).where(
            Bill.member_id == payer, Bill.state == BillState.PENDING, Bill.live.is_not(None)
        )
    )
    bills.resume(session, bill_ids=list(waiting), today=local_day(now))
    return True

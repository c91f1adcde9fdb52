"""Answering a transfer that a member reported: somebody who sees the bank's slip confirms it, or says no."""

from datetime import datetime

from app.core.clock import from_local
from app.core.db import Session
from app.core.errors import DomainError
from app.dues import taking, telling
from app.dues.books import ledger
from app.dues.books.models import Account
from app.dues.cash.collecting import covering, end_transfer
from app.dues.cash.models import PayWay, Transfer
from app.dues.cash.states import TransferState
from app.dues.taking import Taken
from app.staff.deciding import SecondPersonNeeded
from app.staff.persons import is_of


class TransferSettled(DomainError):
    """It was confirmed, refused or withdrawn already."""

    code = "dues_transfer_settled"


class SlipMissing(DomainError):
    """Money on the account is believed by the bank's slip alone: its number, and its day."""

    code = "dues_slip_missing"


class AnswerMissing(DomainError):
    """Who is told no is told why."""

    code = "dues_answer_missing"


def confirm(session: Session, *, transfer_id: int, document_no: str, by: str, now: datetime) -> Taken:
    """The money is on the account: on the oldest open months, what is over is paid ahead; the member is told.

    Raises TransferSettled, SlipMissing; SecondPersonNeeded where it is one's own.
    """
    if not document_no.strip():
        raise SlipMissing
    if is_of(session, by, session.get_one(Transfer, transfer_id).member_id):
        raise SecondPersonNeeded
    ledger.hold(
        session, session.get_one(Transfer, transfer_id).committee_id
    )  # books before bills, as everywhere
    if not end_transfer(session, transfer_id, TransferState.CONFIRMED, now=now, settled_by=by):
        raise TransferSettled
    transfer = session.get_one(Transfer, transfer_id)
    taken = taking.take(
        session,
        member_id=transfer.member_id,
        organization_id=transfer.organization_id,
        committee_id=transfer.committee_id,
        way=PayWay.TRANSFER,
        parts=covering(session, transfer.committee_id, transfer.member_id, transfer.amount_fen),
        paid_at=from_local(transfer.paid_on),
        key=f"transfer:{transfer.id}",
        by=by,
        now=now,
        account=Account.BANK,
        account_at=transfer.committee_id,
        document_no=document_no.strip(),
    )
    transfer.receipt_id = taken.receipt.id
    session.flush()
    telling.queue_paid(session, receipt=taken.receipt, now=now)
    return taken


def refuse(session: Session, *, transfer_id: int, answer: str, by: str, now: datetime) -> None:
    """No such money on the account; the member reads why. Raises TransferSettled, AnswerMissing."""
    if not answer.strip():
        raise AnswerMissing
    refused = TransferState.REFUSED
    if not end_transfer(session, transfer_id, refused, now=now, settled_by=by, answer=answer.strip()):
        raise TransferSettled

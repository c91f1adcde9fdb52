"""大额党费: a voluntary single payment from a size on, which goes to the centre whole (facts/domain §1.4).

It stands on an account of its own, so that no total of dues and no share that goes upward ever counts it.
"""

from datetime import date, datetime

from sqlalchemy import select, update

from app.core.clock import local_day
from app.core.db import Session, rows_changed
from app.core.errors import DomainError
from app.dues import months
from app.dues.assessments import payers
from app.dues.books import ledger
from app.dues.books.ledger import Leg
from app.dues.books.models import Account, Journal, JournalKind
from app.dues.cash.desk import desk_of
from app.dues.cash.models import LargeGift, PayWay
from app.dues.standards import queries as standards
from app.staff.deciding import SecondPersonNeeded
from app.staff.persons import same_person


class NotLarge(DomainError):
    """Below the size it is 自愿多缴党费, and stays in ordinary dues."""

    code = "dues_not_large"


class ProfileMissing(DomainError):
    """A few lines about the giver go up with the money."""

    code = "dues_profile_missing"


class GiftPassedOn(DomainError):
    """It was passed on, or cancelled, already."""

    code = "dues_gift_passed_on"


class GiftDayWrong(DomainError):
    """Received at the latest today, passed on not before it was received."""

    code = "dues_gift_day_wrong"


def receive(
    session: Session,
    *,
    member_id: int,
    fen: int,
    way: PayWay,
    received_on: date,
    profile: str,
    key: str,
    by: str,
    now: datetime,
    document_no: str = "",
) -> LargeGift:
    """In cash at the member's branch, or on the committee's account. Once for `key`.

    Raises NotLarge, ProfileMissing, GiftDayWrong, WayNotAllowed, NotAPayer.
    """
    if way is PayWay.WECHAT:
        raise ValueError("大额党费 does not come through WeChat Pay")
    if not profile.strip():
        raise ProfileMissing
    if received_on > local_day(now):
        raise GiftDayWrong
    if fen < standards.in_force(session, months.of(received_on)).standard.large_from:
        raise NotLarge
    payers.payer(session, member_id)
    desk = desk_of(session, member_id, now)
    lies = (Account.CASH, desk.organization_id) if way is PayWay.CASH else (Account.BANK, desk.committee_id)
    key = f"large:{key}"
    journal = ledger.post(
        session,
        committee_id=desk.committee_id,
        kind=JournalKind.LARGE,
        key=key,
        legs=[Leg(*lies, Account.LARGE, desk.committee_id, fen, member_id)],
        by=by,
        document_no=document_no.strip(),
        now=now,
    )
    if journal is None:
        made_before = select(LargeGift).join(Journal, Journal.id == LargeGift.journal_id)
        return session.scalars(made_before.where(Journal.external_key == key)).one()
    gift = LargeGift(
        member_id=member_id,
        organization_id=desk.organization_id,
        committee_id=desk.committee_id,
        way=way,
        amount_fen=fen,
        received_on=received_on,
        received_by=by,
        profile=profile.strip(),
        journal_id=journal.id,
    )
    session.add(gift)
    session.flush()
    return gift


def pass_on(
    session: Session,
    *,
    gift_id: int,
    to: str,
    passed_on: date,
    by: str,
    now: datetime,
    document_no: str = "",
) -> LargeGift:
    """Send all of it up from the account; `by` is not who received it.

    Raises SecondPersonNeeded, GiftPassedOn, GiftDayWrong, BankShort.
    """
    gift = session.get_one(LargeGift, gift_id)
    if same_person(session, gift.received_by, by):
        raise SecondPersonNeeded
    if not gift.received_on <= passed_on <= local_day(now):
        raise GiftDayWrong
    ledger.hold(session, gift.committee_id)
    cancelled = select(Journal.id).where(Journal.reverses_id == LargeGift.journal_id).exists()
    waits = update(LargeGift).where(LargeGift.id == gift_id, LargeGift.passed_by.is_(None), ~cancelled)
    if not rows_changed(session, waits.values(passed_by=by, passed_on=passed_on, passed_to=to.strip())):
        raise GiftPassedOn
    session.expire_all()
    gift = session.get_one(LargeGift, gift_id)
    at = gift.committee_id
    passed_before = select(Journal.id).where(Journal.external_key.startswith(f"large_passed:{gift.id}:"))
    turn = len(session.scalars(passed_before).all())
    journal = ledger.post(
        session,
        committee_id=at,
        kind=JournalKind.LARGE,
        key=f"large_passed:{gift.id}:{turn}",
        legs=[Leg(Account.LARGE, at, Account.BANK, at, gift.amount_fen, gift.member_id)],
        by=by,
        document_no=document_no.strip(),
        now=now,
    )
    gift.passed_journal_id = journal.id if journal else None
    session.flush()
    return gift


def keep_centre_receipt(session: Session, *, gift_id: int, number: str) -> None:
    """The number of the receipt that the centre issued."""
    session.get_one(LargeGift, gift_id).centre_receipt = number.strip()
    session.flush()

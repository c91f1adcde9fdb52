"""Cash on its way up, 支部 → 总支 → 党委, or into the committee's account: one person gives, another takes."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, select, update

from app.core.clock import local_day
from app.core.db import Session, rows_changed
from app.core.errors import DomainError
from app.core.states import advance
from app.dues import months
from app.dues.books import ledger
from app.dues.books.ledger import CashShort, Leg
from app.dues.books.models import Account, Entry, Journal, JournalKind
from app.dues.cash.desk import WayNotAllowed
from app.dues.cash.models import Handover
from app.dues.cash.states import HANDOVER, HandoverState
from app.dues.cash.transfers import AnswerMissing, SlipMissing
from app.dues.policies import queries as policies
from app.dues.sums import whole
from app.organizations.models import Organization
from app.staff.deciding import SecondPersonNeeded
from app.staff.persons import same_person


class CashGoesToBank(DomainError):
    """Above the committee that keeps the books nobody takes its cash: it is paid into the account."""

    code = "dues_cash_goes_to_bank"


class HandoverSettled(DomainError):
    """It was received, refused or withdrawn already."""

    code = "dues_handover_settled"


class NotOwnOffer(DomainError):
    """Who gave takes it back, nobody else."""

    code = "dues_not_own_offer"


@dataclass(frozen=True, slots=True)
class Slip:
    """The bank's own paper."""

    number: str
    bank: str
    on: date | None


def held(session: Session, *, committee_id: int, organization_id: int) -> int:
    """The cash, in fen, that lies at an organisation, whether offered or not."""
    return ledger.cash_at(session, committee_id, organization_id)


def offer(
    session: Session, *, from_organization_id: int, fen: int, banked: bool, note: str, by: str, now: datetime
) -> Handover:
    """Give `fen` to the organisation next above, or into the committee's account (`banked`).

    It is of the books that hold so much there: those of today, else those in which it was taken before.
    Nothing moves before somebody else receives it. Raises CashShort where less lies there that is not offered yet,
    CashGoesToBank, WayNotAllowed.
    """
    if fen <= 0:
        raise ValueError(f"{fen} fen cannot be handed over")
    giving = session.get_one(Organization, from_organization_id)
    policy = policies.policy_for(session, giving.id, months.current(now))
    if policy is None:
        raise WayNotAllowed
    committee_id = _books(session, giving.id, policy.organization_id, fen)
    ledger.hold(session, committee_id)
    if _free(session, committee_id, giving.id) < fen:
        raise CashShort
    made = Handover(
        committee_id=committee_id,
        from_organization_id=giving.id,
        to_organization_id=committee_id if banked else _above(giving, committee_id),
        banked=banked,
        amount_fen=fen,
        state=HandoverState.OFFERED,
        handed_by=by,
        handed_at=now,
        note=note.strip(),
    )
    session.add(made)
    session.flush()
    return made


def _above(giving: Organization, committee_id: int) -> int:
    if giving.id == committee_id or giving.parent_id is None:
        raise CashGoesToBank
    return giving.parent_id


def lying(session: Session, organization_id: int) -> int:
    """The cash, in fen, that lies at an organisation for whichever committee."""
    books = _kept_for(session, organization_id)
    return sum(held(session, committee_id=one, organization_id=organization_id) for one in books)


def waiting(session: Session, organization_id: int) -> int:
    """Of the cash that lies there, in fen: what is offered and not yet taken."""
    return _offered(session, Handover.from_organization_id == organization_id)


def _kept_for(session: Session, organization_id: int) -> list[int]:
    """Committees for whom it ever held cash: another keeps the books since it has a rule of its own."""
    here = Entry.debit_organization_id == organization_id, Entry.debit == Account.CASH
    books = select(Journal.committee_id).join(Entry, Entry.journal_id == Journal.id).where(*here)
    return sorted(session.scalars(books.distinct()))


def _books(session: Session, organization_id: int, of_today: int, fen: int) -> int:
    kept = [of_today, *_kept_for(session, organization_id)]
    return next((one for one in kept if _free(session, one, organization_id) >= fen), of_today)


def _free(session: Session, committee_id: int, organization_id: int) -> int:
    """What lies there and is not offered yet."""
    here = Handover.committee_id == committee_id, Handover.from_organization_id == organization_id
    return held(session, committee_id=committee_id, organization_id=organization_id) - _offered(
        session, *here
    )


def _offered(session: Session, *which: ColumnElement[bool]) -> int:
    waits = Handover.state == HandoverState.OFFERED
    return session.execute(select(whole(Handover.amount_fen)).where(waits, *which)).scalar_one()


def receive(
    session: Session, *, handover_id: int, by: str, now: datetime, slip: Slip | None = None
) -> Handover:
    """Take it, having counted it; where it was paid into the account, by the bank's slip.

    Raises SecondPersonNeeded, SlipMissing, HandoverSettled, CashShort.
    """
    offered = session.get_one(Handover, handover_id)
    if same_person(session, offered.handed_by, by):
        raise SecondPersonNeeded
    shown = _shown(slip, now) if offered.banked else {}
    _end(session, handover_id, HandoverState.RECEIVED, received_by=by, received_at=now, **shown)
    row = session.get_one(Handover, handover_id)
    to = Account.BANK if row.banked else Account.CASH
    journal = ledger.post(
        session,
        committee_id=row.committee_id,
        kind=JournalKind.HANDED_OVER,
        key=f"handover:{row.id}",
        legs=[Leg(to, row.to_organization_id, Account.CASH, row.from_organization_id, row.amount_fen)],
        by=by,
        document_no=row.slip_number,
        now=now,
    )
    row.journal_id = journal.id if journal else None
    session.flush()
    return row


def _shown(slip: Slip | None, now: datetime) -> dict[str, Any]:
    if slip is None or not slip.number.strip() or slip.on is None or slip.on > local_day(now):
        raise SlipMissing
    return {"slip_number": slip.number.strip(), "slip_bank": slip.bank.strip(), "slip_on": slip.on}


def refuse(session: Session, *, handover_id: int, note: str, by: str, now: datetime) -> None:
    """The cash stays where it was; who gave reads why. Raises SecondPersonNeeded, AnswerMissing, HandoverSettled."""
    if not note.strip():
        raise AnswerMissing
    if same_person(session, session.get_one(Handover, handover_id).handed_by, by):
        raise SecondPersonNeeded
    answered = {"received_by": by, "received_at": now, "note": note.strip()}
    _end(session, handover_id, HandoverState.REFUSED, **answered)


def withdraw(session: Session, *, handover_id: int, by: str, now: datetime) -> None:
    """Raises NotOwnOffer, HandoverSettled."""
    if session.get_one(Handover, handover_id).handed_by != by:
        raise NotOwnOffer
    _end(session, handover_id, HandoverState.WITHDRAWN, received_at=now)


def _end(session: Session, handover_id: int, to: HandoverState, **ended: Any) -> None:
    offered = update(Handover).where(Handover.id == handover_id, Handover.state == HandoverState.OFFERED)
    state = advance(HANDOVER, HandoverState.OFFERED, to)
    if not rows_changed(session, offered.values(state=state, **ended)):
        raise HandoverSettled
    session.expire_all()

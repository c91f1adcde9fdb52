"""A committee with a general branch and a branch below it, members who owe dues, and short ways to pay in cash."""

from dataclasses import dataclass
from datetime import datetime
from itertools import count
from typing import Any

from sqlalchemy import func, select

from app.core.db import Session, Sessions
from app.dues import taking
from app.dues.bills.models import Bill
from app.dues.bills.states import BillState
from app.dues.books import drafts, ledger
from app.dues.books.ledger import Leg
from app.dues.books.models import Account, Draft, DraftKind, Entry, Journal, JournalKind
from app.dues.cash import handover
from app.dues.cash.models import Handover, PayWay, ReceiptLine
from app.dues.taking import LineKind, Part, Taken
from app.organizations.models import OrganizationKind
from app.staff.deciding import Decision
from tests import dues_rows, factories
from tests.factories import NOW

COLLECTOR, CASHIER, ACCOUNTANT, SECRETARY = "shoufei", "chuna", "kuaiji", "shuji"
JANUARY, FEBRUARY, MARCH, APRIL = 202601, 202602, 202603, 202604
DUE = 7650
serial = count(1)


@dataclass(frozen=True)
class Till:
    sessions: Sessions
    committee: int
    general: int
    branch: int
    members: list[int]
    bills: dict[int, list[int]]

    def pay(self, fen: int, *, person: int = 0, key: str = "", at: datetime = NOW) -> Taken:
        """In cash, on the oldest bill first."""
        with self.sessions.begin() as session:
            return self.take(session, fen, person=person, key=key, at=at)

    def take(
        self, session: Session, fen: int, *, person: int = 0, key: str = "", at: datetime = NOW
    ) -> Taken:
        parts, rest = [], fen
        for bill_id in self.bills[self.members[person]]:
            bill = session.get_one(Bill, bill_id, populate_existing=True)
            if some := min(rest, bill.amount_fen - bill.paid_fen):
                parts.append(Part(LineKind.BILL, some, bill.id, bill.month))
                rest -= some
        if rest:
            parts.append(Part(LineKind.EXTRA, rest))
        return self.take_parts(session, parts, person=person, key=key, at=at)

    def take_parts(
        self, session: Session, parts: list[Part], *, person: int = 0, key: str = "", at: datetime = NOW
    ) -> Taken:
        return taking.take(
            session,
            member_id=self.members[person],
            organization_id=self.branch,
            committee_id=self.committee,
            way=PayWay.CASH,
            parts=parts,
            paid_at=at,
            key=f"{self.committee}:{key}" if key else f"cash:{next(serial)}",
            by=COLLECTOR,
            now=at,
            account=Account.CASH,
            account_at=self.branch,
        )

    def pay_by_wechat(self, parts: list[Part], *, key: str = "") -> Taken:
        with self.sessions.begin() as session:
            return taking.take(
                session,
                member_id=self.members[0],
                organization_id=self.branch,
                committee_id=self.committee,
                way=PayWay.WECHAT,
                parts=parts,
                paid_at=NOW,
                key=f"{self.committee}:{key}" if key else f"order:{next(serial)}",
                by="wechat",
                now=NOW,
                account=Account.WECHAT,
                account_at=self.committee,
            )

    def draft(self, kind: DraftKind, fen: int, *, at: datetime = NOW, **given: Any) -> Draft:
        with self.sessions.begin() as session:
            return drafts.propose_draft(
                session,
                committee_id=self.committee,
                kind=kind,
                fen=fen,
                reason="补记",
                by=ACCOUNTANT,
                now=at,
                **given,
            )

    def ask_reversal(self, journal_id: int) -> Draft:
        with self.sessions.begin() as session:
            return drafts.propose_reversal(
                session, journal_id=journal_id, reason="金额登记错误", by=ACCOUNTANT, now=NOW
            )

    def approve(self, draft: Draft, *, by: str = SECRETARY, at: datetime = NOW) -> Draft:
        with self.sessions.begin() as session:
            return drafts.decide_draft(session, draft_id=draft.id, decision=Decision.APPROVED, by=by, now=at)

    def reverse(self, journal_id: int) -> Draft:
        return self.approve(self.ask_reversal(journal_id))

    def hand_over(self, fen: int, *, source: int = 0, banked: bool = False) -> Handover:
        """Offered and received; from the branch, if nobody else."""
        with self.sessions.begin() as session:
            made = handover.offer(
                session,
                from_organization_id=source or self.branch,
                fen=fen,
                banked=banked,
                note="",
                by=COLLECTOR,
                now=NOW,
            )
            slip = handover.Slip("1", "", NOW.date()) if banked else None
            return handover.receive(session, handover_id=made.id, by=CASHIER, now=NOW, slip=slip)

    def book(self, legs: list[Leg], *, key: str = "", at: datetime = NOW) -> Journal | None:
        with self.sessions.begin() as session:
            return ledger.post(
                session,
                committee_id=self.committee,
                kind=JournalKind.HANDED_OVER,
                key=f"{self.committee}:{key}" if key else f"test:{next(serial)}",
                legs=legs,
                by=CASHIER,
                now=at,
            )

    def spend(self, fen: int) -> Leg:
        """Cash of the branch goes to the bank."""
        return Leg(Account.BANK, self.committee, Account.CASH, self.branch, fen)

    def earn(self, fen: int = 1) -> Leg:
        return Leg(Account.BANK, self.committee, Account.INTEREST, self.committee, fen)

    def balances(self) -> dict[tuple[Account, int], int]:
        with self.sessions.read() as session:
            found = ledger.balances(session, self.committee)
        return {where: fen for where, fen in found.items() if fen}

    def bill(self, index: int = 0, person: int = 0) -> Bill:
        with self.sessions.read() as session:
            return session.get_one(Bill, self.bills[self.members[person]][index])


def till(sessions: Sessions, *, people: int = 1, months: tuple[int, ...] = (FEBRUARY, MARCH)) -> Till:
    """Each member owes 76.50 yuan for each of the months; nothing is booked."""
    with sessions.begin() as session:
        committee = factories.organization(session, name="集团党委", kind=OrganizationKind.COMMITTEE)
        general = factories.organization(
            session, name="机关党总支", kind=OrganizationKind.GENERAL_BRANCH, parent=committee
        )
        branch = factories.organization(session, parent=general)
        policy = dues_rows.policy(session, committee)
        bills: dict[int, list[int]] = {}
        for _ in range(people):
            person = factories.member(session, branch)
            assessed = dues_rows.assessment(session, person, policy)
            states = {month: BillState.DUE if month == MARCH else BillState.OVERDUE for month in months}
            made = [dues_rows.bill(session, assessed, month, state) for month, state in states.items()]
            bills[person.id] = [bill.id for bill in made]
        return Till(sessions, committee.id, general.id, branch.id, list(bills), bills)


def lines(session: Session, receipt_id: int) -> list[tuple[Account, int | None, int]]:
    """(account, month, fen) of a receipt."""
    rows = select(ReceiptLine).where(ReceiptLine.receipt_id == receipt_id).order_by(ReceiptLine.id)
    return [(one.account, one.month, one.amount_fen) for one in session.scalars(rows)]


def on_bill(session: Session, bill_id: int) -> int:
    """What the books say is paid on a bill, without the entry that made it."""
    total = 0
    for side, sign in ((Entry.credit, 1), (Entry.debit, -1)):
        kept = (
            select(func.coalesce(func.sum(Entry.amount_fen), 0))
            .join(Journal, Journal.id == Entry.journal_id)
            .where(Entry.bill_id == bill_id, side == Account.RECEIVABLE, Journal.kind != JournalKind.BILLED)
        )
        total += sign * int(session.execute(kept).scalar_one())
    return total

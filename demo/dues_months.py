"""The demo branch's last months of dues: bills, cash on the theme day, cash on its way up, and what is still open."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Final

from app.core.clock import from_local, local_day
from app.core.db import Session
from app.dues import months, taking
from app.dues.assessments import reviews
from app.dues.bills import queries as bills
from app.dues.bills.generating import generate
from app.dues.bills.models import Bill
from app.dues.bills.service import mark_overdue
from app.dues.books.models import Account
from app.dues.cash import handover
from app.dues.cash.handover import Slip
from app.dues.cash.models import PayWay
from app.dues.remittance import service as remittance
from app.dues.remittance.models import RemitEvery
from app.dues.taking import LineKind, Part
from app.members.models import Member
from app.organizations.models import Organization
from app.staff.deciding import Decision
from demo.cast import COLLEAGUES, MEMBER, SECRETARY
from demo.roster import Roster

COLLECTOR: Final = "collector"
ACCOUNTANT: Final = "accountant"
OFFICE: Final = "office"
THEME_DAY, BANK_DAY = 12, 16
LATE: Final = frozenset({COLLEAGUES[1].place, 27, 33})
"""Their places on the roster: they have paid nothing for two months."""
NOT_YET: Final = 5
"""Of the running month every fifth has paid by now, and the people whom a visitor plays have not."""
ASKS: Final = COLLEAGUES[2]
HUNDREDTHS: Final = 8000


def write_months(
    session: Session,
    keeper: Organization,
    root: Organization,
    branch: Organization,
    *,
    first: int,
    now: datetime,
) -> None:
    party = Roster.of(session, branch).party
    current = months.current(now)
    for month in months.through(first, current):
        began = from_local(months.first_day(month), 9)
        generate(session, committee_id=keeper.id, month=month, by=ACCOUNTANT, now=began)
        mark_overdue(session, now=began)
        collected = _theme_day(month)
        if collected < now:
            taken = _collect(session, _payers(party, month, current), branch, keeper, month, collected)
            _bring_up(session, branch, taken, month, current, now)
    generate(session, committee_id=root.id, month=current, by=ACCOUNTANT, now=now)
    reviews.ask_review(
        session, member_id=party[ASKS.place].id, question="我今年转了岗，基数对不对？", now=now
    )
    _rule(session, keeper, root, first, now)


def _theme_day(month: int) -> datetime:
    return from_local(date(month // 100, month % 100, THEME_DAY), 16)


def _payers(party: Sequence[Member], month: int, current: int) -> list[Member]:
    if month == current:
        played = {MEMBER.place, SECRETARY.place, *(one.place for one in COLLEAGUES)}
        return [one for place, one in enumerate(party) if place % NOT_YET == 0 and place not in played]
    late = LATE if months.between(month, current) <= 2 else frozenset()  # noqa: PLR2004 -- two months
    return [one for place, one in enumerate(party) if place not in late]


def _collect(
    session: Session,
    payers: Sequence[Member],
    branch: Organization,
    keeper: Organization,
    month: int,
    at: datetime,
) -> int:
    """Each hands in their own; the sum in fen."""
    return sum(
        _take(session, bill, branch, keeper, at)
        for member in payers
        for bill in bills.open_bills(session, member.id)
        if bill.month == month
    )


def _take(session: Session, bill: Bill, branch: Organization, keeper: Organization, at: datetime) -> int:
    taken = taking.take(
        session,
        member_id=bill.member_id,
        organization_id=branch.id,
        committee_id=keeper.id,
        way=PayWay.CASH,
        parts=[Part(LineKind.BILL, bill.amount_fen, bill.id, bill.month)],
        paid_at=at,
        key=f"cash:demo:{bill.id}",
        by=COLLECTOR,
        now=at,
        account=Account.CASH,
        account_at=branch.id,
    )
    return taken.applied_fen


def _bring_up(
    session: Session, branch: Organization, fen: int, month: int, current: int, now: datetime
) -> None:
    """Past months' cash lies in the bank; this month's waits to be taken over."""
    at = _theme_day(month) + timedelta(days=BANK_DAY - THEME_DAY)
    if not fen or at > now:
        return
    given = handover.offer(
        session,
        from_organization_id=branch.id,
        fen=fen,
        banked=True,
        note=f"{months.text(month)}党费",
        by=COLLECTOR,
        now=at,
    )
    if month < current:
        slip = Slip(f"ICBC{month}{branch.id:04d}", "中国工商银行岚岳支行", local_day(at))
        handover.receive(session, handover_id=given.id, by=ACCOUNTANT, now=at + timedelta(hours=1), slip=slip)


def _rule(session: Session, keeper: Organization, root: Organization, first: int, now: datetime) -> None:
    rule = remittance.propose_rule(
        session,
        organization_id=keeper.id,
        to_name=root.name,
        ratio_bp=HUNDREDTHS,
        every=RemitEvery.QUARTER,
        due_days=20,
        clause="集团党委党费管理办法：基层党委按季度上缴实收党费的80%",
        effective_from=first,
        by=ACCOUNTANT,
        now=now,
    )
    remittance.decide_rule(session, rule_id=rule.id, decision=Decision.APPROVED, by=OFFICE, now=now)

"""A committee's books with one of everything about money: made by the verbs, or as rows where WeChat would speak."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from app.core.clock import from_local
from app.core.db import Session
from app.dues import taking
from app.dues.bills.models import Bill
from app.dues.bills.states import BillState
from app.dues.books import drafts, ledger, periods
from app.dues.books.ledger import Leg
from app.dues.books.models import Account, DraftKind, JournalKind
from app.dues.cash import collecting, handover, large
from app.dues.cash.models import PayWay
from app.dues.orders.models import LineKind, Order, Refund, RefundCause
from app.dues.orders.states import OrderState, RefundState
from app.dues.policies.models import DuesPolicy
from app.dues.ports import StatementKind
from app.dues.remittance import publicity, service
from app.dues.remittance.models import RemitEvery, Remittance
from app.dues.statements.models import Case, CaseKind, StatementState, TradeLine, TradeStatement
from app.dues.taking import Part
from app.members.models import Member
from app.organizations.models import Organization
from tests import dues_rows
from tests.factories import NOW

COLLECTOR, ACCOUNTANT = "shoufei", "kuaiji"
NOVEMBER, DECEMBER, JANUARY = 202511, 202512, 202601
DUE = 30_00
YESTERDAY = date(2026, 3, 1)


@dataclass(frozen=True)
class Booked:
    """November of the first is paid in cash, December by WeChat; the second reported a transfer for November."""

    mchid: str
    bill_ids: tuple[int, ...]
    receipt_id: int
    journal_id: int
    transfer_id: int
    cash_id: int
    banked_id: int
    gift_id: int
    draft_id: int
    reopening_id: int
    rule_id: int
    sheet_id: int
    publication_id: int
    order_id: int
    refund_id: int
    statement_id: int
    case_id: int


def seed(
    session: Session, mark: str, committee: Organization, branch: Organization, people: Sequence[Member]
) -> Booked:
    policy = dues_rows.policy(session, committee, effective_from=202501, mchid=f"19{committee.id:08d}")
    payer, other = people
    first = _billed(session, payer, policy)
    second = _billed(session, other, policy)
    paid = _taken(session, first[0], PayWay.CASH, Account.CASH, branch.id, key=f"{mark}-cash")
    transfer = collecting.report_transfer(
        session, member_id=other.id, fen=DUE, paid_on=YESTERDAY, note=f"{mark}转账", now=NOW
    )
    order = _order(session, first[1], policy, committee)
    statement = _statement(session, policy.mchid, order)
    cash, banked = (
        handover.offer(
            session, from_organization_id=branch.id, fen=10_00, banked=one, note=mark, by=COLLECTOR, now=NOW
        )
        for one in (False, True)
    )
    rule, sheet = _remitted(session, mark, committee)
    return Booked(
        mchid=policy.mchid,
        bill_ids=tuple(one.id for one in (*first, *second)),
        receipt_id=paid.receipt.id,
        journal_id=paid.receipt.journal_id,
        transfer_id=transfer.id,
        cash_id=cash.id,
        banked_id=banked.id,
        gift_id=_gift(session, mark, other),
        draft_id=_draft(session, mark, committee),
        reopening_id=_reopening(session, mark, committee),
        rule_id=rule,
        sheet_id=sheet,
        publication_id=_published(session, committee),
        order_id=order.id,
        refund_id=_refund(session, mark, order, first[1]),
        statement_id=statement.id,
        case_id=_case(session, mark, committee, statement, order),
    )


def _billed(session: Session, member: Member, policy: DuesPolicy) -> list[Bill]:
    """30 yuan a month, booked."""
    assessed = dues_rows.assessment(session, member, policy, from_month=202501, amount_fen=DUE)
    made = [dues_rows.bill(session, assessed, month, BillState.OVERDUE) for month in (NOVEMBER, DECEMBER)]
    for bill in made:
        ledger.post(
            session,
            committee_id=bill.committee_id,
            kind=JournalKind.BILLED,
            key=f"billed:{bill.id}",
            legs=[
                Leg(
                    Account.RECEIVABLE,
                    bill.organization_id,
                    Account.DUES,
                    bill.committee_id,
                    DUE,
                    member.id,
                    bill.id,
                )
            ],
            by="zhibu",
            now=NOW,
        )
    return made


def _taken(
    session: Session, bill: Bill, way: PayWay, account: Account, at: int, *, key: str, **more: Any
) -> taking.Taken:
    return taking.take(
        session,
        member_id=bill.member_id,
        organization_id=bill.organization_id,
        committee_id=bill.committee_id,
        way=way,
        parts=[Part(LineKind.BILL, DUE, bill.id, bill.month)],
        paid_at=from_local(YESTERDAY, 9),
        key=key,
        by=COLLECTOR,
        now=NOW,
        account=account,
        account_at=at,
        **more,
    )


def _order(session: Session, bill: Bill, policy: DuesPolicy, committee: Organization) -> Order:
    """Paid yesterday, booked."""
    made = dues_rows.order(
        session,
        bill,
        state=OrderState.PAID,
        mchid=policy.mchid,
        created_at=from_local(YESTERDAY, 8),
        paid_at=from_local(YESTERDAY, 9),
        settled_at=from_local(YESTERDAY, 9),
    )
    key = f"order:{made.id}"
    _taken(session, bill, PayWay.WECHAT, Account.WECHAT, committee.id, key=key, order_id=made.id)
    return made


def _refund(session: Session, mark: str, order: Order, bill: Bill) -> int:
    made = Refund(
        key=f"asked:{order.id}:1",
        order_id=order.id,
        out_refund_no=f"R{order.id:012d}",
        amount_fen=5_00,
        cause=RefundCause.ASKED,
        reason=f"{mark}多收",
        taken_from=Account.RECEIVABLE,
        bill_id=bill.id,
        state=RefundState.PROPOSED,
        proposed_by="duizhang",
        proposed_at=NOW,
    )
    order.refunded_fen = 5_00
    session.add(made)
    session.flush()
    return made.id


def _statement(session: Session, mchid: str, order: Order) -> TradeStatement:
    """Yesterday's: the order, and 12 yuan for an order that is not ours."""
    made = TradeStatement(
        mchid=mchid,
        day=YESTERDAY,
        state=StatementState.MATCHED,
        count=2,
        total_fen=42_00,
        fees_fen=25,
        read_at=NOW,
        matched_at=NOW,
    )
    session.add(made)
    session.flush()
    for number, (trade_no, fen) in enumerate(((order.out_trade_no, DUE), (f"X{mchid}", 12_00)), start=1):
        line = TradeLine(statement_id=made.id, number=number, at=from_local(YESTERDAY, 9), fee_fen=12)
        line.kind, line.app_id, line.state = StatementKind.PAYMENT, "wx1", "SUCCESS"
        line.transaction_id, line.out_trade_no, line.amount_fen = f"42{number:026d}", trade_no, fen
        session.add(line)
    session.flush()
    return made


def _case(
    session: Session, mark: str, committee: Organization, statement: TradeStatement, order: Order
) -> int:
    made = Case(
        key=f"unknown_order:X{statement.mchid}",
        kind=CaseKind.UNKNOWN_ORDER,
        committee_id=committee.id,
        mchid=statement.mchid,
        statement_id=statement.id,
        theirs_fen=12_00,
        details=f"{mark}商户订单号 X{statement.mchid}",
        opened_at=NOW,
    )
    session.add(made)
    session.flush()
    return made.id


def _gift(session: Session, mark: str, giver: Member) -> int:
    return large.receive(
        session,
        member_id=giver.id,
        fen=2_000_00,
        way=PayWay.TRANSFER,
        received_on=YESTERDAY,
        profile=f"{mark}退休干部",
        key=f"{mark}-gift",
        by=COLLECTOR,
        now=NOW,
    ).id


def _draft(session: Session, mark: str, committee: Organization) -> int:
    return drafts.propose_draft(
        session,
        committee_id=committee.id,
        kind=DraftKind.INTEREST,
        fen=1_23,
        reason=f"{mark}一季度利息",
        by=ACCOUNTANT,
        now=NOW,
    ).id


def _reopening(session: Session, mark: str, committee: Organization) -> int:
    periods.lock(session, committee_id=committee.id, month=JANUARY, by=ACCOUNTANT, now=NOW)
    return periods.propose_reopening(
        session, committee_id=committee.id, month=JANUARY, reason=f"{mark}漏记利息", by=ACCOUNTANT, now=NOW
    ).id


def _remitted(session: Session, mark: str, committee: Organization) -> tuple[int, int]:
    """A rule that waits, and a sheet that waits."""
    rule = service.propose_rule(
        session,
        organization_id=committee.id,
        to_name=f"{mark}上级党委",
        ratio_bp=5000,
        every=RemitEvery.MONTH,
        due_days=30,
        clause="组〔2026〕1号",
        effective_from=JANUARY,
        by=ACCOUNTANT,
        now=NOW,
    )
    sheet = Remittance(
        organization_id=committee.id,
        rule_id=rule.id,
        from_month=JANUARY,
        until_month=JANUARY,
        received_fen=60_00,
        amount_fen=30_00,
        standing=1,
        proposed_by=ACCOUNTANT,
        proposed_at=NOW - timedelta(hours=1),
    )
    session.add(sheet)
    session.flush()
    return rule.id, sheet.id


def _published(session: Session, committee: Organization) -> int:
    return publicity.publish(
        session, organization_id=committee.id, from_month=JANUARY, until_month=JANUARY, by="shuji", now=NOW
    ).id

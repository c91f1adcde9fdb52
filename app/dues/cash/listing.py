"""What the console's pages about cash, receipts and transfers read: of given organisations, or of a scope."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import aliased

from app.core.db import AnyRow, Session
from app.dues.cash.models import Handover, LargeGift, PayWay, Receipt, ReceiptLine, Transfer
from app.dues.cash.owing import called
from app.dues.cash.states import HandoverState, TransferState
from app.dues.sums import whole
from app.members.models import Member
from app.organizations.models import Organization
from app.organizations.scope import Scope

LONGEST_NUMBER = 9
"""Digits: with more, no receipt has it and no database takes it."""
Giving = aliased(Organization)
Taking = aliased(Organization)


@dataclass(frozen=True)
class ReceiptFilter:
    """Paid at or after `since`, before `until`."""

    since: datetime
    until: datetime
    way: PayWay | None = None
    text: str = ""


def receipts(
    session: Session,
    organization_ids: Collection[int],
    wanted: ReceiptFilter,
    *,
    offset: int = 0,
    limit: int | None = None,
) -> Sequence[AnyRow]:
    """(Receipt, member_name, organization_name), the latest first."""
    found = (
        select(Receipt, Member.name.label("member_name"), Organization.short_name.label("organization_name"))
        .join(Member, Member.id == Receipt.member_id)
        .join(Organization, Organization.id == Receipt.organization_id)
        .where(*_received(organization_ids, wanted))
        .order_by(Receipt.paid_at.desc(), Receipt.id.desc())
    )
    return session.execute(found.offset(offset).limit(limit)).all()


def receipts_total(
    session: Session, organization_ids: Collection[int], wanted: ReceiptFilter
) -> tuple[int, int]:
    """(receipts, fen) of all pages together; what was cancelled is counted, its money is not."""
    of_all = (
        select(Receipt.cancelled_by_id.is_not(None), func.count(), whole(Receipt.amount_fen))
        .join(Member, Member.id == Receipt.member_id)
        .where(*_received(organization_ids, wanted))
        .group_by(Receipt.cancelled_by_id.is_not(None))
    )
    rows = session.execute(of_all).all()
    return sum(count for _, count, _ in rows), sum(fen for cancelled, _, fen in rows if not cancelled)


def _received(organization_ids: Collection[int], wanted: ReceiptFilter) -> list[ColumnElement[bool]]:
    where = [
        Receipt.organization_id.in_(organization_ids),
        Receipt.paid_at >= wanted.since,
        Receipt.paid_at < wanted.until,
    ]
    if wanted.way:
        where.append(Receipt.way == wanted.way)
    if wanted.text:
        digits = wanted.text.rpartition("-")[2]
        fits = digits.isascii() and digits.isdigit() and len(digits) <= LONGEST_NUMBER
        where.append(or_(called(wanted.text), *([Receipt.number == int(digits)] if fits else [])))
    return where


def by_way(session: Session, scope: Scope, *, since: datetime, until: datetime) -> Sequence[AnyRow]:
    """(way, people, receipts, fen) of what stands in whole subtrees, for those who see no names."""
    return session.execute(
        select(
            Receipt.way,
            func.count(Receipt.member_id.distinct()).label("people"),
            func.count().label("receipts"),
            whole(Receipt.amount_fen).label("fen"),
        )
        .where(
            scope.owns(Receipt.organization_id),
            Receipt.paid_at >= since,
            Receipt.paid_at < until,
            Receipt.cancelled_by_id.is_(None),
        )
        .group_by(Receipt.way)
        .order_by(Receipt.way)
    ).all()


def receipt(session: Session, scope: Scope, receipt_id: int) -> Receipt | None:
    """One whose payer's organisation lies in the scope."""
    return session.scalar(
        select(Receipt).where(
            Receipt.id == receipt_id,
            scope.owns(Receipt.organization_id),
        )
    )


def receipt_lines(session: Session, receipt_id: int) -> Sequence[ReceiptLine]:
    """By month; what has no month, last."""
    rows = session.scalars(select(ReceiptLine).where(ReceiptLine.receipt_id == receipt_id)).all()
    return sorted(rows, key=lambda one: (one.month is None, one.month or 0, one.id))


def transfers(
    session: Session, organization_ids: Collection[int], *, open_only: bool, offset: int = 0, limit: int = 30
) -> Sequence[AnyRow]:
    """(Transfer, member_name, organization_name): to the branch's own, and to who keeps the account."""
    found = (
        select(Transfer, Member.name.label("member_name"), Organization.short_name.label("organization_name"))
        .join(Member, Member.id == Transfer.member_id)
        .join(Organization, Organization.id == Transfer.organization_id)
        .where(*_transferred(organization_ids, open_only=open_only))
        .order_by(Transfer.reported_at if open_only else Transfer.reported_at.desc(), Transfer.id)
    )
    return session.execute(found.offset(offset).limit(limit)).all()


def transfers_total(session: Session, organization_ids: Collection[int], *, open_only: bool) -> int:
    where = _transferred(organization_ids, open_only=open_only)
    return session.scalar(select(func.count(Transfer.id)).where(*where)) or 0


def _transferred(organization_ids: Collection[int], *, open_only: bool) -> list[ColumnElement[bool]]:
    state = Transfer.state == TransferState.REPORTED
    return [
        or_(Transfer.organization_id.in_(organization_ids), Transfer.committee_id.in_(organization_ids)),
        state if open_only else ~state,
    ]


def transfer(session: Session, organization_ids: Collection[int], transfer_id: int) -> Transfer | None:
    theirs = or_(Transfer.organization_id.in_(organization_ids), Transfer.committee_id.in_(organization_ids))
    return session.scalar(select(Transfer).where(Transfer.id == transfer_id, theirs))


def handovers(
    session: Session, scope: Scope, *, open_only: bool, offset: int = 0, limit: int = 30
) -> Sequence[AnyRow]:
    """(Handover, from_name, to_name, to_path), given or taken within the scope."""
    found = (
        select(
            Handover,
            Giving.short_name.label("from_name"),
            Taking.short_name.label("to_name"),
            Taking.path.label("to_path"),
        )
        .join(Giving, Giving.id == Handover.from_organization_id)
        .join(Taking, Taking.id == Handover.to_organization_id)
        .where(*_handed(scope, open_only=open_only))
        .order_by(Handover.handed_at.desc(), Handover.id.desc())
    )
    return session.execute(found.offset(offset).limit(limit)).all()


def handovers_total(session: Session, scope: Scope, *, open_only: bool) -> int:
    return session.scalar(select(func.count(Handover.id)).where(*_handed(scope, open_only=open_only))) or 0


def _handed(scope: Scope, *, open_only: bool) -> list[ColumnElement[bool]]:
    offered = Handover.state == HandoverState.OFFERED
    return [_either(scope), offered if open_only else ~offered]


def _either(scope: Scope) -> ColumnElement[bool]:
    giving, taking = Handover.from_organization_id, Handover.to_organization_id
    return or_(scope.owns(giving), scope.owns(taking))


def handover(session: Session, scope: Scope, handover_id: int) -> Handover | None:
    return session.scalar(select(Handover).where(Handover.id == handover_id, _either(scope)))


def large_gifts(
    session: Session, organization_ids: Collection[int], *, offset: int = 0, limit: int = 30
) -> Sequence[AnyRow]:
    """(LargeGift, member_name, organization_name); what was not passed on yet comes first."""
    found = (
        select(
            LargeGift, Member.name.label("member_name"), Organization.short_name.label("organization_name")
        )
        .join(Member, Member.id == LargeGift.member_id)
        .join(Organization, Organization.id == LargeGift.organization_id)
        .where(_given(organization_ids))
        .order_by(LargeGift.passed_on.is_not(None), LargeGift.received_on.desc(), LargeGift.id.desc())
    )
    return session.execute(found.offset(offset).limit(limit)).all()


def large_total(session: Session, organization_ids: Collection[int]) -> int:
    return session.scalar(select(func.count(LargeGift.id)).where(_given(organization_ids))) or 0


def large_gift(session: Session, organization_ids: Collection[int], gift_id: int) -> LargeGift | None:
    return session.scalar(select(LargeGift).where(LargeGift.id == gift_id, _given(organization_ids)))


def _given(organization_ids: Collection[int]) -> ColumnElement[bool]:
    return or_(LargeGift.organization_id.in_(organization_ids), LargeGift.committee_id.in_(organization_ids))

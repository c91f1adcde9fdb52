"""Changing how a committee collects: a new row from a month on, put in force by a second person."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar, Final, TypedDict, Unpack

from sqlalchemy import select

from app.core.db import Session
from app.core.errors import DomainError
from app.dues import months
from app.dues.policies.models import DuesPolicy, Publishing, Twice
from app.dues.policies.queries import policy_for
from app.dues.standing import STANDS, stand
from app.organizations.models import Organization, OrganizationKind
from app.staff import deciding
from app.staff.deciding import Decision

KEEPERS: Final = frozenset({OrganizationKind.COMMITTEE, OrganizationKind.WORK_COMMITTEE})
"""The account is opened in a committee's name (facts/domain §1.6 Account)."""
MCHID: Final = re.compile(r"\d{8,12}", re.ASCII)
ACCOUNT_NUMBER: Final = re.compile(r"\d{8,32}", re.ASCII)
RANGES: Final[Mapping[str, range]] = {
    "due_day": range(1, 29),
    "base_month": range(1, 13),
    "advance_months": range(1, 7),
    "retired_permille": range(1, 1001),
}
ROUNDINGS: Final = frozenset({1, 10, 100})


class PolicyWrong(DomainError):
    """`fields`: names of the columns that are missing or out of range."""

    code: ClassVar[str] = "dues_policy_wrong"

    def __init__(self, *fields: str) -> None:
        super().__init__(fields=fields)
        self.fields = fields


class NotAKeeper(DomainError):
    """Only a committee keeps books; a branch collects by the rule of the one above it."""

    code: ClassVar[str] = "dues_policy_not_committee"


class PolicyPast(DomainError):
    """Another rule holds for that month already, and months that have passed keep theirs."""

    code: ClassVar[str] = "dues_policy_past"


class MerchantTaken(DomainError):
    """Each committee has a merchant account of its own: money of two never mixes."""

    code: ClassVar[str] = "dues_mchid_taken"


class Terms(TypedDict, total=False):
    """Columns of `DuesPolicy`; what is absent has the default of its column."""

    by_wechat: bool
    by_cash: bool
    by_transfer: bool
    mchid: str
    account_name: str
    account_bank: str
    account_number: str
    cash_day: str
    due_day: int
    base_month: int
    round_to_fen: int
    retired_permille: int
    advance_months: int
    twice: Twice
    proxy: bool
    publishing: Publishing


def propose(
    session: Session,
    *,
    organization_id: int,
    effective_from: int,
    by: str,
    now: datetime,
    **terms: Unpack[Terms],
) -> DuesPolicy:
    """From `effective_from` (yyyymm) on. Raises NotAKeeper, PolicyWrong, PolicyPast, MerchantTaken.

    A committee whose months nobody's rule covers yet may begin in a month that has passed.
    """
    if session.get_one(Organization, organization_id).kind not in KEEPERS:
        raise NotAKeeper
    row = DuesPolicy(
        organization_id=organization_id,
        effective_from=effective_from,
        proposed_by=by,
        proposed_at=now,
        **{"by_wechat": False, "by_cash": False, "by_transfer": False} | _clean(terms),
    )
    _check(row, terms, effective_from)
    _check_begin(session, row, now)
    session.add(row)
    session.flush()
    return row


def _clean(terms: Terms) -> dict[str, Any]:
    return {name: value.strip() if isinstance(value, str) else value for name, value in terms.items()}


def _check(row: DuesPolicy, terms: Mapping[str, Any], effective_from: int) -> None:
    wrong = [name for name, allowed in RANGES.items() if name in terms and terms[name] not in allowed]
    if terms.get("round_to_fen", 1) not in ROUNDINGS:
        wrong.append("round_to_fen")
    if not months.valid(effective_from):
        wrong.append("effective_from")
    if not (row.by_wechat or row.by_cash or row.by_transfer):
        wrong.append("ways")
    if row.by_wechat and not MCHID.fullmatch(row.mchid or ""):
        wrong.append("mchid")
    if row.by_transfer:
        wrong += [name for name in ("account_name", "account_bank") if not getattr(row, name)]
        if not ACCOUNT_NUMBER.fullmatch((row.account_number or "").replace(" ", "")):
            wrong.append("account_number")
    if wrong:
        raise PolicyWrong(*wrong)


def _check_begin(session: Session, row: DuesPolicy, now: datetime) -> None:
    """Both when it is proposed and when it is decided: time has passed in between."""
    governed = policy_for(session, row.organization_id, row.effective_from)
    if row.effective_from < months.current(now) and governed is not None:
        raise PolicyPast
    if row.by_wechat and _taken(session, row):
        raise MerchantTaken


def _taken(session: Session, row: DuesPolicy) -> bool:
    elsewhere = select(DuesPolicy.id).where(
        DuesPolicy.mchid == row.mchid,
        DuesPolicy.standing == STANDS,
        DuesPolicy.organization_id != row.organization_id,
    )
    return session.scalars(elsewhere).first() is not None


def _hold_merchant(session: Session, policy_id: int) -> None:
    """Two committees that name one merchant account are decided one after the other: the later one sees the first."""
    mine = select(DuesPolicy.mchid).where(DuesPolicy.id == policy_id).scalar_subquery()
    same = select(DuesPolicy.id).where(DuesPolicy.mchid == mine, DuesPolicy.mchid != "")
    session.scalars(same.order_by(DuesPolicy.id).with_for_update()).all()


def decide(
    session: Session, policy_id: int, decision: Decision, *, by: str, now: datetime, note: str = ""
) -> None:
    """Approved, it replaces what stood for the same month.

    Raises SecondPersonNeeded, AlreadyDecided, PolicyPast, MerchantTaken, Overtaken.
    """
    _hold_merchant(session, policy_id)
    deciding.decide(session, DuesPolicy, policy_id, decision, by=by, now=now, note=note)
    if decision is not Decision.APPROVED:
        return
    row = session.get_one(DuesPolicy, policy_id)
    _check_begin(session, row, now)
    stand(
        session,
        row,
        DuesPolicy,
        DuesPolicy.organization_id == row.organization_id,
        DuesPolicy.effective_from == row.effective_from,
    )

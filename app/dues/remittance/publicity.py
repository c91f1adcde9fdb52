"""公示: totals that members read (facts/domain §1.6): no name, and no sum that shows what one person pays."""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from app.core.db import Session
from app.core.errors import DomainError
from app.dues import months
from app.dues.bills.models import Bill
from app.dues.bills.states import BillState
from app.dues.books import ledger
from app.dues.books.models import Account, Draft, Entry, Journal, JournalKind, UseItem
from app.dues.policies import queries as policies
from app.dues.remittance import rules
from app.dues.remittance.models import Publication
from app.dues.remittance.received import by_member
from app.dues.standing import Overtaken
from app.dues.sums import whole
from app.organizations.models import Organization

FEWEST: Final = 5
"""A sum over fewer people is not shown."""
SUMS: Final = ("billed_fen", "received_fen", "refunded_fen")
WITH: Final = {"received_fen": ("balance_fen",)}
"""What else is hidden, since the one could be reckoned out of the other."""
MONEY: Final = (Account.WECHAT, Account.CASH, Account.BANK, Account.LARGE, Account.REFUNDS, Account.SUSPENSE)
"""What is there, less what is not for spending."""


class PeriodNotOver(DomainError):
    """Totals are of whole months that are over."""

    code = "dues_publicity_not_over"


class NoBooks(DomainError):
    """No committee keeps the books of that organisation."""

    code = "dues_no_books"


@dataclass(frozen=True, slots=True)
class Totals:
    """Of months yyyymm, in fen; None: not shown, since too few people stand behind it.

    `received_fen` is less what was refunded or reversed, and without 大额党费. Of a branch the last five are None:
    they are the committee's.
    """

    from_month: int
    until_month: int
    billed_members: int
    paid_members: int
    """Who has paid every bill of those months."""
    billed_fen: int | None
    received_fen: int | None
    refunded_fen: int | None
    remitted_fen: int | None = None
    used_fen: dict[str, int] | None = field(default=None)
    """By `UseItem`."""
    interest_fen: int | None = None
    charges_fen: int | None = None
    balance_fen: int | None = None

    def written(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def read(cls, text: str) -> "Totals":
        return cls(**json.loads(text))


@dataclass(frozen=True, slots=True)
class _Sum:
    """Fen by member, at the organisations that are reckoned and beside them, ring by ring up to the committee."""

    own: Counter[int]
    beside: list[Counter[int]]

    @property
    def shown(self) -> int | None:
        """The sum; None where it, or what a reader takes it away from, is that of a few people."""
        few = any(0 < sum(1 for fen in one.values() if fen) < FEWEST for one in (self.own, *self.beside))
        return None if few else sum(self.own.values())


def totals(session: Session, *, organization_id: int, from_month: int, until_month: int) -> Totals:
    """Of an organisation and all below it; the whole books where it keeps them itself.

    Without what a reader could take from, or away from, totals of other months that were published before, and be
    left with a few people's. Raises NoBooks.
    """
    house = session.get_one(Organization, organization_id)
    policy = policies.policy_for(session, organization_id, until_month)
    if policy is None:
        raise NoBooks
    committee = session.get_one(Organization, policy.organization_id)
    found = _totals(session, house, committee, (from_month, until_month))
    earlier = session.scalars(
        select(Publication.totals).where(Publication.organization_id == organization_id)
    )
    published = [Totals.read(text) for text in earlier]
    hidden: set[str] = set()
    for name in SUMS:
        spans = {(one.from_month, one.until_month) for one in published if getattr(one, name) is not None}
        pieces = rules.pieces((from_month, until_month), spans)
        if any(getattr(_totals(session, house, committee, one), name) is None for one in pieces):
            hidden |= {name, *WITH.get(name, ())}
    return Totals(**{**asdict(found), **dict.fromkeys(hidden)})


def _totals(session: Session, house: Organization, committee: Organization, span: tuple[int, int]) -> Totals:
    from_month, until_month = span
    rows = by_member(session, committee.id, from_month, until_month)
    billed_rows = _billed(session, committee.id, from_month, until_month)
    received = _sum(((row.member_id, row.path, row.fen) for row in rows), house, committee)
    refunded = _sum(((row.member_id, row.path, row.back) for row in rows), house, committee)
    billed = _sum(((row.member_id, row.path, row.fen) for row in billed_rows), house, committee)
    own = [row for row in billed_rows if row.path.startswith(house.path)]
    open_ones = {row.member_id for row in own if row.open}
    shown = received.shown
    counted = Totals(
        from_month=from_month,
        until_month=until_month,
        billed_members=len({row.member_id for row in own}),
        paid_members=len({row.member_id for row in own} - open_ones),
        billed_fen=_unless_few_differ(billed, received),
        received_fen=shown,
        refunded_fen=refunded.shown,
    )
    return counted if house.id != committee.id else _with_books(session, counted, committee.id)


def _unless_few_differ(billed: _Sum, received: _Sum) -> int | None:
    """What was billed and not received is a sum as well: of those who paid something else than was billed."""
    people = billed.own.keys() | received.own.keys()
    differ = sum(1 for one in people if billed.own[one] != received.own[one])
    return None if received.shown is not None and 0 < differ < FEWEST else billed.shown


def _sum(rows: Iterable[tuple[int | None, str, int]], house: Organization, committee: Organization) -> _Sum:
    """A reader of this sum and of one further up knows the difference: what is beside, up to each of those above."""
    depth = len(committee.path.strip("/").split("/"))
    ids = house.path.strip("/").split("/")
    above = [f"/{'/'.join(ids[:end])}/" for end in range(depth, len(ids))]
    own: Counter[int] = Counter()
    beside: list[Counter[int]] = [Counter() for _ in above]
    for member_id, path, fen in rows:
        if path.startswith(house.path):
            own[member_id or 0] += fen
            continue
        for ring, top in zip(beside, above, strict=True):
            if path.startswith(top):
                ring[member_id or 0] += fen
    return _Sum(own, beside)


def _billed(session: Session, committee_id: int, from_month: int, until_month: int) -> Any:
    """(member_id, path, fen, open) of bills that stand and are not exempt; `open`: how many are not paid whole."""
    unpaid = whole(Bill.amount_fen - Bill.paid_fen).label("open")
    return session.execute(
        select(Bill.member_id, Organization.path, whole(Bill.amount_fen).label("fen"), unpaid)
        .join(Organization, Organization.id == Bill.organization_id)
        .where(
            Bill.committee_id == committee_id,
            Bill.live.is_not(None),
            Bill.state != BillState.EXEMPT,
            Bill.month >= from_month,
            Bill.month <= until_month,
        )
        .group_by(Bill.member_id, Organization.path)
    ).all()


def _with_books(session: Session, counted: Totals, committee_id: int) -> Totals:
    """The balance is hidden with what was received: one could be reckoned out of the other."""
    within = {"from_month": counted.from_month, "until_month": counted.until_month}
    moved: Counter[Account] = Counter()
    for (account, _), fen in ledger.balances(session, committee_id, **within).items():
        moved[account] += fen
    ends = ledger.balances(session, committee_id, until_month=counted.until_month)
    balance = sum(fen for (account, _), fen in ends.items() if account in MONEY)
    return Totals(
        **{
            **asdict(counted),
            "remitted_fen": moved[Account.REMITTED],
            "used_fen": _used(session, committee_id, counted),
            "interest_fen": -moved[Account.INTEREST],
            "charges_fen": moved[Account.CHARGES],
            "balance_fen": None if counted.received_fen is None else balance,
        }
    )


def _used(session: Session, committee_id: int, counted: Totals) -> dict[str, int]:
    """Spent by item, less what was reversed."""
    used: Counter[UseItem] = Counter()
    for kind, journal, sign in (
        (JournalKind.BOOKED, Journal.id, 1),
        (JournalKind.REVERSAL, Journal.reverses_id, -1),
    ):
        rows = session.execute(
            select(Draft.item, whole(Entry.amount_fen).label("fen"))
            .join(Journal, journal == Draft.journal_id)
            .join(Entry, Entry.journal_id == Journal.id)
            .where(
                Journal.kind == kind,
                Journal.committee_id == committee_id,
                Journal.month >= counted.from_month,
                Journal.month <= counted.until_month,
                Draft.item.is_not(None),
            )
            .group_by(Draft.item)
        )
        for row in rows:
            used[UseItem(row.item)] += sign * row.fen
    return {item.value: used[item] for item in UseItem if used[item]}


def publish(
    session: Session, *, organization_id: int, from_month: int, until_month: int, by: str, now: datetime
) -> Publication:
    """Let members read the totals of those months; published again, it is a new version beside the old one.

    Raises PeriodNotOver, NoBooks, Overtaken.
    """
    if not from_month <= until_month < months.current(now):
        raise PeriodNotOver
    counted = totals(session, organization_id=organization_id, from_month=from_month, until_month=until_month)
    mine = Publication.organization_id == organization_id, Publication.from_month == from_month
    last = select(func.max(Publication.version)).where(*mine, Publication.until_month == until_month)
    made = Publication(
        organization_id=organization_id,
        from_month=from_month,
        until_month=until_month,
        version=(session.scalar(last) or 0) + 1,
        totals=counted.written(),
        published_by=by,
        published_at=now,
    )
    try:
        with session.begin_nested():
            session.add(made)
    except IntegrityError as error:
        raise Overtaken from error
    return made

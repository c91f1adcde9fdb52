"""What the console's pages about the books read: who keeps any, vouchers, drafts, periods. Sums, before names."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import aliased

from app.core.db import AnyRow, Session
from app.dues.books.models import Draft, Entry, Journal, JournalKind, Period, Reopening
from app.dues.policies.models import DuesPolicy
from app.dues.sums import whole
from app.members.models import Member
from app.organizations.models import Organization
from app.organizations.scope import Scope
from app.staff.deciding import Decision

DebitAt = aliased(Organization)
CreditAt = aliased(Organization)
Reversal = aliased(Journal)


def keepers(session: Session, scope: Scope) -> Sequence[Organization]:
    """Those in the scope that have, or had, a policy of their own: they keep books."""
    own = select(DuesPolicy.organization_id).where(DuesPolicy.decision == Decision.APPROVED)
    return session.scalars(
        select(Organization)
        .where(scope.organizations(), Organization.id.in_(own))
        .order_by(Organization.path)
    ).all()


@dataclass(frozen=True)
class JournalFilter:
    committee_id: int
    month: int | None = None
    kind: JournalKind | None = None
    number: int | None = None


def journals(
    session: Session, wanted: JournalFilter, *, offset: int = 0, limit: int | None = None
) -> Sequence[AnyRow]:
    """(Journal, fen, reversed_by), the latest voucher first. `fen`: all its entries; `reversed_by`: id or None."""
    fen = select(whole(Entry.amount_fen)).where(Entry.journal_id == Journal.id).scalar_subquery()
    found = (
        select(Journal, fen.label("fen"), Reversal.id.label("reversed_by"))
        .outerjoin(Reversal, Reversal.reverses_id == Journal.id)
        .where(*_kept(wanted))
        .order_by(Journal.month.desc(), Journal.number.desc())
    )
    return session.execute(found.offset(offset).limit(limit)).all()


def journals_total(session: Session, wanted: JournalFilter) -> tuple[int, int]:
    """(vouchers, fen) of all pages together."""
    count = session.scalar(select(func.count(Journal.id)).where(*_kept(wanted))) or 0
    fen = session.scalar(select(whole(Entry.amount_fen)).join(Journal).where(*_kept(wanted)))
    return count, fen or 0


def _kept(wanted: JournalFilter) -> list[ColumnElement[bool]]:
    where = [Journal.committee_id == wanted.committee_id]
    if wanted.month:
        where.append(Journal.month == wanted.month)
    if wanted.kind:
        where.append(Journal.kind == wanted.kind)
    if wanted.number:
        where.append(Journal.number == wanted.number)
    return where


def journal(session: Session, scope: Scope, journal_id: int) -> Journal | None:
    return session.scalar(
        select(Journal).where(
            Journal.id == journal_id,
            scope.owns(Journal.committee_id),
        )
    )


def reversal_of(session: Session, journal_id: int) -> Journal | None:
    return session.scalar(select(Journal).where(Journal.reverses_id == journal_id))


def legs(session: Session, journal_id: int) -> Sequence[AnyRow]:
    """(debit, debit_name, credit, credit_name, entries, fen): a voucher by accounts, without anybody's name."""
    columns = (Entry.debit, DebitAt.short_name, Entry.credit, CreditAt.short_name)
    return session.execute(
        select(
            Entry.debit,
            DebitAt.short_name.label("debit_name"),
            Entry.credit,
            CreditAt.short_name.label("credit_name"),
            func.count().label("entries"),
            whole(Entry.amount_fen).label("fen"),
        )
        .join(DebitAt, DebitAt.id == Entry.debit_organization_id)
        .join(CreditAt, CreditAt.id == Entry.credit_organization_id)
        .where(Entry.journal_id == journal_id)
        .group_by(*columns)
        .order_by(func.min(Entry.id))
    ).all()


def entries(session: Session, journal_id: int, *, offset: int = 0, limit: int = 100) -> Sequence[AnyRow]:
    """(Entry, member_name, debit_name, credit_name): one by one, for whoever gave a reason."""
    return session.execute(
        select(
            Entry,
            Member.name.label("member_name"),
            DebitAt.short_name.label("debit_name"),
            CreditAt.short_name.label("credit_name"),
        )
        .outerjoin(Member, Member.id == Entry.member_id)
        .join(DebitAt, DebitAt.id == Entry.debit_organization_id)
        .join(CreditAt, CreditAt.id == Entry.credit_organization_id)
        .where(Entry.journal_id == journal_id)
        .order_by(Entry.id)
        .offset(offset)
        .limit(limit)
    ).all()


def drafts(
    session: Session, scope: Scope, *, open_only: bool, by: str = "", offset: int = 0, limit: int = 30
) -> Sequence[AnyRow]:
    """(Draft, committee_name), the latest first: of the scope, and what `by` asked for, wherever the books are."""
    found = (
        select(Draft, Organization.short_name.label("committee_name"))
        .join(Organization, Organization.id == Draft.committee_id)
        .where(*_drafted(scope, by, open_only=open_only))
        .order_by(Draft.id.desc())
    )
    return session.execute(found.offset(offset).limit(limit)).all()


def drafts_total(session: Session, scope: Scope, *, open_only: bool, by: str = "") -> int:
    return session.scalar(select(func.count(Draft.id)).where(*_drafted(scope, by, open_only=open_only))) or 0


def _drafted(scope: Scope, by: str, *, open_only: bool) -> list[ColumnElement[bool]]:
    waits = Draft.decision == Decision.PROPOSED
    return [_seen(scope, by), waits if open_only else ~waits]


def _seen(scope: Scope, by: str) -> ColumnElement[bool]:
    """A branch's collector asks for an entry in the committee's books, and may take it back."""
    return or_(scope.owns(Draft.committee_id), Draft.proposed_by == by)


def draft(session: Session, scope: Scope, draft_id: int, *, by: str = "") -> Draft | None:
    return session.scalar(select(Draft).where(Draft.id == draft_id, _seen(scope, by)))


def periods(session: Session, committee_id: int, *, first: int, last: int) -> Sequence[Period]:
    """Of those months, the latest first."""
    return session.scalars(
        select(Period)
        .where(Period.committee_id == committee_id, Period.month >= first, Period.month <= last)
        .order_by(Period.month.desc())
    ).all()


def reopenings(session: Session, committee_id: int, *, limit: int = 50) -> Sequence[AnyRow]:
    """(Reopening, month), those that wait first."""
    return session.execute(
        select(Reopening, Period.month)
        .join(Period, Period.id == Reopening.period_id)
        .where(Period.committee_id == committee_id)
        .order_by(Reopening.decision != Decision.PROPOSED, Reopening.id.desc())
        .limit(limit)
    ).all()


def reopenings_waiting(session: Session, scope: Scope) -> Sequence[Reopening]:
    return session.scalars(
        select(Reopening)
        .join(Period, Period.id == Reopening.period_id)
        .where(Reopening.decision == Decision.PROPOSED, scope.owns(Period.committee_id))
        .order_by(Reopening.id)
    ).all()


def reopening(session: Session, scope: Scope, reopening_id: int) -> tuple[Reopening, Period] | None:
    found = session.execute(
        select(Reopening, Period)
        .join(Period, Period.id == Reopening.period_id)
        .where(
            Reopening.id == reopening_id,
            scope.owns(Period.committee_id),
        )
    ).one_or_none()
    return (found.Reopening, found.Period) if found else None

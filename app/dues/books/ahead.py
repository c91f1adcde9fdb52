"""What members paid ahead and no bill has met: where it stands, and what of it may be given back by hand."""

from collections import Counter
from collections.abc import Sequence
from typing import Final

from sqlalchemy import select

from app.core.db import Session
from app.dues.books.models import Account, Entry, Journal
from app.dues.orders.models import Order, Refund
from app.dues.orders.states import RefundState
from app.dues.sums import whole
from app.members.models import Member
from app.organizations.models import Organization

SIDES: Final = (
    (Entry.credit, Entry.credit_organization_id, 1),
    (Entry.debit, Entry.debit_organization_id, -1),
)


def standing(session: Session, committee_id: int, member_id: int | None) -> Counter[int]:
    """Fen by organisation, in one committee's books: who moved within them may have some at several."""
    found: Counter[int] = Counter()
    for account, organization, sign in SIDES:
        rows = session.execute(
            select(organization, whole(Entry.amount_fen))
            .join(Journal, Journal.id == Entry.journal_id)
            .where(
                Journal.committee_id == committee_id,
                Entry.member_id == member_id,
                account == Account.ADVANCE,
            )
            .group_by(organization)
        )
        for organization_id, fen in rows:
            found[organization_id] += sign * fen
    return found


def free(session: Session, committee_id: int, member_id: int) -> Counter[int]:
    """Of what stands, without what a refund by WeChat is proposed for: once approved, that stands in REFUNDS."""
    asked = (
        select(Order.organization_id, whole(Refund.amount_fen).label("fen"))
        .join(Order, Order.id == Refund.order_id)
        .where(Order.committee_id == committee_id, Order.member_id == member_id)
        .where(Refund.taken_from == Account.ADVANCE, Refund.state == RefundState.PROPOSED)
        .group_by(Order.organization_id)
    )
    set_aside = Counter({row.organization_id: row.fen for row in session.execute(asked)})
    return standing(session, committee_id, member_id) - set_aside


def called(session: Session, committee_id: int, name: str, *, path: str | None = None) -> Sequence[int]:
    """Members of that name with something ahead in these books, at or below `path`, even where they are gone."""
    named = (
        select(Member.id)
        .join(Entry, Entry.member_id == Member.id)
        .join(Journal, Journal.id == Entry.journal_id)
        .where(Member.name == name, Journal.committee_id == committee_id, Entry.credit == Account.ADVANCE)
    )
    found = session.scalars(named.distinct().order_by(Member.id)).all()
    return [one for one in found if _within(session, +standing(session, committee_id, one), path)]


def _within(session: Session, places: Counter[int], path: str | None) -> bool:
    if path is None:
        return bool(places)
    below = Organization.id.in_(places), Organization.path.startswith(path, autoescape=True)
    return session.scalar(select(Organization.id).where(*below).limit(1)) is not None

"""People of given organisations and what is open of each, for whoever collects there."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, func, or_, select

from app.core.db import AnyRow, Session
from app.dues.bills.models import Bill
from app.dues.bills.states import OPEN
from app.dues.cash.models import Transfer
from app.dues.sums import whole
from app.members.models import GONE, PARTY_MEMBERS, Member
from app.organizations.models import Organization


@dataclass(frozen=True)
class PeopleFilter:
    """`until_month`: bills of later months are not yet asked for. `text`: part of a name, or its first letters."""

    until_month: int
    text: str = ""
    everybody: bool = False


def people(
    session: Session,
    organization_ids: Collection[int],
    wanted: PeopleFilter,
    *,
    offset: int = 0,
    limit: int | None = None,
) -> Sequence[AnyRow]:
    """(id, name, organization_name, open_fen, months, oldest, reported) of each member, by name: nobody is ranked.

    Whoever has gone is there while something is open. `reported`: a transfer waits for an answer.
    """
    found = _people(organization_ids, wanted).order_by(Organization.path, Member.name_pinyin, Member.id)
    return session.execute(found.offset(offset).limit(limit)).all()


def people_total(session: Session, organization_ids: Collection[int], wanted: PeopleFilter) -> AnyRow:
    """(people, open_fen) of all pages together."""
    listed = _people(organization_ids, wanted).subquery()
    total = whole(listed.c.open_fen)
    return session.execute(select(func.count().label("people"), total.label("open_fen"))).one()


def _people(organization_ids: Collection[int], wanted: PeopleFilter) -> Select[*tuple[object, ...]]:
    of_them = select(Member.id).where(Member.organization_id.in_(organization_ids))
    due = (
        select(
            Bill.member_id,
            whole(Bill.amount_fen - Bill.paid_fen).label("open_fen"),
            func.count().label("months"),
            func.min(Bill.month).label("oldest"),
        )
        .where(
            Bill.member_id.in_(of_them),
            Bill.state.in_(OPEN),
            Bill.live == 1,
            Bill.month <= wanted.until_month,
        )
        .group_by(Bill.member_id)
        .subquery()
    )
    reported = select(Transfer.id).where(Transfer.open_member_id == Member.id).exists()
    stands = Member.status.not_in(GONE) if wanted.everybody else due.c.open_fen > 0
    found = (
        select(
            Member.id,
            Member.name,
            Organization.short_name.label("organization_name"),
            func.coalesce(due.c.open_fen, 0).label("open_fen"),
            func.coalesce(due.c.months, 0).label("months"),
            due.c.oldest,
            reported.label("reported"),
        )
        .join(Organization, Organization.id == Member.organization_id)
        .outerjoin(due, due.c.member_id == Member.id)
        .where(
            Member.organization_id.in_(organization_ids),
            Member.kind.in_(PARTY_MEMBERS),
            or_(stands, due.c.open_fen > 0),
        )
    )
    return found.where(called(wanted.text)) if wanted.text else found


def called(text: str) -> ColumnElement[bool]:
    ways: list[ColumnElement[bool]] = [Member.name.contains(text, autoescape=True)]
    spelled = text.replace(" ", "").lower()
    if spelled.isascii() and spelled.isalpha():
        ways.append(Member.name_pinyin.contains(spelled, autoescape=True))
    return or_(*ways)


def person(session: Session, organization_ids: Collection[int], member_id: int) -> Member | None:
    """None for somebody of another organisation."""
    return session.scalar(
        select(Member).where(Member.id == member_id, Member.organization_id.in_(organization_ids))
    )

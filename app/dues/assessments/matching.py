"""Whom a row of bases means, among the members that its file may be about."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import and_, select

from app.core.crypto import Vault
from app.core.db import Session
from app.dues.assessments.models import Assessment, BaseLineKind
from app.dues.assessments.queries import current_id
from app.dues.assessments.workbook import Column, Row
from app.dues.standards.models import DuesCategory
from app.members.models import GONE, PARTY_MEMBERS, Member
from app.members.names import name_key
from app.members.registry import PHONE_FIELD
from app.organizations.models import Organization
from app.organizations.scope import Scope


@dataclass(frozen=True, slots=True)
class Payer:
    """A member and their present amount: fen, None and empty where none is set."""

    member_id: int
    name: str
    organization_id: int
    code: str
    tail: str | None
    phone_index: str | None
    category: DuesCategory | None
    base_sealed: str | None
    amount_fen: int | None


class NoMatch(Exception):
    """Nobody, or more than one; `fault` names the cell."""

    def __init__(self, kind: BaseLineKind, fault: str) -> None:
        super().__init__(fault)
        self.kind = kind
        self.fault = fault


def payers(session: Session, scope: Scope, month: int) -> list[Payer]:
    """Members of the scope who pay, with what is in force for them in that month."""
    rows = session.execute(
        select(
            Member.id,
            Member.name,
            Member.organization_id,
            Organization.code,
            Member.id_number_tail,
            Member.phone_index,
            Assessment.category,
            Assessment.base_sealed,
            Assessment.amount_fen,
        )
        .join(Organization, Organization.id == Member.organization_id)
        .outerjoin(
            Assessment,
            and_(Assessment.member_id == Member.id, Assessment.id == current_id(Member.id, month)),
        )
        .where(scope.organizations(), Member.kind.in_(PARTY_MEMBERS), Member.status.not_in(GONE))
    )
    return [Payer(*row) for row in rows]


class People:
    """Finds members by name, and by whatever else a row says where that is not enough."""

    def __init__(self, payers: Iterable[Payer], vault: Vault) -> None:
        self._vault = vault
        self._named: defaultdict[str, list[Payer]] = defaultdict(list)
        for one in payers:
            self._named[name_key(one.name)].append(one)
        self._rows: dict[int, Row] = {}

    def find(self, row: Row) -> Payer:
        """Raises NoMatch; also where an earlier row means the same person."""
        named = self._named.get(name_key(row.name), [])
        if not named:
            raise NoMatch(BaseLineKind.UNKNOWN, row.fault(Column.NAME, "范围内没有这位党员"))
        meant = [one for one in named if self._agrees(one, row)]
        if not meant:
            reason = "有这个姓名，但组织代码、身份证后四位或手机号对不上"
            raise NoMatch(BaseLineKind.UNKNOWN, row.fault(Column.NAME, reason))
        if len(meant) > 1:
            reason = f"范围内有{len(meant)}位同名，请补填组织代码、身份证后四位或手机号"
            raise NoMatch(BaseLineKind.DUPLICATE, row.fault(Column.NAME, reason))
        first = self._rows.setdefault(meant[0].member_id, row)
        if first is not row:
            raise NoMatch(BaseLineKind.DUPLICATE, row.fault(Column.NAME, f"与第{first.number}行是同一个人"))
        return meant[0]

    def _agrees(self, one: Payer, row: Row) -> bool:
        """What is not registered contradicts nobody."""
        phone = self._vault.index(row.phone, PHONE_FIELD) if row.phone else ""
        return (
            (not row.code or row.code.lstrip("0") == one.code.lstrip("0"))
            and (not row.tail or one.tail is None or row.tail == one.tail)
            and (not phone or one.phone_index is None or phone == one.phone_index)
        )

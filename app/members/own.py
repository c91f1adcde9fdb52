"""A person's own record, as they may see it: numbers masked, nothing of anybody else (PIPL 45)."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from app.core.crypto import Vault
from app.core.db import Session
from app.members.masking import masked_id_number, masked_phone
from app.members.models import Member, MemberKind
from app.members.registry import PHONE_FIELD
from app.organizations.models import Organization


@dataclass(frozen=True, slots=True)
class OwnRecord:
    name: str
    organization_name: str
    kind: MemberKind
    phone: str
    id_number: str
    joined_on: date | None


def record(session: Session, *, member_id: int, vault: Vault) -> OwnRecord:
    """Raises NoResultFound where there is no such member."""
    row = session.execute(
        select(Member, Organization.name.label("organization_name"))
        .join(Organization, Organization.id == Member.organization_id)
        .where(Member.id == member_id)
    ).one()
    member: Member = row.Member
    phone = vault.open(member.phone_sealed, PHONE_FIELD) if member.phone_sealed else None
    return OwnRecord(
        name=member.name,
        organization_name=row.organization_name,
        kind=member.kind,
        phone=masked_phone(phone),
        id_number=masked_id_number(member.id_number_tail),
        joined_on=member.joined_on,
    )

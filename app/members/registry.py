"""Changing the registry: who joins, what is corrected, who moves and who leaves. Nobody is deleted."""

from datetime import date, datetime
from typing import Any, ClassVar, TypedDict, Unpack

from sqlalchemy.exc import IntegrityError

from app.core.clock import local_day
from app.core.crypto import Vault
from app.core.db import Session
from app.core.errors import DomainError
from app.members import identities
from app.members.fields import TAIL_LENGTH, check_id_number, normal_phone
from app.members.models import GONE, PARTY_MEMBERS, Gender, Member, MemberKind, PartyStatus
from app.members.names import clean_name
from app.members.pinyin import searchable

PHONE_FIELD = "member.phone"
ID_NUMBER_FIELD = "member.id_number"


class IdNumberTaken(DomainError):
    """Somebody else of the registry has this identity number."""

    code: ClassVar[str] = "id_number_taken"


class MemberGone(DomainError):
    """The person has left the registry: only a roster or an office entry brings them back."""

    code: ClassVar[str] = "member_gone"


class Details(TypedDict, total=False):
    """What may be known of a person beyond name and kind. None erases, an absent key leaves as it is."""

    gender: Gender | None
    birth_year: int | None
    education: str
    joined_on: date | None
    converted_on: date | None
    department: str
    post: str
    phone: str | None
    id_number: str | None


class Changes(Details, total=False):
    name: str
    kind: MemberKind


def register(
    session: Session,
    *,
    organization_id: int,
    name: str,
    kind: MemberKind,
    vault: Vault,
    now: datetime,
    **details: Unpack[Details],
) -> Member:
    """Raises BadField and IdNumberTaken."""
    changes = Changes(name=name, kind=kind, **details)
    member = Member(organization_id=organization_id, created_at=now, **columns(changes, vault))
    try:
        with session.begin_nested():
            session.add(member)
    except IntegrityError as error:
        raise _refusal(error, changes) from error
    return member


def _refusal(error: IntegrityError, changes: Changes) -> Exception:
    """Only the identity number is unique; anything else that the database refuses is a bug."""
    return IdNumberTaken() if changes.get("id_number") else error


def columns(changes: Changes, vault: Vault) -> dict[str, Any]:
    """The columns of `member` for what is stated: phone sealed, identity number only as index and tail."""
    values: dict[str, Any] = {
        key: value for key, value in changes.items() if key not in ("name", "phone", "id_number")
    }
    if "name" in changes:
        values |= name_columns(changes["name"])
    if "phone" in changes:
        values |= phone_columns(changes["phone"], vault)
    if "id_number" in changes:
        values |= id_number_columns(changes["id_number"], vault)
    return values


def name_columns(name: str) -> dict[str, str]:
    cleaned = clean_name(name)
    return {"name": cleaned, "name_pinyin": searchable(cleaned)}


def phone_columns(phone: str | None, vault: Vault) -> dict[str, str | None]:
    if phone is None:
        return {"phone_sealed": None, "phone_index": None}
    normal = normal_phone(phone)
    return {
        "phone_sealed": vault.seal(normal, PHONE_FIELD),
        "phone_index": vault.index(normal, PHONE_FIELD),
    }


def id_number_columns(id_number: str | None, vault: Vault) -> dict[str, str | None]:
    if id_number is None:
        return {"id_number_index": None, "id_number_tail": None}
    number = check_id_number(id_number)
    return {
        "id_number_index": vault.index(number, ID_NUMBER_FIELD),
        "id_number_tail": number[-TAIL_LENGTH:],
    }


def update(session: Session, *, member: Member, vault: Vault, **changes: Unpack[Changes]) -> Member:
    """Correct what is stated. Raises BadField, IdNumberTaken and MemberGone."""
    _refuse_gone(member)
    was_party_member = member.kind in PARTY_MEMBERS
    values = columns(changes, vault)
    try:
        with session.begin_nested():
            for column, value in values.items():
                setattr(member, column, value)
    except IntegrityError as error:
        raise _refusal(error, changes) from error
    if (member.kind in PARTY_MEMBERS) != was_party_member:
        identities.want_menu(session, member_id=member.id)
    return member


def move(session: Session, *, member: Member, organization_id: int) -> Member:
    _refuse_gone(member)
    member.organization_id = organization_id
    session.flush()
    return member


def leave(session: Session, *, member: Member, status: PartyStatus, now: datetime) -> Member:
    """Record that a person left, for the reason that people decided; their chats are parted at once."""
    if status not in GONE:
        raise ValueError(f"{status} is no way to leave")
    _refuse_gone(member)
    member.status = status
    member.left_on = local_day(now)
    session.flush()
    identities.unbind_members(session, member_ids=[member.id], now=now)
    return member


def _refuse_gone(member: Member) -> None:
    if member.status in GONE:
        raise MemberGone


def phone_of(member: Member, vault: Vault) -> str | None:
    """The number in clear. Whoever shows it logs that it was shown."""
    return vault.open(member.phone_sealed, PHONE_FIELD) if member.phone_sealed else None

"""Reading the registry: search, detail, counts and rosters, always within a scope or an organisation."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, case, func, or_, select

from app.core.crypto import Vault
from app.core.db import Session
from app.members.fields import BadField, check_id_number, normal_phone
from app.members.masking import masked_phone
from app.members.models import (
    GONE,
    PARTY_MEMBERS,
    BindingCode,
    Member,
    MemberKind,
    PartyStatus,
    WeChatIdentity,
)
from app.members.names import clean_name
from app.members.registry import ID_NUMBER_FIELD, PHONE_FIELD
from app.organizations.models import Organization, OrganizationKind
from app.organizations.scope import Scope

TAIL = re.compile(r"\d{3}[\dXx]", re.ASCII)
ACTIVE = frozenset({PartyStatus.NORMAL, PartyStatus.RECTIFYING, PartyStatus.UNDER_OBSERVATION})
LINKED = select(WeChatIdentity.id).where(WeChatIdentity.member_id == Member.id).exists()


@dataclass(frozen=True, slots=True)
class Found:
    """One line of a members list; the phone is masked already."""

    id: int
    name: str
    kind: MemberKind
    status: PartyStatus
    organization_id: int
    organization_name: str
    phone: str
    id_number_tail: str | None
    joined_on: date | None
    bound: bool


@dataclass(frozen=True, slots=True)
class Page:
    rows: list[Found]
    total: int


@dataclass(frozen=True, slots=True)
class Counts:
    """Party members directly in an organisation, and in all that lies below it, itself included."""

    members: int = 0
    bound: int = 0
    members_below: int = 0
    bound_below: int = 0


@dataclass(frozen=True, slots=True)
class Link:
    """Where a member stands with the account: bound since, last wrote, a code is out until."""

    bound_at: datetime | None
    wrote_at: datetime | None
    code_until: datetime | None


def search(
    session: Session,
    scope: Scope,
    *,
    vault: Vault,
    text: str = "",
    organization_path: str | None = None,
    kind: MemberKind | None = None,
    bound: bool | None = None,
    gone: bool = False,
    page: int = 1,
    per_page: int = 50,
) -> Page:
    """Two statements, whatever is found. `text`: part of a name, pinyin, initials, a phone, an ID number or its end."""
    wanted = [scope.organizations(), Member.status.in_(GONE) if gone else Member.status.not_in(GONE)]
    if text.strip():
        wanted.append(_matches(text, vault))
    if organization_path is not None:
        wanted.append(Organization.path.startswith(organization_path, autoescape=True))
    if kind is not None:
        wanted.append(Member.kind == kind)
    if bound is not None:
        wanted.append(LINKED if bound else ~LINKED)
    return _page(session, wanted, vault, page, per_page)


def _matches(text: str, vault: Vault) -> ColumnElement[bool]:
    typed = clean_name(text)
    ways = [Member.name.contains(typed, autoescape=True)]
    spelled = typed.replace(" ", "").lower()
    if spelled.isascii() and spelled.isalpha():
        ways += [Member.name_pinyin.startswith(spelled), Member.name_pinyin.contains(f" {spelled}")]
    if TAIL.fullmatch(typed):
        ways.append(Member.id_number_tail == typed.upper())
    return or_(*ways, *_secret_matches(text, vault))


def numbered(session: Session, scope: Scope, number: str, *, vault: Vault) -> dict[int, str]:
    """The name, by id, of whose whole phone or ID number that is; part of one is nobody's."""
    ways = _secret_matches(number, vault)
    if not ways:
        return {}
    people = select(Member.id, Member.name).join(Organization, Organization.id == Member.organization_id)
    rows = session.execute(people.where(scope.organizations(), Member.status.not_in(GONE), or_(*ways)))
    return {row.id: row.name for row in rows}


def _secret_matches(text: str, vault: Vault) -> list[ColumnElement[bool]]:
    """Whole phone and ID numbers are found by their blind index; parts of them cannot be."""
    ways: list[ColumnElement[bool]] = []
    for read, field, column in (
        (normal_phone, PHONE_FIELD, Member.phone_index),
        (check_id_number, ID_NUMBER_FIELD, Member.id_number_index),
    ):
        try:
            ways.append(column == vault.index(read(text), field))
        except BadField:
            continue
    return ways


def _page(
    session: Session, wanted: list[ColumnElement[bool]], vault: Vault, page: int, per_page: int
) -> Page:
    people = select(Member).join(Organization, Organization.id == Member.organization_id).where(*wanted)
    total = session.scalar(people.with_only_columns(func.count())) or 0
    columns = (
        Member.id,
        Member.name,
        Member.kind,
        Member.status,
        Member.organization_id,
        Organization.short_name,
        Member.phone_sealed,
        Member.id_number_tail,
        Member.joined_on,
        LINKED.label("bound"),
    )
    found = people.with_only_columns(*columns).order_by(Organization.path, Member.name_pinyin, Member.id)
    rows = session.execute(found.limit(per_page).offset((max(page, 1) - 1) * per_page))
    return Page([_found(row, vault) for row in rows], total)


def _found(row: Row[*tuple[Any, ...]], vault: Vault) -> Found:
    sealed = row.phone_sealed
    return Found(
        id=row.id,
        name=row.name,
        kind=row.kind,
        status=row.status,
        organization_id=row.organization_id,
        organization_name=row.short_name,
        phone=masked_phone(vault.open(sealed, PHONE_FIELD)) if sealed else "",
        id_number_tail=row.id_number_tail,
        joined_on=row.joined_on,
        bound=bool(row.bound),
    )


def by_id(session: Session, scope: Scope, member_id: int) -> Member | None:
    """None also for somebody outside the scope: the reader must not learn that they exist."""
    return session.scalar(select(Member).where(Member.id == member_id, scope.owns(Member.organization_id)))


def named(session: Session, scope: Scope, ids: Collection[int]) -> Sequence[Row[*tuple[Any, ...]]]:
    """(id, name, organization_name) of those of the ids who are in the scope and have not gone."""
    return session.execute(
        select(Member.id, Member.name, Organization.short_name.label("organization_name"))
        .join(Organization, Organization.id == Member.organization_id)
        .where(Member.id.in_(ids), Member.status.not_in(GONE), scope.organizations())
        .order_by(Organization.path, Member.name_pinyin, Member.id)
    ).all()


def link_of(session: Session, *, app_id: str, member_id: int, now: datetime) -> Link:
    chat = session.execute(
        select(WeChatIdentity.bound_at, WeChatIdentity.wrote_at).where(
            WeChatIdentity.app_id == app_id, WeChatIdentity.member_id == member_id
        )
    ).one_or_none()
    outstanding = select(func.max(BindingCode.expires_at)).where(
        BindingCode.member_id == member_id,
        BindingCode.used_at.is_(None),
        BindingCode.revoked_at.is_(None),
        BindingCode.expires_at > now,
    )
    bound_at, wrote_at = chat or (None, None)
    return Link(bound_at, wrote_at, session.scalar(outstanding))


def count_by_kind(session: Session, scope: Scope) -> dict[MemberKind, int]:
    """People present, every kind named, also where there is nobody."""
    rows = session.execute(
        select(Member.kind, func.count())
        .where(Member.status.not_in(GONE), scope.owns(Member.organization_id))
        .group_by(Member.kind)
    )
    return dict.fromkeys(MemberKind, 0) | {row[0]: row[1] for row in rows}


def counts_by_organization(session: Session, scope: Scope) -> dict[int, Counts]:
    """By id of the organisation; those without anybody below them are missing."""
    rows = session.execute(
        select(Organization.path, func.count(), func.sum(case((LINKED, 1), else_=0)))
        .join(Member, Member.organization_id == Organization.id)
        .where(scope.organizations(), Member.kind.in_(PARTY_MEMBERS), Member.status.not_in(GONE))
        .group_by(Organization.path)
    )
    counts: dict[int, Counts] = {}
    for path, members, bound in rows:
        for seen in _upward(path, scope):
            one = int(seen.strip("/").rpartition("/")[2])
            counts[one] = _plus(counts.get(one), members, int(bound), own=seen == path)
    return counts


def _upward(path: str, scope: Scope) -> list[str]:
    """The paths of an organisation and of those above it, as far as the reader may see."""
    ids = path.strip("/").split("/")
    paths = (f"/{'/'.join(ids[:length])}/" for length in range(len(ids), 0, -1))
    return [one for one in paths if scope.covers(one)]


def _plus(before: Counts | None, members: int, bound: int, *, own: bool) -> Counts:
    was = before or Counts()
    return Counts(
        members=was.members + members * own,
        bound=was.bound + bound * own,
        members_below=was.members_below + members,
        bound_below=was.bound_below + bound,
    )


def roster_of(session: Session, organization_id: int) -> Sequence[Member]:
    """Party members who may be called to a meeting of a branch, those of its 党小组 included."""
    own = Organization.id == organization_id
    group = (Organization.parent_id == organization_id) & (Organization.kind == OrganizationKind.GROUP)
    return session.scalars(
        select(Member)
        .join(Organization, Organization.id == Member.organization_id)
        .where(own | group, Member.kind.in_(PARTY_MEMBERS), Member.status.in_(ACTIVE))
        .order_by(Member.name_pinyin, Member.id)
    ).all()

"""Binding a chat to a member by name and one-time code.

A refusal is returned, not raised: the counted failure must be committed with it, or guessing would be free.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar, Literal, NamedTuple

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from app.core.crypto import Vault
from app.core.db import Session, rows_changed
from app.core.errors import DomainError
from app.members.codes import Slip, code_index, issue_code, issue_codes
from app.members.models import GONE, BindingCode, Member, PartyStatus, WeChatIdentity
from app.members.names import same_name
from app.organizations.models import Organization

__all__ = [
    "AlreadyBound",
    "BindingLocked",
    "BindingRefused",
    "BindingRules",
    "Bound",
    "CodeExpired",
    "Slip",
    "WrongNameOrCode",
    "bind",
    "issue_code",
    "issue_codes",
]

WRONG_NAMES_PER_CODE = 10
"""A slip that was lost is tried with many names; after these it is worth nothing."""


@dataclass(frozen=True, slots=True)
class BindingRules:
    """`attempts` wrong tries in a chat close it for `lock`."""

    attempts: int
    lock: timedelta


@dataclass(frozen=True, slots=True)
class Bound:
    member_id: int
    name: str
    organization_id: int
    organization_name: str


class BindingLocked(DomainError):
    code: ClassVar[str] = "binding_locked"

    def __init__(self, until: datetime) -> None:
        super().__init__(until=until)
        self.until = until


class WrongNameOrCode(DomainError):
    """One sentence for both, so that a guess learns nothing. `left` tries remain."""

    code: ClassVar[str] = "wrong_name_or_code"

    def __init__(self, left: int) -> None:
        super().__init__(left=left)
        self.left = left


class CodeExpired(DomainError):
    """Name and code belong together, but the code was used, replaced or is too old."""

    code: ClassVar[str] = "code_expired"


class AlreadyBound(DomainError):
    """This chat has a member, or that member has another chat: the secretary settles it."""

    code: ClassVar[str] = "already_bound"

    def __init__(self, which: Literal["chat", "member"]) -> None:
        super().__init__(which=which)
        self.which = which


class _Chat(NamedTuple):
    id: int
    member_id: int | None
    failures: int
    locked_until: datetime | None


class _Written(NamedTuple):
    """A code of ours, and the person whom it was written for."""

    id: int
    member_id: int
    used_at: datetime | None
    revoked_at: datetime | None
    expires_at: datetime
    name: str
    status: PartyStatus
    organization_id: int
    organization_name: str


BindingRefused = BindingLocked | WrongNameOrCode | CodeExpired | AlreadyBound


def bind(
    session: Session,
    *,
    identity_id: int,
    name: str,
    code: str,
    vault: Vault,
    now: datetime,
    rules: BindingRules,
) -> Bound | BindingRefused:
    """Tie the chat to the member whose name and code were given. Commit whatever is returned."""
    chat = _lock_chat(session, identity_id)
    if chat.member_id is not None:
        return AlreadyBound("chat")
    if chat.locked_until and chat.locked_until > now:
        return BindingLocked(chat.locked_until)
    slip = _slip(session, code_index(vault, code))
    if slip is None or not same_name(slip.name, name):
        _count_wrong_name(session, slip, now)
        return _count_failure(session, chat, now, rules)
    return _take(session, chat=chat, slip=slip, now=now)


def _lock_chat(session: Session, identity_id: int) -> _Chat:
    """Tries of one chat wait for each other, so that each is counted before the next is judged."""
    chat = select(
        WeChatIdentity.id,
        WeChatIdentity.member_id,
        WeChatIdentity.binding_failures,
        WeChatIdentity.binding_locked_until,
    ).where(WeChatIdentity.id == identity_id)
    return _Chat(*session.execute(chat.with_for_update()).one())


def _slip(session: Session, index: str) -> _Written | None:
    newest = (
        select(
            BindingCode.id,
            BindingCode.member_id,
            BindingCode.used_at,
            BindingCode.revoked_at,
            BindingCode.expires_at,
            Member.name,
            Member.status,
            Member.organization_id,
            Organization.short_name,
        )
        .join(Member, Member.id == BindingCode.member_id)
        .join(Organization, Organization.id == Member.organization_id)
        .where(BindingCode.code_index == index)
        .order_by(BindingCode.id.desc())
    )
    row = session.execute(newest.limit(1)).one_or_none()
    return _Written(*row) if row else None


def _count_failure(session: Session, chat: _Chat, now: datetime, rules: BindingRules) -> BindingRefused:
    left = rules.attempts - chat.failures - 1
    until = now + rules.lock
    closed = {"binding_failures": 0, "binding_locked_until": until}
    counted = {"binding_failures": chat.failures + 1}
    this = update(WeChatIdentity).where(WeChatIdentity.id == chat.id)
    rows_changed(session, this.values(counted if left > 0 else closed))
    return WrongNameOrCode(left) if left > 0 else BindingLocked(until)


def _count_wrong_name(session: Session, slip: _Written | None, now: datetime) -> None:
    if slip is None:
        return
    this = update(BindingCode).where(BindingCode.id == slip.id)
    rows_changed(session, this.values(wrong_names=BindingCode.wrong_names + 1))
    spent = this.where(BindingCode.wrong_names >= WRONG_NAMES_PER_CODE, BindingCode.revoked_at.is_(None))
    rows_changed(session, spent.values(revoked_at=now))


def _take(session: Session, *, chat: _Chat, slip: _Written, now: datetime) -> Bound | BindingRefused:
    if slip.used_at or slip.revoked_at or slip.expires_at <= now or slip.status in GONE:
        return CodeExpired()
    try:
        with session.begin_nested():
            if not _use(session, slip.id, now):
                return CodeExpired()
            _link(session, chat.id, slip.member_id, now)
    except IntegrityError:  # one chat for a member and app: the unique key says it has another
        return AlreadyBound("member")
    return Bound(slip.member_id, slip.name, slip.organization_id, slip.organization_name)


def _use(session: Session, code_id: int, now: datetime) -> bool:
    """Whether this transaction is the one that used the code up."""
    unused = update(BindingCode).where(
        BindingCode.id == code_id, BindingCode.used_at.is_(None), BindingCode.revoked_at.is_(None)
    )
    return rows_changed(session, unused.values(used_at=now)) == 1


def _link(session: Session, identity_id: int, member_id: int, now: datetime) -> None:
    this = update(WeChatIdentity).where(WeChatIdentity.id == identity_id)
    rows_changed(
        session,
        this.values(
            member_id=member_id,
            bound_at=now,
            binding_failures=0,
            binding_locked_until=None,
            menu_wanted=True,
        ),
    )

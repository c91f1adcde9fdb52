"""What a change does to one person and how it is undone, only while they stand as the preview saw them.

Called inside a savepoint of the caller's, which a Stale rolls back.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError

from app.core.clock import local_day
from app.core.crypto import Vault
from app.core.db import Session, rows_changed
from app.members import identities
from app.members.models import GONE, PARTY_MEMBERS, Member, WeChatIdentity
from app.members.roster.contents import WATCHED, Contents, as_columns, following, stands
from app.members.roster.models import RosterChange
from app.members.roster.states import ChangeKind
from app.organizations.models import Organization


class Stale(Exception):
    """The message is what the office reads."""


CHANGED_SINCE = "此人信息在预览之后已被修改，请重新导入预览"
CHANGED_AFTER = "导入之后此人信息又被修改，不能撤销"
IN_USE = "导入之后此人已绑定微信、领取绑定码或有签到等记录，不能撤销"
TAKEN = "身份证号已被登记在他人名下"


def apply(session: Session, *, change: RosterChange, contents: Contents, vault: Vault, now: datetime) -> int:
    """Returns the member's id and writes `after` into the contents. Raises Stale."""
    if "organization_id" in contents.wanted:
        _refuse_dissolved(session, contents.wanted["organization_id"])
    if change.kind is ChangeKind.JOINED:
        return _join(session, contents, vault, now)
    member_id = change.member_id
    if member_id is None:
        raise Stale(CHANGED_SINCE)
    if change.kind is ChangeKind.LEFT:
        contents.wanted["left_on"] = local_day(now)
        contents.replaced["left_on"] = contents.before.get("left_on")
    columns = as_columns(contents.wanted, vault)
    _set(session, member_id, contents.before, columns, CHANGED_SINCE)
    contents.after = following(contents.before, columns)
    if change.kind is ChangeKind.LEFT:
        contents.chats = _chats(session, member_id)
        identities.unbind_members(session, member_ids=[member_id], now=now)
    return member_id


def _refuse_dissolved(session: Session, organization_id: int) -> None:
    """Locks the branch, so that two imports do not add the same person side by side."""
    standing = select(Organization.id).where(
        Organization.id == organization_id, Organization.dissolved_on.is_(None)
    )
    if session.scalar(standing.with_for_update()) is None:
        raise Stale("该党支部已撤销")


def _join(session: Session, contents: Contents, vault: Vault, now: datetime) -> int:
    columns = as_columns(contents.wanted, vault)
    if _registered_meanwhile(session, columns):
        raise Stale("此人在预览之后已被登记，请重新导入预览")
    member = Member(created_at=now, **columns)
    try:
        session.add(member)
        session.flush()
    except IntegrityError as error:
        raise Stale(TAKEN) from error
    contents.after = {key: getattr(member, key) for key in WATCHED}
    session.expunge(member)
    return member.id


def _registered_meanwhile(session: Session, columns: Mapping[str, Any]) -> bool:
    """Somebody of that name in the branch who is not certainly another person."""
    same = select(Member.id).where(
        Member.organization_id == columns["organization_id"],
        Member.name == columns["name"],
        Member.status.not_in(GONE),
    )
    if columns.get("id_number_index"):
        same = same.where(Member.id_number_index.is_(None))
    return session.scalar(same.limit(1)) is not None


def _set(
    session: Session, member_id: int, seen: Mapping[str, Any], columns: Mapping[str, Any], refusal: str
) -> None:
    this = update(Member).where(Member.id == member_id, *stands(seen))
    try:
        changed = rows_changed(session, this.values(**columns))
    except IntegrityError as error:
        raise Stale(TAKEN) from error
    if not changed:
        raise Stale(refusal)
    was, kind = seen["kind"], columns.get("kind", seen["kind"])
    if (was in PARTY_MEMBERS) != (kind in PARTY_MEMBERS):
        identities.want_menu(session, member_id=member_id)


def _chats(session: Session, member_id: int) -> list[list[Any]]:
    rows = session.execute(
        select(WeChatIdentity.id, WeChatIdentity.bound_at).where(WeChatIdentity.member_id == member_id)
    )
    return [[row.id, row.bound_at.isoformat() if row.bound_at else None] for row in rows]


def revert(
    session: Session, *, change: RosterChange, contents: Contents, vault: Vault, now: datetime
) -> None:
    """Raises Stale."""
    member_id = change.member_id
    if member_id is None:
        raise Stale(CHANGED_AFTER)
    if change.kind is ChangeKind.JOINED:
        _unjoin(session, member_id, contents)
        return
    _set(session, member_id, contents.after, as_columns(contents.replaced, vault), CHANGED_AFTER)
    if contents.replaced.get("status") in GONE:
        identities.unbind_members(session, member_ids=[member_id], now=now)
    for identity_id, bound_at in contents.chats:
        _bind_again(session, identity_id, member_id, bound_at)


def _unjoin(session: Session, member_id: int, contents: Contents) -> None:
    """The only deletion of a person: they were never there, and nothing refers to them yet."""
    this = delete(Member).where(Member.id == member_id, *stands(contents.after))
    try:
        removed = rows_changed(session, this)
    except IntegrityError as error:
        raise Stale(IN_USE) from error
    if not removed:
        raise Stale(CHANGED_AFTER)


def _bind_again(session: Session, identity_id: int, member_id: int, bound_at: str | None) -> None:
    free = update(WeChatIdentity).where(WeChatIdentity.id == identity_id, WeChatIdentity.member_id.is_(None))
    since = datetime.fromisoformat(bound_at) if bound_at else None
    rows_changed(session, free.values(member_id=member_id, bound_at=since, menu_wanted=True))

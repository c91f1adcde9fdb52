"""Previewing a roster: the file is read, compared and kept; nothing of the registry changes."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import PurePath
from typing import Any

from sqlalchemy import insert, select, update

from app.core.clock import local_day
from app.core.crypto import Vault
from app.core.db import Session, rows_changed
from app.members.models import Member, PartyStatus
from app.members.names import plain
from app.members.registry import PHONE_FIELD, id_number_columns, name_columns
from app.members.roster.branches import Branches, UnknownBranch
from app.members.roster.contents import Contents, following
from app.members.roster.diff import Change, Entry, Known, compare
from app.members.roster.known import known_people
from app.members.roster.models import RosterChange, RosterImport
from app.members.roster.read import Roster, Row, read
from app.members.roster.states import BLOCKED_KINDS, ChangeKind, ChangeState
from app.organizations import queries as organizations
from app.organizations.models import Organization
from app.organizations.scope import Scope

REASON_WIDTH = 500


def preview(
    session: Session,
    *,
    content: bytes,
    filename: str,
    scope: Scope,
    by: str,
    now: datetime,
    vault: Vault,
    complete: bool = False,
    organization: Organization | None = None,
) -> RosterImport:
    """Read a file for the organisations of `scope`. Raises RosterRefused where the file makes no roster.

    `organization` narrows the scope to its subtree, and holds the rows that name no branch. `complete`: whoever
    is not in the file has left the branches that it covers.
    """
    narrowed = Scope.of([organization.path]) if organization else scope
    branches = Branches(organizations.in_scope(session, narrowed), default=organization)
    roster = read(content, today=local_day(now), branch_needed=organization is None)
    entries = [_entry(row, branches, vault) for row in roster.rows]
    known = known_people(session, entries, scope)
    difference = compare(entries, known, complete=complete)
    made = RosterImport(
        filename=plain(PurePath(filename).name)[:200],
        digest=hashlib.sha256(content).hexdigest(),
        organization_id=organization.id if organization else None,
        complete=complete,
        row_total=len(roster.rows),
        unchanged=difference.unchanged,
        notes="\n".join(roster.notes),
        created_at=now,
        created_by=by,
    )
    session.add(made)
    session.flush()
    _keep(session, made.id, _lines(session, difference.changes, roster, known, vault))
    return made


def _entry(row: Row, branches: Branches, vault: Vault) -> Entry:
    try:
        organization_id, fault = branches.resolve(row.code, row.branch), ""
    except UnknownBranch as unknown:
        organization_id, fault = None, str(unknown)
    return Entry(
        number=row.number,
        name=row.name,
        organization_id=organization_id,
        fields=_indexed(row.fields, vault),
        faults=row.faults,
        branch_fault=fault,
    )


def _indexed(fields: Mapping[str, Any], vault: Vault) -> dict[str, Any]:
    """What can be compared: phone and identity number by their blind indexes."""
    indexed = {key: value for key, value in fields.items() if key not in ("phone", "id_number")}
    if "phone" in fields:
        indexed["phone_index"] = vault.index(fields["phone"], PHONE_FIELD)
    if "id_number" in fields:
        indexed |= {"id_number_index": id_number_columns(fields["id_number"], vault)["id_number_index"]}
    return indexed


def _lines(
    session: Session, changes: Sequence[Change], roster: Roster, known: Sequence[Known], vault: Vault
) -> list[dict[str, Any]]:
    rows = {row.number: row for row in roster.rows}
    people = {person.member_id: person for person in known}
    phones = _phones_before(session, changes, vault)
    lines = []
    for change in changes:
        row = rows.get(change.row_number) if change.row_number else None
        person = people.get(change.member_id) if change.member_id else None
        contents = _contents(change, row, person, vault)
        if "phone" in contents.wanted and change.member_id:
            contents.replaced["phone"] = phones.get(change.member_id)
        lines.append(_line(change, contents.seal(vault)))
    return lines


def _phones_before(session: Session, changes: Sequence[Change], vault: Vault) -> dict[int, str]:
    """In clear, of those whose phone would change: kept sealed with the change, so that it can be taken back."""
    ids = [change.member_id for change in changes if "phone_index" in change.fields and change.member_id]
    rows = session.execute(
        select(Member.id, Member.phone_sealed).where(Member.id.in_(ids), Member.phone_sealed.is_not(None))
    )
    return {row.id: vault.open(row.phone_sealed, PHONE_FIELD) for row in rows if row.phone_sealed}


def _contents(change: Change, row: Row | None, person: Known | None, vault: Vault) -> Contents:
    contents = Contents(name=row.name if row else person.name if person else "")
    if change.kind in BLOCKED_KINDS:
        return contents
    if person:
        seen = {"name": person.name, "organization_id": person.organization_id, "status": person.status}
        contents.before = following(person.fields, seen)
    contents.wanted = _wanted(change, row, vault)
    contents.replaced = {key: contents.before.get(key) for key in contents.wanted if key != "phone"}
    return contents


def _wanted(change: Change, row: Row | None, vault: Vault) -> dict[str, Any]:
    if row is None:
        return {"status": PartyStatus.TRANSFERRED}
    indexed = _indexed(row.fields, vault)
    wanted = {key: indexed[key] for key in change.fields if key not in ("phone_index", "id_number_index")}
    if "phone_index" in change.fields:
        wanted["phone"] = row.fields["phone"]
    if "id_number_index" in change.fields:
        wanted |= id_number_columns(row.fields["id_number"], vault)
    match change.kind:
        case ChangeKind.JOINED:
            return wanted | name_columns(row.name) | {"organization_id": change.organization_id}
        case ChangeKind.RETURNED:
            return wanted | {
                "organization_id": change.organization_id,
                "status": PartyStatus.NORMAL,
                "left_on": None,
            }
        case ChangeKind.MOVED:
            return wanted | {"organization_id": change.organization_id}
    return wanted


def _line(change: Change, sealed: str) -> dict[str, Any]:
    blocked = change.kind in BLOCKED_KINDS
    return {
        "row_number": change.row_number,
        "kind": change.kind,
        "state": ChangeState.BLOCKED if blocked else ChangeState.PROPOSED,
        "member_id": change.member_id,
        "organization_id": change.organization_id,
        "reason": change.reason[:REASON_WIDTH],
        "contents": sealed,
    }


def _keep(session: Session, import_id: int, lines: Sequence[dict[str, Any]]) -> None:
    """One statement for all: without `render_nulls` the rows would be split wherever a NULL comes or goes."""
    if lines:
        statement = insert(RosterChange).execution_options(render_nulls=True)
        session.execute(statement, [{"import_id": import_id, **line} for line in lines])


def forget(session: Session, *, before: datetime) -> int:
    """Drop what older files said about people (PIPL 47); who imported what, and when, stays. Returns the lines."""
    old = select(RosterImport.id).where(RosterImport.created_at < before)
    lines = update(RosterChange).where(RosterChange.import_id.in_(old), RosterChange.contents.is_not(None))
    return rows_changed(session, lines.values(contents=None))

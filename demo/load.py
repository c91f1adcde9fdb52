"""Puts the reference group into an empty database, once, in one transaction."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select

from app.core.crypto import Unreadable, Vault
from app.core.db import Session, Sessions
from app.dues.policies.service import KEEPERS
from app.members.models import Member
from app.notices import workdays
from app.organizations import queries as organizations
from app.organizations import service as tree
from app.organizations.models import Enterprise, Organization
from app.staff import accounts, roles, second_factor
from app.staff.models import StaffAccount
from demo.announcements import write_announcements
from demo.cast import ACCOUNTS, PASSWORD, Account, Seat
from demo.dues import write_dues
from demo.history import write_history
from demo.member_rows import member_row
from demo.reference_group import ReferenceGroup
from demo.study import write_study
from demo.years import write_years

ROWS_AT_ONCE = 500


class NotOurs(RuntimeError):
    """The database holds other people's data, or ours under other keys. One line for the operator."""


@dataclass(frozen=True)
class Target:
    """Where the group goes: the keys that seal it and the WeChat account whose OpenIDs it has."""

    sessions: Sessions
    vault: Vault
    app_id: str


def ensure(target: Target, group: ReferenceGroup, *, now: datetime) -> bool:
    """Load the group unless it is there already; whether it was loaded now. Raises NotOurs."""
    with target.sessions.begin() as session:
        if _is_there(session, group, target.vault):
            return False
        _load(session, target, group, now)
    return True


def _is_there(session: Session, group: ReferenceGroup, vault: Vault) -> bool:
    if organizations.by_code(session, group.units[0].code) is None:
        if session.scalar(select(Organization.id).limit(1)) is not None:
            raise NotOurs("the database already holds another organisation; the demo wants an empty one")
        return False
    sealed = session.scalar(
        select(StaffAccount.totp_sealed).where(StaffAccount.username == ACCOUNTS[0].username)
    )
    try:
        vault.open(sealed or "", second_factor.FIELD)
    except Unreadable as error:
        raise NotOurs(
            "the database was loaded with other field keys; give the DATA_DIR it was made with, or empty it"
        ) from error
    return True


def _load(session: Session, target: Target, group: ReferenceGroup, now: datetime) -> None:
    places = _found(session, group)
    rows = [member_row(person, places[person.unit].id, target.vault, now) for person in group.people]
    for start in range(0, len(rows), ROWS_AT_ONCE):
        session.execute(insert(Member), rows[start : start + ROWS_AT_ONCE])
    for account in ACCOUNTS:
        _open(session, account, places, group, target.vault, now)
    branch = places[group.demo_branch]
    works = workdays.known_to(session)
    write_history(session, branch, app_id=target.app_id, works=works, now=now)
    write_years(session, branch, works=works, now=now)
    write_dues(session, places, branch, target.vault, now=now)
    write_study(session, places[0], branch, works=works, now=now)
    write_announcements(session, places[0], branch, app_id=target.app_id, works=works, now=now)


def _found(session: Session, group: ReferenceGroup) -> list[Organization]:
    enterprises = [Enterprise(name=name) for name in group.enterprises]
    session.add_all(enterprises)
    session.flush()
    made: list[Organization] = []
    for unit in group.units:
        made.append(
            tree.found(
                session,
                code=unit.code,
                name=unit.name,
                short_name=unit.short_name,
                kind=unit.kind,
                parent=None if unit.parent is None else made[unit.parent],
                enterprise_id=enterprises[unit.enterprise].id,
                position=unit.position,
            )
        )
    return made


def _open(
    session: Session,
    account: Account,
    places: list[Organization],
    group: ReferenceGroup,
    vault: Vault,
    now: datetime,
) -> None:
    """A console account on its subtree."""
    made = accounts.create(
        session,
        username=account.username,
        display_name=account.name,
        password=PASSWORD,
        vault=vault,
        now=now,
        totp_secret=account.totp_secret,
    )
    seat = places[seat_of(account, group)]
    roles.grant(session, account_id=made.account.id, role=account.role, organization_id=seat.id, by=None)


def seat_of(account: Account, group: ReferenceGroup) -> int:
    match account.seat:
        case Seat.GROUP:
            return 0
        case Seat.SUPERIOR:
            return group.units[group.demo_branch].parent or 0
        case Seat.BRANCH:
            return group.demo_branch
        case Seat.COMMITTEE:
            return _committee_above(group, group.demo_branch)


def _committee_above(group: ReferenceGroup, unit: int) -> int:
    parent = group.units[unit].parent or 0
    return parent if group.units[parent].kind in KEEPERS else _committee_above(group, parent)

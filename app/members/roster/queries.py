"""Reading imported rosters: which there were, what they propose, line by line in words."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select

from app.core.crypto import Vault
from app.core.db import Session
from app.members.masking import masked_id_number, masked_phone
from app.members.models import Gender, MemberKind, PartyStatus
from app.members.roster.contents import Contents
from app.members.roster.models import RosterChange, RosterImport
from app.members.roster.states import ChangeKind, ChangeState
from app.organizations.models import Organization

TITLES = {
    "organization_id": "党支部",
    "kind": "人员类别",
    "gender": "性别",
    "birth_year": "出生年份",
    "education": "学历",
    "joined_on": "入党日期",
    "converted_on": "转正日期",
    "department": "部门",
    "post": "岗位",
    "phone": "手机号",
    "id_number_tail": "身份证号",
    "status": "党籍状态",
}
WORDS: dict[object, str] = {
    MemberKind.FULL: "正式党员",
    MemberKind.PROBATIONARY: "预备党员",
    MemberKind.TARGET: "发展对象",
    MemberKind.ACTIVIST: "入党积极分子",
    MemberKind.APPLICANT: "入党申请人",
    MemberKind.MASSES: "群众",
    Gender.MALE: "男",
    Gender.FEMALE: "女",
    PartyStatus.NORMAL: "正常",
    PartyStatus.SUSPENDED: "停止党籍",
    PartyStatus.RECTIFYING: "限期改正中",
    PartyStatus.UNDER_OBSERVATION: "留党察看",
    PartyStatus.TRANSFERRED: "已转出",
    PartyStatus.LEFT: "出党",
    PartyStatus.DECEASED: "去世",
}


@dataclass(frozen=True, slots=True)
class Setting:
    """One field of a line: what it is called, what stands there, what would stand there. Secrets are masked."""

    title: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Line:
    id: int
    row_number: int | None
    kind: ChangeKind
    state: ChangeState
    name: str
    organization_name: str
    settings: tuple[Setting, ...]
    reason: str


def by_id(session: Session, import_id: int) -> RosterImport | None:
    return session.get(RosterImport, import_id)


def recent(session: Session, *, limit: int = 20) -> Sequence[RosterImport]:
    return session.scalars(select(RosterImport).order_by(RosterImport.id.desc()).limit(limit)).all()


def count_by_kind(session: Session, import_id: int) -> dict[ChangeKind, int]:
    """Every kind named, also where no line has it."""
    rows = session.execute(
        select(RosterChange.kind, func.count())
        .where(RosterChange.import_id == import_id)
        .group_by(RosterChange.kind)
    )
    return dict.fromkeys(ChangeKind, 0) | {row[0]: row[1] for row in rows}


def count_by_state(session: Session, import_id: int) -> dict[ChangeState, int]:
    rows = session.execute(
        select(RosterChange.state, func.count())
        .where(RosterChange.import_id == import_id)
        .group_by(RosterChange.state)
    )
    return dict.fromkeys(ChangeState, 0) | {row[0]: row[1] for row in rows}


def lines(
    session: Session,
    import_id: int,
    vault: Vault,
    *,
    kind: ChangeKind | None = None,
    offset: int = 0,
    limit: int | None = None,
) -> list[Line]:
    """In the order of the file; people who are missing from it at the end."""
    wanted = select(RosterChange).where(RosterChange.import_id == import_id).order_by(RosterChange.id)
    if kind is not None:
        wanted = wanted.where(RosterChange.kind == kind)
    changes = session.scalars(wanted.offset(offset).limit(limit)).all()
    opened = [Contents.open(one.contents, vault) if one.contents else Contents(name="") for one in changes]
    names = _organization_names(session, changes, opened)
    return [_line(change, contents, names) for change, contents in zip(changes, opened, strict=True)]


def ids_of_rows(session: Session, import_id: int, row_numbers: Sequence[int]) -> list[int]:
    """The lines of some rows of the file, as the office names them."""
    return list(
        session.scalars(
            select(RosterChange.id).where(
                RosterChange.import_id == import_id, RosterChange.row_number.in_(row_numbers)
            )
        )
    )


def _organization_names(
    session: Session, changes: Sequence[RosterChange], opened: Sequence[Contents]
) -> dict[int, str]:
    ids = {change.organization_id for change in changes}
    ids |= {contents.replaced.get("organization_id") for contents in opened}
    rows = session.execute(
        select(Organization.id, Organization.short_name).where(Organization.id.in_(ids - {None}))
    )
    return {row.id: row.short_name for row in rows}


def _line(change: RosterChange, contents: Contents, names: dict[int, str]) -> Line:
    return Line(
        id=change.id,
        row_number=change.row_number,
        kind=change.kind,
        state=change.state,
        name=contents.name,
        organization_name=names.get(change.organization_id or 0, ""),
        settings=tuple(_settings(contents, names)),
        reason=change.reason,
    )


def _settings(contents: Contents, names: dict[int, str]) -> Iterator[Setting]:
    for key, title in TITLES.items():
        if key in contents.wanted:
            before, after = contents.replaced.get(key), contents.wanted[key]
            yield Setting(title, _shown(key, before, names), _shown(key, after, names))


def _shown(key: str, value: Any, names: dict[int, str]) -> str:
    match key:
        case "phone":
            return masked_phone(value)
        case "id_number_tail":
            return masked_id_number(value)
        case "organization_id":
            return names.get(value, "")
    if isinstance(value, date):
        return value.isoformat()
    return WORDS.get(value) or ("" if value is None else str(value))

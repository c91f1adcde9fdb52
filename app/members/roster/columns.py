"""The columns of a roster: what offices call them, which are needed, and which we leave unread."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from app.members.fields import text_of
from app.members.roster.archive import RosterRefused

HEADER_WITHIN = 10
"""A title or a note may stand above the header, but not a page of them."""


class Column(StrEnum):
    NAME = "姓名"
    CODE = "组织代码"
    BRANCH = "所在党支部"
    KIND = "人员类别"
    GENDER = "性别"
    BIRTH_YEAR = "出生年份"
    ID_NUMBER = "身份证号"
    PHONE = "手机号"
    EDUCATION = "学历"
    JOINED_ON = "入党日期"
    CONVERTED_ON = "转正日期"
    DEPARTMENT = "部门"
    POST = "岗位"


SYNONYMS = {
    Column.NAME: ("党员姓名", "名字"),
    Column.CODE: ("党组织代码", "支部代码", "党支部代码", "组织编码"),
    Column.BRANCH: (
        "支部",
        "党支部",
        "支部名称",
        "党支部名称",
        "所在支部",
        "所属党支部",
        "所属支部",
        "党组织名称",
    ),
    Column.KIND: ("党员类别", "类别", "政治面貌"),
    Column.GENDER: (),
    Column.BIRTH_YEAR: ("出生日期", "出生年月", "出生年月日", "出生年"),
    Column.ID_NUMBER: ("公民身份号码", "身份证号码", "身份证", "证件号码"),
    Column.PHONE: ("联系电话", "手机", "手机号码", "移动电话", "联系方式", "电话"),
    Column.EDUCATION: ("文化程度", "最高学历"),
    Column.JOINED_ON: ("加入党组织日期", "入党时间", "加入中共组织日期", "加入党组织时间"),
    Column.CONVERTED_ON: ("转为正式党员日期", "转正时间", "转为正式党员时间"),
    Column.DEPARTMENT: ("所在部门", "单位部门", "工作部门"),
    Column.POST: ("职务", "工作岗位", "岗位职务"),
}
NOT_COLLECTED = frozenset(
    {"序号", "编号", "民族", "籍贯", "家庭住址", "住址", "年龄", "党龄", "备注", "照片", "户籍", "出生地"}
)
"""Common in offices' files, needless for the work (facts/domain §6.1): passed over and never stored."""

BY_TITLE = {title: column for column, others in SYNONYMS.items() for title in (column.value, *others)}
DECORATION = re.compile(r"\([^()]*\)|[*\s:]")


@dataclass(frozen=True, slots=True)
class Header:
    """Where each column stands. `row` counts from 0; `ignored` are titles that nobody here reads."""

    row: int
    places: dict[Column, int]
    ignored: tuple[str, ...]


def _title(value: object) -> str:
    return DECORATION.sub("", text_of(value))


def find_header(rows: Sequence[Sequence[object]], *, branch_needed: bool) -> Header:
    """The row among the first ones that names the most columns. Raises RosterRefused."""
    known = [sum(_title(cell) in BY_TITLE for cell in row) for row in rows[:HEADER_WITHIN]]
    best = max(range(len(known)), key=known.__getitem__, default=0)
    if not known or not known[best]:
        raise RosterRefused(
            f"前 {HEADER_WITHIN} 行里找不到表头，表头至少要有：姓名、人员类别、组织代码或所在党支部"
        )
    header = _read_header(best, [_title(cell) for cell in rows[best]])
    _refuse_missing(header, branch_needed=branch_needed)
    return header


def _read_header(row: int, titles: list[str]) -> Header:
    places: dict[Column, int] = {}
    ignored: list[str] = []
    for at, title in enumerate(titles):
        column = BY_TITLE.get(title)
        if column is None:
            ignored += [title] * bool(title)
        elif column in places:
            raise RosterRefused(
                f"“{titles[places[column]]}”和“{title}”是同一列内容（{column}），请只保留一列"
            )
        else:
            places[column] = at
    return Header(row, places, tuple(ignored))


def _refuse_missing(header: Header, *, branch_needed: bool) -> None:
    missing = [column.value for column in (Column.NAME, Column.KIND) if column not in header.places]
    if branch_needed and not {Column.CODE, Column.BRANCH} & header.places.keys():
        missing.append("组织代码（或所在党支部）")
    if not missing:
        return
    unknown = [title for title in header.ignored if title not in NOT_COLLECTED]
    faults = [f"缺少列：{'、'.join(missing)}"] + [f"不认识的列：{'、'.join(unknown)}"] * bool(unknown)
    raise RosterRefused(*faults)

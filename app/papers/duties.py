"""职责日历 and 自查表 of a year: each duty with its clause, what shows that it was done, and what is missing."""

from collections.abc import Sequence
from datetime import date

from app.core.db import Session
from app.meetings import periods
from app.meetings.duties import calendar
from app.meetings.duties.calendar import Cell
from app.meetings.duties.rules import DutyState
from app.meetings.words import OWNERS, word
from app.organizations.models import Organization
from app.papers.lists import title_of
from app.papers.paper import Paper, Words, day, file_name

GAPS = (DutyState.OVERDUE, DutyState.DUE)
STATED = (DutyState.EXPLAINED, DutyState.NOT_APPLICABLE)
YEAR = (
    ("职责", 26),
    ("时段", 18),
    ("情况", 18),
    ("召开日期", 24),
    ("次数", 10),
    ("最迟", 24),
    ("说明", 36),
    ("依据", 56),
)
CHECK = (
    ("职责", 22),
    ("依据", 50),
    ("应有", 14),
    ("已有", 14),
    ("佐证", 50),
    ("缺口", 40),
    ("说明", 40),
    ("责任人", 20),
)


def papers(session: Session, organization: Organization, *, year: int, today: date) -> list[Paper]:
    """Empty where the organisation has no duties, as a committee has not."""
    rows = calendar.of_year(session, organization=organization, year=year, today=today)
    if not rows:
        return []
    shared = {"党组织": organization.name, "说明": f"{day(today)}的情况，按当时有效的规定计算。"}
    years = {
        **shared,
        "标题": f"{year}年职责日历",
        "栏": YEAR,
        "行": [_cell(cell) for row in rows for cell in row],
    }
    check = {**shared, "标题": f"{year}年自查表", "栏": CHECK, "行": [_duty(row) for row in rows]}
    return [Paper("duties", file_name("职责日历"), years), Paper("self_check", file_name("自查表"), check)]


def _cell(cell: Cell) -> Words:
    return {
        "职责": word(cell.duty),
        "时段": _period(cell),
        "情况": word(cell.state),
        "召开日期": day(cell.held_on) if cell.held_on else "",
        "次数": f"{cell.count}/{cell.wanted}",
        "最迟": day(cell.due_by),
        "说明": cell.text,
        "依据": cell.clause,
    }


def _duty(row: Sequence[Cell]) -> Words:
    missing = [f"{_period(cell)}{word(cell.state)}" for cell in row if cell.state in GAPS]
    stated = [f"{_period(cell)}{word(cell.state)}：{cell.text}" for cell in row if cell.state in STATED]
    return {
        "职责": word(row[0].duty),
        "依据": "；".join(dict.fromkeys(cell.clause for cell in row)),
        "应有": sum(cell.wanted for cell in row if cell.state is not DutyState.NOT_APPLICABLE),
        "已有": sum(cell.count for cell in row),
        "佐证": "；".join(f"{_period(cell)}：{day(cell.held_on)}" for cell in row if cell.held_on),
        "缺口": "；".join(missing) or "无",
        "说明": "；".join(stated),
        "责任人": OWNERS[row[0].duty],
    }


def _period(cell: Cell) -> str:
    """3月, 第一季度, 2026年."""
    found = periods.read(cell.period)
    if found is None:
        return cell.period
    if periods.MONTHS[found.frequency] == 1:
        return f"{found.first.month}月"
    return title_of(found).partition("年")[2] or title_of(found)

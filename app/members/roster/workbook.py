"""An .xlsx file as a grid of values, with what is wrong in single cells."""

from collections.abc import Sequence
from dataclasses import dataclass

from python_calamine import CalamineError, CalamineWorkbook

from app.members.roster.archive import RosterRefused, repack, unpack
from app.members.roster.markup import Marks, SheetPart, check_well_formed, scan, sheet_parts

DAMAGED_BOOK = "工作簿内容损坏，请用 Excel 打开后另存"


@dataclass(frozen=True, slots=True)
class Grid:
    """`rows[0]` is Excel's row 1, empty rows included."""

    rows: list[Sequence[object]]
    marks: Marks
    other_sheets: tuple[str, ...]


def open_grid(content: bytes) -> Grid:
    """The first visible sheet. Raises RosterRefused."""
    parts = unpack(content)
    sheets = sheet_parts(parts)
    marks = {sheet.path: scan(parts[sheet.path]) for sheet in sheets}
    for name in parts.keys() - marks.keys():
        check_well_formed(parts[name])
    visible = [sheet for sheet in sheets if sheet.visible]
    if not visible:
        raise RosterRefused("工作簿里没有可见的工作表")
    first, *others = visible
    return Grid(
        rows=_values(parts, first),
        marks=marks[first.path],
        other_sheets=tuple(sheet.name for sheet in others),
    )


def _values(parts: dict[str, bytes], sheet: SheetPart) -> list[Sequence[object]]:
    try:
        with CalamineWorkbook.from_filelike(repack(parts)) as workbook:
            values = workbook.get_sheet_by_name(sheet.name).to_python(skip_empty_area=False)
    except (CalamineError, OSError, ValueError) as error:
        raise RosterRefused(DAMAGED_BOOK) from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # a panic of the Rust reader: no Exception, no module
            raise
        raise RosterRefused(DAMAGED_BOOK) from error
    return [*values]

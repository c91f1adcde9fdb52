"""The Word forms that come with the product, drawn here so that every mark in them can be read and reviewed.

They are also what an organisation downloads to make its own from. `{{ 词 }}` is filled in by `app.papers.word`.
"""

from collections.abc import Callable, Sequence
from functools import cache
from io import BytesIO
from typing import Any

from app.meetings.records.models import PaperKind

SONG, HEI = "宋体", "黑体"
Rows = Sequence[tuple[str, str]]

CAME = (
    "应到 {{ 应到 }} 人，实到 {{ 实到 }} 人；有表决权的应到 {{ 应到有表决权 }} 人，实到 {{ 实到有表决权 }} 人。"
    "请假 {{ 请假 }} 人，缺席 {{ 缺席 }} 人，列席 {{ 列席 }} 人，不计应到 {{ 不计应到 }} 人，"
    "已补课 {{ 补课 }} 人（补课不算到会）。"
)
HEAD: Rows = (
    ("会议名称", "{{ 会议名称 }}"),
    ("会议类型", "{{ 会议类型 }}　　编号：{{ 编号 }}"),
    ("时间", "{{ 时间 }}"),
    ("地点", "{{ 地点 }}"),
    ("主持人", "{{ 主持人 }}　　记录人：{{ 记录人 }}"),
    ("到会情况", CAME),
)
NAMES = (
    ("请假人员", "请假名单"),
    ("缺席人员", "缺席名单"),
    ("列席人员", "列席名单"),
    ("不计应到", "不计应到名单"),
)
LATE = "【补录】本次会议在会后补录。原因：{{ 补录 }}"
SIGNS = "主持人（签字）：______________　　　　记录人（签字）：______________"
DATES = "日期：　　　　年　　月　　日　　　　　日期：　　　　年　　月　　日"
PEOPLE = ("序号", "姓名", "组织", "身份", "情况", "签到时间", "方式", "备注")
MEETINGS = ("序号", "编号", "类型", "名称", "日期", "时间", "地点", "应到", "实到", "补课", "记录", "备注")


@cache
def form(kind: PaperKind) -> bytes:
    """A .docx with marks."""
    draw: dict[PaperKind, Callable[[_Page], None]] = {
        PaperKind.RECORD: _record,
        PaperKind.ATTENDANCE: _attendance,
        PaperKind.PUBLIC: _public,
        PaperKind.QUARTER: _quarter,
    }
    page = _Page(wide=kind is PaperKind.QUARTER)
    draw[kind](page)
    return page.content()


class _Page:
    """A4 with Chinese type and page numbers."""

    def __init__(self, *, wide: bool) -> None:
        import docx  # noqa: PLC0415 -- lxml and python-docx, which the callback's process must not carry
        from docx.shared import Mm, Pt  # noqa: PLC0415 -- the same

        self.document: Any = docx.Document()
        self.points = Pt
        section = self.document.sections[0]
        size = (297, 210) if wide else (210, 297)
        section.page_width, section.page_height = (Mm(one) for one in size)
        for side in ("left_margin", "right_margin", "top_margin", "bottom_margin"):
            setattr(section, side, Mm(20))
        style = self.document.styles["Normal"]
        style.font.name, style.font.size = "Times New Roman", Pt(11)
        style.element.rPr.rFonts.set(_w("eastAsia"), SONG)
        for language in self.document.styles.element.xpath("w:docDefaults//w:lang"):
            language.set(_w("eastAsia"), "zh-CN")  # else commas stand in the middle of their squares
        style.paragraph_format.space_after = Pt(3)
        self._foot(section.footer.paragraphs[0])

    def _foot(self, paragraph: Any) -> None:
        paragraph.alignment = 1
        for piece in ("{{ 党组织 }}　　第 ", "PAGE", " 页，共 ", "NUMPAGES", " 页"):
            run = paragraph.add_run("1" if piece.isascii() else piece)
            run.font.size = self.points(8.5)
            if piece.isascii():
                _counted(run, piece)

    def line(self, text: str, *, size: float = 11, bold: bool = False, middle: bool = False) -> None:
        paragraph = self.document.add_paragraph()
        paragraph.alignment = 1 if middle else 0
        paragraph.paragraph_format.keep_with_next = bold
        run = paragraph.add_run(text)
        run.bold, run.font.size = bold, self.points(size)
        if bold:
            run._r.get_or_add_rPr().get_or_add_rFonts().set(_w("eastAsia"), HEI)  # noqa: SLF001 -- python-docx has no such property

    def facts(self, rows: Rows) -> Any:
        table = self.document.add_table(rows=0, cols=2, style="Table Grid")
        for name, value in rows:
            _fill(table.add_row().cells, (name, value))
        _widths(table, (26, 144))
        return table

    def several(self, heads: Sequence[str], of: str, one: str, widths: Sequence[float]) -> None:
        """A table with a row for each of a list, its head repeated on every page."""
        table = self.document.add_table(rows=0, cols=len(heads), style="Table Grid")
        _fill(table.add_row().cells, heads)
        table.rows[0]._tr.get_or_add_trPr().append(_element("w:tblHeader"))  # noqa: SLF001 -- python-docx has no such property
        table.add_row().cells[0].text = f"{{%tr for {one} in {of} %}}"
        line = table.add_row()
        line._tr.get_or_add_trPr().append(_element("w:cantSplit"))  # noqa: SLF001 -- the same
        _fill(line.cells, [f"{{{{ {one}.{head} }}}}" for head in heads])
        table.add_row().cells[0].text = "{%tr endfor %}"
        _widths(table, widths)
        self.line("")

    def content(self) -> bytes:
        out = BytesIO()
        self.document.core_properties.author = "智支部"
        self.document.core_properties.title = ""
        self.document.save(out)
        return out.getvalue()


def _w(name: str) -> str:
    from docx.oxml.ns import qn  # noqa: PLC0415 -- as above

    found: str = qn(f"w:{name}")
    return found


def _element(name: str) -> Any:
    from docx.oxml import OxmlElement  # noqa: PLC0415 -- as above

    return OxmlElement(name)


def _counted(run: Any, code: str) -> None:
    """Word puts the number in place of what the run says."""
    field = _element("w:fldSimple")
    field.set(_w("instr"), code)
    run._r.addprevious(field)  # noqa: SLF001 -- python-docx has no fields
    field.append(run._r)  # noqa: SLF001 -- the same


def _fill(cells: Sequence[Any], texts: Sequence[str]) -> None:
    for cell, text in zip(cells, texts, strict=True):
        cell.text = text


def _widths(table: Any, millimetres: Sequence[float]) -> None:
    from docx.shared import Mm  # noqa: PLC0415 -- as above

    table.autofit = False
    for column, width in zip(table.columns, millimetres, strict=True):
        column.width = Mm(width)
        for cell in column.cells:
            cell.width = Mm(width)


def _title(page: _Page, text: str) -> None:
    page.line("{{ 党组织 }}", middle=True, size=12)
    page.line(text, middle=True, size=20, bold=True)


def _if(page: _Page, condition: str, *lines: tuple[str, bool]) -> None:
    """Lines, and whether each is a heading, that stand there only if there is something to say."""
    page.line(f"{{%p if {condition} %}}")
    for text, bold in lines:
        page.line(text, bold=bold)
    page.line("{%p endif %}")


def _record(page: _Page) -> None:
    _title(page, "会 议 记 录")
    _if(page, "草稿", ("【草稿】这份记录还没有定稿，仅供核对。", False))
    _if(page, "补录", (LATE, False))
    _if(page, "参加组织", ("联合召开：{{ 参加组织 }}", False))
    page.facts(HEAD)
    for name, words in NAMES:
        _if(page, words, (f"{name}：{{{{ {words} }}}}", False))
    _if(page, "议程", ("议程", True), ("{{ 议程 }}", False))
    _if(page, "议题", ("会议内容", True))
    _if(page, "不记发言", ("按照规定，会上的发言和批评意见不录入系统，另行手写记录并保存。", False))
    page.line("{%p for 项 in 议题 %}")
    page.line("{{ 项.序号 }}、{{ 项.题目 }}", bold=True)
    for part in ("汇报", "讨论", "决定"):
        _if(page, f"项.{part}", (f"{part}：{{{{ 项.{part} }}}}", False))
    page.line("{%p endfor %}")
    _if(page, "表决", ("表决", True))
    page.line("{%p for 项 in 表决 %}")
    page.line("{{ 项.事项 }}。{{ 项.结果 }}")
    page.line("{%p endfor %}")
    page.line("{%p if 落实 %}")
    page.line("{{ 落实标题 }}", bold=True)
    page.several(("序号", "事项", "责任人", "期限"), "落实", "项", (14, 88, 30, 38))
    page.line("{%p endif %}")
    _if(page, "附件", ("附件", True), ("{{ 附件 }}", False))
    page.line("{%p for 次 in 修订 %}")
    page.line("第{{ 次.版本 }}版：{{ 次.日期 }}，{{ 次.修订人 }}修订。原因：{{ 次.原因 }}")
    page.line("{%p endfor %}")
    for text in ("", SIGNS, DATES):
        page.line(text)
    page.line("{{ 说明 }}", size=9)


def _attendance(page: _Page) -> None:
    _title(page, "签 到 表")
    _if(page, "补录", (LATE, False))
    page.facts(HEAD)
    _if(page, "只列本组织", ("联合召开的会议，这里只列本组织的人员；人数是全体的。", False))
    page.line("")
    page.several(PEOPLE, "名单", "人", (12, 22, 28, 20, 25, 18, 25, 20))
    page.line("记录人（签字）：______________　　　　日期：　　　　年　　月　　日")


def _public(page: _Page) -> None:
    _title(page, "{{ 会议名称 }}")
    page.line("{%p for 段 in 段落 %}")
    page.line("　　{{ 段 }}")
    page.line("{%p endfor %}")


def _quarter(page: _Page) -> None:
    _title(page, "{{ 标题 }}会议一览表")
    page.line(
        "召开 {{ 召开 }} 次，记录已定稿 {{ 已定稿 }} 次，未定稿 {{ 未定稿 }} 次，其中补录 {{ 补录数 }} 次。"
    )
    page.several(MEETINGS, "会议", "次", (12, 14, 32, 48, 27, 25, 24, 12, 12, 12, 22, 17))

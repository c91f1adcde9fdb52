"""Every paper as Word, Excel and PDF: in Chinese that can be searched, and what people typed is only text."""

import sys
from dataclasses import replace
from typing import Any

import pytest

from app.meetings.records.models import PaperKind
from app.papers import blank, excel, pdf, specimen, word
from app.papers.paper import Format, Paper
from tests.adapters.papers.reading import cells, grid, pdf_pages, pdf_text, told_by, word_text

HOSTILE = [
    "{{ 7 * 7 }}{% for x in y %}{# z #}",
    "{_{x}_}",
    "<script>alert(1)</script>&amp;<w:p/>]]>",
    '=HYPERLINK("http://x")',
    "file:///etc/passwd url(http://x/y.png)",
    "𠮷野家😀",
    "长" * 100 + "W" * 100,
]
KINDS = [kind for kind in PaperKind if kind is not PaperKind.PUBLIC]


def filled(value: Any, text: str) -> Any:
    """The same paper with that text wherever somebody may have typed one."""
    if isinstance(value, str):
        return text if value else value
    if isinstance(value, list):
        return [filled(one, text) for one in value]
    if isinstance(value, dict):
        return {key: filled(one, text) for key, one in value.items()}
    return value


def paper(kind: PaperKind, text: str = "") -> Paper:
    words = specimen.PAPERS[kind]
    return Paper(kind.value, "paper", filled(words, text) if text else words)


def words_of(one: Paper) -> set[str]:
    """Those of the invented paper that must be found in print."""
    rows = [row for value in one.words.values() if isinstance(value, list) for row in value]
    cells = [cell for row in rows for cell in (row.values() if isinstance(row, dict) else [row])]
    return {str(cell) for cell in cells if str(cell) not in ("", "1", "2")} | {str(one.words["党组织"])}


@pytest.mark.parametrize("kind", PaperKind)
def test_pdf_says_every_word_of_the_paper(kind: PaperKind) -> None:
    text = pdf_text(pdf.printed(paper(kind)))

    assert {one for one in words_of(paper(kind)) if one not in text} == set()
    assert "第1页，共" in text


@pytest.mark.parametrize("kind", PaperKind)
def test_word_says_every_word_of_the_paper(kind: PaperKind) -> None:
    text = word_text(word.printed(paper(kind)))

    assert {one for one in words_of(paper(kind)) if one not in text} == set()
    assert "{{" not in text
    assert "{%" not in text


@pytest.mark.parametrize("kind", KINDS)
def test_excel_says_every_word_of_the_paper(kind: PaperKind) -> None:
    content = excel.printed(paper(kind))
    sheets = 3 if kind is PaperKind.RECORD else 1
    told = "\n".join(cell for number in range(sheets) for cell in cells(content, number))

    assert {one for one in words_of(paper(kind)) if one not in told} == set()


@pytest.mark.parametrize("text", HOSTILE)
def test_what_was_typed_is_printed_as_it_stands_in_pdf(text: str) -> None:
    printed = pdf_text(pdf.printed(paper(PaperKind.RECORD, text)))

    assert "".join(text.split()) in printed


@pytest.mark.parametrize("text", [one for one in HOSTILE if one != "{_{x}_}"])
@pytest.mark.parametrize("kind", PaperKind)
def test_what_was_typed_is_printed_as_it_stands_in_word(kind: PaperKind, text: str) -> None:
    assert text in word_text(word.printed(paper(kind, text)))


@pytest.mark.parametrize("text", HOSTILE)
def test_what_was_typed_is_printed_as_it_stands_in_excel(text: str) -> None:
    content = excel.printed(paper(PaperKind.ATTENDANCE, text))

    assert text in cells(content)


def test_lines_of_a_text_stay_lines() -> None:
    said = paper(PaperKind.RECORD)
    lines = replace(said, words={**said.words, "议程": "第一行\n第二行"})

    assert word_text(word.printed(lines)).count("第一行\n第二行") == 1
    assert "第一行第二行" in pdf_text(pdf.printed(lines))


def test_text_longer_than_a_cell_goes_on_in_the_next_row() -> None:
    said = paper(PaperKind.RECORD)
    item = {"序号": "一", "题目": "长", "汇报": "文" * 40_000, "讨论": "", "决定": ""}
    content = excel.printed(replace(said, words={**said.words, "议题": [item], "议程": "程" * 40_000}))

    told = [str(cell) for row in grid(content) for cell in row]
    assert sum(cell.count("文") for cell in told) == 40_000
    assert sum(cell.count("程") for cell in told) == 40_001  # 议程 stands before it
    assert max(map(len, told)) <= 32_767


def test_hundred_items_are_printed_over_many_pages() -> None:
    said = paper(PaperKind.RECORD)
    items = [
        {"序号": str(n), "题目": f"第{n}题", "汇报": "文" * 200, "讨论": "论" * 100, "决定": "定"}
        for n in range(100)
    ]
    many = replace(said, words={**said.words, "议题": items})

    content = pdf.printed(many)

    assert pdf_pages(content) > 10
    assert all(f"第{n}题" in pdf_text(content) for n in (0, 50, 99))
    assert "第99题" in word_text(word.printed(many))


@pytest.mark.parametrize("kind", PaperKind)
def test_paper_with_nothing_in_it_is_printed(kind: PaperKind) -> None:
    nothing = Paper(kind.value, "paper", specimen.of(kind)[1])

    assert pdf_pages(pdf.printed(nothing)) == 1
    assert word_text(word.printed(nothing)) is not None


def test_pdf_refuses_to_fetch_anything() -> None:
    for address in ("file:///etc/hostname", "http://127.0.0.1:9/x.png", "data:image/png;base64,AAAA"):
        with pytest.raises(pdf.AskedForAddress):
            pdf._printed(f'<img src="{address}">')

    assert pdf_text(pdf.printed(paper(PaperKind.PUBLIC)))  # and goes on printing


def test_server_without_the_libraries_of_pdf_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    pdf._press.cache_clear()
    monkeypatch.setitem(sys.modules, "weasyprint", None)

    for verb in (pdf.ready, lambda: pdf.printed(paper(PaperKind.RECORD))):
        with pytest.raises(pdf.PdfUnavailable):
            verb()


def test_pdf_is_a4_with_its_type_in_it_and_lines_to_sign_on() -> None:
    content = pdf.printed(paper(PaperKind.RECORD))

    assert "A4" in told_by("pdfinfo", content)
    assert {line.split()[-5] for line in told_by("pdffonts", content).splitlines()[2:]} == {"yes"}
    text = pdf_text(content)
    assert "主持人（签字）" in text
    assert "记录人（签字）" in text


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"草稿": True}, "草稿"),
        ({"补录": "当天停电"}, "补录"),
        ({"修订": [{"版本": 3, "日期": "2026年4月1日", "修订人": "钱二", "原因": "写漏"}]}, "第3版"),
        ({"不记发言": True, "议题": []}, "另行手写记录"),
    ],
)
def test_marks_of_a_record_stand_on_every_form_of_it(change: dict[str, Any], told: str) -> None:
    said = paper(PaperKind.RECORD)
    marked = replace(said, words={**said.words, **change})

    assert told in pdf_text(pdf.printed(marked))
    assert told in word_text(word.printed(marked))
    if told != "另行手写记录":
        assert any(told in cell for cell in cells(excel.printed(marked)))


def test_forms_of_ours_name_only_words_that_papers_have() -> None:
    assert {kind: len(blank.form(kind)) > 10_000 for kind in PaperKind} == dict.fromkeys(PaperKind, True)
    assert [one.value for one in Format] == ["pdf", "docx", "xlsx"]

"""An own Word form is taken only if it can do nothing but be filled in; what is wrong with it is said by name."""

import io
import zipfile
from collections.abc import Callable
from typing import Any

import docx
import pytest

from app.core.errors import DomainError
from app.meetings.records.models import PaperKind
from app.papers import blank, forms, specimen, word
from app.papers.forms import FormActive, FormKind, FormTooLarge, FormWords
from app.papers.paper import Paper
from app.papers.word import FormBroken
from tests.adapters.papers.reading import word_text

RECORD = PaperKind.RECORD


def made(*paragraphs: str, header: str = "") -> bytes:
    document = docx.Document()
    for text in paragraphs:
        document.add_paragraph(text)
    document.sections[0].header.paragraphs[0].text = header
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def changed(parts: dict[str, bytes], *, drop: str = "") -> bytes:
    """A sound form with parts added or replaced."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(made("{{ 会议名称 }}"))) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            if name not in parts and name != drop:
                new.writestr(name, old.read(name))
        for name, content in parts.items():
            new.writestr(name, content)
    return out.getvalue()


def linked(kind: str) -> bytes:
    relation = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" '
        f'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}" '
        'Target="http://evil.example/x" TargetMode="External"/></Relationships>'
    )
    return changed({"word/_rels/settings.xml.rels": relation.encode()})


def refusal(content: bytes, kind: PaperKind = RECORD) -> DomainError:
    with pytest.raises(DomainError) as refused:
        forms.check(content, kind)
    return refused.value


@pytest.mark.parametrize("kind", PaperKind)
def test_form_of_ours_is_one_to_begin_with(kind: PaperKind) -> None:
    forms.check(blank.form(kind), kind)


def test_own_form_is_filled_in_body_and_head() -> None:
    own = made(
        "{{ 会议名称 }}：{{ 应到 }}人",
        "{%p for 项 in 议题 %}",
        "{{ 项.题目 }}",
        "{%p endfor %}",
        header="{{ 党组织 }}",
    )
    forms.check(own, RECORD)

    text = word_text(word.printed(Paper("record", "x", specimen.RECORD), own))

    assert text.splitlines() == ["第一季度支部党员大会：12人", "学习", "学习", "学习"]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no document",
        b"%PDF-1.7",
        b"PK\x03\x04" + b"x" * 100,
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600,  # .doc of before 2007
        changed({}, drop="word/document.xml"),
        changed({"word/document.xml": b"<w:document"}),
        changed({}, drop="[Content_Types].xml"),
    ],
)
def test_what_is_no_word_document_is_refused(content: bytes) -> None:
    assert isinstance(refusal(content), FormKind)


def test_two_megabytes_are_the_most() -> None:
    assert isinstance(refusal(b"PK\x03\x04" + b"\x00" * forms.LARGEST), FormTooLarge)


@pytest.mark.parametrize(
    "bomb",
    [
        lambda: changed({"word/media/image1.png": b"\x00" * (forms.UNPACKED + 1)}),
        lambda: changed({f"word/media/{number}.png": b"x" for number in range(forms.PARTS)}),
        lambda: made("长" * (forms.MARKED_PARTS + 1)),
    ],
)
def test_bomb_is_not_unpacked(bomb: Callable[[], bytes]) -> None:
    content = bomb()

    assert len(content) < forms.LARGEST
    assert isinstance(refusal(content), FormTooLarge)


@pytest.mark.parametrize(
    "active",
    [
        changed({"word/vbaProject.bin": b"x"}),
        changed({"word/activeX/activeX1.xml": b"<x/>"}),
        changed({"word/embeddings/oleObject1.bin": b"x"}),
        changed({"word/settings.xml": b'<!DOCTYPE x [<!ENTITY a "b">]><w:settings/>'}),
        changed({"word/comments.xml": b"<w:instrText>DDEAUTO c:\\\\x</w:instrText>"}),
        changed({"word/comments.xml": b"<w:instrText> INCLUDEPICTURE http://x </w:instrText>"}),
        linked("attachedTemplate"),
        linked("image"),
        linked("oleObject"),
    ],
)
def test_what_would_run_or_fetch_is_refused(active: bytes) -> None:
    assert isinstance(refusal(active), FormActive)


def test_hyperlink_in_a_form_is_only_a_link() -> None:
    forms.check(linked("hyperlink"), RECORD)


@pytest.mark.parametrize(
    ("paragraphs", "unknown"),
    [
        (["{{ 会议名 }}"], ["会议名"]),
        (["{{ 会议名称 }}{{ 主席 }}{{ 纪要 }}"], ["主席", "纪要"]),
        (["{%p for 项 in 议题 %}", "{{ 项.标题 }}", "{%p endfor %}"], ["议题.标题"]),
        (["{%p for 项 in 事项 %}", "x", "{%p endfor %}"], ["事项"]),
        (["{%p for 字 in 会议名称 %}", "{{ 字 }}", "{%p endfor %}"], ["会议名称"]),
        (["{% if 出席 %}x{% endif %}"], ["出席"]),
        (["{{ 名单 }}"], ["名单"]),  # of another paper
    ],
)
def test_words_that_the_paper_does_not_have_are_named(paragraphs: list[str], unknown: list[str]) -> None:
    refused = refusal(made(*paragraphs))

    assert isinstance(refused, FormWords)
    assert refused.details["unknown"] == unknown


def test_unknown_word_in_a_head_is_named_too() -> None:
    assert refusal(made("x", header="{{ 单位 }}")).details["unknown"] == ["单位"]


@pytest.mark.parametrize(
    "mark",
    [
        "{{ 会议名称 * 1000000000 }}",
        "{{ ''.__class__.__mro__ }}",
        "{{ 会议名称.__class__ }}",
        "{{ 会议名称|upper }}",
        "{{ range(10) }}",
        "{{ 会议名称.upper() }}",
        "{{ 议题[0] }}",
        "{% set x = 1 %}",
        "{% include 'x' %}",
        "{% import 'os' as os %}",
        "{% macro x() %}{% endmacro %}",
        "{% for a in 议题 %}{% for b in 议题 %}x{% endfor %}{% endfor %}",
        "{% for a in 议题 recursive %}x{% endfor %}",
        "{% for a in 议题 if a %}x{% endfor %}",
        "{% for a, b in 议题 %}x{% endfor %}",
        "{% for a in [1, 2] %}x{% endfor %}",
        "{% if 会议名称 %}x",
        "{{ 会议名称",
        "{% endfor %}",
        "{% 如果 x %}",
    ],
)
def test_mark_that_does_more_than_fill_in_is_refused(mark: str) -> None:
    refused = refusal(made(mark))

    assert isinstance(refused, FormBroken)
    assert refused.details["fault"]


def test_mark_that_tears_the_document_is_refused() -> None:
    """An if that begins in a cell and ends below the table."""
    document = docx.Document()
    document.add_table(1, 1).cell(0, 0).text = "{% if 草稿 %}x"
    document.add_paragraph("y{% endif %}")
    out = io.BytesIO()
    document.save(out)

    assert isinstance(refusal(out.getvalue()), FormBroken)


def test_marks_may_be_made_of_pieces_as_word_keeps_them() -> None:
    document = docx.Document()
    paragraph: Any = document.add_paragraph()
    for piece in ("{", "{ 会议", "名称 }", "}"):
        paragraph.add_run(piece)
    out = io.BytesIO()
    document.save(out)

    forms.check(out.getvalue(), RECORD)


def test_form_that_fails_on_a_real_paper_says_so() -> None:
    with pytest.raises(FormBroken):
        word.printed(Paper("record", "x", {}), made("{{ 会议名称 }}"))

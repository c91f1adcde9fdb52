"""An organisation's own Word form, checked before it is kept: what it is made of, what its marks may do, a trial."""

import re
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Any
from zipfile import BadZipFile, ZipFile

from jinja2 import TemplateError, nodes

from app.core.errors import DomainError
from app.meetings.records.models import PaperKind
from app.papers import specimen, word
from app.papers.word import FormBroken

LARGEST = 2 * 1024 * 1024
UNPACKED = 20 * 1024 * 1024
MARKED_PARTS = 1024 * 1024
"""Of what is filled in: repeated a hundred times it is still no more than a server bears."""
PARTS = 300
PACKED = b"PK\x03\x04"
MAIN = "word/document.xml"
FORBIDDEN_PARTS = ("vbaproject", "activex", "/embeddings/", "oleobject", "attachedtoolbars", "/afchunk")
FORBIDDEN_TEXT = re.compile(
    r"<!DOCTYPE|<!ENTITY|altChunk|\b(?:DDEAUTO|DDE|INCLUDETEXT|INCLUDEPICTURE|MACROBUTTON|DATABASE)\b"
)
EXTERNAL = re.compile(r"<Relationship\b[^>]*TargetMode\s*=\s*[\"']External[\"'][^>]*>", re.IGNORECASE)
HYPERLINK = "/relationships/hyperlink"
NAMED = 12


class FormKind(DomainError):
    """No .docx, or a damaged one."""

    code = "form_kind"


class FormTooLarge(DomainError):
    code = "form_too_large"


class FormActive(DomainError):
    """Macros, embedded objects, or something that it fetches from outside."""

    code = "form_active"


class FormWords(DomainError):
    """`details["unknown"]`: marks that this paper does not know."""

    code = "form_words"


ALLOWED = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.Name,
    nodes.Getattr,
    nodes.Const,
    nodes.If,
    nodes.For,
    nodes.Not,
    nodes.And,
    nodes.Or,
    nodes.Compare,
    nodes.Operand,
)
"""Filling in, asking and repeating: no calls, no arithmetic, no filters, nothing that could run long or reach out."""


NAMES: Mapping[type[nodes.Node], str] = {
    nodes.Filter: "竖线“|”",
    nodes.Call: "函数括号“()”",
    nodes.Getitem: "方括号“[]”",
    nodes.Assign: "赋值（set）",
    nodes.Test: "判断词“is”",
}


def check(content: bytes, kind: PaperKind) -> None:
    """Raises FormTooLarge, FormKind, FormActive, FormBroken, FormWords."""
    if len(content) > LARGEST:
        raise FormTooLarge
    _unpacked(content)
    found = _marks(content)
    _known(found, kind)
    for words in specimen.of(kind):
        word.printed_strictly(content, words)


def _unpacked(content: bytes) -> None:
    """Its parts by their own account, which Python's reader holds them to, and by what they say."""
    if not content.startswith(PACKED):
        raise FormKind
    try:
        with ZipFile(BytesIO(content)) as packed:
            parts = packed.infolist()
            if MAIN not in {part.filename for part in parts}:
                raise FormKind
            if len(parts) > PARTS or sum(part.file_size for part in parts) > UNPACKED:
                raise FormTooLarge
            _harmless([part.filename for part in parts], dict(_texts(packed)))
    except (BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError, zlib.error) as damaged:
        raise FormKind from damaged


def _texts(packed: ZipFile) -> Iterator[tuple[str, str]]:
    for part in packed.infolist():
        if part.filename.endswith((".xml", ".rels")):
            yield part.filename, packed.read(part).decode("utf-8", "replace").replace("\x00", "")


def _harmless(names: list[str], texts: Mapping[str, str]) -> None:
    if any(bad in name.lower() for name in names for bad in FORBIDDEN_PARTS):
        raise FormActive
    if "macroenabled" in texts.get("[Content_Types].xml", "").lower():
        raise FormActive
    for name, text in texts.items():
        links = EXTERNAL.findall(text) if name.endswith(".rels") else []
        if FORBIDDEN_TEXT.search(text) or any(HYPERLINK not in link for link in links):
            raise FormActive


@dataclass(frozen=True)
class _Marks:
    """`reached`: every word and every word of a list's row, as 项.题目. `lists`: what is repeated."""

    reached: frozenset[str]
    lists: frozenset[str]


def _marks(content: bytes) -> _Marks:
    """What its marks say. Raises FormBroken."""
    reached: set[str] = set()
    lists: set[str] = set()
    for source in _sources(content):
        try:
            tree = word.environment().parse(source)
        except TemplateError as fault:
            raise FormBroken(fault=_said(str(fault.message))) from fault
        _walk(tree, {}, reached, lists)
    return _Marks(frozenset(reached), frozenset(lists))


def _sources(content: bytes) -> Iterator[str]:
    """Every text that docxtpl hands to Jinja: body, heads, feet, notes and properties."""
    from docxtpl import DocxTemplate  # noqa: PLC0415 -- lxml and python-docx, which the callback's process must not carry

    document: Any = DocxTemplate(BytesIO(content))
    try:
        document.init_docx()
        whole = [document.patch_xml(document.get_xml())]
        for uri in (document.HEADER_URI, document.FOOTER_URI):
            whole += [
                document.patch_xml(document.get_part_xml(part))
                for _, part in document.get_headers_footers(uri)
            ]
        for part in document.docx.part.package.iter_parts():
            if part.content_type.endswith("footnotes+xml"):
                whole.append(document.patch_xml(part.blob.decode("utf-8")))
        properties = document.docx.core_properties
        whole += [
            getattr(properties, name) or ""
            for name in ("author", "comments", "identifier", "language", "subject", "title")
        ]
    except Exception as damaged:
        raise FormKind from damaged
    if sum(map(len, whole)) > MARKED_PARTS:
        raise FormTooLarge
    yield from whole


def _walk(node: nodes.Node, rows: dict[str, str], reached: set[str], lists: set[str]) -> None:
    """`rows`: names of rows, and the list that each goes through. Lists do not lie in one another."""
    if not isinstance(node, ALLOWED):
        raise FormBroken(
            fault=f"不能用{NAMES.get(type(node), '这种写法')}，只能填写、判断（if）和逐行列出（for）"
        )
    if isinstance(node, nodes.For):
        _repeat(node, rows, reached, lists)
        return
    if isinstance(node, nodes.Getattr):
        _reach(node, rows, reached)
        return
    if isinstance(node, nodes.Name):
        reached.add(rows.get(node.name, node.name))
    for child in node.iter_child_nodes():
        _walk(child, rows, reached, lists)


def _repeat(node: nodes.For, rows: dict[str, str], reached: set[str], lists: set[str]) -> None:
    simple = isinstance(node.iter, nodes.Name) and isinstance(node.target, nodes.Name) and not node.recursive
    if not simple or node.test is not None or rows:
        raise FormBroken(fault="for 只能直接列出一张表，不能一层套一层")
    name = node.iter.name  # type: ignore[attr-defined]  # it is a Name, as asked above
    lists.add(name)
    for child in (*node.body, *node.else_):
        _walk(child, {node.target.name: name}, reached, lists)  # type: ignore[attr-defined]  # the same


def _reach(node: nodes.Getattr, rows: dict[str, str], reached: set[str]) -> None:
    if not isinstance(node.node, nodes.Name) or node.node.name not in rows:
        raise FormBroken(fault=f"“.{node.attr}”前面要是 for 里的名字")
    reached.add(f"{rows[node.node.name]}.{node.attr}")


def _known(found: _Marks, kind: PaperKind) -> None:
    """Raises FormWords with those that the paper does not have."""
    known = specimen.words(kind)
    unknown = sorted((found.reached - known.reached) | (found.lists - known.lists))
    if unknown:
        raise FormWords(unknown=unknown[:NAMED])


def _said(message: str) -> str:
    """Jinja's own words for the two faults that people make."""
    if "end of template" in message or "Unexpected end" in message:
        return "有 {% if %} 或 {% for %} 没有对应的 {% endif %} 或 {% endfor %}"
    return f"标记写错了（{message[:80]}）"

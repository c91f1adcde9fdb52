"""Opening papers as their readers do."""

import io
import re
import subprocess
import zipfile

import docx
from lxml import etree
from python_calamine import CalamineWorkbook


def pdf_text(content: bytes) -> str:
    """What pdftotext finds, without line ends, as somebody searches it."""
    done = subprocess.run(["pdftotext", "-", "-"], input=content, capture_output=True, check=True)
    return re.sub(r"\s", "", done.stdout.decode())


def told_by(tool: str, content: bytes) -> str:
    """What pdfinfo or pdffonts say."""
    return subprocess.run([tool, "-"], input=content, capture_output=True, check=True).stdout.decode()


def pdf_pages(content: bytes) -> int:
    found = re.search(r"Pages:\s+(\d+)", told_by("pdfinfo", content))
    assert found
    return int(found[1])


def word_text(content: bytes) -> str:
    """Every paragraph and cell in order; fails where a part is not well-formed."""
    whole(content)
    document = docx.Document(io.BytesIO(content))
    return "\n".join(node.text or "" for node in document.element.body.iter() if node.tag.endswith("}t"))


def whole(content: bytes) -> None:
    """Each part of an office file is sound and well-formed, and each relation leads to a part: nothing to repair."""
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        assert packed.testzip() is None
        names = set(packed.namelist())
        for name in names:
            if name.endswith((".xml", ".rels")):
                etree.fromstring(packed.read(name))
        types = etree.fromstring(packed.read("[Content_Types].xml"))
    said = {one.get("PartName", "").lstrip("/") for one in types if one.get("PartName")}
    assert said <= names


def grid(content: bytes, sheet: int = 0) -> list[list[object]]:
    whole(content)
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    return [list(row) for row in book.get_sheet_by_index(sheet).to_python()]


def cells(content: bytes, sheet: int = 0) -> set[str]:
    return {str(cell) for row in grid(content, sheet) for cell in row if cell != ""}


def text_of(content: bytes, ending: str) -> str:
    """Whatever kind of file it is."""
    if ending == "pdf":
        return pdf_text(content)
    return word_text(content) if ending == "docx" else "\n".join(sorted(cells(content)))

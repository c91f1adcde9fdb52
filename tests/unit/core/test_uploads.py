"""Files by what their bytes say; nothing else is taken."""

from hashlib import sha256

import pytest

from app.core import files, uploads
from app.core.errors import DomainError
from app.core.files import Kind
from app.core.uploads import LIMIT
from tests.unit.core.papers import PDF, packed, picture, word


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("通知.pdf", PDF, Kind.PDF),
        ("照片.JPG", picture(), Kind.JPEG),
        ("照片.jpeg", picture(), Kind.JPEG),
        ("图.png", picture("PNG"), Kind.PNG),
        ("表.docx", word(), Kind.WORD),
        ("表.xlsx", packed(**{"xl/workbook.xml": ""}), Kind.EXCEL),
        ("讲稿.pptx", packed(**{"ppt/presentation.xml": ""}), Kind.POWERPOINT),
        ("说明.txt", "第一条\r\n\t第二条".encode(), Kind.TEXT),
        ("说明.v2.txt", "\ufeff正文".encode(), Kind.TEXT),
    ],
)
def test_file_of_a_known_kind_is_taken(name: str, content: bytes, kind: Kind) -> None:
    taken = uploads.checked(name, content)

    assert (taken.name, taken.kind, taken.sha256) == (name, kind, sha256(taken.content).hexdigest())


@pytest.mark.parametrize(
    ("name", "content", "refusal"),
    [
        ("a.pdf", b"MZ\x90\x00" * 9, uploads.AttachmentKind),
        ("a.pdf", picture(), uploads.AttachmentKind),
        ("a.jpg", PDF, uploads.AttachmentKind),
        ("a.docx", packed(**{"xl/workbook.xml": ""}), uploads.AttachmentKind),
        ("a.docx", packed(**{"evil.exe": ""}), uploads.AttachmentKind),
        ("a.zip", word(), uploads.AttachmentKind),
        ("a.exe", b"MZ", uploads.AttachmentKind),
        ("a.html", b"<script>", uploads.AttachmentKind),
        ("a.svg", b"<svg/>", uploads.AttachmentKind),
        ("a.txt", b"\x00\x01", uploads.AttachmentKind),
        ("a.txt", b"\xff\xfe\x00", uploads.AttachmentKind),
        ("a.txt", b"", uploads.AttachmentKind),
        ("a.pdf", b"", uploads.AttachmentKind),
        ("a.docx", packed(**{"word/document.xml": "", "word/vbaProject.bin": ""}), files.AttachmentMacros),
        ("a.docx", b"PK\x03\x04" + b"\0" * 50, files.AttachmentDamaged),
        ("a.docx", word()[:-30], files.AttachmentDamaged),
        ("a.docx", word()[:40] + word()[41:], files.AttachmentDamaged),
        ("a.docx", word(f"&#{'9' * 5000};"), files.AttachmentDamaged),
        ("a.jpg", picture()[:200], files.AttachmentDamaged),
        ("a.png", picture("PNG")[:40], files.AttachmentDamaged),
        ("a.pdf", PDF + b"0" * LIMIT, uploads.AttachmentTooLarge),
        ("../a.pdf", PDF, uploads.AttachmentName),
        ("a/b.pdf", PDF, uploads.AttachmentName),
        ("C:\\a.pdf", PDF, uploads.AttachmentName),
        (".pdf", PDF, uploads.AttachmentName),
        ("pdf", PDF, uploads.AttachmentName),
        ("", PDF, uploads.AttachmentName),
        ("a\n.pdf", PDF, uploads.AttachmentName),
        ("a\u202efdp.pdf", PDF, uploads.AttachmentName),
        ("a\0.pdf", PDF, uploads.AttachmentName),
        ("长" * 117 + ".pdf", PDF, uploads.AttachmentName),
        ("机密.pdf", PDF, uploads.AttachmentMarked),
        ("a.txt", "内部资料".encode(), uploads.AttachmentMarked),
        ("a.docx", word("机</w:t><w:t>密"), uploads.AttachmentMarked),
        ("a.docx", word("&#26426;&#23494;"), uploads.AttachmentMarked),
    ],
)
def test_file_that_must_not_go_out_is_refused(name: str, content: bytes, refusal: type[DomainError]) -> None:
    with pytest.raises(refusal):
        uploads.checked(name, content)


def test_fewer_kinds_and_a_smaller_limit_may_be_asked_for() -> None:
    with pytest.raises(uploads.AttachmentKind):
        uploads.checked("a.pdf", PDF, kinds={"png": Kind.PNG})
    with pytest.raises(uploads.AttachmentTooLarge):
        uploads.checked("a.pdf", PDF, limit=5)

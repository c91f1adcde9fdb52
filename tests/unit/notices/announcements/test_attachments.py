"""Files by what their bytes say; nothing else is kept."""

from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from app.core.db import Session, Sessions
from app.core.errors import DomainError
from app.notices.announcements import attachments, files, service
from app.notices.announcements.attachments import LIMIT, MOST
from app.notices.announcements.files import Kind
from app.notices.announcements.models import Announcement, Attachment
from app.notices.announcements.states import AnnouncementState
from app.organizations.scope import Scope
from tests.factories import NOW
from tests.unit.notices.announcements.office import Office, draft, office, person, scheduled, sent

PDF = b"%PDF-1.7\n1 0 obj\n"
TYPES = "[Content_Types].xml"
GPS, MAKER, ORIENTATION = 0x8825, 0x010F, 0x0112


def packed(**parts: str) -> bytes:
    out = BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as archive:
        for name, text in ({TYPES: "<Types/>"} | parts).items():
            archive.writestr(name, text)
    return out.getvalue()


def word(text: str = "正文") -> bytes:
    return packed(**{"word/document.xml": f"<w:t>{text}</w:t>"})


def picture(form: str = "JPEG", *, note: bytes = b"") -> bytes:
    """Wider than high, taken by a phone held upright, with its place."""
    made = Image.new("RGB", (40, 20), "red")
    exif = Image.Exif()
    exif[MAKER], exif[ORIENTATION] = "SecretPhone", 6
    exif.get_ifd(GPS)[1] = "N"
    out = BytesIO()
    made.save(out, form, exif=exif, **({"comment": note} if note else {}))
    return out.getvalue()


def add(session: Session, announcement: Announcement, name: str, content: bytes) -> Attachment:
    return attachments.add(
        session,
        announcement=announcement,
        revision=announcement.revision,
        name=name,
        content=content,
        author="wang.li",
        author_name="王丽",
    )


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
def test_attachment_of_a_known_kind_is_kept(
    session: Session, made: Office, name: str, content: bytes, kind: Kind
) -> None:
    kept = add(session, draft(session, made), name, content)

    assert (kept.name, kept.media_type, kept.size) == (name, kind.value, len(kept.content))


@pytest.mark.parametrize(
    ("name", "content", "refusal"),
    [
        ("a.pdf", b"MZ\x90\x00" * 9, attachments.AttachmentKind),
        ("a.pdf", picture(), attachments.AttachmentKind),
        ("a.jpg", PDF, attachments.AttachmentKind),
        ("a.docx", packed(**{"xl/workbook.xml": ""}), attachments.AttachmentKind),
        ("a.docx", packed(**{"evil.exe": ""}), attachments.AttachmentKind),
        ("a.zip", word(), attachments.AttachmentKind),
        ("a.exe", b"MZ", attachments.AttachmentKind),
        ("a.html", b"<script>", attachments.AttachmentKind),
        ("a.svg", b"<svg/>", attachments.AttachmentKind),
        ("a.txt", b"\x00\x01", attachments.AttachmentKind),
        ("a.txt", b"\xff\xfe\x00", attachments.AttachmentKind),
        ("a.txt", b"", attachments.AttachmentKind),
        ("a.pdf", b"", attachments.AttachmentKind),
        ("a.docx", packed(**{"word/document.xml": "", "word/vbaProject.bin": ""}), files.AttachmentMacros),
        ("a.docx", b"PK\x03\x04" + b"\0" * 50, files.AttachmentDamaged),
        ("a.docx", word()[:-30], files.AttachmentDamaged),
        ("a.docx", word()[:40] + word()[41:], files.AttachmentDamaged),
        ("a.docx", word(f"&#{'9' * 5000};"), files.AttachmentDamaged),
        ("a.jpg", picture()[:200], files.AttachmentDamaged),
        ("a.png", picture("PNG")[:40], files.AttachmentDamaged),
        ("a.pdf", PDF + b"0" * LIMIT, attachments.AttachmentTooLarge),
        ("../a.pdf", PDF, attachments.AttachmentName),
        ("a/b.pdf", PDF, attachments.AttachmentName),
        ("C:\\a.pdf", PDF, attachments.AttachmentName),
        (".pdf", PDF, attachments.AttachmentName),
        ("pdf", PDF, attachments.AttachmentName),
        ("", PDF, attachments.AttachmentName),
        ("a\n.pdf", PDF, attachments.AttachmentName),
        ("a\u202efdp.pdf", PDF, attachments.AttachmentName),
        ("a\0.pdf", PDF, attachments.AttachmentName),
        ("长" * 117 + ".pdf", PDF, attachments.AttachmentName),
        ("机密.pdf", PDF, attachments.AttachmentMarked),
        ("a.txt", "内部资料".encode(), attachments.AttachmentMarked),
        ("a.docx", word("机</w:t><w:t>密"), attachments.AttachmentMarked),
        ("a.docx", word("&#26426;&#23494;"), attachments.AttachmentMarked),
    ],
)
def test_attachment_that_must_not_go_out_is_refused(
    session: Session, made: Office, name: str, content: bytes, refusal: type[DomainError]
) -> None:
    announcement = draft(session, made)

    with pytest.raises(refusal):
        add(session, announcement, name, content)

    assert (list(attachments.of(session, announcement.id)), announcement.revision) == ([], 1)


def test_sixth_attachment_is_refused(sessions: Sessions) -> None:
    with sessions.begin() as session:
        announcement = draft(session, office(session))
        for number in range(MOST):
            add(session, announcement, f"{number}.pdf", PDF)

    with pytest.raises(attachments.AttachmentTooMany), sessions.begin() as session:
        add(session, session.get_one(Announcement, announcement.id), "6.pdf", PDF)

    with sessions.read() as session:
        assert len(attachments.of(session, announcement.id)) == MOST
        assert session.get_one(Announcement, announcement.id).revision == 1 + MOST


@pytest.mark.parametrize("form", ["JPEG", "PNG"])
def test_picture_tells_nothing_of_its_maker_and_stands_upright(form: str) -> None:
    content = picture(form, note=b"taken at home" if form == "JPEG" else b"")

    clean = files.stripped(content, Kind.JPEG if form == "JPEG" else Kind.PNG)

    assert b"SecretPhone" in content
    assert b"SecretPhone" not in clean
    assert b"at home" not in clean
    with Image.open(BytesIO(clean)) as again:
        assert (again.size, again.format, dict(again.getexif())) == ((20, 40), form, {})


@pytest.mark.parametrize("kind", [1, 3, 6])
def test_picture_whose_notes_are_of_an_odd_kind_is_kept(kind: int) -> None:
    """As some phones and editors leave them: the maker's name as a number, say."""
    content = bytearray(picture())
    content[content.index(b"\x01\x0f\x00\x02") + 3] = kind

    clean = files.stripped(bytes(content), Kind.JPEG)

    with Image.open(BytesIO(clean)) as again:
        assert (again.size, dict(again.getexif())) == ((20, 40), {})


def test_picture_with_a_million_million_dots_is_not_opened() -> None:
    out = BytesIO()
    Image.new("1", (7_000, 7_000)).save(out, "PNG")

    with pytest.raises(files.AttachmentDamaged):
        files.stripped(out.getvalue(), Kind.PNG)


def test_office_file_of_nothing_but_open_tags_is_read_in_one_pass() -> None:
    """Looked through again from each sign, it would hold the process for hours."""
    content = packed(**{"word/document.xml": "<" * 2_000_000})

    assert files.text_of(content, Kind.WORD).count("<") == 2_000_000


@given(st.binary(max_size=400))
def test_any_bytes_are_of_a_kind_or_refused(content: bytes) -> None:
    try:
        kind = files.kind_of(content)
    except DomainError:
        return
    assert kind is None or isinstance(kind, Kind)


def test_attachment_after_approval_makes_it_a_draft_again(session: Session, made: Office) -> None:
    person(session, made.first)
    announcement = scheduled(session, made)

    kept = add(session, announcement, "a.pdf", PDF)
    assert (announcement.state, announcement.revision) == (AnnouncementState.DRAFT, 2)
    gone = attachments.remove(
        session,
        announcement=announcement,
        revision=2,
        attachment_id=kept.id,
        author="li.si",
        author_name="李四",
    )

    assert (gone, announcement.revision, list(attachments.of(session, announcement.id))) == (True, 3, [])


def test_attachment_of_a_sent_announcement_stays_as_it_is(session: Session, made: Office) -> None:
    person(session, made.first)
    announcement = sent(session, made)

    with pytest.raises(service.NotInThisState):
        add(session, announcement, "a.pdf", PDF)


def test_attachment_is_handed_to_its_readers_only(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        made = office(session)
        me, other = person(session, made.first), person(session, made.foreign)
        announcement = draft(session, made)
        kept = add(session, announcement, "a.pdf", PDF)
        service.schedule(session, announcement=announcement, revision=2, send_at=None, by="x", now=NOW)
        prepared = sent(session, made)
        session.expunge(kept)

        def mine(member_id: int, announcement_id: int) -> bytes | None:
            found = attachments.for_member(
                session, member_id=member_id, announcement_id=announcement_id, attachment_id=kept.id
            )
            return None if found is None else found.content

        before = mine(me.id, announcement.id)
        from app.notices.announcements import sending  # noqa: PLC0415 -- beside its only use
        from tests.unit.notices.announcements.office import SETUP  # noqa: PLC0415 -- the same

        sending.prepare(session, announcement_id=announcement.id, setup=SETUP, now=NOW)

        assert before is None
        assert mine(me.id, announcement.id) == PDF
        assert mine(other.id, announcement.id) is None
        assert mine(me.id, prepared.id) is None
        found = attachments.by_id(session, made.scope, announcement.id, kept.id)
        assert found is not None
        assert found.content == PDF
        assert attachments.by_id(session, Scope.of([made.first.path]), announcement.id, kept.id) is None
        session.refresh(announcement)
        service.withdraw(session, announcement=announcement, now=NOW)
        assert mine(me.id, announcement.id) is None

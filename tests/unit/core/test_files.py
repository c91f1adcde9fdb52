"""What a file is by its bytes, what it says, and a picture without its hidden notes."""

from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from app.core import files
from app.core.errors import DomainError
from app.core.files import Kind
from tests.unit.core.papers import packed, picture


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

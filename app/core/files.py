"""What a file is by its own bytes, what it says, and a picture without its hidden notes. Pure."""

import html
import re
import warnings
import zlib
from collections.abc import Iterator
from enum import StrEnum
from io import BytesIO
from unicodedata import category
from zipfile import BadZipFile, ZipFile

from PIL import ExifTags, Image
from PIL.Image import Transpose

from app.core.errors import DomainError

OFFICE = "application/vnd.openxmlformats-officedocument"
PIXELS = 40_000_000
TEXT_READ = 20 * 1024 * 1024
"""Of what is packed in an office file: a bomb is opened no further."""
PARTS = 5_000
QUALITY = 90


class Kind(StrEnum):
    """The media type under which it is handed out."""

    PDF = "application/pdf"
    JPEG = "image/jpeg"
    PNG = "image/png"
    WORD = f"{OFFICE}.wordprocessingml.document"
    EXCEL = f"{OFFICE}.spreadsheetml.sheet"
    POWERPOINT = f"{OFFICE}.presentationml.presentation"
    TEXT = "text/plain"


class AttachmentDamaged(DomainError):
    code = "attachment_damaged"


class AttachmentMacros(DomainError):
    """A document that would run something."""

    code = "attachment_macros"


BEGINNINGS = {b"%PDF-": Kind.PDF, b"\xff\xd8\xff": Kind.JPEG, b"\x89PNG\r\n\x1a\n": Kind.PNG}
FOLDERS = {"word/": Kind.WORD, "xl/": Kind.EXCEL, "ppt/": Kind.POWERPOINT}
MODES = {"JPEG": ("RGB", "L"), "PNG": ("RGBA", "RGB", "L", "LA")}
UPRIGHT = {
    2: Transpose.FLIP_LEFT_RIGHT,
    3: Transpose.ROTATE_180,
    4: Transpose.FLIP_TOP_BOTTOM,
    5: Transpose.TRANSPOSE,
    6: Transpose.ROTATE_270,
    7: Transpose.TRANSVERSE,
    8: Transpose.ROTATE_90,
}
"""What sets a picture upright that says how it was held."""
PICTURES = {Kind.JPEG: "JPEG", Kind.PNG: "PNG"}
PACKED = b"PK\x03\x04"
_TAG = re.compile(rb"<[^<>]*>")


def kind_of(content: bytes) -> Kind | None:
    """None for anything else. Raises AttachmentDamaged, AttachmentMacros."""
    for beginning, kind in BEGINNINGS.items():
        if content.startswith(beginning):
            return kind
    if content.startswith(PACKED):
        return _office_kind(content)
    return Kind.TEXT if _readable(content) else None


def _office_kind(content: bytes) -> Kind | None:
    with _opened(content) as packed:
        names = packed.namelist()
    if any("vbaproject" in name.lower() or "activex" in name.lower() for name in names):
        raise AttachmentMacros
    found = {kind for folder, kind in FOLDERS.items() if any(name.startswith(folder) for name in names)}
    return found.pop() if len(found) == 1 and "[Content_Types].xml" in names else None


def _opened(content: bytes) -> ZipFile:
    try:
        packed = ZipFile(BytesIO(content))
    except (BadZipFile, ValueError, NotImplementedError, EOFError) as error:
        raise AttachmentDamaged from error
    if len(packed.infolist()) > PARTS:
        raise AttachmentDamaged
    return packed


def _readable(content: bytes) -> bool:
    """UTF-8 with nothing but signs, line ends and tabs."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    return bool(text.strip()) and all(one in "\t\r\n" or category(one) != "Cc" for one in text)


def text_of(content: bytes, kind: Kind) -> str:
    """What can be read of it without a reader of its own; nothing of pictures and PDF."""
    if kind is Kind.TEXT:
        return content.decode("utf-8-sig")
    if kind in FOLDERS.values():
        return "\n".join(_parts(content))
    return ""


def _parts(content: bytes) -> Iterator[str]:
    left = TEXT_READ
    with _opened(content) as packed:
        for part in packed.infolist():
            if not part.filename.endswith(".xml") or left <= 0:
                continue
            try:
                with packed.open(part) as opened:
                    read = opened.read(left)
                text = html.unescape(_TAG.sub(b"", read).decode("utf-8", "replace"))
            except (BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError) as error:
                raise AttachmentDamaged from error
            left -= len(read)
            yield text


def stripped(content: bytes, kind: Kind) -> bytes:
    """A picture drawn anew, upright, from its dots alone: no place, no device, no note. Others stay as they are."""
    if kind not in PICTURES:
        return content
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            return _redrawn(content, PICTURES[kind])
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError, Warning) as error:
        raise AttachmentDamaged from error


def _redrawn(content: bytes, form: str) -> bytes:
    with Image.open(BytesIO(content), formats=[form]) as picture:
        if picture.width * picture.height > PIXELS:
            raise AttachmentDamaged
        turn = UPRIGHT.get(picture.getexif().get(ExifTags.Base.Orientation, 1))
        # Not Pillow's own turning: that writes all notes anew, and breaks at those of an odd kind.
        upright = picture.copy() if turn is None else picture.transpose(turn)
    dots = upright if upright.mode in MODES[form] else upright.convert(MODES[form][0])
    dots.info = {}
    out = BytesIO()
    dots.save(out, form, **({"quality": QUALITY} if form == "JPEG" else {"optimize": False}))
    return out.getvalue()

"""Small files of each kind."""

from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

from PIL import Image

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

"""The parts of an .xlsx file, measured before anything reads them: a small file may unpack to gigabytes."""

import io
import zipfile
import zlib
from collections.abc import Mapping
from typing import ClassVar

from app.core.errors import DomainError

MAX_BYTES = 20 * 1024 * 1024
MAX_UNPACKED = 200 * 1024 * 1024
MAX_PARTS = 1_000
KNOWN_PACKINGS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
WORKBOOK = "xl/workbook.xml"


class RosterRefused(DomainError):
    """The file as a whole cannot be read; `faults` are Chinese sentences that say why."""

    code: ClassVar[str] = "roster_refused"

    def __init__(self, *faults: str) -> None:
        super().__init__(faults=faults)
        self.faults = faults


def unpack(content: bytes) -> dict[str, bytes]:
    """The XML parts by name. Raises RosterRefused."""
    if len(content) > MAX_BYTES:
        raise RosterRefused("文件超过 20 MB，请删去图片或分成几个文件")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _refuse_oversize(archive.infolist())
            parts = {one.filename: archive.read(one) for one in archive.infolist() if _wanted(one)}
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError) as error:
        raise RosterRefused(
            "不是完好的 .xlsx 文件（旧的 .xls、加密或损坏的文件，请用 Excel 打开后另存为不加密的 .xlsx）"
        ) from error
    if WORKBOOK not in parts:
        raise RosterRefused("不是 .xlsx 工作簿，请用 Excel 另存为 .xlsx")
    return parts


def _refuse_oversize(entries: list[zipfile.ZipInfo]) -> None:
    if len(entries) > MAX_PARTS or sum(one.file_size for one in entries) > MAX_UNPACKED:
        raise RosterRefused("文件解压后过大，不像一份名册，已拒绝读取")
    if any(one.flag_bits & 1 or one.compress_type not in KNOWN_PACKINGS for one in entries):
        raise RosterRefused("文件已加密或压缩方式特殊，请用 Excel 另存为不加密的 .xlsx")


def _wanted(entry: zipfile.ZipInfo) -> bool:
    return entry.filename.endswith((".xml", ".rels"))


def repack(parts: Mapping[str, bytes]) -> io.BytesIO:
    """Exactly what was measured, for a reader of its own: sizes that lie in the original's headers are gone."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    packed.seek(0)
    return packed

"""A phone's camera: what a QR code drawn as SVG says. It reads clean drawings only, and corrects no errors."""

import re
from collections.abc import Iterator, Sequence

from qrcode import util
from qrcode.base import rs_blocks
from qrcode.main import QRCode

RUN = re.compile(r"M(\d+) (\d+)h(\d+)v1h-\d+z")
SIDE = re.compile(r'viewBox="0 0 (\d+) \d+"')
QUIET = 4
FORMAT_MASK = 0b101010000010010
DIGITS, LETTERS, BYTES = util.MODE_NUMBER, util.MODE_ALPHA_NUM, util.MODE_8BIT_BYTE
DIGIT_BITS = {1: 4, 2: 7, 3: 10}
Rows = list[list[bool]]


def read(svg: str) -> str:
    """Raises ValueError where there is no code."""
    rows = _modules(svg)
    version = (len(rows) - 17) // 4
    told = _format(rows)
    level, mask = told >> 3, told & 7
    return _text(_data(_codewords(rows, version, mask), version, level), version)


def _modules(svg: str) -> Rows:
    side = SIDE.search(svg)
    runs = RUN.findall(svg)
    if side is None or not runs:
        raise ValueError("no QR code is drawn here")
    size = int(side.group(1)) - 2 * QUIET
    rows = [[False] * size for _ in range(size)]
    for x, y, width in runs:
        for step in range(int(width)):
            rows[int(y) - QUIET][int(x) - QUIET + step] = True
    return rows


def _format(rows: Rows) -> int:
    """Level of correction and mask: five bits, of which the other ten are the check."""
    places = [*range(6), 7, 8, *range(len(rows) - 7, len(rows))]
    bits: int = sum(rows[place][8] << number for number, place in enumerate(places))
    return (bits ^ FORMAT_MASK) >> 10


def _codewords(rows: Rows, version: int, mask: int) -> list[int]:
    """Up and down in columns of two, from the right, past everything that carries no data."""
    carries = _data_places(version)
    masked = util.mask_func(mask)
    bits = [rows[y][x] != bool(masked(y, x)) for y, x in _path(len(rows)) if carries[y][x] is None]
    return [
        sum(bit << (7 - number) for number, bit in enumerate(bits[start : start + 8]))
        for start in range(0, len(bits) - 7, 8)
    ]


def _data_places(version: int) -> Sequence[Sequence[bool | None]]:
    """A code without data: None where data would stand."""
    blank = QRCode(version=version, border=0)
    size = blank.modules_count = version * 4 + 17
    blank.modules = [[None] * size for _ in range(size)]
    for corner in ((0, 0), (size - 7, 0), (0, size - 7)):
        blank.setup_position_probe_pattern(*corner)
    blank.setup_position_adjust_pattern()
    blank.setup_timing_pattern()
    blank.setup_type_info(True, 0)  # noqa: FBT003 -- the library's own way to call it
    if version >= 7:  # noqa: PLR2004 -- from there on the version itself is written into the code
        blank.setup_type_number(True)  # noqa: FBT003
    return blank.modules


def _path(size: int) -> Iterator[tuple[int, int]]:
    upwards = True
    for right in range(size - 1, 0, -2):
        column = right - 1 if right <= 6 else right  # noqa: PLR2004 -- the timing pattern's column is left out
        for row in reversed(range(size)) if upwards else range(size):
            yield row, column
            yield row, column - 1
        upwards = not upwards


def _data(codewords: list[int], version: int, level: int) -> Iterator[int]:
    """The bits of the data, block by block: they are written one from each block in turn."""
    counts = [block.data_count for block in rs_blocks(version, level)]
    blocks: list[list[int]] = [[] for _ in counts]
    coming = iter(codewords)
    for number in range(max(counts)):
        for block, count in zip(blocks, counts, strict=True):
            if number < count:
                block.append(next(coming))
    for block in blocks:
        for word in block:
            yield from (word >> (7 - number) & 1 for number in range(8))


def _text(bits: Iterator[int], version: int) -> str:
    said = b""
    while mode := _number(bits, 4):
        length = _number(bits, util.length_in_bits(mode, version))  # type: ignore[arg-type]  # any int, and it says so
        if mode == BYTES:
            said += bytes(_number(bits, 8) for _ in range(length))
        elif mode == DIGITS:
            said += b"".join(_digits(bits, min(3, length - start)) for start in range(0, length, 3))
        elif mode == LETTERS:
            said += b"".join(_letters(bits, min(2, length - start)) for start in range(0, length, 2))
        else:
            raise ValueError(f"mode {mode} is not read here")
    return said.decode()


def _digits(bits: Iterator[int], count: int) -> bytes:
    return b"%0*d" % (count, _number(bits, DIGIT_BITS[count]))


def _letters(bits: Iterator[int], count: int) -> bytes:
    signs = util.ALPHA_NUM
    if count == 1:
        return bytes([signs[_number(bits, 6)]])
    first, second = divmod(_number(bits, 11), len(signs))
    return bytes([signs[first], signs[second]])


def _number(bits: Iterator[int], width: int) -> int:
    """Where the data ends, zeros follow."""
    number = 0
    for _ in range(width):
        number = number << 1 | next(bits, 0)
    return number

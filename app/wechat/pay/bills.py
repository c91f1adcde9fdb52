"""A day's trade bill: asked for, fetched, compared with its digest and with its own sums (facts/wechat.md §6.6)."""

import gzip
import hashlib
import tempfile
import weakref
import zlib
from collections.abc import Iterator
from datetime import date
from typing import BinaryIO, Final

from app.dues.ports import (
    BadStatement,
    GatewayRefused,
    GatewayUnclear,
    Merchant,
    NoStatement,
    Statement,
    StatementLine,
)
from app.wechat.answers import text_of
from app.wechat.errors import BadAnswer
from app.wechat.pay.bill_lines import BillReader, Sums
from app.wechat.pay.client import PayClient

LARGEST_BILL: Final = 1024 * 1024 * 1024
_CHUNK: Final = 256 * 1024
_GZIP: Final = b"\x1f\x8b"
_NO_BILL: Final = frozenset({"NO_STATEMENT_EXIST", "STATEMENT_CREATING", "BILL_NOT_EXIST", "FILE_NOT_EXIST"})


def statement(client: PayClient, merchant: Merchant, day: date) -> Statement:
    """Its files have no name on the disk: they are gone with `lines`, or with the process."""
    wanted = f"bill_date={day.isoformat()}&bill_type=ALL&tar_type=GZIP"
    refused = None
    with tempfile.TemporaryFile() as packed:
        try:
            digest = _fetched(client, f"/v3/bill/tradebill?{wanted}", packed)
        except GatewayRefused as refusal:
            refused = NoStatement(refusal.code, refusal.message) if refusal.code in _NO_BILL else refusal
        if refused is not None:
            raise refused
        plain = _unpacked(packed, digest)
    try:
        sums = _checked(plain, merchant.mchid)
        lines = _Lines(plain, merchant.mchid)
    except BaseException:
        plain.close()
        raise
    return Statement(
        mchid=merchant.mchid,
        day=day,
        digest=digest,
        lines=lines,
        count=sums.count,
        total=sums.total,
        refunded=sums.asked_back,
        fees=sums.fee,
    )


def _fetched(client: PayClient, target: str, into: BinaryIO) -> str:
    """The digest that the signed answer names; the file itself is not signed."""
    answer = client.get(target)
    if not answer.sound:
        raise answer.refusal()
    try:
        kind, digest = text_of(answer.fields, "hash_type"), text_of(answer.fields, "hash_value")
        url = text_of(answer.fields, "download_url")
    except BadAnswer as fault:
        raise GatewayUnclear(f"answer: {fault.reason}") from None
    if kind.upper() != "SHA1":
        raise BadStatement("the digest is not a SHA-1")
    client.download(url, into)
    return digest.lower()


def _unpacked(packed: BinaryIO, digest: str) -> BinaryIO:
    """The bill in clear. Raises BadStatement unless its SHA-1 is `digest`."""
    packed.seek(0)
    zipped = packed.read(len(_GZIP)) == _GZIP
    packed.seek(0)
    plain = tempfile.TemporaryFile()  # noqa: SIM115 -- closed by the reader of its lines
    try:
        found = _copied(gzip.GzipFile(fileobj=packed) if zipped else packed, plain)
    except (OSError, EOFError, zlib.error):
        plain.close()
        raise BadStatement("the bill does not unpack") from None
    except BaseException:
        plain.close()
        raise
    if found != digest:
        plain.close()
        raise BadStatement("the bill is not the one whose digest WeChat gave")
    return plain


def _copied(source: BinaryIO | gzip.GzipFile, into: BinaryIO) -> str:
    sha1 = hashlib.sha1(usedforsecurity=False)
    length = 0
    while chunk := source.read(_CHUNK):
        length += len(chunk)
        if length > LARGEST_BILL:
            raise BadStatement("the bill is too long")
        sha1.update(chunk)
        into.write(chunk)
    return sha1.hexdigest()


def _checked(plain: BinaryIO, mchid: str) -> Sums:
    """What the bill comes to. Raises BadStatement unless every line reads and their sum is what the bill says."""
    reader = BillReader(plain, mchid)
    plain.seek(0)
    for _ in reader.lines():
        pass
    if reader.summary is None:
        raise BadStatement("the bill breaks off")
    if reader.summary != reader.counted:
        raise BadStatement("the lines do not come to what the bill says")
    return reader.summary


class _Lines(Iterator[StatementLine]):
    """Walked once; the file goes with the last line, or with whoever drops it."""

    def __init__(self, plain: BinaryIO, mchid: str) -> None:
        self._close = weakref.finalize(self, plain.close)
        plain.seek(0)
        self._lines = BillReader(plain, mchid).lines()

    def __next__(self) -> StatementLine:
        try:
            return next(self._lines)
        except BaseException:
            self._close()
            raise

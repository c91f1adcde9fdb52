"""The text of a trade bill (facts/wechat.md §6.6), line by line."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import BinaryIO, Final, NamedTuple

from app.core.clock import SHANGHAI
from app.dues.ports import BadStatement, StatementKind, StatementLine
from app.wechat.pay.money import fen

_MARK: Final = "`"
_BETWEEN: Final = ",`"
_BOM: Final = "\ufeff"
_FREE_TEXT: Final = "商品名称"
_COLUMNS: Final = {
    "stamp": "交易时间",
    "app_id": "公众账号ID",
    "mchid": "商户号",
    "transaction": "微信订单号",
    "order": "商户订单号",
    "state": "交易状态",
    "currency": "货币种类",
    "settled": "应结订单金额",
    "refund_id": "微信退款单号",
    "refund_no": "商户退款单号",
    "refunded": "退款金额",
    "refund_state": "退款状态",
    "fee": "手续费",
    "total": "订单金额",
    "asked_back": "申请退款金额",
}
_COUNT: Final = "总交易单数"
_SUMS: Final = {
    "settled": "应结订单总金额",
    "refunded": "退款总金额",
    "fee": "手续费总金额",
    "total": "订单总金额",
    "asked_back": "申请退款总金额",
}
_GIVEN_BACK: Final = frozenset({"REFUND", "REVOKED"})
_ABSENT: Final = frozenset({"", "0"})
_STAMP: Final = len("2026-03-02 09:00:00")


class _Row(NamedTuple):
    """The cells that we read, as _COLUMNS has them."""

    stamp: str
    app_id: str
    mchid: str
    transaction: str
    order: str
    state: str
    currency: str
    settled: str
    refund_id: str
    refund_no: str
    refunded: str
    refund_state: str
    fee: str
    total: str
    asked_back: str


@dataclass(slots=True)
class Sums:
    """Of a whole bill; fen."""

    count: int = 0
    settled: int = 0
    refunded: int = 0
    fee: int = 0
    total: int = 0
    asked_back: int = 0


class BillReader:
    """Reads once, from where the file stands.

    After the last of `lines`, `counted` is what they came to and `summary` what the bill says.
    """

    def __init__(self, file: BinaryIO, mchid: str) -> None:
        self._file = file
        self._mchid = mchid
        self.counted = Sums()
        self.summary: Sums | None = None

    def lines(self) -> Iterator[StatementLine]:
        """Raises BadStatement for whatever is not as it should be."""
        header = _Header(_text(self._file.readline()).removeprefix(_BOM))
        for number, raw in enumerate(self._file, start=1):
            row = _text(raw)
            if not row.startswith(_MARK):
                self.summary = self._summed(row)
                return
            try:
                line = self._line(header.row(row), number)
            except ValueError as fault:
                raise BadStatement(f"line {number}: {fault}") from None
            yield line

    def _line(self, row: _Row, number: int) -> StatementLine:
        """Raises ValueError, which says what is wrong and repeats no cell."""
        if row.mchid != self._mchid:
            raise ValueError("another merchant's")
        if row.currency != "CNY":
            raise ValueError("another currency")
        given_back = row.state in _GIVEN_BACK
        if given_back is (row.refund_id in _ABSENT):
            raise ValueError("its state does not go with its refund")
        total, refund, fee = self._counted(row)
        return StatementLine(
            number=number,
            at=_moment(row.stamp),
            kind=StatementKind.REFUND if given_back else StatementKind.PAYMENT,
            app_id=row.app_id,
            mchid=row.mchid,
            transaction_id=_present(row.transaction),
            out_trade_no=_present(row.order),
            total=total,
            refund_id=_present(row.refund_id),
            out_refund_no=_present(row.refund_no),
            refund=refund,
            state=row.state,
            refund_state=row.refund_state,
            fee=fee,
        )

    def _counted(self, row: _Row) -> tuple[int, int, int]:
        """Total, refund and fee, after all amounts were added up."""
        settled, refunded = fen(row.settled), fen(row.refunded)
        total, asked_back, fee = fen(row.total), fen(row.asked_back), fen(row.fee)
        if min(settled, refunded, total, asked_back) < 0:  # a fee is given back with its payment
            raise ValueError("an amount below zero")
        counted = self.counted
        counted.count += 1
        counted.settled += settled
        counted.refunded += refunded
        counted.fee += fee
        counted.total += total
        counted.asked_back += asked_back
        return total, asked_back, fee

    def _summed(self, header: str) -> Sums:
        cells = _text(self._file.readline()).removeprefix(_MARK).split(_BETWEEN)
        if self._file.read(3).strip():
            raise BadStatement("the bill goes on after its summary")
        try:
            said = dict(zip(header.split(","), cells, strict=True))
            return Sums(
                count=int(said[_COUNT]), **{name: fen(said[column]) for name, column in _SUMS.items()}
            )
        except (KeyError, ValueError):
            raise BadStatement("the summary cannot be read") from None


class _Header:
    """Where the columns are. Names of goods may hold anything, so columns after them are counted from the end."""

    def __init__(self, text: str) -> None:
        names = text.split(",")
        if not {*_COLUMNS.values(), _FREE_TEXT} <= set(names):
            raise BadStatement("not the columns of a trade bill")
        self._width = len(names)
        free = names.index(_FREE_TEXT)
        places = [names.index(column) for column in _COLUMNS.values()]
        self._places = [place if place < free else place - self._width for place in places]

    def row(self, text: str) -> _Row:
        cells = text.removeprefix(_MARK).split(_BETWEEN)
        if len(cells) < self._width:
            raise ValueError("too few columns")
        return _Row(*[cells[place] for place in self._places])


def _text(raw: bytes) -> str:
    try:
        return raw.decode().rstrip("\r\n")
    except UnicodeDecodeError:
        raise BadStatement("not UTF-8 text") from None


def _present(number: str) -> str:
    """Absent ones are written `0`."""
    return "" if number in _ABSENT else number


def _moment(stamp: str) -> datetime:
    if len(stamp) != _STAMP:
        raise ValueError("no time of the day")
    return datetime.fromisoformat(stamp).replace(tzinfo=SHANGHAI).astimezone(UTC)

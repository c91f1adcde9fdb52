"""Trade bills as WeChat writes them (facts/wechat.md §6.6)."""

import gzip
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from tests.unit.wechat_pay.merchant_side import APP_ID, MCHID, OPENID

HEADER: Final = (
    "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,"
    "货币种类,应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,"
    "商品名称,商户数据包,手续费,费率,订单金额,申请退款金额,费率备注"
)
SUMMARY: Final = (
    "总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额"
)


def yuan(fen: int) -> str:
    sign, fen = ("-", -fen) if fen < 0 else ("", fen)
    return f"{sign}{fen // 100}.{fen % 100:02}"


@dataclass(frozen=True)
class Row:
    """Amounts in fen."""

    order: str = "D202603020001"
    total: int = 1250
    refund: int = 0
    fee: int = 0
    name: str = "2026年3月党费"
    attach: str = ""
    remark: str = ""
    refund_no: str = ""
    state: str = "SUCCESS"
    refund_state: str = ""
    at: str = "2026-03-01 09:00:00"
    mchid: str = MCHID
    currency: str = "CNY"
    refund_id: str = "0"

    def cells(self) -> list[str]:
        first = [self.at, APP_ID, self.mchid, "0", "", f"4200{self.order}", self.order, OPENID, "JSAPI"]
        state = [self.state, "OTHERS", self.currency, yuan(self.total), "0.00"]
        back = [self.refund_id, self.refund_no or "0", yuan(self.refund), "0.00", "", self.refund_state]
        last = [f"{yuan(self.fee)}000", "0.60%", yuan(self.total), yuan(self.refund), self.remark]
        return [*first, *state, *back, self.name, self.attach, *last]


def given_back(row: Row, refund: int) -> Row:
    return replace(
        row,
        total=0,
        refund=refund,
        state="REFUND",
        refund_id=f"503{row.order}",
        refund_no=f"R{row.order}",
        refund_state="SUCCESS",
    )


def summed(rows: Sequence[Row]) -> list[str]:
    total, back = yuan(sum(row.total for row in rows)), yuan(sum(row.refund for row in rows))
    return [str(len(rows)), total, back, "0.00", yuan(sum(row.fee for row in rows)), total, back]


def line(cells: Iterable[str]) -> str:
    return ",".join(f"`{cell}" for cell in cells)


def bill(rows: Sequence[Row], *, end: str = "\r\n", summary: Sequence[str] | None = None) -> bytes:
    lines = [HEADER, *(line(row.cells()) for row in rows), SUMMARY, line(summary or summed(rows))]
    return ("\ufeff" + "".join(one + end for one in lines)).encode()


def sha1(plain: bytes) -> str:
    return hashlib.sha1(plain).hexdigest()


def packed(plain: bytes) -> bytes:
    return gzip.compress(plain, compresslevel=1)

"""The bill of a day's movements of money."""

from datetime import date

from sandbox.pay.bills import day_of, listed, one_line, whole, yuan
from sandbox.pay.books import FEE, MOVED, PAYMENT, REFUND, REFUND_BACK, Books, Entry
from sandbox.pay.times import in_words

HEADER = (
    "记账时间,微信支付业务单号,资金流水单号,业务名称,业务类型,收支类型,"
    "收支金额(元),账户结余(元),资金变更提交申请人,备注,业务凭证号"
)
SUMS = "资金流水总笔数,收入笔数,收入金额,支出笔数,支出金额"
NAMES = {
    PAYMENT: "交易",
    FEE: "扣除交易手续费",
    REFUND: "退款",
    REFUND_BACK: "退款失败退回",
    MOVED: "充值提现",
}


def rows(books: Books, mchid: str, day: date) -> list[Entry]:
    return [one for one in books.entries(mchid) if day_of(one.at) == day]


def written(found: list[Entry]) -> str:
    come = [one.amount for one in found if one.amount >= 0]
    gone = [-one.amount for one in found if one.amount < 0]
    sums = [str(len(found)), str(len(come)), yuan(sum(come)), str(len(gone)), yuan(sum(gone))]
    return whole([HEADER, *(listed(_values(one)) for one in found), SUMS, listed(sums)])


def _values(entry: Entry) -> list[str]:
    name = NAMES[entry.kind]
    way = "收入" if entry.amount >= 0 else "支出"
    numbers = [in_words(entry.at), entry.number, entry.flow, name, name, way]
    amounts = [yuan(abs(entry.amount)), yuan(entry.balance)]
    return [*numbers, *amounts, "system", one_line(entry.note), entry.voucher]

"""党费收据: one payment, its number, who paid, for which months, and who took it. A reprint says 副本."""

from typing import Final

from app.core.clock import local_day, local_text
from app.dues import money, months
from app.dues.books.models import Account
from app.dues.cash.models import ReceiptLine
from app.dues.numbers import receipt_number
from app.dues.own import OwnReceipt
from app.dues.words import word
from app.papers.paper import Paper, day, file_name

DIGITS: Final = "零壹贰叁肆伍陆柒捌玖"
PLACES: Final = ("", "拾", "佰", "仟")
GROUPS: Final = ("", "万", "亿")
GROUP: Final = 10_000
OVER: Final = {Account.REFUNDS: "重复缴纳，退回", Account.SUSPENSE: "待查", Account.EXTRA: "自愿多缴党费"}


def paper(seen: OwnReceipt, *, copy: bool) -> Paper:
    """`copy`: it was printed before."""
    receipt = seen.receipt
    number = receipt_number(receipt.year, receipt.number)
    words = {
        "党组织": seen.committee_name,
        "收据号": number,
        "副本": copy,
        "已冲销": receipt.cancelled_by_id is not None,
        "姓名": seen.name,
        "所在组织": seen.organization_name,
        "小写": f"¥{money.text(receipt.amount_fen)}",
        "大写": capitals(receipt.amount_fen),
        "明细": [{"事由": purpose(one), "金额": money.text(one.amount_fen)} for one in seen.lines],
        "方式": word(receipt.way),
        "时间": f"{day(local_day(receipt.paid_at))} {local_text(receipt.paid_at, '%H:%M')}",
        "收款人": seen.received_by,
        "代交": f"{receipt.payer_name}（{receipt.payer_relation}）" if receipt.payer_name else "",
    }
    return Paper("receipt", file_name(f"党费收据 {number}"), words)


def purpose(line: ReceiptLine) -> str:
    """What a line is for, as it is printed."""
    if line.account in OVER:
        return OVER[line.account]
    if line.month is None:
        return "预缴党费"
    return f"{months.text(line.month)}党费" + ("（预缴）" if line.account is Account.ADVANCE else "")


def capitals(fen: int) -> str:
    """人民币大写, as it is written on receipts: 壹佰伍拾叁元整, 柒拾陆元伍角整, 壹仟零贰元零叁分."""
    yuan, rest = divmod(fen, money.FEN)
    jiao, cents = divmod(rest, 10)
    whole = f"{_whole(yuan)}元" if yuan else ""
    if not rest:
        return f"{whole or '零元'}整"
    tenth = f"{DIGITS[jiao]}角" if jiao else ("零" if whole else "")
    return f"{whole}{tenth}{f'{DIGITS[cents]}分' if cents else '整'}"


def _whole(number: int) -> str:
    said, gap, group = "", False, 0
    while number:
        number, part = divmod(number, GROUP)
        if part:
            said = f"{_thousands(part)}{GROUPS[group]}{'零' if gap and said else ''}{said}"
            gap = part < GROUP // 10
        else:
            gap = bool(said)
        group += 1
    return said


def _thousands(part: int) -> str:
    said, zero = "", False
    for place in reversed(range(len(PLACES))):
        digit = part // 10**place % 10
        if digit:
            said += f"{'零' if zero and said else ''}{DIGITS[digit]}{PLACES[place]}"
            zero = False
        else:
            zero = True
    return said

"""党费上缴单, which goes upward with the money and has no names; 现金收缴清单, which the branch keeps."""

from collections.abc import Iterable

from app.core.clock import local_day
from app.dues import money, months
from app.dues.cash.models import Receipt
from app.dues.numbers import receipt_number
from app.dues.remittance import rules
from app.dues.remittance.models import RemitRule, Remittance
from app.dues.words import word
from app.organizations.models import Organization
from app.papers.paper import Paper, Words, day, file_name

FORM = "dues_sheet"
SHARE = (("序号", 8), ("项目", 30), ("内容", 50), ("备注", 20))
CASH = (("序号", 8), ("收据号", 18), ("日期", 20), ("姓名", 16), ("月份", 44), ("金额（元）", 16))
HUNDRED = 100


def remittance(
    sheet: Remittance, organization: Organization, rule: RemitRule, *, proposed_by: str, decided_by: str
) -> Paper:
    """Sums alone: a payer list stays in the books (facts/domain §1.5)."""
    period = spoken(sheet.from_month, sheet.until_month)
    rows = [
        ("上缴单位", organization.name),
        ("接收单位", rule.to_name),
        ("所属期间", period),
        ("期间实收党费（元）", money.text(sheet.received_fen)),
        ("上缴比例", f"{percent(rule.ratio_bp)}%"),
        ("应上缴金额（元）", money.text(sheet.amount_fen)),
        ("最迟上缴日期", day(rules.due_on(sheet.until_month, rule.due_days))),
        ("依据", rule.clause),
        ("银行回单号", sheet.document_no),
        ("制单", proposed_by),
        ("复核", decided_by),
    ]
    words = {
        "党组织": organization.name,
        "标题": "党费上缴单",
        "说明": f"{word(sheet.decision)}。实收不含大额党费，已扣除退款和冲销。",
        "栏": SHARE,
        "行": [
            {"序号": number, "项目": name, "内容": text, "备注": ""}
            for number, (name, text) in enumerate(rows, start=1)
        ],
        "签字": ("上缴单位（盖章）", "接收单位（盖章）", "经办人（签字）", "接收人（签字）"),
    }
    return Paper(FORM, file_name(f"{organization.short_name} {period}党费上缴单"), words)


def cash_list(organization: Organization, month: int, received: Iterable[tuple[Receipt, str, str]]) -> Paper:
    """`received`: (receipt, name, its months) of a branch's cash, without what was cancelled."""
    rows: list[Words] = []
    fen = 0
    for number, (receipt, name, of) in enumerate(received, start=1):
        fen += receipt.amount_fen
        rows.append(
            {
                "序号": number,
                "收据号": receipt_number(receipt.year, receipt.number),
                "日期": day(local_day(receipt.paid_at)),
                "姓名": name,
                "月份": of,
                "金额（元）": money.text(receipt.amount_fen),
            }
        )
    total = {
        "序号": "",
        "收据号": "合计",
        "日期": "",
        "姓名": f"{len(rows)}张",
        "月份": "",
        "金额（元）": money.text(fen),
    }
    words = {
        "党组织": organization.name,
        "标题": f"{months.text(month)}现金收缴清单",
        "说明": "本单有姓名和金额，由支部自己留存，不随现金上交；上交时只报合计。",
        "栏": CASH,
        "行": [*rows, total],
        "签字": ("收款人（签字）", "党支部书记（签字）"),
    }
    return Paper(FORM, file_name(f"{organization.short_name} {months.text(month)}现金收缴清单"), words)


def spoken(first: int, last: int) -> str:
    """2026年1月至3月, 2026年3月."""
    if first == last:
        return months.text(first)
    same_year = first // HUNDRED == last // HUNDRED
    return f"{months.text(first)}至{f'{last % HUNDRED}月' if same_year else months.text(last)}"


def percent(basis_points: int) -> str:
    """12.5 of 1250; 50 of 5000."""
    whole, rest = divmod(basis_points, HUNDRED)
    return f"{whole}.{rest:02d}".rstrip("0").rstrip(".")

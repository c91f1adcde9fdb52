"""The Chinese names of the values of dues; the words are those of docs/glossary.md."""

from enum import StrEnum
from typing import Final

from app.dues.arrears.models import ReminderStep
from app.dues.assessments.models import BaseLineKind, Cause, ReliefKind
from app.dues.bills.states import BillState
from app.dues.books.models import Account, DraftKind, JournalKind, PeriodState, UseItem
from app.dues.cash.models import PayWay
from app.dues.cash.states import HandoverState, TransferState
from app.dues.inbound.models import NotificationState
from app.dues.orders.models import LineKind, RefundCause
from app.dues.orders.states import OrderState, RefundState
from app.dues.policies.models import Publishing, Twice
from app.dues.remittance.models import RemitEvery
from app.dues.standards.models import DuesCategory
from app.dues.statements.models import CaseKind, CaseState, StatementState
from app.staff.deciding import Decision

WORDS: Final[dict[type[StrEnum], dict[StrEnum, str]]] = {
    Decision: {
        Decision.PROPOSED: "待复核",
        Decision.APPROVED: "已通过",
        Decision.REFUSED: "未通过",
        Decision.WITHDRAWN: "已撤回",
    },
    DuesCategory: {
        DuesCategory.SALARY: "按月领工资",
        DuesCategory.ANNUAL: "年薪制",
        DuesCategory.IRREGULAR: "收入不固定",
        DuesCategory.RETIRED: "离退休",
        DuesCategory.FARMER: "农民",
        DuesCategory.FIXED: "学生、下岗失业、低保等",
    },
    Twice: {Twice.REFUND: "原路退回", Twice.ADVANCE: "转为预缴"},
    Publishing: {Publishing.QUARTER: "每季度", Publishing.YEAR: "每年"},
    Cause: {
        Cause.YEARLY: "年度核定",
        Cause.FIRST: "首次核定",
        Cause.TRANSFER_IN: "组织关系转入",
        Cause.RETIREMENT: "退休",
        Cause.JOB_LOSS: "失业或停薪",
        Cause.CATEGORY: "缴费类别变化",
        Cause.MONTHLY_PAY: "当月（当季）收入",
        Cause.REVIEW: "本人申请复核",
        Cause.CORRECTION: "更正差错",
    },
    ReliefKind: {ReliefKind.EXEMPT: "免缴", ReliefKind.REDUCED: "少缴"},
    BaseLineKind: {
        BaseLineKind.NEW: "首次核定",
        BaseLineKind.CHANGED: "有变化",
        BaseLineKind.SAME: "没有变化",
        BaseLineKind.INVALID: "填写有误",
        BaseLineKind.UNKNOWN: "查无此人",
        BaseLineKind.DUPLICATE: "重复或分不清",
    },
    BillState: {
        BillState.ASSESSED: "已核定",
        BillState.DUE: "待缴",
        BillState.PENDING: "转账待确认",
        BillState.PARTIAL: "部分已缴",
        BillState.PAID: "已缴",
        BillState.EXEMPT: "免缴",
        BillState.OVERDUE: "逾期未缴",
        BillState.REVERSED: "已冲销",
    },
    Account: {
        Account.RECEIVABLE: "应收党费",
        Account.WECHAT: "微信支付待结算",
        Account.CASH: "库存现金",
        Account.BANK: "党费专户存款",
        Account.DUES: "党费收入",
        Account.EXTRA: "自愿多缴党费",
        Account.INTEREST: "利息收入",
        Account.ADVANCE: "预缴党费",
        Account.REFUNDS: "应退党费",
        Account.LARGE: "大额党费",
        Account.SUSPENSE: "待查款项",
        Account.REMITTED: "上缴党费",
        Account.USED: "党费使用",
        Account.CHARGES: "手续费",
        Account.OPENING: "期初结余",
    },
    JournalKind: {
        JournalKind.BILLED: "生成账单",
        JournalKind.PAID: "收缴",
        JournalKind.ADVANCE_USED: "预缴转入",
        JournalKind.REFUND_OWED: "应退",
        JournalKind.REFUNDED: "退款",
        JournalKind.HANDED_OVER: "现金上交",
        JournalKind.LARGE: "大额党费",
        JournalKind.REMITTED: "上缴",
        JournalKind.BOOKED: "手工记账",
        JournalKind.REVERSAL: "红字冲销",
    },
    PeriodState: {PeriodState.OPEN: "未结账", PeriodState.LOCKED: "已结账"},
    DraftKind: {
        DraftKind.OPENING: "期初结余",
        DraftKind.INTEREST: "利息",
        DraftKind.CHARGE: "手续费",
        DraftKind.SETTLED: "微信支付结算到账",
        DraftKind.USE: "党费使用",
        DraftKind.SUSPENSE: "处理待查款项",
        DraftKind.FOUND_WECHAT: "记入待查款项（微信收到）",
        DraftKind.FOUND_BANK: "记入待查款项（专户收到）",
        DraftKind.GIVEN_BACK: "应退款已用其他方式退给本人",
        DraftKind.GIVEN_BACK_WECHAT: "在商户平台退的款",
        DraftKind.ADVANCE_BACK: "退还预缴",
        DraftKind.BILL: "撤销账单",
        DraftKind.REVERSAL: "红字冲销",
    },
    UseItem: {
        UseItem.TRAINING: "培训党员",
        UseItem.MATERIALS: "党报党刊、教材和设备",
        UseItem.COMMENDATION: "表彰先进",
        UseItem.HARDSHIP: "补助生活困难党员",
        UseItem.DISASTER: "补助受灾党员和修缮设施",
    },
    OrderState: {
        OrderState.CREATED: "正在下单",
        OrderState.PENDING: "待支付",
        OrderState.CLOSING: "正在关闭",
        OrderState.CLOSED: "已关闭",
        OrderState.PAID: "已支付",
    },
    LineKind: {
        LineKind.BILL: "当月及以前",
        LineKind.ADVANCE: "预缴",
        LineKind.EXTRA: "自愿多缴",
    },
    RefundState: {
        RefundState.PROPOSED: "待复核",
        RefundState.REFUSED: "不予退款",
        RefundState.WANTED: "等待退款",
        RefundState.PROCESSING: "退款中",
        RefundState.SUCCEEDED: "已退款",
        RefundState.ABNORMAL: "退款异常",
        RefundState.CLOSED: "退款关闭",
    },
    RefundCause: {
        RefundCause.TWICE: "重复缴费",
        RefundCause.TOO_MUCH: "多收",
        RefundCause.ASKED: "本人申请",
    },
    StatementState: {
        StatementState.WANTED: "待下载",
        StatementState.READ: "已下载",
        StatementState.MATCHED: "已对账",
        StatementState.NONE: "当日无交易",
    },
    CaseKind: {
        CaseKind.AMOUNT: "金额不符",
        CaseKind.STRANGER: "商户、应用或付款人不符",
        CaseKind.UNKNOWN_ORDER: "没有对应的订单",
        CaseKind.UNKNOWN_REFUND: "没有对应的退款",
        CaseKind.NOT_BOOKED: "微信已收、账上没有",
        CaseKind.NOT_IN_BILL: "账上有、微信账单没有",
        CaseKind.BAD_BILL: "账单文件有误",
        CaseKind.NO_BILL: "账单一直没有出来",
        CaseKind.REFUND_ABNORMAL: "退款异常",
        CaseKind.REFUND_CLOSED: "退款关闭",
        CaseKind.REFUND_REFUSED: "微信拒绝退款",
        CaseKind.PAID_TWICE: "重复缴费",
    },
    CaseState: {CaseState.OPEN: "待处理", CaseState.SETTLED: "已处理"},
    PayWay: {PayWay.WECHAT: "微信支付", PayWay.CASH: "现金", PayWay.TRANSFER: "银行转账"},
    TransferState: {
        TransferState.REPORTED: "待确认",
        TransferState.CONFIRMED: "已到账",
        TransferState.REFUSED: "没有到账",
        TransferState.WITHDRAWN: "本人撤回",
    },
    HandoverState: {
        HandoverState.OFFERED: "待接收",
        HandoverState.RECEIVED: "已接收",
        HandoverState.REFUSED: "已退回",
        HandoverState.WITHDRAWN: "已撤回",
    },
    RemitEvery: {
        RemitEvery.MONTH: "每月",
        RemitEvery.QUARTER: "每季度",
        RemitEvery.HALF: "每半年",
        RemitEvery.YEAR: "每年",
    },
    ReminderStep: {
        ReminderStep.MEMBER: "提醒本人",
        ReminderStep.MONTH_2: "连续2个月没有缴，提醒支部",
        ReminderStep.MONTH_4: "连续4个月没有缴，提醒支部",
        ReminderStep.MONTH_5: "连续5个月没有缴，提醒支部",
    },
    NotificationState: {
        NotificationState.RECEIVED: "已收到",
        NotificationState.HANDLED: "已处理",
        NotificationState.REFUSED: "不予采信",
    },
}
"""Said on pages and papers alike."""


def word(value: StrEnum) -> str:
    return WORDS[type(value)][value]

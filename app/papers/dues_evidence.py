"""欠缴情况: one member's months, reminders, talks and reasons, for the branch's members who study the matter.

It says what happened and proposes nothing (facts/domain §0.5, §1.4).
"""

from collections.abc import Callable
from datetime import date

from app.core.clock import local_day
from app.dues import money, months
from app.dues.arrears.history import History, Reason
from app.dues.arrears.models import DuesReminder, ReminderStep
from app.dues.bills.models import Bill
from app.dues.words import word
from app.notices.states import DeliveryState
from app.papers.paper import Paper, Words, day, file_name

NOTE = (
    "本页只列系统里记载的事实，供支部研究时核对。是否有正当理由、怎样处理，由党组织按规定研究决定；"
    "除名要由支部大会讨论并报上级党组织批准。系统不作判断，也不改变任何人的身份。内含个人信息，用后归档，不得外传。"
)
REACHED = {
    DeliveryState.SENT: "已发出",
    DeliveryState.DELIVERED: "已送达",
    DeliveryState.LISTED: "没有推送，只列在通知列表",
    DeliveryState.REJECTED: "未送达",
    DeliveryState.UNCERTAIN: "结果不明",
    DeliveryState.WITHDRAWN: "已撤回",
}


def paper(
    found: History, *, name: str, organization: str, today: date, called: Callable[[str | None], str]
) -> Paper:
    """`called`: the display name of an account."""
    words = {
        "党组织": organization,
        "姓名": name,
        "日期": day(today),
        "月份": [_month(bill, found) for bill in found.bills],
        "提醒": [_reminder(one, found) for one in found.reminders],
        "谈话": [
            {
                "日期": day(one.talked_on),
                "谈话人": one.talked_by,
                "期限": day(one.deadline_on) if one.deadline_on else "",
                "内容": one.note,
                "记录人": called(one.kept_by),
            }
            for one in found.talks
        ],
        "理由": [_reason(one, called) for one in found.reasons],
        "说明": NOTE,
    }
    return Paper("dues_evidence", file_name(f"{name} 党费欠缴情况 {today.isoformat()}"), words)


def _month(bill: Bill, found: History) -> Words:
    return {
        "月份": months.text(bill.month),
        "应缴": money.text(bill.amount_fen),
        "已缴": money.text(bill.paid_fen),
        "收缴日": day(bill.due_on),
        "情况": word(bill.state) + ("（有正当理由）" if bill.month in found.excused else ""),
    }


def _reminder(one: DuesReminder, found: History) -> Words:
    """Of the member's own, whether it reached them: being behind is held against nobody who never heard of it."""
    own = one.step is ReminderStep.MEMBER
    state = found.reached.get(one.month)
    return {
        "日期": day(local_day(one.at)),
        "事项": word(one.step),
        "月份": months.text(one.month) + ("" if own else "起"),
        "结果": REACHED.get(state, "等待发送") if own and state else "",
    }


def _reason(one: Reason, called: Callable[[str | None], str]) -> Words:
    kept = one.excuse
    withdrawn = (
        f"{called(kept.withdrawn_by)}，{day(local_day(kept.withdrawn_at))}" if kept.withdrawn_at else ""
    )
    return {
        "月份": _span(kept.from_month, kept.until_month),
        "理由": one.text,
        "记录": f"{called(kept.kept_by)}，{day(local_day(kept.kept_at))}",
        "撤销": withdrawn,
    }


def _span(first: int, last: int) -> str:
    return months.text(first) if first == last else f"{months.text(first)}至{months.text(last)}"

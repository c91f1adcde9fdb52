"""What a secretary reads when 学时, plans, wishes and pushes refuse."""

from datetime import date
from typing import Final, cast

from app.core.errors import DomainError
from app.study.hours import rules

HOURS: Final = {
    "study_session_exists": "这次会议刚刚已经列为集中学习，请看最新的内容。",
    "study_session_overtaken": "刚刚有人改过这一项，没有保存您的修改。请看下面最新的内容再办。",
    "study_session_confirmed": "名单已经确认，不能再改。要改请先撤回确认。",
    "study_session_not_confirmed": "名单没有确认过，不用撤回。",
    "study_session_too_early": "签到还没有结束，请结束以后再确认。",
    "study_list_open": "会议记录还没有定稿，名单可能还要改。请先给会议记录定稿，再确认。",
    "study_nobody_came": "还没有人签到，不能确认。到会没有签上的，请先在会议里补签。",
    "study_entry_unknown": "选的计划项不在执行中的学习计划里，请重新选。",
    "study_no_hours_kind": "这类会议不计学时。",
    "study_minutes_wrong": "学时要按 0.25 学时填写，不少于 0.25，也不能超过整场能计的学时。",
    "study_unit_wrong": "会议的时间不够，或者只有一部分是学习，不能按全天、半天折算，请按时长。",
    "study_no_figures": "这一天没有可用的学时标准，请先在“学时标准”里补上。",
    "study_line_wrong": "有一项没有写，或者写得太长，请核对后再保存。",
    "study_declaration_decided": "这条申报已经有人办过，或者本人已经撤回，请看最新的状态。",
    "study_declaration_overtaken": "本人刚刚改过这条申报，请按下面最新的内容再办。",
    "study_figure_wrong": "数字超出了范围，或者每年的学时不是从 1 月 1 日起执行，请核对。",
    "study_figure_past": "每年的学时只能改今年和以后的，折算办法只能从以后的某一天起。算过的不变。",
    "study_figure_overtaken": "刚刚有人让另一条标准执行了，请看最新的状态。",
}
LINES: Final = {
    "topic": "请写学了什么，最多 {} 个字。",
    "reason": "请写明原因，最多 {} 个字。",
    "note": "退回时请写明原因，最多 {} 个字，本人看得到。",
    "clause": "请写依据的文件和文号，最多 {} 个字。",
}
"""Of `study_line_wrong`, by the field that its details name."""

PLANS: Final = {
    "study_plan_overtaken": "刚刚有人改过这个计划，没有保存您的修改。请看下面最新的内容再办。",
    "study_plan_state": "这个计划的状态刚刚变了，请看最新的状态。",
    "study_plan_empty": "执行中的计划至少要有一项；还没有内容的计划不能发布。",
    "study_plan_full": "一个计划最多 100 项，已经满了。",
    "study_plan_stands": "这个组织这一年给同样的人已经有一个执行中的计划，请先结束那一个。",
    "study_plan_item": "这项内容还没有发布，或者这个组织的党员看不到，请换一项。",
    "study_plan_title": "请写名称，最多 60 个字。",
    "study_plan_year": "学习计划只能做今年和明年的。",
    "study_plan_month": "请选择月份。",
    "study_plan_day_outside": "建议学完的日子要在计划的这一年里，也不能早于这个月。",
    "study_plan_day_not_worked": "建议学完的日子是休息日，请改到工作日。",
    "study_plan_day_too_soon": "建议学完的日子太近，请给大家留出至少三个工作日。",
}
WISHES: Final = {
    "study_wish_over": "这条点播刚刚已经有人答复，或者本人已经撤回。",
    "study_wish_answer": "请写一句话告诉本人，最多 200 个字。",
    "study_wish_item": "这项内容还没有发布，或者点播的同志看不到，请换一项。",
    "study_wish_marked": "里面有涉密或内部资料的字样，请改写。",
}
PUSHES: Final = {
    "study_push_item": "这项内容还没有发布，或者刚刚撤下了，不能推送。",
    "study_push_urgency": "学习推送只有“随每周汇总”和“单独推送”两种。",
    "study_push_time": "推送的时间不能超过一年以后。",
    "study_push_waits": "这个组织已经安排了推送这项内容，还没有发出。要改时间，请先取消那一次。",
    "study_push_beyond_reach": "选的人里有人看不到这项内容，请缩小范围。",
    "study_push_over": "这次推送刚刚已经取消。",
}
SENTENCES: Final = {**HOURS, **PLANS, **WISHES, **PUSHES}
NAMED = 3


def detailed(refusal: DomainError) -> str:
    """With the numbers and names among its details; empty where it has none to say."""
    given = refusal.details
    match refusal.code:
        case "study_line_wrong":
            return LINES.get(str(given["field"]), HOURS[refusal.code]).format(given["limit"])
        case "study_minutes_wrong":
            most = rules.text(cast("int", given["most"]))
            return f"学时要按 0.25 学时填写，不少于 0.25，最多 {most}。"
        case "study_push_beyond_reach":
            return f"选的人里有 {given['number']} 人看不到这项内容，请缩小范围。"
        case "study_plan_day_too_soon":
            first = _day(given["earliest"])
            return f"{_titles(refusal)}建议学完的日子太近，请改到{first}或以后，给大家留出三个工作日。"
        case "study_plan_day_not_worked" if "titles" in given:
            return f"{_titles(refusal)}建议学完的日子是休息日，请改到工作日。"
    return ""


def _titles(refusal: DomainError) -> str:
    titles = cast("tuple[str, ...]", refusal.details.get("titles", ()))
    if not titles:
        return ""
    return "、".join(f"“{one}”" for one in titles[:NAMED]) + ("等" if len(titles) > NAMED else "") + "："


def _day(day: object) -> str:
    return f"{day.month}月{day.day}日" if isinstance(day, date) else ""

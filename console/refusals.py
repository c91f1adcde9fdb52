"""What a secretary reads when the domain refuses."""

from app.core.clock import local_text
from app.core.errors import DomainError

SENTENCES = {
    "weak_password": "密码至少 10 位，要同时有字母、数字、符号中的两种，不能包含用户名，也不能与原密码相同。",
    "bad_username": "用户名用 3 到 32 位小写字母、数字、点或短横线，以字母或数字开头。",
    "username_taken": "这个用户名已有人使用，请换一个。",
    "wrong_password": "当前密码不对。",
    "wrong_credentials": "用户名、密码或动态口令不对，请核对后再试。",
    "code_used": "这个动态口令刚刚用过，请等验证器显示下一个口令再登录。",
    "not_yourself": "不能对自己的账号做这项操作，请由另一位管理员办理。",
    "role_held": "这个账号已经有这个角色了。",
    "last_role": "账号至少要保留一个角色；不再使用的账号请直接停用。",
    "meeting_times_wrong": "结束时间要晚于开始时间，且会议不超过三天。",
    "nobody_expected": "这个组织名册上没有应到的党员，请先核对名册。",
    "meeting_over": "会议已经结束，不能取消。",
    "answer_empty": "请写下回复内容。",
    "feedback_too_long": "回复请控制在 600 字以内，微信一条消息只放得下这些。",
    "refused": "这一步没有成功，请核对后再试。",
}


def sentence(refusal: DomainError) -> str:
    until = getattr(refusal, "until", None)
    if refusal.code == "account_locked" and until is not None:
        moment = local_text(until, "%H:%M")
        return f"连续输错次数过多，账号已锁定，{moment} 之后可以再试。急用请联系账号管理员。"
    return SENTENCES.get(refusal.code, SENTENCES["refused"])

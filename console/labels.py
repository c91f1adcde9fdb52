"""The Chinese names of values; the words are those of docs/glossary.md."""

from enum import StrEnum
from typing import Any

from app.core.calendar import DayKind
from app.feedback.models import Side
from app.feedback.states import ThreadState
from app.meetings.models import MeetingKind, Way
from app.members.models import Gender, MemberKind, PartyStatus
from app.organizations.models import OrganizationKind
from app.staff.models import Role
from app.staff.verification import Fault

# One table for each enum: values of different ones may be the same word.
LABELS: dict[type[StrEnum], dict[StrEnum, str]] = {
    OrganizationKind: {
        OrganizationKind.COMMITTEE: "党委",
        OrganizationKind.WORK_COMMITTEE: "党工委",
        OrganizationKind.GENERAL_BRANCH: "党总支",
        OrganizationKind.BRANCH: "党支部",
        OrganizationKind.JOINT_BRANCH: "联合党支部",
        OrganizationKind.TEMPORARY_BRANCH: "临时党支部",
        OrganizationKind.FLOATING_BRANCH: "流动党员党支部",
        OrganizationKind.GROUP: "党小组",
    },
    MemberKind: {
        MemberKind.FULL: "正式党员",
        MemberKind.PROBATIONARY: "预备党员",
        MemberKind.TARGET: "发展对象",
        MemberKind.ACTIVIST: "入党积极分子",
        MemberKind.APPLICANT: "入党申请人",
        MemberKind.MASSES: "群众",
    },
    PartyStatus: {
        PartyStatus.NORMAL: "正常",
        PartyStatus.SUSPENDED: "停止党籍",
        PartyStatus.RECTIFYING: "限期改正",
        PartyStatus.TRANSFERRED: "已转出",
        PartyStatus.LEFT: "已出党",
        PartyStatus.DECEASED: "已去世",
    },
    Gender: {
        Gender.MALE: "男",
        Gender.FEMALE: "女",
    },
    MeetingKind: {
        MeetingKind.MEMBER_MEETING: "支部党员大会",
        MeetingKind.BRANCH_COMMITTEE: "支部委员会会议",
        MeetingKind.GROUP_MEETING: "党小组会",
        MeetingKind.PARTY_LECTURE: "党课",
        MeetingKind.THEME_DAY: "主题党日",
        MeetingKind.ORGANIZATIONAL_LIFE: "组织生活会",
        MeetingKind.APPRAISAL: "民主评议党员",
        MeetingKind.DEMOCRATIC_LIFE: "民主生活会",
        MeetingKind.CENTRAL_GROUP: "理论学习中心组学习",
        MeetingKind.ELECTION: "选举大会",
        MeetingKind.COMMITTEE_MEETING: "党委会",
        MeetingKind.SEMINAR: "座谈会",
        MeetingKind.TRAINING: "培训",
        MeetingKind.OTHER: "其他会议",
    },
    Way: {
        Way.SCAN: "扫码",
        Way.HAND_CODE: "签到码",
        Way.KEPT_SCAN: "先扫码后绑定",
        Way.RECORDER: "记录人补签",
    },
    ThreadState: {
        ThreadState.OPEN: "待回复",
        ThreadState.ANSWERED: "已回复",
    },
    Side: {
        Side.WRITER: "来信人",
        Side.OFFICE: "组织回复",
    },
    Role: {
        Role.SECRETARY: "党组织书记",
        Role.ORGANIZER: "组织委员",
        Role.OFFICE: "党务办公室",
        Role.AUDITOR: "审计员",
        Role.ADMINISTRATOR: "账号管理员",
    },
    DayKind: {
        DayKind.WORK: "上班",
        DayKind.REST: "休息",
    },
    Fault: {
        Fault.CHANGED: "这条记录的内容被改动过",
        Fault.MISLINKED: "这条记录之前有记录缺失、被插入或顺序被调换",
        Fault.TRUNCATED: "这条记录之后的记录被删除了",
        Fault.UNANNOUNCED: "末尾有未经登记的记录",
        Fault.HEAD_CHANGED: "链尾的登记与最后一条记录不符",
        Fault.HEAD_MISSING: "链尾的登记不见了",
    },
}

REASONS = {
    "too_early": "还没到签到时间",
    "closed": "签到已结束",
    "cancelled": "会议已取消",
    "not_expected": "不在应到名单",
}

ACTIONS = {
    "staff.signed_in": "登录",
    "staff.sign_in_refused": "登录未成功",
    "staff.signed_out": "退出登录",
    "staff.password_changed": "修改密码",
    "staff.account_created": "新建账号",
    "staff.account_closed": "停用账号",
    "staff.account_reopened": "恢复账号",
    "staff.access_renewed": "重置账号",
    "staff.role_granted": "授予角色",
    "staff.role_withdrawn": "收回角色",
    "member.phone_revealed": "查看完整手机号",
    "member.code_issued": "发绑定码",
    "member.codes_issued": "打印绑定码",
    "member.unbound": "解除微信绑定",
    "organization.added": "新建组织",
    "roster.previewed": "上传名册",
    "roster.applied": "导入名册",
    "roster.reverted": "撤销导入",
    "meeting.announced": "新建会议",
    "meeting.cancelled": "取消会议",
    "meeting.signed_in_by_recorder": "补签",
    "meeting.names_seen": "查看到会名单",
    "feedback.answered": "回复意见",
    "calendar.day_set": "调整工作日",
    "calendar.day_cleared": "恢复默认工作日",
    "audit.verified": "核验操作记录",
}


SUBJECTS = {
    "account": "账号",
    "member": "人员",
    "meeting": "会议",
    "feedback": "意见",
    "organization": "组织",
    "roster": "名册",
    "calendar": "工作日历",
    "audit": "操作记录",
}

DETAILS = {
    "reason": "原因",
    "address": "地址",
    "count": "数量",
    "member": "人员",
    "whole": "完整",
    "role": "角色",
    "day": "日期",
    "kind": "安排",
    "username": "账号",
    "rows": "行数",
    "file": "文件",
}

ROLES = {role.value: text for role, text in LABELS[Role].items()}
DAYS = {kind.value: text for kind, text in LABELS[DayKind].items()}


def label(value: Any) -> str:
    """The Chinese name of an enum's value; anything else as it is."""
    if isinstance(value, StrEnum):
        return LABELS[type(value)][value]
    return "" if value is None else str(value)


def reason(code: str) -> str:
    return REASONS.get(code, "未能签到")


def action(code: str) -> str:
    return ACTIONS.get(code, code)


def subject(kept: str) -> str:
    """member:42 as the trail keeps it, as a person reads it."""
    kind, _, number = kept.partition(":")
    return f"{SUBJECTS.get(kind, kind)} {number}".strip()


def detail(name: str) -> str:
    return DETAILS.get(name, name)


def said(value: object) -> str:
    """A value of the trail's details."""
    if isinstance(value, bool):
        return "是" if value else "否"
    text = str(value)
    return ROLES.get(text) or DAYS.get(text) or text

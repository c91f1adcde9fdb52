"""The Chinese names of values; the words are those of docs/glossary.md."""

from enum import StrEnum
from typing import Any

from app.core.calendar import DayKind
from app.dues.books.models import DraftKind
from app.dues.words import WORDS as DUES_WORDS
from app.feedback.models import Side
from app.feedback.states import ThreadState
from app.meetings.duties.models import Duty, Statement
from app.meetings.models import Ground, LeaveKind, Standing
from app.meetings.records.models import PaperKind
from app.meetings.words import WORDS
from app.members.models import Gender, MemberKind, PartyStatus
from app.notices.announcements.states import AnnouncementState
from app.notices.channels import Unreachable
from app.notices.models import Channel, Topic, Urgency
from app.notices.states import DeliveryState
from app.organizations.models import OrganizationKind
from app.staff.deciding import Decision
from app.staff.models import Role
from app.staff.verification import Fault
from app.study.words import WORDS as STUDY_WORDS

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
        PartyStatus.UNDER_OBSERVATION: "留党察看",
        PartyStatus.TRANSFERRED: "已转出",
        PartyStatus.LEFT: "已出党",
        PartyStatus.DECEASED: "已去世",
    },
    Gender: {
        Gender.MALE: "男",
        Gender.FEMALE: "女",
    },
    **WORDS,
    **DUES_WORDS,
    **STUDY_WORDS,
    ThreadState: {
        ThreadState.OPEN: "待回复",
        ThreadState.ANSWERED: "已回复",
    },
    Side: {
        Side.WRITER: "来信人",
        Side.OFFICE: "组织回复",
    },
    DeliveryState: {
        DeliveryState.HELD: "等待汇总",
        DeliveryState.QUEUED: "待发送",
        DeliveryState.SENDING: "发送中",
        DeliveryState.SENT: "已发出",
        DeliveryState.DELIVERED: "已送达",
        DeliveryState.LISTED: "仅在通知列表",
        DeliveryState.REJECTED: "未送达",
        DeliveryState.UNCERTAIN: "结果不明",
        DeliveryState.WITHDRAWN: "已撤回",
    },
    Channel: {
        Channel.CUSTOMER: "客服消息",
        Channel.TEMPLATE: "模板消息",
        Channel.SUBSCRIPTION: "订阅通知",
        Channel.MINI_PROGRAM: "小程序订阅消息",
    },
    Unreachable: {
        Unreachable.NOT_BOUND: "还没有绑定微信",
        Unreachable.NOT_FOLLOWING: "没有关注公众号",
        Unreachable.SWITCHED_OFF: "本人关闭了这类推送",
        Unreachable.NO_CHANNEL: "目前没有能送到的方式",
    },
    Urgency: {
        Urgency.DIGEST: "随每周汇总",
        Urgency.OWN_PUSH: "单独推送",
        Urgency.PERSONAL: "个人事项",
        Urgency.EMERGENCY: "紧急",
    },
    Topic: {
        Topic.ANNOUNCEMENTS: "通知公告",
        Topic.MEETINGS: "会议提醒",
        Topic.DUES: "党费提醒",
        Topic.STUDY: "学习推送",
        Topic.DIGEST: "每周汇总",
    },
    AnnouncementState: {
        AnnouncementState.DRAFT: "草稿",
        AnnouncementState.IN_REVIEW: "待审核",
        AnnouncementState.SCHEDULED: "待发送",
        AnnouncementState.SENDING: "发送中",
        AnnouncementState.SENT: "已发完",
        AnnouncementState.WITHDRAWN: "已撤回",
    },
    Role: {
        Role.SECRETARY: "党组织书记",
        Role.ORGANIZER: "组织委员",
        Role.OFFICE: "党务办公室",
        Role.AUDITOR: "审计员",
        Role.ADMINISTRATOR: "账号管理员",
        Role.COLLECTOR: "党费收缴人",
        Role.RECONCILER: "党费对账人",
        Role.ACCOUNTANT: "党费会计",
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
    "sit_in": "要求列席",
    "on_leave": "请过假",
    "expired": "扫的码已过期",
    "late": "扫码迟迟没有送到",
    "foreign": "用了别人的签到卡",
    "wrong_codes": "签到码连续输错",
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
    "staff.account_tied": "账号关联党员",
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
    "meeting.entered_late": "补录会议",
    "meeting.joined": "列为联合召开",
    "meeting.described": "修改会议信息",
    "meeting.moved": "会议改期",
    "meeting.merged": "合并会议",
    "meeting.admitted": "加入名单",
    "meeting.excluded": "不计应到",
    "meeting.included": "恢复计入应到",
    "meeting.removed": "移出名单",
    "meeting.attempts_settled": "处理没有签上的",
    "meeting.leave_answered": "答复请假",
    "meeting.leave_entered": "登记请假",
    "meeting.made_up": "记补课",
    "meeting.make_up_removed": "删除补课",
    "plan.made": "新建会议计划",
    "plan.ended": "停用会议计划",
    "plan.skipped": "跳过计划的会议",
    "plan.unskipped": "恢复计划的会议",
    "duty.stated": "说明职责情况",
    "duty.withdrawn": "撤销职责说明",
    "duty.term_set": "登记任期",
    "meeting.signed_in_by_recorder": "补签",
    "meeting.names_seen": "查看到会名单",
    "meeting.vote_opened": "开票决",
    "meeting.tellers_named": "确定监票人",
    "meeting.opinion_added": "登记书面意见",
    "meeting.opinion_taken_back": "撤回书面意见",
    "meeting.vote_counted": "录入计票",
    "meeting.vote_confirmed": "监票人确认",
    "meeting.teller_signed_on_paper": "登记纸质签字",
    "meeting.vote_voided": "作废票决",
    "meeting.record_written": "写会议记录",
    "meeting.record_closed": "定稿会议记录",
    "meeting.record_amended": "修订会议记录",
    "meeting.amendment_dropped": "放弃修订会议记录",
    "meeting.record_seen": "查看会议记录",
    "meeting.paper_taken": "下载会议材料",
    "meeting.public_made": "生成公开稿",
    "ledger.taken": "下载台账",
    "form.kept": "上传自有模板",
    "form.removed": "删除自有模板",
    "feedback.answered": "回复意见",
    "announcement.drafted": "起草通知",
    "announcement.revised": "修改通知",
    "announcement.addressed": "选定发送范围",
    "announcement.attached": "添加附件",
    "announcement.detached": "去掉附件",
    "announcement.submitted": "提交通知审核",
    "announcement.sent_back": "退回通知",
    "announcement.approved": "审核通过通知",
    "announcement.scheduled": "安排发送通知",
    "announcement.withdrawn": "撤回通知",
    "announcement.retried": "重试发送",
    "announcement.exported": "导出发送结果",
    "announcement.told_in_person": "记录当面告知",
    "announcement.review_asked": "要求审核通知",
    "announcement.review_lifted": "取消审核要求",
    "calendar.day_set": "调整工作日",
    "calendar.day_cleared": "恢复默认工作日",
    "dues.names_seen": "查看党费名单",
    "dues.standard_proposed": "提出收缴标准",
    "dues.standard_decided": "复核收缴标准",
    "dues.policy_proposed": "提出收缴规定",
    "dues.policy_decided": "复核收缴规定",
    "dues.assessment_proposed": "提出核定",
    "dues.assessment_decided": "复核核定",
    "dues.assessments_exported": "导出核定表",
    "dues.base_revealed": "查看党费基数",
    "dues.bases_uploaded": "上传党费基数",
    "dues.import_decided": "复核基数导入",
    "dues.relief_proposed": "申请减免",
    "dues.relief_decided": "审批减免",
    "dues.relief_read": "查看困难情况",
    "dues.relief_ended": "结束减免",
    "dues.review_answered": "答复复核申请",
    "dues.bills_generated": "生成账单",
    "dues.talk_kept": "记欠缴谈话",
    "dues.excuse_kept": "记正当理由",
    "dues.excuse_withdrawn": "撤销正当理由",
    "dues.evidence_taken": "下载欠缴研究材料",
    "dues.cash_received": "收现金党费",
    "dues.receipt_printed": "打印党费收据",
    "dues.receipt_seen": "查看党费收据",
    "dues.transfer_confirmed": "确认转账到账",
    "dues.transfer_refused": "回复转账没有到账",
    "dues.cash_offered": "登记现金上交",
    "dues.cash_taken": "点收现金",
    "dues.cash_banked": "凭回单确认现金入账",
    "dues.handover_refused": "退回现金上交",
    "dues.handover_withdrawn": "撤回现金上交",
    "dues.large_received": "登记大额党费",
    "dues.large_passed": "转交大额党费",
    "dues.large_receipt_kept": "登记大额党费收据",
    "dues.draft_proposed": "申请记账",
    "dues.draft_decided": "复核记账",
    "dues.voucher_seen": "查看凭证逐笔",
    "dues.period_locked": "结账",
    "dues.reopening_proposed": "申请重新打开已结账的月份",
    "dues.reopening_decided": "复核重新打开月份",
    "dues.remit_rule_proposed": "提出上缴规定",
    "dues.remit_rule_decided": "复核上缴规定",
    "dues.sheet_drafted": "计算上缴单",
    "dues.sheet_decided": "复核上缴单",
    "dues.published": "公示党费",
    "dues.refund_proposed": "申请退款",
    "dues.refund_decided": "复核退款",
    "dues.refund_given_up": "停止退款申请",
    "dues.statement_wanted": "重新下载微信账单",
    "dues.case_settled": "处理微信差异",
    "dues.exported": "导出党费",
    "study.session_made": "列为集中学习",
    "study.session_changed": "修改集中学习",
    "study.session_removed": "取消计学时",
    "study.session_confirmed": "确认学时名单",
    "study.session_reopened": "撤回学时确认",
    "study.declaration_accepted": "认定学时申报",
    "study.declaration_returned": "退回学时申报",
    "study.figure_proposed": "提出学时标准",
    "study.figure_decided": "复核学时标准",
    "study.plan_made": "新建学习计划",
    "study.plan_copied": "复制学习计划",
    "study.plan_changed": "修改学习计划",
    "study.plan_published": "发布学习计划",
    "study.plan_ended": "结束学习计划",
    "study.wish_offered": "安排点播",
    "study.wish_declined": "答复点播暂不安排",
    "study.push_scheduled": "安排学习推送",
    "study.push_withdrawn": "取消学习推送",
    "study.column_added": "新建栏目",
    "study.column_renamed": "修改栏目",
    "study.column_moved": "调整栏目顺序",
    "study.column_handed_over": "移交栏目",
    "study.column_archived": "归档栏目",
    "study.column_restored": "恢复栏目",
    "study.drafted": "起草学习内容",
    "study.revised": "修改学习内容",
    "study.attached": "添加学习文件",
    "study.detached": "去掉学习文件",
    "study.submitted": "提交学习内容审核",
    "study.reviewed": "审核通过学习内容",
    "study.sent_back": "退回学习内容",
    "study.begun": "写学习内容的新一版",
    "study.moved": "学习内容换栏目",
    "study.withdrawn": "撤下学习内容",
    "study.dropped": "放弃学习内容草稿",
    "study.question_added": "写题",
    "study.question_changed": "修改题目",
    "study.question_retired": "停用题目",
    "study.question_restored": "恢复题目",
    "study.questions_imported": "导入题目",
    "study.quiz_made": "出测验",
    "study.quiz_changed": "修改测验",
    "study.quiz_published": "发布测验",
    "study.quiz_extended": "延长测验时间",
    "study.quiz_withdrawn": "撤下测验",
    "study.contest_results_published": "公布竞赛结果",
    "audit.verified": "核验操作记录",
}


SUBJECTS = {
    "account": "账号",
    "member": "人员",
    "meeting": "会议",
    "plan": "会议计划",
    "feedback": "意见",
    "announcement": "通知",
    "organization": "组织",
    "roster": "名册",
    "calendar": "工作日历",
    "dues_standard": "收缴标准",
    "dues_policy": "收缴规定",
    "dues_import": "基数导入",
    "receipt": "党费收据",
    "transfer": "转账登记",
    "handover": "现金上交",
    "large_gift": "大额党费",
    "voucher": "记账凭证",
    "draft": "记账申请",
    "period": "结账月份",
    "remit_rule": "上缴规定",
    "remittance": "上缴单",
    "publication": "党费公示",
    "refund": "退款",
    "statement": "微信账单",
    "case": "微信差异",
    "declaration": "学时申报",
    "hours_figure": "学时标准",
    "study_plan": "学习计划",
    "wish": "点播",
    "study_push": "学习推送",
    "study_column": "栏目",
    "study_item": "学习内容",
    "study_question": "题目",
    "study_quiz": "测验",
    "audit": "操作记录",
}

DETAILS = {
    "page": "页面",
    "relief": "减免",
    "reason": "原因",
    "was": "原定",
    "into": "并入的会议",
    "standing": "身份",
    "ground": "情形",
    "approval": "批复文号",
    "granted": "准假",
    "leave": "请假类别",
    "duty": "职责",
    "period": "时段",
    "statement": "说明",
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
    "note": "意见",
    "states": "结果",
    "format": "格式",
    "paper": "材料",
    "year": "年份",
    "version": "版本",
    "vote": "票决",
    "round": "第几次计票",
    "received": "收到时间",
    "month": "月份",
    "draft": "记什么账",
    "decision": "决定",
    "document": "回单号",
    "copy": "副本",
    "number": "编号",
    "stage": "第几审",
    "column": "栏目",
}

IN_DETAILS = (Role, DayKind, Standing, Ground, LeaveKind, Duty, Statement, PaperKind, Decision, DraftKind)
VALUES = {value.value: text for kind in IN_DETAILS for value, text in LABELS[kind].items()}


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
    return VALUES.get(text, text)

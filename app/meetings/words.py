"""The Chinese names of meetings' values, as docs/glossary.md has them: on screens, in chat and on paper."""

from enum import StrEnum

from app.meetings.duties.models import Duty, Statement
from app.meetings.duties.rules import DutyState
from app.meetings.models import Ground, LeaveKind, MeetingKind, Standing, Way
from app.meetings.own_states import OwnState
from app.meetings.plans.models import Frequency
from app.meetings.records.models import PaperKind
from app.meetings.records.states import RecordState
from app.meetings.states import LeaveState
from app.meetings.votes.models import Matter, Method
from app.meetings.votes.rules import Verdict
from app.meetings.votes.states import VoteState

WORDS: dict[type[StrEnum], dict[StrEnum, str]] = {
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
        Way.LINK: "扫大屏链接码",
        Way.MINI_PROGRAM: "小程序码",
        Way.HAND_CODE: "签到码",
        Way.CARD: "签到卡",
        Way.KEPT_SCAN: "先扫码后绑定",
        Way.RECORDER: "记录人补签",
    },
    Standing: {
        Standing.VOTING: "有表决权",
        Standing.NON_VOTING: "无表决权",
        Standing.NOT_COUNTED: "不计应到",
        Standing.INVITED: "列席",
    },
    Ground: {
        Ground.ILLNESS: "患病不能表达意志",
        Ground.ABROAD: "自费出国半年以上",
        Ground.SENTENCE: "服刑",
        Ground.OLD_OR_BEDRIDDEN: "年老体弱卧床或长期患病",
        Ground.RELATION_NOT_MOVED: "外出半年以上应转未转组织关系",
        Ground.RETIRED_HOME: "离退休后长期回原籍",
    },
    LeaveKind: {
        LeaveKind.DUTY: "因公",
        LeaveKind.SICK: "病假",
        LeaveKind.PERSONAL: "事假",
        LeaveKind.SHIFT: "倒班",
    },
    LeaveState: {
        LeaveState.ASKED: "待答复",
        LeaveState.GRANTED: "已准假",
        LeaveState.REFUSED: "未准假",
        LeaveState.WITHDRAWN: "已销假",
    },
    OwnState: {
        OwnState.SIGNED_IN: "已签到",
        OwnState.LEAVE_ASKED: "已请假，待答复",
        OwnState.ON_LEAVE: "已准假",
        OwnState.LEAVE_REFUSED: "请假未准",
        OwnState.NOT_COUNTED: "不计应到",
        OwnState.SITS_IN: "列席",
        OwnState.MADE_UP: "已补课",
        OwnState.EXPECTED: "要参加",
        OwnState.NOT_SIGNED_IN: "没有签到记录",
    },
    Frequency: {
        Frequency.MONTHLY: "每月",
        Frequency.QUARTERLY: "每季度",
        Frequency.YEARLY: "每年",
    },
    Duty: {
        Duty.MEMBER_MEETING: "支部党员大会",
        Duty.BRANCH_COMMITTEE: "支部委员会会议",
        Duty.GROUP_MEETING: "党小组会",
        Duty.PARTY_LECTURE: "党课",
        Duty.THEME_DAY: "主题党日",
        Duty.ORGANIZATIONAL_LIFE: "组织生活会",
        Duty.APPRAISAL: "民主评议党员",
        Duty.RENEWAL: "换届选举",
    },
    Statement: {
        Statement.EXPLAINED: "已说明",
        Statement.NOT_APPLICABLE: "不适用",
    },
    DutyState: {
        DutyState.HELD: "已开展",
        DutyState.DUE: "待开展",
        DutyState.OVERDUE: "逾期未开展",
        DutyState.NOT_YET: "未到期",
        DutyState.EXPLAINED: "已说明",
        DutyState.NOT_APPLICABLE: "不适用",
    },
    Matter: {
        Matter.GENERAL: "一般事项",
        Matter.ADMISSION: "接收预备党员",
        Matter.CONVERSION: "预备党员转正",
        Matter.DISPOSITION: "组织处置",
        Matter.COMMITTEE: "支委会事项",
        Matter.ELECTION: "选举",
    },
    Method: {
        Method.BALLOT: "无记名投票",
        Method.HANDS: "举手表决",
    },
    VoteState: {
        VoteState.OPEN: "待计票",
        VoteState.COUNTED: "待监票人确认",
        VoteState.CONFIRMED: "已确认",
        VoteState.VOID: "已作废",
    },
    Verdict: {
        Verdict.PASSED: "通过",
        Verdict.NOT_PASSED: "未通过",
        Verdict.NO_QUORUM: "未达法定人数",
        Verdict.ELECTED: "已选出",
        Verdict.ANOTHER_BALLOT: "须再次投票",
    },
    RecordState: {
        RecordState.DRAFT: "草稿",
        RecordState.CLOSED: "已定稿",
    },
    PaperKind: {
        PaperKind.RECORD: "会议记录",
        PaperKind.ATTENDANCE: "签到表",
        PaperKind.PUBLIC: "公开稿",
        PaperKind.QUARTER: "季度一览表",
    },
}


def word(value: StrEnum) -> str:
    return WORDS[type(value)][value]


OWNERS: dict[Duty, str] = {
    Duty.MEMBER_MEETING: "党支部书记",
    Duty.BRANCH_COMMITTEE: "党支部书记",
    Duty.GROUP_MEETING: "党小组长",
    Duty.PARTY_LECTURE: "党支部书记、宣传委员",
    Duty.THEME_DAY: "组织委员",
    Duty.ORGANIZATIONAL_LIFE: "党支部书记",
    Duty.APPRAISAL: "组织委员",
    Duty.RENEWAL: "党支部书记，报上级党组织批准",
}
"""Whose post sees to a duty, on the page 自查 and on its paper."""

"""The Chinese names of the values of study; the words are those of docs/glossary.md."""

from enum import StrEnum
from typing import Final

from app.study.hours.models import HoursFigure, HoursUnit
from app.study.hours.states import DeclarationState
from app.study.library.models import ItemKind, ReviewVerdict, Rights, StudyReach
from app.study.library.states import VersionState
from app.study.plans.models import Learner, Slot
from app.study.plans.states import PlanState, WishState
from app.study.pushes.states import PushState
from app.study.quizzes.models import QuestionKind
from app.study.quizzes.rules import QuestionLineKind
from app.study.quizzes.states import QuizState

WORDS: Final[dict[type[StrEnum], dict[StrEnum, str]]] = {
    ItemKind: {
        ItemKind.ARTICLE: "文章",
        ItemKind.DOCUMENT: "文件",
        ItemKind.VIDEO: "视频",
        ItemKind.LINK: "链接",
        ItemKind.HANDOUT: "讲义",
    },
    StudyReach: {
        StudyReach.EVERYBODY: "全体党员",
        StudyReach.BELOW: "本组织和下级组织",
        StudyReach.OWN: "仅本组织",
    },
    Rights: {
        Rights.OWN_WORK: "本单位原创",
        Rights.REGULATION: "党内法规和公开文件",
        Rights.PERMITTED: "已取得授权",
        Rights.LINKED: "只提供链接",
    },
    VersionState: {
        VersionState.DRAFT: "草稿",
        VersionState.IN_REVIEW: "审核中",
        VersionState.PUBLISHED: "已发布",
        VersionState.SUPERSEDED: "已被新版代替",
        VersionState.WITHDRAWN: "已撤下",
        VersionState.DROPPED: "已放弃",
    },
    ReviewVerdict: {ReviewVerdict.PASSED: "通过", ReviewVerdict.RETURNED: "退回修改"},
    HoursFigure: {
        HoursFigure.MEMBER_YEAR: "党员每年学时",
        HoursFigure.LEADER_YEAR: "书记和班子成员每年学时",
        HoursFigure.FULL_DAY: "全天折算",
        HoursFigure.HALF_DAY: "半天折算",
        HoursFigure.CLOCK_HOUR: "每小时折算",
    },
    HoursUnit: {
        HoursUnit.FULL_DAY: "全天",
        HoursUnit.HALF_DAY: "半天",
        HoursUnit.CLOCK: "按时长",
    },
    DeclarationState: {
        DeclarationState.DECLARED: "待认定",
        DeclarationState.ACCEPTED: "已认定",
        DeclarationState.RETURNED: "已退回",
        DeclarationState.TAKEN_BACK: "本人已撤回",
    },
    Learner: {
        Learner.EVERYBODY: "全体党员",
        Learner.LEADER: "书记和班子成员",
        Learner.PROBATIONARY: "预备党员",
    },
    Slot: {Slot.COURSE: "一堂课", Slot.FILM: "一部片", Slot.CASE: "一个案例", Slot.READING: "一篇文章"},
    PlanState: {PlanState.DRAFT: "草稿", PlanState.PUBLISHED: "执行中", PlanState.ENDED: "已结束"},
    WishState: {
        WishState.ASKED: "待安排",
        WishState.OFFERED: "已安排",
        WishState.DECLINED: "暂不安排",
        WishState.TAKEN_BACK: "本人已撤回",
    },
    PushState: {PushState.SCHEDULED: "待推送", PushState.SENT: "已推送", PushState.WITHDRAWN: "已取消"},
    QuestionKind: {
        QuestionKind.SINGLE: "单选题",
        QuestionKind.MULTIPLE: "多选题",
        QuestionKind.TRUE_FALSE: "判断题",
        QuestionKind.FILL: "填空题",
    },
    QuestionLineKind: {
        QuestionLineKind.NEW: "新增",
        QuestionLineKind.CHANGED: "有改动",
        QuestionLineKind.SAME: "题库已有",
        QuestionLineKind.RETIRED: "已停用",
        QuestionLineKind.TWICE: "文件内重复",
        QuestionLineKind.FAULTY: "有错误",
    },
    QuizState: {
        QuizState.DRAFT: "草稿",
        QuizState.PUBLISHED: "已发布",
        QuizState.CLOSED: "已结束",
        QuizState.WITHDRAWN: "已撤下",
    },
}


def word(value: StrEnum) -> str:
    return WORDS[type(value)][value]

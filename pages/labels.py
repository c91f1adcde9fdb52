"""The Chinese names of values on member pages; the words are those of docs/glossary.md where it has them."""

from enum import StrEnum

from app.members.models import MemberKind
from app.notices.models import Topic

LABELS: dict[StrEnum, str] = {
    MemberKind.FULL: "正式党员",
    MemberKind.PROBATIONARY: "预备党员",
    MemberKind.TARGET: "发展对象",
    MemberKind.ACTIVIST: "入党积极分子",
    MemberKind.APPLICANT: "入党申请人",
    MemberKind.MASSES: "群众",
    Topic.ANNOUNCEMENTS: "通知公告",
    Topic.DIGEST: "每周汇总",
    Topic.MEETINGS: "会议提醒",
    Topic.DUES: "党费提醒",
    Topic.STUDY: "学习推送",
}


def label(value: StrEnum) -> str:
    return LABELS[value]

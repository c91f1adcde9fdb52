"""What a new meeting of each kind starts from: its name, its agenda, and who is expected. Pure data."""

from dataclasses import dataclass

from app.meetings.duties.models import Duty
from app.meetings.models import MeetingKind

K = MeetingKind


@dataclass(frozen=True)
class Template:
    """`title`: `{month}`, `{quarter}` and `{year}` stand for the day of the meeting.

    `everybody`: 应到 is the whole roster; otherwise its people are chosen one by one. `minutes`: how long it lasts.
    """

    title: str
    agenda: tuple[str, ...]
    who: str
    duty: Duty | None = None
    everybody: bool = True
    minutes: int = 90
    advice: str = ""

    @property
    def lines(self) -> str:
        return "\n".join(f"{number}. {one}" for number, one in enumerate(self.agenda, 1))


NO_SPEECHES = "批评和自我批评的发言不录入系统，记录里只写时间、主持人、人数和整改事项。"
WHOLE_BRANCH = "本组织全体党员，预备党员参加但没有表决权"
CHOSEN = "由您在下面勾选"

TEMPLATES = {
    K.MEMBER_MEETING: Template(
        title="{year}年第{quarter}季度支部党员大会",
        agenda=("清点到会人数", "支部工作报告", "讨论并表决有关事项", "宣布表决结果"),
        who=WHOLE_BRANCH,
        duty=Duty.MEMBER_MEETING,
        advice="有表决权的党员到会不足半数时，不能作出决议。",
    ),
    K.BRANCH_COMMITTEE: Template(
        title="{month}月支部委员会会议",
        agenda=("传达上级精神", "检查上月工作", "研究本月工作安排", "需要提交党员大会的事项"),
        who=f"支部委员，{CHOSEN}",
        duty=Duty.BRANCH_COMMITTEE,
        everybody=False,
        minutes=60,
        advice="支部委员到会不足半数时不能开会；重要事项要提交党员大会。",
    ),
    K.GROUP_MEETING: Template(
        title="{month}月党小组会",
        agenda=("学习", "党员汇报思想和工作", "落实支部安排的任务"),
        who="党小组的党员。没有单独设党小组组织的，由您在下面勾选",
        duty=Duty.GROUP_MEETING,
        everybody=False,
        minutes=60,
    ),
    K.PARTY_LECTURE: Template(
        title="{year}年第{quarter}季度党课",
        agenda=("主讲人讲课", "讨论交流"),
        who=WHOLE_BRANCH,
        duty=Duty.PARTY_LECTURE,
        advice="不是党员的同志来听课，会后作为列席加到名单里。",
    ),
    K.THEME_DAY: Template(
        title="{month}月主题党日",
        agenda=("学习", "组织生活或民主议事", "志愿服务", "交纳党费"),
        who=WHOLE_BRANCH,
        duty=Duty.THEME_DAY,
        minutes=120,
        advice="每月相对固定一天，用“计划”排好，以后每月点一下就能发布。",
    ),
    K.ORGANIZATIONAL_LIFE: Template(
        title="{year}年度组织生活会",
        agenda=(
            "通报上次整改情况和会前准备情况",
            "支部班子对照检查",
            "党员开展批评和自我批评",
            "明确整改事项",
        ),
        who=WHOLE_BRANCH,
        duty=Duty.ORGANIZATIONAL_LIFE,
        minutes=150,
        advice=NO_SPEECHES,
    ),
    K.APPRAISAL: Template(
        title="{year}年度民主评议党员",
        agenda=("个人自评", "党员互评", "民主测评", "组织评定"),
        who="本组织全体党员，预备党员参加但不评等次",
        duty=Duty.APPRAISAL,
        minutes=150,
        advice="测评用纸质票，系统只记各等次的票数，不记谁投给谁。",
    ),
    K.DEMOCRATIC_LIFE: Template(
        title="{year}年度民主生活会",
        agenda=("通报上次整改情况", "班子对照检查", "个人对照检查和相互批评", "上级点评"),
        who=f"班子成员，{CHOSEN}",
        everybody=False,
        minutes=180,
        advice=NO_SPEECHES,
    ),
    K.CENTRAL_GROUP: Template(
        title="理论学习中心组{month}月学习",
        agenda=("领学", "重点发言", "讨论", "主持人小结"),
        who=f"中心组成员，{CHOSEN}",
        everybody=False,
        minutes=120,
    ),
    K.ELECTION: Template(
        title="{year}年换届选举大会",
        agenda=(
            "清点到会有选举权的人数",
            "通过选举办法",
            "通过监票人",
            "介绍候选人",
            "投票和计票",
            "宣布结果",
        ),
        who="本组织全体党员；预备党员和受留党察看处分的党员没有选举权",
        duty=Duty.RENEWAL,
        minutes=120,
        advice="有选举权的到会人数不到应到的五分之四，不能选举。",
    ),
    K.COMMITTEE_MEETING: Template(
        title="{month}月党委会",
        agenda=("传达学习", "研究议题", "表决"),
        who=f"党委委员，{CHOSEN}",
        everybody=False,
        advice="前置研究讨论的事项只记题目、类别、结果和文号，讨论内容不录入系统。",
    ),
    K.SEMINAR: Template(
        title="座谈会",
        agenda=("介绍情况", "发言交流", "小结"),
        who=f"参加座谈的党员，{CHOSEN}",
        everybody=False,
    ),
    K.TRAINING: Template(title="党员培训", agenda=("培训", "交流"), who=WHOLE_BRANCH, minutes=180),
    K.OTHER: Template(title="", agenda=(), who=WHOLE_BRANCH),
}


def template(kind: MeetingKind) -> Template:
    return TEMPLATES[kind]

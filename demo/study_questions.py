"""The demo's questions: plain ones on the Party's constitution and on safety, with the word why."""

from typing import Final

from app.study.quizzes.models import QuestionKind as K
from app.study.quizzes.rules import QuestionContent

RULES, SAFETY = "党章党规", "安全生产"
SETS_TITLE: Final = "党章党规测一测"
CONTEST_TITLE: Final = "迎峰度冬安全知识竞赛"


def _single(subject: str, words: str, choices: tuple[str, ...], right: int, why: str) -> QuestionContent:
    return QuestionContent(K.SINGLE, words, choices, (right,), explanation=why, subject=subject)


def _true(subject: str, words: str, why: str, *, right: bool) -> QuestionContent:
    return QuestionContent(K.TRUE_FALSE, words, (), (0 if right else 1,), explanation=why, subject=subject)


QUESTIONS: Final = (
    _single(
        RULES,
        "支部党员大会一般多久召开一次？",
        ("每月一次", "每季度一次", "每半年一次", "每年一次"),
        1,
        "支部工作条例规定，党员大会一般每季度召开一次。",
    ),
    _single(
        RULES,
        "预备党员的预备期有多长？",
        ("半年", "一年", "两年"),
        1,
        "党章规定，预备党员的预备期为一年。",
    ),
    _single(
        RULES,
        "党员没有正当理由，连续多久不参加党的组织生活，或不交纳党费，或不做党所分配的工作，就被认为是自行脱党？",
        ("三个月", "六个月", "一年"),
        1,
        "党章第九条规定为六个月。",
    ),
    QuestionContent(
        K.MULTIPLE,
        "预备党员没有下列哪些权利？",
        ("表决权", "选举权", "参加党的会议的权利", "被选举权"),
        (0, 1, 3),
        explanation="党章规定，预备党员的权利，除了没有表决权、选举权和被选举权以外，也同正式党员一样。",
        subject=RULES,
    ),
    _true(
        RULES, "党员有权在党的会议上批评党的任何组织和任何党员。", "批评要有根据。见党章第四条。", right=True
    ),
    _true(RULES, "支部委员会一般每月召开一次。", "见支部工作条例。", right=True),
    QuestionContent(
        K.FILL,
        "党的组织原则是民主____制。",
        blanks=(("集中",),),
        explanation="党是根据自己的纲领和章程，按照民主集中制组织起来的统一整体。",
        subject=RULES,
    ),
    _single(
        SAFETY,
        "现场发现险情，第一步做什么？",
        ("先拍照再报告", "让身边的人离开危险处，再报告", "自己动手处理"),
        1,
        "人先离开，再报告，由当班的人统一处理。",
    ),
    _single(
        SAFETY,
        "工作票上的设备编号和现场不一致，应当怎样做？",
        ("按现场的做", "停下来，核对清楚再做", "请示值长以后按票面的做"),
        1,
        "编号对不上，先停下来核对。",
    ),
    _true(SAFETY, "监护人觉得不对，可以不说理由先叫停。", "叫停的人不担责任，说清楚了再开工。", right=True),
    _true(SAFETY, "风大的时候，室外高处作业可以赶一赶再停。", "先停下来，等风小了再做。", right=False),
    QuestionContent(
        K.MULTIPLE,
        "班前会要讲清哪些事？",
        ("今天最危险的几处在哪里", "每一处由谁盯着", "出了情况先停什么"),
        (0, 1, 2),
        explanation="三样都讲清，才开工。",
        subject=SAFETY,
    ),
)

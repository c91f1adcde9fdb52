"""Every sentence of the chat: rendered with what its callers give, short, and in Chinese alone."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from jinja2 import UndefinedError

from app.core.clock import from_local
from app.dues.telling import GivenBack
from app.meetings.check_in import CheckInResult
from app.meetings.duties.models import Duty
from app.meetings.leave import LeaveResult
from app.meetings.models import LeaveKind
from app.meetings.own_states import OwnState
from app.meetings.plans.models import Frequency
from app.meetings.rules import CheckInOutcome
from app.meetings.states import LeaveState
from app.meetings.telling import Change
from app.meetings.words import word
from app.texts import FOLDER, Texts
from handlers.information import Listed
from handlers.leave import Choice
from handlers.my_meetings import Line
from handlers.study import Line as Study
from tests.factories import NOW

LONGEST_SENTENCE = 600
TEXTS = Texts()
# What people themselves send as an example, and what names a thing in our own forms.
NOT_ENGLISH = re.compile(r'K7MQ-?3PXW|HD-\d+|<a href="https://[a-z./0-9]+">|</a>')


@dataclass(frozen=True)
class Person:
    bound: bool
    name: str = "张三"
    organization_name: str = "第一党支部"


MEMBER, STRANGER = Person(bound=True), Person(bound=False, name="", organization_name="")


ON_PAGES_ALONE = {CheckInOutcome.EXPIRED, CheckInOutcome.LATE, CheckInOutcome.FOREIGN}
"""WeChat's own code neither changes nor belongs to one person: links and cards are opened on pages."""


def result(outcome: CheckInOutcome, position: int = 12) -> CheckInResult:
    return CheckInResult(outcome, 1, "第一季度支部党员大会", NOW, position, 36, NOW)


LISTED = [
    Listed(
        "关于学习的通知", NOW, "announcement", "https://party.example/m/notices/7", open=True, withdrawn=False
    ),
    Listed("", NOW, "announcement", "", open=False, withdrawn=True),
    Listed("", NOW, "feedback_answered", "", open=False, withdrawn=False),
]


def coming(title: str, starts_at: datetime, place: str = "") -> SimpleNamespace:
    return SimpleNamespace(title=title, starts_at=starts_at, place=place)


def my_meeting(state: OwnState) -> Line:
    return Line(
        "第一季度支部党员大会", NOW, "三楼会议室", state, word(state), "https://party.example/m/meetings/7"
    )


def counted(*outcomes: CheckInOutcome) -> list[CheckInResult]:
    return [result(outcome) for outcome in outcomes]


AT_MEETING = {
    "title": "联合主题党日",
    "organization": "第一党支部",
    "time": "2026年03月04日 09:00",
    "place": "三楼会议室",
}
CHOICES = [
    Choice(7, "第一季度支部党员大会", NOW, LeaveState.ASKED),
    Choice(8, "联合主题党日", NOW, LeaveState.GRANTED),
]
COMING_STATES = (OwnState.EXPECTED, OwnState.ON_LEAVE, OwnState.SITS_IN)
PAST_STATES = (OwnState.SIGNED_IN, OwnState.MADE_UP, OwnState.NOT_SIGNED_IN)
STUDIES = [
    Study("党支部工作条例要点", "https://dj.example.com/m/study/items/7", "一堂课"),
    Study("班前会上讲什么", ""),
]
LINKS = ["", "https://dj.example.com/m/notices/7"]
BOTH = [{"person": MEMBER}, {"person": STRANGER}]
PLAIN = [
    "bind_ask_name",
    "bind_first",
    "cancel_nothing",
    "cancelled",
    "check_in_ask_code",
    "check_in_say_coming",
    "check_in_say_sit_in",
    "dues_not_member",
    "dues_not_open",
    "hand_code_unknown",
    "not_text",
    "refused_already_signed_in",
    "refused_code_expired",
    "refused_feedback_empty",
    "refused_leave_too_late",
    "leave_ask_kind",
    "leave_ask_reason",
    "leave_kind_again",
    "leave_none",
    "leave_nothing",
    "refused_meeting_cancelled",
    "refused_meeting_merged",
    "refused_meeting_over",
    "refused_no_leave",
    "refused_not_expected",
    "refused_record_closed",
    "refused_refused",
    "refused_study_not_here",
    "study_nothing",
    "unbind_kept",
    "unbind_nothing",
    "unbound",
]
VALUES: dict[str, list[dict[str, Any]]] = {
    **{name: [{}] for name in PLAIN},
    **{
        f"check_in_{outcome.value}": [
            {"result": result(outcome), "now": NOW},
            {"result": result(outcome, position=0), "now": NOW},
        ]
        for outcome in CheckInOutcome
        if outcome not in ON_PAGES_ALONE
    },
    "bind_already": [{"name": "张三", "organization": "第一党支部"}],
    "bind_ask_code": [{"name": "张三"}],
    "bound": [
        {"name": "张三", "organization": "第一党支部", "counted": counted(*outcomes)}
        for outcomes in ((), tuple(CheckInOutcome))
    ],
    "dues": [
        {
            "month": "2026年3月",
            "amount": "76.50",
            "state": state,
            "assessed": assessed,
            "behind": behind,
            "owed": owed,
            "link": link,
        }
        for state, assessed in (("待缴", True), ("已缴", True), ("免缴", True), ("", True), ("", False))
        for behind, owed in ((0, ""), (0, "76.50"), (2, "229.50"))
        for link in LINKS
    ],
    "dues_why": [
        {"amount": amount, "since": "2026年1月", "category": "按月领工资", "cause": "年度核定", "link": link}
        for amount in ("", "76.50")
        for link in LINKS
    ],
    "failed": [{"number": 12}],
    "feedback_ask": BOTH,
    "feedback_received": [{"number": "K7MQ3PXW", "due": NOW, **who} for who in BOTH],
    "help": BOTH,
    "me": BOTH,
    "notice_announcement": [
        {"title": "关于召开党员大会的通知", "organization": "第一党支部", "link": link} for link in LINKS
    ],
    "leave_ask_which": [{"meetings": CHOICES}],
    "leave_ask_which_back": [{"meetings": CHOICES}],
    "leave_asked": [
        {"result": LeaveResult(1, 7, "主题党日", NOW, state, changed=True), "kind": kind}
        for state in (LeaveState.ASKED, LeaveState.GRANTED)
        for kind in LeaveKind
    ],
    "leave_on_all": [{"meetings": CHOICES}],
    "leave_reason_too_long": [{"length": 201, "limit": 200}],
    "leave_which_again": [{"count": 3}],
    "leave_withdrawn": [{"result": LeaveResult(1, 7, "主题党日", NOW, LeaveState.WITHDRAWN, changed=True)}],
    "my_meetings": [
        {"coming": lines, "past": past, "more": more}
        for lines in ([], [my_meeting(state) for state in COMING_STATES])
        for past in ([], [my_meeting(state) for state in PAST_STATES])
        for more in ("", "https://party.example/m/meetings")
    ],
    "notice_digest": [{"count": "2", "titles": "· 学习通知\n· 缴费提醒", "link": link} for link in LINKS],
    "notice_reminder": [
        {"title": "安全提示", "organization": "第一党支部", "until": until, "link": link}
        for link in LINKS
        for until in ("", "2026年03月05日 18:00")
    ],
    "notice_feedback_answered": [{"number": "K7MQ3PXW", "text": "已安排热菜"}],
    "notice_meeting": [
        {**AT_MEETING, "change": change, "of": "第一季度支部党员大会", "place": place, "link": link}
        for change in Change
        for place in ("", "三楼会议室")
        for link in LINKS
    ],
    "notice_meeting_reminder": [{**AT_MEETING, "link": link} for link in LINKS],
    "notice_leave_answered": [
        {**AT_MEETING, "state": state, "answer": answer, "link": link}
        for state, answer in (("granted", ""), ("refused", "这次要表决，请务必到会"))
        for link in LINKS
    ],
    "notice_duty_reminder": [
        {
            "duty": duty,
            "title": word(duty),
            "organization": "第一党支部",
            "frequency": frequency,
            "until": "2026年3月31日",
            "link": "",
        }
        for duty in (Duty.MEMBER_MEETING, Duty.RENEWAL)
        for frequency in Frequency
    ],
    "notice_dues_arrears": [
        {"organization": "第一党支部", "months": "2", "count": "1", "month": "2026年3月"}
    ],
    "notice_dues_due": [{"month": "2026年3月", "link": link} for link in LINKS],
    "notice_dues_paid": [
        {
            "what": "2026年3月党费",
            "amount": "76.50",
            "number": "2026-000123",
            "way": "微信支付",
            "time": "2026年03月04日 09:00",
            "link": link,
        }
        for link in LINKS
    ],
    "notice_dues_refunded": [
        {"amount": "76.50", "state": state, "link": link} for state in GivenBack for link in LINKS
    ],
    "notice_dues_review_answered": [{"link": link} for link in LINKS],
    "notice_late_reply": [{"text": "处理好了"}],
    "notice_study_column": [{"title": "党章学习", "organization": "第一党支部", "days": "45"}],
    "notice_study_item": [
        {"title": "党支部工作条例要点", "organization": "集团党委", "link": link} for link in LINKS
    ],
    "notices": [
        {"listed": [], "more": "", "coming": []},
        {
            "listed": [],
            "more": "",
            "coming": [
                coming("支部党员大会", NOW, "三楼会议室"),
                coming("主题党日", NOW + timedelta(days=7)),
            ],
        },
        {"listed": LISTED, "more": "https://party.example/m/notices", "coming": [coming("主题党日", NOW)]},
    ],
    "refused_already_bound": [{"which": "chat"}, {"which": "member"}],
    "refused_binding_locked": [{"until": NOW}],
    "refused_feedback_too_long": [{"length": 2001, "limit": 2000}],
    "refused_wrong_name_or_code": [{"left": 3}, {"left": 0}],
    "study_found": [
        {"found": [line], "whole": whole, "more": line.link and "https://dj.example.com/m/study"}
        for line in STUDIES
        for whole in (True, False)
    ],
    "study_today": [
        {"offered": [], "more": ""},
        {"offered": STUDIES, "more": "https://dj.example.com/m/study"},
    ],
    "unbind_confirm": [{"name": "张三"}],
    "unknown": BOTH,
    "welcome": [{"organization": "华原集团党委", **who} for who in BOTH],
}
CASES = [pytest.param(name, values, id=name) for name, all_values in VALUES.items() for values in all_values]


def test_every_sentence_of_the_folder_has_its_values_here() -> None:
    assert sorted(TEXTS.names()) == sorted(VALUES)


@pytest.mark.parametrize(("name", "values"), CASES)
def test_sentence_is_short_chinese_and_whole(name: str, values: dict[str, Any]) -> None:
    text = TEXTS.render(name, **values)

    assert 0 < len(text) <= LONGEST_SENTENCE
    assert re.findall("[A-Za-z]{2,}", NOT_ENGLISH.sub("", text)) == []
    assert "None" not in text
    assert "{" not in text
    assert "\n\n\n" not in text
    assert all(line == line.rstrip() for line in text.splitlines())


@pytest.mark.parametrize("name", sorted(VALUES.keys() - set(PLAIN) - {"check_in_unknown"}))
def test_missing_value_is_an_error_and_no_gap(name: str) -> None:
    with pytest.raises(UndefinedError):
        TEXTS.render(name)


def test_bound_tells_of_each_kept_scan() -> None:
    outcomes = (CheckInOutcome.CHECKED_IN, CheckInOutcome.NOT_EXPECTED, CheckInOutcome.CANCELLED)
    text = TEXTS.render("bound", name="张三", organization="一支部", counted=counted(*outcomes))

    assert text.splitlines() == [
        "绑定成功：张三（一支部）。",
        "您之前扫码的“第一季度支部党员大会”已计入签到（第 12/36）。",
        "您之前扫码的“第一季度支部党员大会”应到名单里没有您。如果应当参加，请告诉会议记录人。",
        "您之前扫码的“第一季度支部党员大会”没有计入，请联系会议记录人。",
        "现在可以扫码签到了。回复“帮助”看全部功能。",
    ]


def test_moments_are_said_in_china_s_time() -> None:
    late = from_local((NOW + timedelta(days=7)).date(), 23, 5)
    text = TEXTS.render("notices", listed=[], more="", coming=[coming("主题党日", late)])

    assert text == "近期会议：\n· 3月9日 23:05 主题党日"


def test_what_people_wrote_is_neither_escaped_nor_read_as_a_template() -> None:
    awkward = "<b>]]>{{ 7 * 7 }}{% raw %}&amp;"

    assert TEXTS.render("notice_late_reply", text=awkward) == awkward


def test_sentences_live_in_plain_text_files_without_tabs_or_byte_marks() -> None:
    for path in FOLDER.glob("*.txt"):
        raw = path.read_bytes()
        assert not raw.startswith(b"\xef\xbb\xbf")
        assert b"\t" not in raw
        assert b"\r" not in raw

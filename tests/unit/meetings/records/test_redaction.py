"""The text for the notice board names nobody."""

from dataclasses import replace

import pytest

from app.meetings.models import MeetingKind
from app.meetings.records.content import Action, Content, Item
from app.meetings.records.redaction import Redacted, public_text, redact
from tests.unit.meetings.records.minutes import FACTS, MINUTES, of

NAMES = ("张三", "欧阳晓峰", "李四", "阿不都·热西提")


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("张三汇报", "某同志汇报"),
        ("张三同志汇报", "某同志汇报"),
        ("张　三、李 四同志发言", "某同志、某同志发言"),
        ("欧阳晓峰领学", "某同志领学"),
        ("阿不都热西提和阿不都•热西提", "某同志和某同志"),
        ("会上，张书记讲话，李主任补充", "会上，某书记讲话，某主任补充"),
        ("老张带小李", "某同志带某同志"),
        ("邀请王建国同志授课", "邀请某同志授课"),
        ("全体党员同志参加", "全体党员同志参加"),
        ("建设小康社会", "建设小康社会"),
        ("担任书记、由书记总结", "担任书记、由书记总结"),
        ("张总讲话，大家开始工作总结", "某总讲话，大家开始工作总结"),
    ],
)
def test_names_become_a_comrade(typed: str, told: str) -> None:
    assert redact(typed, NAMES).text == told


def test_surname_before_a_title_is_left_where_it_is_a_verb() -> None:
    assert redact("任明担任组长，现任书记任明", ["任明"]).text == "某同志担任组长，现任书记某同志"


def test_longer_name_is_hidden_whole_before_the_shorter_one_in_it() -> None:
    assert redact("王小明和王小", ["王小", "王小明"]).text == "某同志和某同志"


def test_one_sign_is_nobody_s_name() -> None:
    assert redact("高", ["高", ""]).text == "高"


@pytest.mark.parametrize(
    "number",
    [
        "13800138000",
        "138 0013 8000",
        "138-0013-8000",
        "+86 13800138000",
        "１３８００１３８０００",
        "0512-65551234",
        "051265551234",
        "11010519491231002X",
        "110105194912310021",
        "110105491231002",
        "6222 0212 3456 7890 123",
        "zhang.san@huayuan.example.cn",
    ],
)
def test_numbers_of_people_are_hidden(number: str) -> None:
    assert redact(f"联系{number}。", ()) == Redacted("联系（已隐去）。", 0, 1)


@pytest.mark.parametrize(
    "plain", ["2026年3月2日", "应到37人", "华原党发〔2026〕12号", "总投资12345678元", "3.14159265"]
)
def test_other_numbers_stay(plain: str) -> None:
    assert redact(plain, NAMES) == Redacted(plain, 0, 0)


def test_what_was_hidden_is_counted() -> None:
    assert redact("张三、李四 13800138000", NAMES) == Redacted("某同志、某同志 （已隐去）", 2, 1)


def test_signs_of_patterns_in_names_are_only_signs() -> None:
    assert redact("a+b (x) [y", ["(x)", "[y", "a+b", "\\"]).text == "某同志 某同志 某同志"


def test_public_text_has_topics_decisions_and_tasks_alone() -> None:
    told = public_text(MINUTES, FACTS, ["张三", "李四"])

    assert told.text.splitlines() == [
        "2026年3月2日09:00，第一党支部在三楼会议室召开支部党员大会（第一季度支部党员大会），应到党员5人，实到3人。",
        "1. 学习讲话精神",
        "会议决定：每月学习一次",
        "2. 发展党员",
        "会议决定：同意",
        "会后落实：",
        "1. 整理学习笔记（3月20日前完成）",
    ]


def test_public_text_hides_whoever_the_record_itself_names() -> None:
    named = Content(
        (Item("通报", decision="赵书主持，钱记记录，孙七请假，周八缺席，吴九列席，刘芳负责"),),
        (Action("落实", "刘芳、各党小组"),),
    )

    told = public_text(named, FACTS, ())

    assert told.text.splitlines()[2] == (
        "会议决定：某同志主持，某同志记录，某同志请假，某同志缺席，某同志列席，某同志负责"
    )
    assert told.names == 6


@pytest.mark.parametrize("kind", [MeetingKind.ORGANIZATIONAL_LIFE, MeetingKind.APPRAISAL])
def test_public_text_of_criticism_is_that_it_was_held(kind: MeetingKind) -> None:
    told = public_text(replace(MINUTES, items=()), of(kind), ())

    assert len(told.text.splitlines()) == 1
    assert "整理" not in told.text

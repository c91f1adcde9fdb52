"""What a record may say, by kind of meeting; what is kept comes back as it was written."""

from dataclasses import replace
from datetime import date

import pytest

from app.core.errors import DomainError
from app.meetings.models import MeetingKind
from app.meetings.records import content
from app.meetings.records.content import (
    Action,
    Content,
    Item,
    RecordMarked,
    RecordSpeeches,
    RecordTooLong,
    Shape,
    check,
    from_json,
    readable,
    tidy,
    to_json,
)
from tests.unit.meetings.records.minutes import FACTS, MINUTES

K = MeetingKind
RECTIFYING = {K.ORGANIZATIONAL_LIFE, K.DEMOCRATIC_LIFE, K.APPRAISAL}


def test_what_is_kept_comes_back_as_it_was_written() -> None:
    whole = replace(MINUTES, attachments="签到表原件", facts=FACTS)

    assert from_json(to_json(whole)) == whole


def test_shapes_of_all_kinds() -> None:
    shapes = {kind: content.shape_of(kind) for kind in K}

    assert {kind for kind, shape in shapes.items() if shape is Shape.RECTIFICATION} == RECTIFYING
    assert {kind for kind, shape in shapes.items() if shape is Shape.RESULTS} == {K.COMMITTEE_MEETING}


@pytest.mark.parametrize("kind", sorted(RECTIFYING))
@pytest.mark.parametrize(
    "item", [Item("批评与自我批评"), Item(report="x"), Item(discussion="x"), Item(decision="x")]
)
def test_speeches_of_criticism_are_not_kept(kind: MeetingKind, item: Item) -> None:
    with pytest.raises(RecordSpeeches):
        check(Content(items=(item,)), kind)


@pytest.mark.parametrize("kind", sorted(RECTIFYING))
def test_what_is_to_be_put_right_is_kept(kind: MeetingKind) -> None:
    check(Content(actions=(Action("改进调研", "支委会", date(2026, 6, 30)),)), kind)


@pytest.mark.parametrize("item", [Item("投资计划", report="经过"), Item("投资计划", discussion="意见")])
def test_deliberation_of_a_committee_is_not_kept(item: Item) -> None:
    with pytest.raises(RecordSpeeches):
        check(Content(items=(item,)), K.COMMITTEE_MEETING)


def test_title_and_result_of_a_committee_are_kept() -> None:
    check(Content(items=(Item("投资计划", decision="原则同意（华原党发〔2026〕8号）"),)), K.COMMITTEE_MEETING)


@pytest.mark.parametrize(
    ("most", "over"),
    [
        (Content((Item("题" * 200),)), Content((Item("题" * 201),))),
        (Content((Item(report="文" * 10_000),)), Content((Item(report="文" * 10_001),))),
        (Content((Item(discussion="文" * 10_000),)), Content((Item(discussion="文" * 10_001),))),
        (Content((Item(decision="文" * 10_000),)), Content((Item(decision="文" * 10_001),))),
        (Content((Item("题"),) * 100), Content((Item("题"),) * 101)),
        (Content(actions=(Action("事"),) * 100), Content(actions=(Action("事"),) * 101)),
        (Content(actions=(Action("事" * 500),)), Content(actions=(Action("事" * 501),))),
        (Content(actions=(Action("事", "人" * 100),)), Content(actions=(Action("事", "人" * 101),))),
        (Content((Item(report="文" * 10_000),) * 20), Content((Item("题", "文" * 10_000),) * 20)),
        (Content(attachments="附" * 10_000), Content(attachments="附" * 10_001)),
    ],
)
def test_limits(most: Content, over: Content) -> None:
    check(most, K.MEMBER_MEETING)

    with pytest.raises(RecordTooLong):
        check(over, K.MEMBER_MEETING)


@pytest.mark.parametrize(
    "marked",
    [
        Content((Item("学习", "传达【机 密】文件"),)),
        Content(actions=(Action("阅后销毁"),)),
        Content(attachments="内部资料"),
    ],
)
def test_marks_of_secrecy_are_refused_and_named(marked: Content) -> None:
    with pytest.raises(DomainError) as refusal:
        check(marked, K.MEMBER_MEETING)

    assert isinstance(refusal.value, RecordMarked)
    assert refusal.value.details["marks"]


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("一\r\n二\r三", "一\n二\n三"),
        ("\ta\x00\x0b\x1fb\ud800", "a" + "b"),
        ("左\u202e右\u2066", "左右"),
        ("\ufffe\uffff\U0001fffe", ""),
        ("👨‍👩‍👧 𠮷 ", "👨‍👩‍👧 𠮷"),
        ("{{ 7*7 }}{% raw %}<script>&amp;", "{{ 7*7 }}{% raw %}<script>&amp;"),
    ],
)
def test_readable_keeps_signs_and_line_ends_alone(typed: str, kept: str) -> None:
    assert readable(typed) == kept


def test_tidy_drops_rows_that_say_nothing() -> None:
    typed = Content(
        (Item(), Item(" 学习 "), Item("\x00", " ")), (Action(), Action("做", by_when=None)), " 附件 "
    )

    assert tidy(typed) == Content((Item("学习"),), (Action("做"),), "附件")


def test_tidy_keeps_a_row_with_a_date_alone() -> None:
    dated = Content(actions=(Action(by_when=date(2026, 3, 1)),))

    assert tidy(dated) == dated

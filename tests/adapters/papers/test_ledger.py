"""台账: a year in one zip, complete from what is kept, that opens without repair."""

import io
import zipfile
from datetime import date, timedelta

import pytest
from sqlalchemy import event

from app.core.db import Session, Sessions
from app.meetings.models import Meeting, MeetingKind
from app.meetings.records import own_forms, service
from app.meetings.records.content import Content, Item
from app.meetings.records.models import PaperKind
from app.meetings.records.quarter import lines
from app.organizations.models import Organization, OrganizationKind
from app.papers import ledger
from app.papers.ledger import Ledger
from app.papers.lists import state
from tests import factories
from tests.adapters.papers import year
from tests.adapters.papers.reading import cells, grid, pdf_text, word_text
from tests.adapters.papers.test_forms import made
from tests.adapters.papers.test_sheets import counted
from tests.factories import NOW

K = MeetingKind
FIRST, LAST = date(2026, 1, 1), date(2026, 12, 31)


def packed(session: Session, branch: Organization) -> dict[str, bytes]:
    return unpacked(ledger.gather(session, branch, year=2026, now=NOW))


def unpacked(of: Ledger) -> dict[str, bytes]:
    out = io.BytesIO(b"".join(ledger.stream(of, now=NOW)))
    with zipfile.ZipFile(out) as found:
        assert found.testzip() is None
        return {name: found.read(name) for name in found.namelist()}


@pytest.fixture
def branch(session: Session) -> Organization:
    return factories.organization(session)


def two_meetings(session: Session, branch: Organization) -> list[Meeting]:
    people = year.people(session, branch, "甲一", "乙二")
    first = year.meeting(session, branch, people, date(2026, 1, 15))
    second = year.meeting(
        session, branch, people, date(2026, 3, 2), kind=K.MEMBER_MEETING, title="第一季度/支部党员大会"
    )
    return [first, second]


def test_year_holds_each_meeting_and_the_lists(session: Session, branch: Organization) -> None:
    first, second = two_meetings(session, branch)
    counted(session, second.id)
    year.close(session, first)
    year.close(session, second)

    content = packed(session, branch)

    one, two = "01 2026-01-15 主题党日 主题党日", "02 2026-03-02 支部党员大会 第一季度_支部党员大会"
    assert list(content) == [
        "目录.xlsx",
        f"{one}/会议记录.pdf",
        f"{one}/会议记录.docx",
        f"{one}/签到表.xlsx",
        f"{two}/会议记录.pdf",
        f"{two}/会议记录.docx",
        f"{two}/签到表.xlsx",
        f"{two}/表决结果.pdf",
        *(f"季度一览表/第{n}季度一览表.{ending}" for n in range(1, 5) for ending in ("xlsx", "pdf")),
        "职责日历.xlsx",
        "职责日历.pdf",
        "自查表.xlsx",
        "自查表.pdf",
    ]
    assert "学习讲话精神" in pdf_text(content[f"{two}/会议记录.pdf"])
    assert "学习讲话精神" in word_text(content[f"{two}/会议记录.docx"])
    assert {"甲一", "乙二"} <= cells(content[f"{two}/签到表.xlsx"])
    assert "李明" in pdf_text(content[f"{two}/表决结果.pdf"])


def test_index_lists_every_meeting_with_number_counts_and_state(
    session: Session, branch: Organization
) -> None:
    first, second = two_meetings(session, branch)
    second.late_reason = "当天停电"
    year.close(session, second)
    people = year.people(session, branch, "丙三", "丁四")
    off = year.meeting(session, branch, people, date(2026, 5, 1), title="取消的会")
    off.cancelled_at, off.cancel_reason = NOW, "防汛"
    session.flush()

    content = packed(session, branch)

    rows = [row for row in grid(content["目录.xlsx"]) if isinstance(row[0], float)]
    assert [[row[0], *row[1:4], *row[7:11], row[12]] for row in rows] == [
        [1.0, "", "主题党日", "主题党日", 2.0, 1.0, 1.0, "未写", ""],
        [2.0, "1号", "支部党员大会", "第一季度/支部党员大会", 2.0, 1.0, 1.0, "已定稿", "补录：当天停电"],
        [3.0, "", "主题党日", "取消的会", 2.0, 1.0, 1.0, "已取消", "取消原因：防汛"],
    ]
    assert rows[1][11] == "02 2026-03-02 支部党员大会 第一季度_支部党员大会"
    assert [name for name in content if "取消的会" in name] == []
    assert [name for name in content if name.startswith("01 ")] == [
        "01 2026-01-15 主题党日 主题党日/签到表.xlsx"
    ]
    assert any("没有定稿的记录不在台账中" in cell for cell in cells(content["目录.xlsx"]))
    assert first.record_number is None


def test_duties_of_the_year_say_what_is_done_and_what_is_missing(
    session: Session, branch: Organization
) -> None:
    for one in two_meetings(session, branch):
        year.close(session, one)

    content = packed(session, branch)

    rows = {str(row[0]): row for row in grid(content["自查表.xlsx"])}
    assert (rows["支部党员大会"][2:5], rows["支部党员大会"][7]) == (
        [4.0, 1.0, "第一季度：2026年3月2日"],
        "党支部书记",
    )
    assert "2月逾期未开展" in str(rows["主题党日"][5])
    assert "支部党员大会" in pdf_text(content["职责日历.pdf"])


def test_other_years_and_other_branches_stay_out(session: Session, branch: Organization) -> None:
    other = factories.organization(session, name="第二党支部")
    people = year.people(session, other, "戊五", "己六")
    year.meeting(session, other, people, date(2026, 2, 2))
    year.meeting(session, branch, people, date(2025, 12, 31), title="去年的会")
    year.meeting(session, branch, people, date(2027, 1, 1), title="明年的会")

    assert lines(session, branch, first=FIRST, last=LAST) == []
    assert [name for name in packed(session, branch) if name.endswith("签到表.xlsx")] == []


def test_groups_joint_and_merged_meetings_belong_to_the_branch(
    session: Session, branch: Organization
) -> None:
    group = factories.organization(session, name="第一小组", parent=branch, kind=OrganizationKind.GROUP)
    other = factories.organization(session, name="第二党支部")
    own, theirs = year.people(session, branch, "甲一", "乙二"), year.people(session, other, "庚七", "辛八")
    year.meeting(session, group, own, date(2026, 1, 5), kind=K.GROUP_MEETING, title="小组会")
    joint = year.meeting(session, other, (*theirs, *own), date(2026, 2, 5), title="联合会")
    year.partner(session, joint, branch)
    merged = year.meeting(session, branch, own, date(2026, 3, 5), title="并走的会")
    into = year.meeting(session, other, theirs, date(2026, 3, 6), title="并入的会")
    merged.merged_into_id = into.id
    session.flush()

    found = lines(session, branch, first=FIRST, last=LAST)
    content = packed(session, branch)

    assert [(one.title, one.host, one.own) for one in found] == [
        ("小组会", "第一小组", True),
        ("联合会", "第二党支部", False),
        ("并入的会", "第二党支部", False),
    ]
    (joint_sheet,) = [name for name in content if "联合会" in name]
    assert {"甲一", "乙二"} <= cells(content[joint_sheet])
    assert not {"庚七", "辛八"} & cells(content[joint_sheet])


def test_own_form_of_the_organisation_above_is_used(session: Session) -> None:
    committee = factories.organization(session, name="公司党委", kind=OrganizationKind.COMMITTEE)
    branch = factories.organization(session, parent=committee)
    own_forms.keep(
        session,
        organization=committee,
        kind=PaperKind.RECORD,
        filename="记录.docx",
        content=made("公司自己的格式 {{ 会议名称 }}"),
        by="王丽",
        now=NOW,
    )
    for one in two_meetings(session, branch):
        year.close(session, one)

    content = packed(session, branch)

    texts = [word_text(value) for name, value in content.items() if name.endswith(".docx")]
    assert texts == ["公司自己的格式 主题党日", "公司自己的格式 第一季度/支部党员大会"]


def test_form_that_fails_does_not_stop_the_year(session: Session, branch: Organization) -> None:
    for one in two_meetings(session, branch):
        year.close(session, one)
    own_forms.keep(
        session,
        organization=branch,
        kind=PaperKind.RECORD,
        filename="坏.docx",
        content=made("{{ 没有的词 }}"),
        by="王丽",
        now=NOW,
    )

    texts = [word_text(value) for name, value in packed(session, branch).items() if name.endswith(".docx")]

    assert ["会 议 记 录" in text for text in texts] == [True, True]


def test_empty_year_is_a_ledger_too(session: Session, branch: Organization) -> None:
    content = packed(session, branch)

    assert "没有会议。" in pdf_text(content["季度一览表/第1季度一览表.pdf"])
    assert next(iter(content)) == "目录.xlsx"


def test_names_in_the_zip_are_short_and_in_one_order(session: Session, branch: Organization) -> None:
    people = year.people(session, branch, "甲一", "乙二")
    for _ in range(2):
        held = year.meeting(session, branch, people, date(2026, 1, 15), title="长" * 100)
        year.close(session, held)

    first, second = packed(session, branch), packed(session, branch)

    assert list(first) == list(second)
    parts = [part for name in first for part in name.split("/")]
    assert max(map(len, parts)) <= 80
    assert len({name.partition("/")[0] for name in first if name.startswith(("01", "02"))}) == 2


def test_lines_ask_the_database_as_often_for_many_as_for_one(sessions: Sessions) -> None:
    def asked(session: Session, branch: Organization) -> int:
        statements: list[str] = []
        listen = lambda *told: statements.append(told[2])  # noqa: E731
        event.listen(sessions.engine, "before_cursor_execute", listen)
        lines(session, branch, first=FIRST, last=LAST)
        event.remove(sessions.engine, "before_cursor_execute", listen)
        return len(statements)

    with sessions.begin() as session:
        branch = factories.organization(session)
        people = year.people(session, branch, "甲一", "乙二")
        year.meeting(session, branch, people, date(2026, 1, 15))
        one = asked(session, branch)
        for month in range(2, 8):
            year.meeting(session, branch, people, date(2026, month, 15))
        many = asked(session, branch)

    assert one == many


def test_lines_count_and_tell_the_state_of_records(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        branch = factories.organization(session)
        people = year.people(session, branch, "甲一", "乙二")
        months = (1, 2, 3, 4)
        held = [year.meeting(session, branch, people, date(2026, month, 15)) for month in months]
        year.close(session, held[1])
        year.close(session, held[2])
        service.amend(session, meeting=held[2], reason="漏", by="王丽", now=NOW)
        draft = Content((Item("题"),))
        service.save_draft(session, meeting=held[3], content=draft, by="王丽", now=NOW)

        found = lines(session, branch, first=FIRST, last=LAST)

    assert [(one.expected, one.present, one.made_up) for one in found] == [(2, 1, 1)] * 4
    assert [state(one) for one in found] == ["未写", "已定稿", "已定稿，修订中", "草稿"]
    assert [one.number for one in found] == [None, 1, 2, None]


def test_meeting_late_in_the_night_belongs_to_its_day_in_china(
    session: Session, branch: Organization
) -> None:
    people = year.people(session, branch, "甲一", "乙二")
    held = year.meeting(session, branch, people, date(2026, 12, 31))
    held.starts_at += timedelta(hours=14, minutes=59)
    session.flush()

    assert len(lines(session, branch, first=FIRST, last=LAST)) == 1
    assert lines(session, branch, first=date(2027, 1, 1), last=date(2027, 12, 31)) == []


def test_record_of_a_joint_meeting_names_nobody_away_to_a_partner(
    session: Session, branch: Organization
) -> None:
    other = factories.organization(session, name="第二党支部")
    own, theirs = year.people(session, branch, "甲一"), year.people(session, other, "庚七", "病八", "缺九")
    joint = year.meeting(session, other, (*theirs, *own), date(2026, 2, 5), title="联合会")
    year.partner(session, joint, branch)
    year.close(session, joint)

    for house, named in ((other, True), (branch, False)):
        content = packed(session, house)
        (text,) = [word_text(value) for name, value in content.items() if name.endswith(".docx")]
        assert ["病八" in text, "缺九" in text] == [named, named]

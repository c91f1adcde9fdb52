"""What the papers of one meeting say, read from the database."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from app.core.db import Session
from app.meetings.models import CheckIn, Expected, Ground, MeetingKind, Standing, Way
from app.meetings.records import service
from app.meetings.records.content import Action, Content, Item
from app.meetings.votes.models import Matter, Method, Vote
from app.meetings.votes.states import VoteState
from app.members.models import Member
from app.organizations import queries as organizations
from app.organizations.models import Organization
from app.papers import ballots, pdf, sheets
from app.papers.paper import day, file_name, numeral, span
from tests import factories
from tests.adapters.papers import year
from tests.adapters.papers.reading import pdf_text
from tests.factories import NOW

ON = date(2026, 3, 2)


@pytest.fixture
def branch(session: Session) -> Organization:
    return factories.organization(session)


@pytest.fixture
def people(session: Session, branch: Organization) -> tuple[Member, ...]:
    return year.people(session, branch, "甲一", "乙二", "丙三")


def test_record_says_who_was_there_and_who_was_not(
    session: Session, branch: Organization, people: tuple[Member, ...]
) -> None:
    meeting = year.meeting(session, branch, people, ON)
    year.close(session, meeting)

    paper = sheets.record(session, meeting)

    words = paper.words
    assert paper.name == "2026-03-02 主题党日 会议记录"
    assert (words["编号"], words["时间"]) == ("2026年第1号", "2026年3月2日（周一）09:00—11:00")
    assert (words["应到"], words["实到"], words["请假"], words["缺席"], words["补课"]) == (3, 1, 1, 1, 1)
    assert (words["请假名单"], words["缺席名单"]) == ("乙二（病假）", "丙三")
    assert (words["草稿"], words["修订"]) == (False, [])
    assert words["定稿"] == "王丽，2026年3月2日"
    assert words["落实"] == [{"序号": 1, "事项": "整理学习笔记", "责任人": "王五", "期限": "2026年3月20日"}]
    assert "已补课1人（补课不算到会）" in pdf_text(pdf.printed(paper))


def test_record_that_is_being_amended_prints_what_stands(
    session: Session, branch: Organization, people: tuple[Member, ...]
) -> None:
    meeting = year.meeting(session, branch, people, ON)
    year.close(session, meeting)
    service.amend(session, meeting=meeting, reason="写漏", by="李红", now=NOW)
    other = replace(year.MINUTES, items=(Item("改过的议题"),))
    service.save_draft(session, meeting=meeting, content=other, by="李红", now=NOW)

    stands, draft = sheets.record(session, meeting), sheets.record(session, meeting, draft=True)

    assert (stands.words["议题"][0]["题目"], stands.words["版本"], stands.words["草稿"]) == (
        "学习讲话精神",
        1,
        False,
    )
    assert (draft.words["议题"][0]["题目"], draft.words["版本"], draft.words["草稿"]) == (
        "改过的议题",
        2,
        True,
    )
    service.close(session, meeting=meeting, by="李红", now=NOW + timedelta(days=1))
    amended = sheets.record(session, meeting).words["修订"]
    assert amended == [{"版本": 2, "日期": "2026年3月2日", "修订人": "李红", "原因": "写漏"}]


def test_record_of_nothing_is_a_draft_with_its_head(
    session: Session, branch: Organization, people: tuple[Member, ...]
) -> None:
    words = sheets.record(session, year.meeting(session, branch, people, ON)).words

    assert (words["草稿"], words["议题"], words["编号"], words["会议名称"]) == (
        True,
        [],
        "未编号",
        "主题党日",
    )


@pytest.mark.parametrize(
    "kind", [MeetingKind.ORGANIZATIONAL_LIFE, MeetingKind.DEMOCRATIC_LIFE, MeetingKind.APPRAISAL]
)
def test_record_of_criticism_says_that_it_was_held_and_what_is_put_right(
    session: Session, branch: Organization, people: tuple[Member, ...], kind: MeetingKind
) -> None:
    meeting = year.meeting(session, branch, people, ON, kind=kind)
    meeting.agenda = "谁批评谁"
    year.close(session, meeting, Content(actions=(Action("改进调研"),)))

    text = pdf_text(pdf.printed(sheets.record(session, meeting)))

    assert "整改事项" in text
    assert "应到3人，实到1人" in text
    assert "赵书" in text
    assert [name for name in ("乙二", "丙三", "谁批评谁") if name in text] == []


def test_late_entry_is_marked_with_its_reason(
    session: Session, branch: Organization, people: tuple[Member, ...]
) -> None:
    meeting = year.meeting(session, branch, people, ON)
    meeting.late_reason = "当天停电"
    year.close(session, meeting)

    for paper in (sheets.record(session, meeting), sheets.attendance(session, meeting)):
        assert "补录本次会议在会后补录。原因：当天停电" in pdf_text(pdf.printed(paper))


def test_attendance_says_how_each_person_stands(
    session: Session, branch: Organization, people: tuple[Member, ...]
) -> None:
    meeting = year.meeting(session, branch, people, ON)
    outside, guest, away = year.people(session, branch, "丁四", "戊五", "己六")
    approved = {"ground": Ground.ILLNESS, "approval_no": "华原党〔2026〕3号"}
    for who, standing, more in (
        (outside, Standing.NOT_COUNTED, approved),
        (guest, Standing.INVITED, {}),
        (away, Standing.INVITED, {}),
    ):
        listed = Expected(
            meeting_id=meeting.id, member_id=who.id, organization_id=branch.id, standing=standing
        )
        for name, value in more.items():
            setattr(listed, name, value)
        session.add(listed)
    session.add(CheckIn(meeting_id=meeting.id, member_id=guest.id, checked_in_at=NOW, way=Way.RECORDER))
    session.flush()

    rows = sheets.attendance(session, meeting).words["名单"]

    assert {
        row["姓名"]: (row["身份"], row["情况"], row["签到时间"], row["方式"], row["备注"]) for row in rows
    } == {
        "甲一": ("有表决权", "到会", "09:00", "扫码", ""),
        "乙二": ("有表决权", "请假（病假）", "", "", "2026年3月9日已补课"),
        "丙三": ("有表决权", "缺席", "", "", ""),
        "丁四": ("不计应到", "不计应到", "", "", "患病不能表达意志，华原党〔2026〕3号"),
        "戊五": ("列席", "列席", "09:00", "记录人补签", ""),
        "己六": ("列席", "未到", "", "", ""),
    }


def test_attendance_of_a_joint_meeting_for_a_partner_has_its_own_people_alone(
    session: Session, branch: Organization, people: tuple[Member, ...]
) -> None:
    other = factories.organization(session, name="第二党支部")
    (theirs,) = year.people(session, other, "庚七")
    meeting = year.meeting(session, branch, (*people, theirs), ON)
    year.partner(session, meeting, other)

    whole = sheets.attendance(session, meeting).words
    part = sheets.attendance(session, meeting, within=organizations.subtree(other)).words
    record = sheets.record(session, meeting, names=False).words

    assert (len(whole["名单"]), whole["参加组织"], whole["多组织"]) == (4, "第二党支部", True)
    assert ([row["姓名"] for row in part["名单"]], part["应到"], part["只列本组织"]) == (["庚七"], 4, True)
    assert (record["缺席"], record["缺席名单"], record["请假名单"]) == (2, "", "")


def counted(session: Session, meeting_id: int, **values: object) -> Vote:
    made = Vote(
        meeting_id=meeting_id,
        number=1,
        matter=Matter.ADMISSION,
        method=Method.BALLOT,
        subject="李明",
        state=VoteState.CONFIRMED,
        due_voting=8,
        present_voting=7,
        issued=7,
        returned=7,
        in_favour=6,
        against=0,
        abstained=1,
        spoiled=0,
        opened_by="王丽",
        opened_at=NOW,
        counted_at=NOW,
    )
    for name, value in values.items():
        setattr(made, name, value)
    session.add(made)
    session.flush()
    return made


def test_vote_stands_in_the_record_and_on_its_own_sheet(
    session: Session, branch: Organization, people: tuple[Member, ...]
) -> None:
    meeting = year.meeting(session, branch, people, ON)
    counted(session, meeting.id, written_in_favour=1)
    year.close(session, meeting)

    assert sheets.record(session, meeting).words["表决"] == [
        {
            "事项": "接收预备党员：李明",
            "结果": "应到会有表决权8人，实到7人；发出选票7张，收回7张，废票0张；赞成6，反对0，弃权1；"
            "会前书面意见赞成1，反对0，弃权0；结果：通过",
        }
    ]
    sheet = ballots.paper(session, meeting)
    assert sheet is not None
    text = pdf_text(pdf.printed(sheet))
    assert [
        word for word in ("结果：通过", "发出票数7", "赞成6", "书面意见赞成1", "第二十条") if word not in text
    ] == []


def test_vote_that_does_not_count_says_so(
    session: Session, branch: Organization, people: tuple[Member, ...]
) -> None:
    meeting = year.meeting(session, branch, people, ON)
    counted(session, meeting.id, state=VoteState.VOID, void_reason="数错了")
    year.close(session, meeting)

    sheet = ballots.paper(session, meeting)
    assert sheet is not None
    text = pdf_text(pdf.printed(sheet))
    assert "原因：数错了" in text
    assert "结果：" not in text
    assert sheets.record(session, meeting).words["表决"][0]["结果"] == "已作废（数错了）"


def test_closed_record_keeps_the_votes_of_its_day(
    session: Session, branch: Organization, people: tuple[Member, ...]
) -> None:
    meeting = year.meeting(session, branch, people, ON)
    year.close(session, meeting)
    counted(session, meeting.id)

    assert sheets.record(session, meeting).words["表决"] == []


def test_no_vote_no_sheet(session: Session, branch: Organization, people: tuple[Member, ...]) -> None:
    assert ballots.paper(session, year.meeting(session, branch, people, ON)) is None


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("第一季度/党员大会", "第一季度_党员大会.pdf"),
        ('a<b>:"c|d?*\\', "a_b___c_d___.pdf"),
        ("CON", "_CON.pdf"),
        ("lpt1.txt", "_lpt1.txt.pdf"),
        ("尾巴. . ", "尾巴.pdf"),
        (" \x00\u202e\n", "未命名.pdf"),
        ("../../etc/passwd", "_.._etc_passwd.pdf"),
        ("e\u0301", "é.pdf"),
    ],
)
def test_file_names_are_safe_on_windows(name: str, kept: str) -> None:
    assert file_name(name, "pdf") == kept


def test_file_name_is_cut_before_its_ending() -> None:
    cut = file_name("会" * 200, "docx")

    assert (len(cut), cut[-6:]) == (80, "会.docx")


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (1, "一"),
        (9, "九"),
        (10, "十"),
        (11, "十一"),
        (20, "二十"),
        (99, "九十九"),
        (100, "一百"),
        (105, "一百零五"),
    ],
)
def test_numbers_of_items_are_chinese(number: int, said: str) -> None:
    assert numeral(number) == said


def test_span_names_the_other_day_where_a_meeting_goes_over_midnight() -> None:
    starts = factories.NOW + timedelta(hours=13)

    assert span(starts, starts + timedelta(hours=4)) == "2026年3月2日（周一）22:00—2026年3月3日02:00"
    assert day(date(2026, 12, 1)) == "2026年12月1日"

"""请假 and 销假 in chat: asked step by step, or in one line, and answered plainly whatever stands against it."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.core.clock import FixedClock
from app.core.db import Sessions
from app.meetings.models import CheckIn, Expected, Leave, LeaveKind, Meeting, Standing, Way
from app.meetings.states import LeaveState
from tests import factories
from tests.adapters.handlers.conftest import House, Line
from tests.factories import NOW
from tests.fakes.wechat import Phone

TOMORROW = NOW + timedelta(days=1)
ASK_KIND = "请的是哪种假？请回复数字：\n1. 因公\n2. 病假\n3. 事假\n4. 倒班\n不请了，回复“取消”。"
ASK_REASON = "请简单写一下原因，会议记录人能看到。\n不想写，回复“无”；不请了，回复“取消”。"


@pytest.fixture
def tomorrow(sessions: Sessions, house: House) -> Meeting:
    return another(sessions, house, "主题党日")


def another(sessions: Sessions, house: House, title: str, days: int = 1) -> Meeting:
    with sessions.begin() as session:
        meeting = factories.meeting(
            session, house.branch, starts_at=NOW + timedelta(days=days), expected=(house.zhang, house.li)
        )
        meeting.title = title
    return meeting


def leaves(sessions: Sessions) -> Sequence[tuple[int, LeaveKind, str, LeaveState]]:
    with sessions.read() as session:
        rows = session.scalars(select(Leave).order_by(Leave.id))
        return [(row.meeting_id, row.kind, row.reason, row.state) for row in rows]


def say(line: Line, phone: Phone, *words: str) -> list[str]:
    return [line.say(phone.text(word)) or "" for word in words]


def test_leave_step_by_step(line: Line, zhang_phone: Phone, tomorrow: Meeting, sessions: Sessions) -> None:
    """The meeting that is on now has begun: of leave from it the recorder is told in person."""
    said = say(line, zhang_phone, "请假", "1", "去省公司开会")

    assert said == [
        ASK_KIND,
        ASK_REASON,
        "请假已提交：主题党日（3月3日 09:00），因公。\n支部答复后会告诉您。\n又能来了，回复“销假”。",
    ]
    assert leaves(sessions) == [(tomorrow.id, LeaveKind.DUTY, "去省公司开会", LeaveState.ASKED)]


@pytest.mark.parametrize(
    ("words", "kind", "reason"),
    [
        (["请假 病假"], LeaveKind.SICK, ""),
        (["请假病假"], LeaveKind.SICK, ""),
        (["请假：出差 到周五"], LeaveKind.DUTY, "到周五"),
        (["请假 家里老人住院", "事假"], LeaveKind.PERSONAL, "家里老人住院"),
        (["请假", "倒班", "无"], LeaveKind.SHIFT, ""),
        (["我要请假", "２"], LeaveKind.SICK, ""),
        (["请假", "5", "病", "事", "没有"], LeaveKind.SICK, ""),
    ],
)
def test_what_is_known_is_not_asked_again(
    line: Line,
    zhang_phone: Phone,
    tomorrow: Meeting,
    sessions: Sessions,
    words: list[str],
    kind: LeaveKind,
    reason: str,
) -> None:
    say(line, zhang_phone, *words)

    assert leaves(sessions) == [(tomorrow.id, kind, reason, LeaveState.ASKED)]


def test_of_several_meetings_the_number_chooses(
    line: Line, zhang_phone: Phone, tomorrow: Meeting, house: House, sessions: Sessions
) -> None:
    later = another(sessions, house, "党课", days=2)

    said = say(line, zhang_phone, "请假 病假", "3", "0", "二", "²", "2")

    assert said[0] == (
        "您要请哪次会议的假？请回复数字：\n1. 3月3日 09:00 主题党日\n2. 3月4日 09:00 党课\n不请了，回复“取消”。"
    )
    again = "请回复 1 到 2 的数字；不办了，回复“取消”。"
    assert said[1:4] == [again] * 3
    assert leaves(sessions) == [(later.id, LeaveKind.SICK, "", LeaveState.ASKED)]


def test_leave_is_left_with_cancel(
    line: Line, zhang_phone: Phone, tomorrow: Meeting, sessions: Sessions
) -> None:
    said = say(line, zhang_phone, "请假", "1", "取消", "1")

    assert said[2] == "好的，已退出。回复“帮助”看能做什么。"
    assert said[3].startswith("没看懂")
    assert leaves(sessions) == []


@pytest.mark.parametrize("steps", [["请假"], ["请假", "1"]])
def test_hand_code_in_the_middle_signs_in(
    line: Line, zhang_phone: Phone, tomorrow: Meeting, sessions: Sessions, steps: list[str]
) -> None:
    said = say(line, zhang_phone, *steps, "135790")

    assert said[-1].startswith("签到成功：第一季度支部党员大会")
    assert leaves(sessions) == []


def test_too_long_a_reason_is_asked_for_again(
    line: Line, zhang_phone: Phone, tomorrow: Meeting, sessions: Sessions
) -> None:
    said = say(line, zhang_phone, "请假 事假", "长" * 201, "短")

    assert said[1] == "原因有 201 个字，最多 200 个字。请写短一点再发。"
    assert leaves(sessions) == [(tomorrow.id, LeaveKind.PERSONAL, "短", LeaveState.ASKED)]


def test_who_is_expected_nowhere_needs_no_leave(line: Line, zhang_phone: Phone) -> None:
    """The only meeting is on already."""
    assert say(line, zhang_phone, "请假") == ["近期没有需要您参加的会议，不用请假。"]


def test_who_has_signed_in_early_needs_no_leave(
    line: Line, zhang_phone: Phone, tomorrow: Meeting, house: House, sessions: Sessions
) -> None:
    with sessions.begin() as session:
        session.add(
            CheckIn(meeting_id=tomorrow.id, member_id=house.zhang.id, checked_in_at=NOW, way=Way.SCAN)
        )

    assert say(line, zhang_phone, "请假") == ["近期没有需要您参加的会议，不用请假。"]


@pytest.mark.parametrize("standing", [Standing.INVITED, None])
def test_who_does_not_count_there_needs_no_leave(
    line: Line, zhang_phone: Phone, tomorrow: Meeting, sessions: Sessions, standing: Standing | None
) -> None:
    with sessions.begin() as session:
        for row in session.scalars(select(Expected).where(Expected.meeting_id == tomorrow.id)):
            if standing is None:
                session.delete(row)
            else:
                row.standing = standing

    assert say(line, zhang_phone, "请假") == ["近期没有需要您参加的会议，不用请假。"]


def test_second_asking_says_where_it_stands(line: Line, zhang_phone: Phone, tomorrow: Meeting) -> None:
    said = say(line, zhang_phone, "请假 病假", "请假")

    assert said[1] == ("近期的会议您都请过假了：\n· 3月3日 09:00 主题党日：待答复\n又能来了，回复“销假”。")


def test_stranger_binds_first(line: Line, phone: Phone, tomorrow: Meeting) -> None:
    bind_first = "请先回复“绑定”认领身份。绑定码找支部书记领取。"

    assert say(line, phone, "请假", "销假", "我的会议") == [bind_first] * 3


def test_meeting_that_begins_while_one_writes_is_refused_plainly(
    line: Line, zhang_phone: Phone, tomorrow: Meeting, clock: FixedClock, sessions: Sessions
) -> None:
    with sessions.begin() as session:
        session.get_one(Meeting, tomorrow.id).starts_at = NOW + timedelta(minutes=1)
    say(line, zhang_phone, "请假", "1")

    clock.advance(timedelta(minutes=2))

    late = Phone(zhang_phone.openid, int(clock.now().timestamp()))
    assert line.say(late.text("堵车")) == "会议已经开始，不能再请假了。来不了请告诉记录人，由记录人登记。"
    assert (line.say(late.text("堵车")) or "").startswith("没看懂")
    assert leaves(sessions) == []


def test_cancelled_meanwhile_is_refused_plainly(
    line: Line, zhang_phone: Phone, tomorrow: Meeting, sessions: Sessions
) -> None:
    say(line, zhang_phone, "请假", "1")
    with sessions.begin() as session:
        session.get_one(Meeting, tomorrow.id).cancelled_at = NOW

    assert say(line, zhang_phone, "出差") == ["会议已经取消，不用请假。"]


def test_leave_is_taken_back(line: Line, zhang_phone: Phone, tomorrow: Meeting, sessions: Sessions) -> None:
    said = say(line, zhang_phone, "请假 病假", "销假", "销假")

    assert said[1:] == [
        "已销假：主题党日（3月3日 09:00）。\n请准时参加，到场照常签到。",
        "您现在没有请假，不用销假。",
    ]
    assert leaves(sessions) == [(tomorrow.id, LeaveKind.SICK, "", LeaveState.WITHDRAWN)]


def test_of_several_leaves_the_number_chooses_which_is_taken_back(
    line: Line, zhang_phone: Phone, tomorrow: Meeting, house: House, sessions: Sessions
) -> None:
    later = another(sessions, house, "党课", days=2)
    say(line, zhang_phone, "请假 病假", "1", "请假 病假")

    said = say(line, zhang_phone, "取消请假", "2")

    assert said[0].startswith("您要销哪次会议的假？请回复数字：\n1. 3月3日 09:00 主题党日\n2. 3月4日")
    assert said[1].startswith("已销假：党课")
    assert {(row[0], row[3]) for row in leaves(sessions)} == {
        (tomorrow.id, LeaveState.ASKED),
        (later.id, LeaveState.WITHDRAWN),
    }


def test_leave_granted_is_taken_back_while_the_meeting_is_on(
    line: Line, zhang_phone: Phone, house: House, sessions: Sessions
) -> None:
    with sessions.begin() as session:
        session.add(
            Leave(
                meeting_id=house.meeting.id,
                member_id=house.zhang.id,
                kind=LeaveKind.DUTY,
                state=LeaveState.GRANTED,
                asked_at=NOW,
            )
        )

    assert say(line, zhang_phone, "销假")[0].startswith("已销假：第一季度支部党员大会")


def test_my_meetings_says_what_is_coming_and_what_was(
    line: Line, zhang_phone: Phone, tomorrow: Meeting, house: House, sessions: Sessions
) -> None:
    old = another(sessions, house, "上次党课", days=-7)
    older = another(sessions, house, "缺席的", days=-14)
    with sessions.begin() as session:
        session.get_one(Meeting, tomorrow.id).place = "活动<室>"
        session.add(CheckIn(meeting_id=old.id, member_id=house.zhang.id, checked_in_at=NOW, way=Way.SCAN))
    say(line, zhang_phone, "请假 病假")

    (said,) = say(line, zhang_phone, "我的会议")

    pages = "http://localhost/m/meetings"
    assert said.splitlines() == [
        "要参加的会议：",
        f'· 3月2日 09:00 <a href="{pages}/{house.meeting.id}">第一季度支部党员大会</a>',
        f'· 3月3日 09:00 <a href="{pages}/{tomorrow.id}">主题党日</a>（活动＜室＞）：已请假，待答复',
        "",
        "最近开过的：",
        f'· 2月23日 09:00 <a href="{pages}/{old.id}">上次党课</a>：已签到',
        f'· 2月16日 09:00 <a href="{pages}/{older.id}">缺席的</a>：没有签到记录',
        "",
        "来不了，回复“请假”；又能来了，回复“销假”。",
        f'<a href="{pages}">查看全部会议</a>',
    ]


def test_my_meetings_of_somebody_without_any(line: Line, phone: Phone, sessions: Sessions) -> None:
    with sessions.begin() as session:
        member = factories.member(session, factories.organization(session), name="新来")
        factories.identity(session, openid=phone.openid, member=member)

    assert say(line, phone, "会议") == [
        '近期没有需要您参加的会议。\n<a href="http://localhost/m/meetings">查看全部会议</a>'
    ]

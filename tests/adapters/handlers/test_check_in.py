"""签到 in chat: every outcome, and the scan that comes before the binding."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.core.clock import FixedClock
from app.core.db import Sessions
from app.meetings.models import CheckIn, Leave, LeaveKind, Meeting, RefusedCheckIn, Way
from app.meetings.states import LeaveState
from app.members import identities
from tests import factories
from tests.adapters.handlers.conftest import House, Line
from tests.factories import NOW
from tests.fakes.wechat import Phone


def refused(sessions: Sessions) -> list[tuple[int, str]]:
    with sessions.read() as session:
        rows = session.scalars(select(RefusedCheckIn).order_by(RefusedCheckIn.id))
        return [(row.member_id, row.reason) for row in rows]


def on_leave(house: House) -> Leave:
    return Leave(
        meeting_id=house.meeting.id,
        member_id=house.zhang.id,
        kind=LeaveKind.DUTY,
        state=LeaveState.GRANTED,
        asked_at=NOW,
    )


WELCOME = "欢迎关注华原集团党委。"


def check_ins(sessions: Sessions) -> list[CheckIn]:
    with sessions.read() as session:
        return list(session.scalars(select(CheckIn)))


def test_scan_signs_in_and_the_second_says_the_same_place(
    line: Line, zhang_phone: Phone, sessions: Sessions
) -> None:
    first = line.say(zhang_phone.scan("mopen"))
    second = line.say(zhang_phone.scan("mopen"))

    assert first == "签到成功：第一季度支部党员大会\n您是第 1/2 位。"
    assert second == "您已签到：第一季度支部党员大会\n您是第 1/2 位，不用重复签。"
    assert [row.way for row in check_ins(sessions)] == [Way.SCAN]


@pytest.mark.parametrize("written", ["签到 135790", "签到135790", "135790", "签 到　１３５７９０", "135 790"])
def test_hand_code_signs_in(line: Line, zhang_phone: Phone, sessions: Sessions, written: str) -> None:
    assert (line.say(zhang_phone.text(written)) or "").startswith("签到成功")
    assert [row.way for row in check_ins(sessions)] == [Way.HAND_CODE]


def test_hand_code_is_asked_for(line: Line, zhang_phone: Phone) -> None:
    line.say(zhang_phone.text("签到"))

    assert (line.say(zhang_phone.text("135790")) or "").startswith("签到成功")


def test_sixth_wrong_hand_code_locks_them_for_ten_minutes_and_nothing_else(
    line: Line, zhang_phone: Phone, clock: FixedClock
) -> None:
    shown = [(line.say(zhang_phone.text(f"签到 {number:06d}")) or "").split("。")[0] for number in range(6)]
    locked = line.say(zhang_phone.text("签到 135790"))

    assert shown == ["没有找到这个签到码"] * 5 + ["签到码连续输错 6 次，09:10 以后才能再输"]
    assert (locked or "").endswith("现在请扫会场大屏上的二维码，或请会议记录人补签。")
    clock.advance(timedelta(minutes=10))
    assert (line.say(zhang_phone.text("签到 135790")) or "").startswith("签到成功")


def test_locked_chat_still_scans_and_the_recorder_knows(
    line: Line, zhang_phone: Phone, sessions: Sessions, house: House
) -> None:
    for number in range(6):
        line.say(zhang_phone.text(f"签到 {number:06d}"))

    assert refused(sessions) == [(house.zhang.id, "wrong_codes")]
    assert (line.say(zhang_phone.scan("mopen")) or "").startswith("签到成功")


def test_person_on_leave_says_that_they_come_and_counts_from_the_scan(
    line: Line, zhang_phone: Phone, house: House, sessions: Sessions, clock: FixedClock
) -> None:
    with sessions.begin() as session:
        session.add(on_leave(house))
    scanned_at = clock.now()

    asked = line.say(zhang_phone.scan("mopen")) or ""
    clock.advance(timedelta(minutes=5))
    unclear = line.say(zhang_phone.text("什么意思"))
    done = line.say(zhang_phone.text("到会。"))

    assert asked.startswith("您请过假：第一季度支部党员大会\n如果您到了会场，请回复“到会”")
    assert unclear == "到了会场要改为到会，请回复“到会”。\n不到会，请回复“取消”。"
    assert done == "签到成功：第一季度支部党员大会\n您是第 1/2 位。"
    assert [(row.checked_in_at, row.way) for row in check_ins(sessions)] == [(scanned_at, Way.SCAN)]


def test_person_on_leave_who_does_not_come_stays_on_leave(
    line: Line, zhang_phone: Phone, house: House, sessions: Sessions
) -> None:
    with sessions.begin() as session:
        session.add(on_leave(house))
    line.say(zhang_phone.text("135790"))

    line.say(zhang_phone.text("取消"))

    assert (line.say(zhang_phone.text("到会")) or "").startswith("没看懂这句话。")
    assert check_ins(sessions) == []


def test_guest_asks_to_sit_in_and_the_recorder_is_told(
    line: Line, phone: Phone, house: House, sessions: Sessions
) -> None:
    with sessions.begin() as session:
        guest = factories.member(session, house.branch, name="王五")
        factories.identity(session, openid=phone.openid, member=guest)

    asked = line.say(phone.scan("mopen")) or ""
    unclear = line.say(phone.text("可以吗"))
    done = line.say(phone.text("列席")) or ""

    assert "请回复“列席”" in asked
    assert (unclear or "").startswith("来列席的，请回复“列席”")
    assert done.startswith("已告诉会议记录人，您来列席：第一季度支部党员大会")
    assert check_ins(sessions) == []
    assert refused(sessions) == [(guest.id, "not_expected"), (guest.id, "sit_in")]


@pytest.mark.parametrize(
    ("later", "shown"),
    [
        (
            timedelta(minutes=-31),
            "还没到签到时间：第一季度支部党员大会\n3月2日 08:30 开始签到，到时再扫一次。",
        ),
        (
            timedelta(hours=2, seconds=1),
            "签到已结束：第一季度支部党员大会\n如果您到了会场，请联系会议记录人补签。",
        ),
    ],
)
def test_scan_outside_the_window_says_what_to_do(
    line: Line, zhang_phone: Phone, clock: FixedClock, sessions: Sessions, later: timedelta, shown: str
) -> None:
    clock.advance(later)

    assert line.say(zhang_phone.scan("mopen")) == shown
    assert check_ins(sessions) == []


def test_scan_of_somebody_not_expected_is_told_so(
    line: Line, phone: Phone, house: House, sessions: Sessions
) -> None:
    with sessions.begin() as session:
        guest = factories.member(session, house.branch, name="王五")
        factories.identity(session, openid=phone.openid, member=guest)

    assert (line.say(phone.scan("mopen")) or "").startswith("应到名单里没有您：")
    assert check_ins(sessions) == []


def test_scan_of_a_cancelled_meeting_says_so(
    line: Line, zhang_phone: Phone, house: House, sessions: Sessions, clock: FixedClock
) -> None:
    with sessions.begin() as session:
        session.get_one(Meeting, house.meeting.id).cancelled_at = clock.now()

    assert (line.say(zhang_phone.scan("mopen")) or "").startswith("这次会议已取消：")


def test_scan_of_an_unknown_code(line: Line, zhang_phone: Phone) -> None:
    assert (line.say(zhang_phone.scan("other")) or "").startswith("这个码不是签到码")


def test_follow_by_scanning_keeps_the_time_and_asks_for_the_name(
    line: Line, phone: Phone, house: House
) -> None:
    shown = line.say(phone.event("subscribe", "qrscene_mopen", "<Ticket>t</Ticket>")) or ""

    assert shown.startswith(WELCOME)
    assert "已记下您 09:00 到场：第一季度支部党员大会" in shown


def test_scan_before_binding_counts_with_its_own_time(
    line: Line, phone: Phone, clock: FixedClock, code: str, sessions: Sessions
) -> None:
    scanned_at = clock.now()
    line.say(phone.scan("mopen"))
    clock.advance(timedelta(hours=3))
    line.say(phone.text("绑定"))
    line.say(phone.text("张三"))

    shown = line.say(phone.text(code)) or ""

    assert "您之前扫码的“第一季度支部党员大会”已计入签到（第 1/2）。" in shown
    assert [(row.checked_in_at, row.way) for row in check_ins(sessions)] == [(scanned_at, Way.KEPT_SCAN)]


def test_name_answers_the_kept_scan_directly(line: Line, phone: Phone, code: str, sessions: Sessions) -> None:
    line.say(phone.scan("mopen"))
    line.say(phone.text("张三"))
    line.say(phone.text(code))

    assert len(check_ins(sessions)) == 1


def test_plain_follow_is_welcomed(line: Line, phone: Phone) -> None:
    assert (line.say(phone.event("subscribe")) or "").startswith(WELCOME)


def test_follow_of_somebody_bound_asks_for_no_binding(line: Line, zhang_phone: Phone) -> None:
    shown = line.say(zhang_phone.event("subscribe")) or ""

    assert "张三同志，这个微信已经绑定好" in shown
    assert "绑定码" not in shown


def test_follow_of_somebody_bound_asks_for_their_menu_again(
    line: Line, zhang_phone: Phone, sessions: Sessions
) -> None:
    line.say(zhang_phone.event("subscribe"))

    with sessions.read() as session:
        assert [person.openid for person in identities.menus_wanted(session, limit=5)] == [zhang_phone.openid]

"""What people write, and what they read in answer."""

from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import select

from app.core.clock import FixedClock
from app.core.db import Sessions
from app.feedback.models import Thread, ThreadMessage
from app.meetings import telling
from app.meetings.models import Meeting
from app.meetings.telling import Change
from app.members.models import WeChatIdentity
from app.notices.announcements import service
from app.notices.announcements.models import Announcement
from tests.adapters.handlers.conftest import House, Line
from tests.adapters.pages import addressed
from tests.factories import NOW
from tests.fakes.wechat import Phone


def count(sessions: Sessions, table: type) -> int:
    with sessions.read() as session:
        return len(session.scalars(select(table)).all())


@pytest.mark.parametrize(
    "written", ["帮助", "帮 助", " 帮助 ", "帮助。", "　帮助　", "「帮助」", "help", "ＨＥＬＰ", "？", "?"]
)
def test_help_however_it_is_written(line: Line, phone: Phone, written: str) -> None:
    assert (line.say(phone.text(written)) or "").startswith("您可以直接回复：")


def test_unknown_text_says_what_can_be_asked(line: Line, phone: Phone) -> None:
    assert line.say(phone.text("食堂几点开门")) == (
        "没看懂这句话。您可以回复：\n绑定、签到、请假、会议、反馈、通知、学习、帮助\n"
        "想说的是意见或困难？请以“反馈”开头，例如：反馈 食堂晚班没有热菜"
    )


def test_picture_says_that_only_text_is_read(line: Line, phone: Phone) -> None:
    picture = phone._message(
        "image", "<PicUrl><![CDATA[http://x]]></PicUrl><MediaId>m</MediaId><MsgId>5</MsgId>"
    )

    assert (line.say(picture) or "").startswith("现在只能看懂文字。")


@pytest.mark.parametrize(
    "command", ["绑定", "通知", "学习", "党费", "我的", "签到", "反馈", "取消", "解除绑定"]
)
def test_menu_tap_and_written_word_say_the_same(line: Line, phone: Phone, command: str) -> None:
    keys = {"绑定": "bind", "通知": "notices", "学习": "study", "党费": "dues", "我的": "me"}
    keys |= {"签到": "check_in", "反馈": "feedback", "取消": "cancel", "解除绑定": "unbind"}
    written = line.say(phone.text(command))
    line.say(phone.text("取消"))

    assert line.say(phone.event("CLICK", keys[command])) == written


def test_tap_on_a_button_of_an_old_menu_gives_help(line: Line, phone: Phone) -> None:
    assert (line.say(phone.event("CLICK", "gone")) or "").startswith("没看懂")


def test_bind_asks_for_name_and_code(line: Line, phone: Phone, house: House, code: str) -> None:
    assert (line.say(phone.text("绑定")) or "").startswith("请回复您的姓名")
    assert (line.say(phone.text("张三")) or "").startswith("张三，请回复支部书记给您的绑定码")
    assert (line.say(phone.text(code)) or "").startswith("绑定成功：张三（输电一班党支部）。")
    assert (line.say(phone.text("我的")) or "").startswith("姓名：张三\n组织：输电一班党支部")


def test_bind_takes_name_and_code_in_one_line(line: Line, phone: Phone, code: str) -> None:
    assert (line.say(phone.text(f"绑定 张 三　{code.lower()}")) or "").startswith("绑定成功：张三")


def test_bind_refuses_a_wrong_code_and_counts(line: Line, phone: Phone, code: str) -> None:
    first = line.say(phone.text("绑定 张三 AAAA-AAAA"))
    for _ in range(4):
        line.say(phone.text("绑定 张三 AAAA-AAAA"))

    assert (first or "").startswith("姓名和绑定码对不上。还可以再试 4 次。")
    assert (line.say(phone.text(f"绑定 张三 {code}")) or "").startswith(
        "试错次数太多，绑定已暂停到 3月2日 10:00。"
    )


def test_bind_again_says_who_is_bound(line: Line, zhang_phone: Phone) -> None:
    assert (line.say(zhang_phone.text("绑定")) or "").startswith("这个微信已经绑定：张三（输电一班党支部）。")


def test_unbind_asks_first(line: Line, zhang_phone: Phone) -> None:
    asked = line.say(zhang_phone.text("解除绑定"))
    kept = line.say(zhang_phone.text("再想想"))
    line.say(zhang_phone.text("解除绑定"))
    parted = line.say(zhang_phone.text("确认"))

    assert (asked or "").startswith("要解除 张三 和这个微信的绑定吗？")
    assert kept == "好的，绑定保留不变。"
    assert (parted or "").startswith("已解除绑定。")
    assert (line.say(zhang_phone.text("我的")) or "").startswith("这个微信还没有绑定身份。")


def test_question_is_forgotten_after_its_time(
    line: Line, phone: Phone, clock: FixedClock, house: House
) -> None:
    line.say(phone.text("反馈"))
    clock.advance(timedelta(minutes=11))

    assert (line.say(phone.text("食堂太咸")) or "").startswith("没看懂")


def test_command_leaves_a_running_question(line: Line, phone: Phone) -> None:
    line.say(phone.text("绑定"))

    assert (line.say(phone.text("帮助")) or "").startswith("您可以直接回复")
    assert (line.say(phone.text("张三")) or "").startswith("没看懂")


def test_cancel_leaves_the_question(line: Line, phone: Phone) -> None:
    line.say(phone.text("反馈"))

    assert line.say(phone.text("取消")) == "好的，已退出。回复“帮助”看能做什么。"
    assert line.say(phone.text("取消")) == "现在没有正在进行的步骤。回复“帮助”看能做什么。"


def test_feedback_of_a_member_goes_to_the_own_branch(
    line: Line, zhang_phone: Phone, house: House, sessions: Sessions
) -> None:
    shown = line.say(zhang_phone.text("反馈：食堂晚班\n没有热菜，谢谢！"))

    with sessions.read() as session:
        thread = session.scalars(select(Thread)).one()
        message = session.scalars(select(ThreadMessage)).one()
    assert (thread.organization_id, thread.member_id) == (house.branch.id, house.zhang.id)
    assert (message.author, message.text) == ("张三", "食堂晚班\n没有热菜，谢谢！")
    assert shown == (
        f"收到，编号 {thread.number}。\n由输电一班党支部办理，3月9日前答复，答复会发到这里。\n谢谢您说出来。"
    )


def test_feedback_in_two_steps(line: Line, zhang_phone: Phone, sessions: Sessions) -> None:
    line.say(zhang_phone.text("反馈"))
    line.say(zhang_phone.text("  更衣室漏水  "))

    with sessions.read() as session:
        assert session.scalars(select(ThreadMessage.text)).all() == ["更衣室漏水"]


def test_feedback_of_a_stranger_goes_to_the_root(
    line: Line, phone: Phone, house: House, sessions: Sessions
) -> None:
    line.say(phone.text("反馈 门卫态度好"))

    with sessions.read() as session:
        thread = session.scalars(select(Thread)).one()
    assert (thread.organization_id, thread.member_id) == (house.branch.id, None)


@pytest.mark.parametrize(
    "text",
    [
        "]]><Hack>1</Hack>",
        "😀👨‍👩‍👧 谢谢",
        "\u202e反向\u202c文字",
        "  前后  空格  ",
        "<a href='x'>y</a>",
        "&amp; &lt;",
    ],
)
def test_feedback_is_kept_as_it_was_written(
    line: Line, zhang_phone: Phone, sessions: Sessions, text: str
) -> None:
    line.say(zhang_phone.text(f"反馈 {text}"))

    with sessions.read() as session:
        assert session.scalars(select(ThreadMessage.text)).one() == text.strip()


def test_feedback_too_long_is_refused_and_nothing_kept(
    line: Line, zhang_phone: Phone, sessions: Sessions
) -> None:
    shown = line.say(zhang_phone.text("反馈" + "长" * 2001))

    assert shown == "内容有 2001 个字，一次最多 2000 个字。请分几次发。"
    assert count(sessions, Thread) == 0


def test_notices_lists_the_meetings_to_come(line: Line, zhang_phone: Phone) -> None:
    assert line.say(zhang_phone.text("通知")) == "近期会议：\n· 3月2日 09:00 第一季度支部党员大会"


def test_notices_leads_to_the_page_of_each(line: Line, zhang_phone: Phone, house: House) -> None:
    with line.services.sessions.begin() as session:
        announce = partial(addressed.announce, session, organization_id=house.branch.id)
        plain = announce(members=[house.zhang.id], title="安全<生产>通知")
        asking = announce(
            members=[house.zhang.id], title="请确认的通知", basis="方案", at=NOW + timedelta(minutes=1)
        )
        announce(members=[house.li.id], title="给李四的通知")

    shown = (line.say(zhang_phone.text("通知")) or "").splitlines()

    pages = "http://localhost/m/notices"
    assert shown[:4] == [
        "最近的通知：",
        f'· 3月2日 <a href="{pages}/{asking}">请确认的通知</a>（请确认知晓）',
        f'· 3月2日 <a href="{pages}/{plain}">安全＜生产＞通知</a>',
        f'<a href="{pages}">查看全部通知</a>',
    ]
    assert shown[5] == "近期会议："


def test_notices_tells_of_meetings_and_leads_to_their_page(
    line: Line, zhang_phone: Phone, house: House
) -> None:
    with line.services.sessions.begin() as session:
        meeting = session.get_one(Meeting, house.meeting.id)
        telling.tell(session, meeting=meeting, change=Change.ANNOUNCED, now=NOW)

    shown = (line.say(zhang_phone.text("通知")) or "").splitlines()

    page = f"http://localhost/m/meetings/{house.meeting.id}"
    assert shown[1] == f'· 3月2日 <a href="{page}">会议通知：第一季度支部党员大会</a>'


def test_notices_lists_the_newest_five(line: Line, zhang_phone: Phone, house: House) -> None:
    with line.services.sessions.begin() as session:
        for number in range(7):
            addressed.announce(
                session,
                organization_id=house.branch.id,
                members=[house.zhang.id],
                title=f"第{number}号",
                at=NOW + timedelta(minutes=number),
            )

    shown = line.say(zhang_phone.text("通知")) or ""

    assert [title for title in ("第6号", "第2号", "第1号") if title in shown] == ["第6号", "第2号"]


def test_notices_of_a_withdrawn_one_only_says_so(line: Line, zhang_phone: Phone, house: House) -> None:
    with line.services.sessions.begin() as session:
        sent = addressed.announce(
            session, organization_id=house.branch.id, members=[house.zhang.id], title="发错的"
        )
        service.withdraw(session, announcement=session.get_one(Announcement, sent), now=NOW)

    shown = line.say(zhang_phone.text("通知")) or ""

    assert "· 3月2日 一份通知，已撤回" in shown
    assert "发错的" not in shown
    assert f"/m/notices/{sent}" not in shown


def test_first_word_of_somebody_unknown_makes_one_identity(
    line: Line, phone: Phone, sessions: Sessions
) -> None:
    line.say(phone.text("你好"))
    line.say(phone.text("你好"))

    assert count(sessions, WeChatIdentity) == 1

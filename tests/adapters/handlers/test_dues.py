"""党费 in chat: this month's, what is open, and the way to the page; to the member alone."""

from collections.abc import Sequence
from typing import Any

import pytest

from app.core.db import Sessions
from app.dues.bills.states import BillState
from app.members.models import Member, MemberKind
from app.organizations.models import Organization
from tests import dues_rows
from tests.adapters.handlers.conftest import House, Line
from tests.fakes.wechat import Phone

S = BillState
LINK = '<a href="http://localhost/m/dues">'


def billed(sessions: Sessions, house: House, *states: tuple[int, BillState], **columns: Any) -> Sequence[int]:
    """张三's 76.50 a month, with these months' bills."""
    with sessions.begin() as session:
        policy = dues_rows.policy(session, session.get_one(Organization, house.branch.id))
        assessed = dues_rows.assessment(session, session.get_one(Member, house.zhang.id), policy)
        return [dues_rows.bill(session, assessed, month, state, **columns).id for month, state in states]


def test_this_month_is_said_with_its_state_and_the_way_to_pay(
    line: Line, zhang_phone: Phone, house: House, sessions: Sessions
) -> None:
    billed(sessions, house, (202603, S.DUE))

    assert line.say(zhang_phone.text("党费")) == (
        "2026年3月党费：76.50元，待缴。\n"
        "现在应缴共76.50元。\n"
        f"{LINK}点这里查看和缴纳</a>\n"
        "想知道数额怎么来的，回复“党费说明”。"
    )


def test_open_months_before_are_counted(
    line: Line, zhang_phone: Phone, house: House, sessions: Sessions
) -> None:
    billed(sessions, house, (202601, S.OVERDUE), (202602, S.OVERDUE), (202603, S.PAID))

    said = line.say(zhang_phone.text("交党费")) or ""

    assert "2026年3月党费：76.50元，已缴。" in said
    assert "以前还有2个月没有缴清。" in said
    assert "现在应缴共153.00元。" in said


def test_paid_member_is_not_asked_to_pay(
    line: Line, zhang_phone: Phone, house: House, sessions: Sessions
) -> None:
    billed(sessions, house, (202603, S.PAID))

    said = line.say(zhang_phone.text("党费")) or ""

    assert "应缴" not in said
    assert f"{LINK}点这里查看</a>" in said


def test_exempt_month_is_said_without_an_amount(
    line: Line, zhang_phone: Phone, house: House, sessions: Sessions
) -> None:
    billed(sessions, house, (202603, S.EXEMPT), amount_fen=0)

    assert (line.say(zhang_phone.text("党费")) or "").startswith("2026年3月党费：您本月免缴。\n")


@pytest.mark.parametrize("written", ["党费 说明", "党费说明", "党费：怎么算的"])
def test_why_says_how_it_was_set_and_leaves_the_base_to_the_page(
    line: Line, zhang_phone: Phone, house: House, sessions: Sessions, written: str
) -> None:
    billed(sessions, house, (202603, S.DUE))

    assert line.say(zhang_phone.text(written)) == (
        "您每月缴党费76.50元，从2026年1月起。\n"
        "缴费类别：按月领工资\n"
        "核定原因：年度核定\n"
        '<a href="http://localhost/m/dues/why">点这里看基数、比例、依据和核定人</a>\n'
        "认为不对的，在页面上申请复核。"
    )


def test_branch_without_a_rule_collects_by_hand(line: Line, zhang_phone: Phone) -> None:
    assert line.say(zhang_phone.text("党费")) == (
        "本单位还没有在这里开通党费。请按支部安排缴纳，现金和纸面收据一样有效。"
    )


def test_member_without_an_amount_is_sent_to_the_branch(
    line: Line, zhang_phone: Phone, house: House, sessions: Sessions
) -> None:
    with sessions.begin() as session:
        dues_rows.policy(session, session.get_one(Organization, house.branch.id))

    assert (line.say(zhang_phone.text("党费")) or "").startswith("您每月缴多少还没有核定，请问支部。\n")
    assert line.say(zhang_phone.text("党费说明")) == "您每月缴多少还没有核定，请问支部。"


def test_stranger_is_asked_to_bind_first(line: Line, phone: Phone) -> None:
    said = line.say(phone.text("党费")) or ""

    assert "绑定" in said
    assert "元" not in said


def test_who_is_no_party_member_pays_none(
    line: Line, zhang_phone: Phone, house: House, sessions: Sessions
) -> None:
    with sessions.begin() as session:
        session.get_one(Member, house.zhang.id).kind = MemberKind.ACTIVIST

    assert line.say(zhang_phone.text("党费")) == "正式党员和预备党员缴纳党费，您现在不用缴。"


def test_words_about_dues_within_a_letter_stay_in_the_letter(line: Line, zhang_phone: Phone) -> None:
    line.say(zhang_phone.text("反馈"))

    assert (line.say(zhang_phone.text("党费怎么算的，请公示")) or "").startswith("收到，编号")

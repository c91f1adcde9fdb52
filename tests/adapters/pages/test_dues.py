"""党费 on the phone: one sentence on what is owed, the ways to pay, and telling of a transfer."""

import re
from datetime import date, timedelta

import pytest
from sqlalchemy import select, update

from app.dues import telling
from app.dues.assessments.models import Review
from app.dues.bills.models import Bill
from app.dues.bills.states import BillState
from app.dues.cash.models import Transfer
from app.dues.cash.states import TransferState
from app.dues.policies.models import DuesPolicy
from app.members.models import Member, MemberKind
from app.notices import personal
from app.notices.models import Delivery
from app.staff.models import Role, StaffAccount, StaffRole
from tests import dues_rows
from tests.adapters.pages.collecting import Collecting
from tests.factories import NOW

S = BillState
TRANSFER = {"amount": "76.50", "paid_on": "2026-03-01", "note": "尾号1234"}


def card(here: Collecting) -> str:
    """The first card, as it is read."""
    text = here.phone.get("/m/dues").text
    found = re.search(r'<section class="card owed".*?</section>', text, re.DOTALL)
    assert found is not None
    return " ".join(re.sub(r"<[^>]+>", " ", found[0]).split())


def change(here: Collecting, **columns: object) -> None:
    with here.services.sessions.begin() as session:
        policy = session.get_one(DuesPolicy, here.policy_id)
        for name, value in columns.items():
            setattr(policy, name, value)


def test_this_month_is_one_sentence_and_one_button(here: Collecting) -> None:
    here.assess()
    here.bill((202602, S.PAID), (202603, S.DUE))

    said = card(here)

    assert said.startswith("现在应缴 76.50 元 2026年3月党费 。请在2026年3月10日前缴。".replace(" 。", "。"))
    assert "微信支付 76.50 元" in said


def test_day_of_collection_that_is_gone_is_said_to_be_gone(here: Collecting) -> None:
    here.assess()
    here.bill((202603, S.DUE), due_on=date(2026, 3, 1))

    said = card(here)

    assert "收缴日是2026年3月1日，已经过了，请尽快缴。" in said
    assert "请在" not in said


def test_large_gift_begins_where_the_standard_in_force_says(here: Collecting) -> None:
    here.assess()
    with here.services.sessions.begin() as session:
        dues_rows.standard(session, large_from=50_000)

    assert "一次500.00元以上的是大额党费" in here.phone.get("/m/dues").text


def test_months_before_are_summed_and_the_oldest_comes_with_a_hint(here: Collecting) -> None:
    here.assess()
    here.bill((202508, S.OVERDUE), (202602, S.OVERDUE), (202603, S.DUE))

    said = card(here)

    assert "229.50 元 3个月：2025年8月、2026年2月、2026年3月。" in said
    assert "2025年8月的党费已超过6个月。补缴一般不超过6个月，请先与支部联系，说明情况。" in said
    assert "微信支付 229.50 元" in said


def test_six_months_back_is_no_reason_for_a_hint(here: Collecting) -> None:
    here.assess()
    here.bill((202509, S.OVERDUE), (202603, S.DUE))

    assert "请先与支部联系" not in card(here)


def test_what_was_paid_of_a_month_is_taken_off(here: Collecting) -> None:
    here.assess()
    here.bill((202603, S.PARTIAL), paid_fen=7000)

    assert "6.50 元 2026年3月党费，已缴70.00元。" in card(here)


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (S.PAID, "本月已缴清 2026年3月党费76.50元，已缴清。"),
        (S.EXEMPT, "本月免缴 您本月不用缴纳党费。"),
        (S.PENDING, "转账待确认 您报告的转账确认以后，这里会显示已缴。"),
    ],
)
def test_nothing_is_asked_for_twice(here: Collecting, state: BillState, said: str) -> None:
    here.assess()
    here.bill((202603, state))

    assert card(here).startswith(said)
    assert "微信支付 " not in card(here)


def test_member_without_an_amount_is_told_so(here: Collecting) -> None:
    assert card(here).startswith("数额还没有核定")


def test_month_without_a_bill_is_told_so(here: Collecting) -> None:
    here.assess()

    assert card(here).startswith("现在没有待缴的 您每月缴76.50元，本月的账单还没有出来。")


def test_branch_without_a_rule_collects_by_hand(here: Collecting) -> None:
    change(here, standing=None)

    text = here.phone.get("/m/dues").text

    assert "本单位还没有开通线上党费，请按支部安排缴纳。" in text
    assert "怎么缴" not in text


def test_who_is_no_party_member_pays_none(here: Collecting) -> None:
    with here.services.sessions.begin() as session:
        session.get_one(Member, here.people.member.member_id).kind = MemberKind.ACTIVIST

    assert card(here).startswith("不用缴纳")


def test_other_members_see_their_own_alone(here: Collecting) -> None:
    here.assess()
    here.bill((202603, S.DUE))

    text = here.door.signed_in(here.people.other.identity_id).get("/m/dues").text

    assert "76.50" not in text
    assert "数额还没有核定" in text


def test_ways_are_those_of_the_committee(here: Collecting) -> None:
    here.assess()
    here.bill((202603, S.DUE))
    change(here, by_wechat=False, by_transfer=False, cash_day="每月5日", proxy=False)

    text = here.phone.get("/m/dues").text

    assert "每月5日当面交给支部的收缴人，当场开收据。和网上缴一样有效。" in text
    assert "微信支付" not in text
    assert "银行转账" not in text


def test_wechat_is_not_offered_where_its_merchant_is_not_set_up(here: Collecting) -> None:
    here.assess()
    here.bill((202603, S.DUE))
    change(here, mchid="1900000009")

    assert "微信支付" not in card(here)


def test_cash_names_the_branch_s_collector(here: Collecting) -> None:
    with here.services.sessions.begin() as session:
        account = StaffAccount(
            username="zhou", display_name="周收缴", password_hash="n", totp_sealed="n", created_at=NOW
        )
        session.add(account)
        session.flush()
        session.add(
            StaffRole(account_id=account.id, role=Role.COLLECTOR, organization_id=here.people.branch_id)
        )

    assert "主题党日当面交给周收缴，当场开收据" in here.phone.get("/m/dues").text


def test_advance_that_waits_is_shown(here: Collecting) -> None:
    here.assess()
    here.bill((202603, S.PAID))
    with here.services.sessions.begin() as session:
        member = session.get_one(Member, here.people.member.member_id)
        dues_rows.advance(session, member, here.people.branch_id, 15300)

    assert "您有预缴153.00元，出账单时自动抵扣。" in card(here)


def test_reported_transfer_waits_for_the_branch_and_can_be_taken_back(here: Collecting) -> None:
    here.assess()
    here.bill((202603, S.DUE))

    answer = here.phone.post("/m/dues/transfers", TRANSFER)

    assert (answer.status_code, answer.headers["Location"]) == (303, "/m/dues#transfer")
    assert card(here).startswith("转账待确认 您报告在2026年3月1日转账76.50元（尾号1234）。")
    assert here.states() == {202603: S.PENDING}

    number = re.search(r'name="transfer" value="(\d+)"', here.phone.get("/m/dues").text)
    assert number is not None
    here.phone.post("/m/dues/transfers/withdraw", {"transfer": number[1]})

    assert here.states() == {202603: S.DUE}
    assert card(here).startswith("现在应缴 76.50 元")


def test_transfer_reported_twice_is_one(here: Collecting) -> None:
    here.assess()
    here.bill((202603, S.DUE))

    codes = [here.phone.post("/m/dues/transfers", TRANSFER).status_code for _ in range(2)]
    other = here.phone.post("/m/dues/transfers", TRANSFER | {"amount": "80"})

    assert codes == [303, 303]
    assert other.status_code == 409
    assert "您已经报告过一笔转账" in other.text
    with here.services.sessions.read() as session:
        assert [one.amount_fen for one in session.scalars(select(Transfer))] == [7650]


def test_stranger_s_transfer_cannot_be_taken_back(here: Collecting) -> None:
    here.assess()
    here.bill((202603, S.DUE))
    here.phone.post("/m/dues/transfers", TRANSFER)

    here.door.signed_in(here.people.other.identity_id).post("/m/dues/transfers/withdraw", {"transfer": "1"})

    assert here.states() == {202603: S.PENDING}


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"amount": "七十六"}, "请填写转账的金额"),
        ({"amount": "0"}, "请填写转账的金额"),
        ({"amount": "-5"}, "请填写转账的金额"),
        ({"amount": "100000.01"}, "请填写转账的金额"),
        ({"paid_on": ""}, "请选择转账的日期"),
        ({"paid_on": "2026-03-03"}, "不能晚于今天"),
        ({"paid_on": "0001-01-01"}, "请选择转账的日期"),
        ({"note": "长" * 101}, "备注最多 100 个字"),
    ],
)
def test_transfer_that_cannot_be_is_said_beside_its_field(
    here: Collecting, typed: dict[str, str], said: str
) -> None:
    here.assess()

    answer = here.phone.post("/m/dues/transfers", TRANSFER | typed)

    assert answer.status_code == 400
    assert said in answer.text
    assert 'aria-invalid="true"' in answer.text


def test_transfer_that_was_not_found_is_said_with_the_reason(here: Collecting) -> None:
    here.assess()
    here.bill((202603, S.DUE))
    with here.services.sessions.begin() as session:
        session.add(
            Transfer(
                member_id=here.people.member.member_id,
                organization_id=here.people.branch_id,
                committee_id=here.people.branch_id,
                amount_fen=7650,
                paid_on=NOW.date() - timedelta(days=5),
                state=TransferState.REFUSED,
                answer="账上没有这一笔",
                reported_at=NOW,
            )
        )

    assert "转账76.50元没有查到：账上没有这一笔" in here.phone.get("/m/dues").text


def test_home_mentions_what_is_owed_and_me_leads_there(here: Collecting) -> None:
    here.assess()
    here.bill((202602, S.OVERDUE), (202603, S.DUE))

    assert "党费待缴" in here.phone.get("/m/").text
    assert "2个月，共153.00元" in here.phone.get("/m/").text
    assert 'href="/m/dues"' in here.phone.get("/m/me").text


def test_home_is_silent_where_nothing_is_owed(here: Collecting) -> None:
    here.assess()
    here.bill((202602, S.PAID), (202603, S.PENDING), (202604, S.ASSESSED))

    assert "党费待缴" not in here.phone.get("/m/").text


def test_notices_of_dues_lead_where_more_is_said(here: Collecting) -> None:
    here.assess()
    paid = here.bill((202602, S.PAID))
    with here.services.sessions.begin() as session:
        me = select(Member.id).where(Member.id == here.people.member.member_id)
        receipt = dues_rows.receipt(session, *(session.get_one(Bill, one) for one in paid))
        telling.queue_paid(session, receipt=receipt, now=NOW)
        telling.queue_due(session, me, month=202603, now=NOW)
        review = Review(member_id=me_id(here), question="问", asked_at=NOW, answered_at=NOW)
        session.add(review)
        session.flush()
        telling.queue_review_answered(session, review=review, now=NOW)

    text = here.phone.get("/m/notices").text

    for said in (
        f'href="/m/dues/receipts/{receipt.id}"',
        "党费收据：2026年2月党费，76.50元",
        'href="/m/dues"',
        "党费提醒：2026年3月的党费还没有收到",
        'href="/m/dues/why"',
        "您的党费复核申请有了答复",
    ):
        assert said in text


def test_notices_whose_words_have_faded_still_open(here: Collecting) -> None:
    with here.services.sessions.begin() as session:
        me = select(Member.id).where(Member.id == here.people.member.member_id)
        telling.queue_due(session, me, month=202603, now=NOW)
        for kind in ("dues_paid", "dues_refunded", "dues_arrears"):
            personal.queue_for(session, me, subject=kind, kind=kind, fields={}, now=NOW)
        session.execute(update(Delivery).values(fields="{}"))

    text = here.phone.get("/m/notices").text

    for said in ("党费提醒", "党费收据", "多缴党费的退款", "一条工作提醒"):
        assert said in text


def me_id(here: Collecting) -> int:
    found = here.people.member.member_id
    assert found is not None
    return found


def test_who_is_no_party_member_reports_no_transfer(here: Collecting) -> None:
    with here.services.sessions.begin() as session:
        session.get_one(Member, here.people.member.member_id).kind = MemberKind.APPLICANT

    answer = here.phone.post("/m/dues/transfers", TRANSFER)

    assert (answer.status_code, "您现在不用缴" in answer.text) == (409, True)

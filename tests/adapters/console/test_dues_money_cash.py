"""Cash, receipts, transfers, handovers and large gifts in the console."""

import re
from typing import Any

import pytest
from pymysql.err import OperationalError as DeadlockError
from sqlalchemy import update
from sqlalchemy.exc import OperationalError

from app.dues.assessments.models import Assessment
from app.dues.bills.models import Bill
from app.dues.bills.states import BillState
from app.dues.books import ledger
from app.dues.books.models import Account, Journal
from app.dues.cash.models import Handover, Receipt, ReceiptLine, Transfer
from app.dues.cash.states import HandoverState, TransferState
from app.dues.policies.models import DuesPolicy
from app.members.models import Member, MemberKind
from app.staff.models import Role
from tests.adapters.console.world import World
from tests.adapters.site import Browser, Site


@pytest.fixture
def collector(site: Site, world: World) -> Browser:
    return site.staff(Role.COLLECTOR, world.left.branch_id)


@pytest.fixture
def accountant(site: Site, world: World) -> Browser:
    return site.staff(Role.ACCOUNTANT, world.left.committee_id)


@pytest.fixture
def path(world: World) -> str:
    """Of the member who owes two months of 30 yuan, and has reported a transfer for the first."""
    return f"/console/dues/collect/{world.left.member_id}"


def december(world: World) -> int:
    return world.left.booked.bill_ids[3]


def cash(world: World, fen: str = "30.00", **more: str) -> dict[str, object]:
    bill = december(world)
    return {"bill": bill, f"fen-{bill}": fen, "sure": "yes", **more}


def receipts(site: Site, world: World) -> list[Receipt]:
    """Of the member who owes."""
    with site.services.sessions.read() as session:
        return session.query(Receipt).filter_by(member_id=world.left.member_id).all()


def bill(site: Site, bill_id: int) -> Bill:
    with site.services.sessions.read() as session:
        return session.get_one(Bill, bill_id)


def cash_at(site: Site, world: World, organization_id: int) -> int:
    with site.services.sessions.read() as session:
        return ledger.cash_at(session, world.left.committee_id, organization_id)


def test_own_people_are_listed_with_what_is_open_and_nobody_is_ranked(collector: Browser) -> None:
    page = collector.get("/console/dues/collect").text
    everybody = collector.get("/console/dues/collect?all=yes").text

    assert ("东山赵一" in page, "2 个月，2025年11月起" in page, "¥60.00" in page) == (True, True, True)
    assert ("东山钱二" in page, "东山钱二" in everybody, "西河" in everybody) == (False, True, False)


def test_whoever_gave_way_to_another_does_not_lose_the_form(
    collector: Browser, site: Site, world: World, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin, gave_way = ledger.begin, [DeadlockError(1213, "Deadlock found", sqlstate="40001")]

    def gives_way_once(*given: Any, **named: Any) -> Journal | None:
        journal = begin(*given, **named)
        if gave_way:
            raise OperationalError("UPDATE dues_period", {}, gave_way.pop())
        return journal

    monkeypatch.setattr(ledger, "begin", gives_way_once)
    answer = collector.post(path, cash(world))

    assert answer.status_code == 302
    assert [one.amount_fen for one in receipts(site, world)] == [3000]


def test_no_form_marks_several_people_paid(site: Site) -> None:
    takes = [
        rule.rule for rule in site.app.url_map.iter_rules() if rule.endpoint == "console.receive_dues_cash"
    ]

    assert takes == ["/console/dues/collect/<int:member_id>"]


def test_money_is_counted_before_the_receipt_is_written(
    site: Site, collector: Browser, world: World, path: str
) -> None:
    asked = collector.post(path, {**cash(world), "sure": ""})
    before = receipts(site, world)
    answer = collector.post(path, cash(world))

    assert ("请当面点清现金" in asked.text, "¥30.00" in asked.text, before) == (True, True, [])
    assert [one.amount_fen for one in receipts(site, world)] == [3000]
    assert bill(site, december(world)).state is BillState.PAID
    assert f"收据 2026-{receipts(site, world)[0].number:06d}" in collector.get(answer.location).text


def test_a_second_tap_writes_no_second_receipt(
    site: Site, collector: Browser, world: World, path: str
) -> None:
    form = cash(world, once="o" * 43)

    collector.post(path, form)
    again = collector.post(path, form)

    assert (len(receipts(site, world)), again.status_code) == (1, 302)
    assert "没有重复办理" in collector.get(again.location).text


UNCLEAR: list[tuple[str, dict[str, str], str]] = [
    ("30.01", {}, "这个月只差 ¥30.00"),
    ("-1", {}, "请填写金额"),
    ("三十", {}, "请填写金额"),
    ("30", {"extra": "很多"}, "请填写金额"),
    ("30", {"payer": "李四", "relation": "配偶"}, "代交要经本人同意"),
    ("30", {"payer": "李四", "consent": "yes"}, "与本人的关系"),
    ("30", {"extra": "1000"}, "大额党费"),
]


def test_cash_that_is_not_clear_is_refused_beside_the_field(
    site: Site, collector: Browser, world: World, path: str
) -> None:
    answers = [(collector.post(path, cash(world, fen, **more)), said) for fen, more, said in UNCLEAR]

    assert [(one.status_code, said) for one, said in answers if said in one.text] == [
        (409, said) for _, _, said in UNCLEAR
    ]
    assert receipts(site, world) == []


def test_part_of_a_month_and_a_gift_beside_it_are_taken(
    site: Site, collector: Browser, world: World, path: str
) -> None:
    collector.post(path, cash(world, "10", extra="5", payer="李四", relation="配偶", consent="yes"))

    found = receipts(site, world)[0]
    page = collector.get(f"/console/dues/receipts/{found.id}").text
    assert (found.amount_fen, bill(site, december(world)).paid_fen) == (1500, 1000)
    assert all(text in page for text in ("李四代交，配偶", "2025年12月", "自愿多缴党费", "¥15.00"))


def test_months_to_come_are_taken_as_the_members_own_page_takes_them(
    site: Site, collector: Browser, world: World, path: str
) -> None:
    form = {"ahead": "2"}

    asked = collector.post(path, form).text
    more = collector.post(path, {**form, "sure": "yes", "counted": "3000"})
    collector.post(path, {**form, "sure": "yes", "counted": "6000"})

    assert [text in asked for text in ("2026年4月预缴", "2026年5月预缴", "¥60.00")] == [True] * 3
    assert (more.status_code, "请重新打开再收" in more.text) == (409, True)
    (found,) = receipts(site, world)
    with site.services.sessions.read() as session:
        lines = session.query(ReceiptLine).filter_by(receipt_id=found.id).order_by(ReceiptLine.id).all()
    assert [(one.account, one.month, one.amount_fen) for one in lines] == [
        (Account.ADVANCE, month, 3000) for month in (202604, 202605)
    ]


def test_months_beyond_the_rule_or_without_an_amount_are_not_taken(
    site: Site, collector: Browser, world: World, path: str
) -> None:
    beyond = collector.post(path, {"ahead": "4"})
    with site.services.sessions.begin() as session:
        session.query(Assessment).filter_by(member_id=world.left.member_id).update({"standing": None})
    unset = collector.post(path, {"ahead": "1", "sure": "yes", "counted": "3000"})

    assert (beyond.status_code, "预缴的月数超过了收缴规定" in beyond.text) == (422, True)
    assert (unset.status_code, "以后月份的数额还没有核定" in unset.text) == (409, True)
    assert receipts(site, world) == []


def test_what_is_owed_to_the_committee_before_is_shown_and_not_taken(
    site: Site, collector: Browser, world: World, path: str
) -> None:
    with site.services.sessions.begin() as session:
        session.get_one(Bill, december(world)).committee_id = world.right.committee_id

    page = collector.get(path).text
    answer = collector.post(path, cash(world))

    assert ("原党委的账" in page, f'value="{december(world)}"' in page) == (True, False)
    assert (answer.status_code, "账单在原党委的账上" in answer.text) == (409, True)


def test_those_above_the_branch_take_nobodys_money(site: Site, world: World, path: str) -> None:
    above = site.staff(Role.COLLECTOR, world.left.committee_id)

    assert above.get(path).status_code == 404
    assert "您不在支部任收缴人" in above.get("/console/dues/collect").text


def test_receipts_have_names_for_the_branch_and_sums_of_many_for_those_above(
    site: Site, collector: Browser, world: World
) -> None:
    own = collector.get("/console/dues/receipts").text
    above = site.staff(Role.SECRETARY, world.left.committee_id).get("/console/dues/receipts").text

    assert ("东山钱二" in own, "¥60.00" in own) == (True, True)
    assert ("东山" in above.replace("东山公司党委", ""), "¥30.00" in above) == (False, False)
    assert "不足 5 人，不单列" in above


def test_the_second_print_says_that_it_is_a_copy(collector: Browser, world: World) -> None:
    path = f"/console/dues/receipts/{world.left.booked.receipt_id}/print"

    first, second = collector.post(path).text, collector.post(path).text

    assert ("副本" in first, "副本" in second, "党费收据" in first) == (False, True, True)


def test_a_receipt_is_cancelled_by_a_reversal_that_another_person_decides(
    site: Site, collector: Browser, world: World
) -> None:
    booked = world.left.booked
    path = f"/console/dues/receipts/{booked.receipt_id}"
    collector.post(f"{path}/cancel", {"reason": "金额输错"})
    waits = collector.get(path).text
    secretary = site.staff(Role.SECRETARY, world.left.committee_id)
    draft = re.findall(r"/console/dues/drafts/(\d+)", secretary.get("/console/dues/drafts").text)[0]

    secretary.post(f"/console/dues/drafts/{draft}/decide", {"decision": "approved"})

    voucher = secretary.get(f"/console/dues/books/{booked.journal_id}").text
    assert ("冲销待复核" in waits, "已冲销" in collector.get(path).text, "被冲销于" in voucher) == (True,) * 3
    assert bill(site, booked.bill_ids[0]).state is BillState.OVERDUE


def test_the_collector_takes_back_what_they_asked_for_themselves(
    site: Site, collector: Browser, world: World
) -> None:
    """And nobody else of the branch does; the accountant's drafts are not the collector's to see."""
    path = f"/console/dues/receipts/{world.left.booked.receipt_id}"
    collector.post(f"{path}/cancel", {"reason": "金额输错"})

    listed = collector.get("/console/dues/drafts").text
    (draft,) = set(re.findall(r"/console/dues/drafts/\d+", listed))
    assert f'href="{draft}"' in collector.get(path).text
    page = collector.get(draft).text
    others = site.staff(Role.COLLECTOR, world.left.branch_id)
    seen = [others.get(draft).status_code, others.post(f"{draft}/withdraw").status_code]
    collector.post(f"{draft}/withdraw")

    assert ("撤回" in page, "/console/dues/books/" in page, seen) == (True, False, [404, 404])
    assert "收错了，申请冲销" in collector.get(path).text
    assert collector.get(f"/console/dues/drafts/{world.left.booked.draft_id}").status_code == 404


def test_a_payment_by_wechat_is_not_cancelled_but_refunded(
    site: Site, collector: Browser, world: World
) -> None:
    with site.services.sessions.read() as session:
        by_wechat = session.query(Receipt).filter_by(order_id=world.left.booked.order_id).one().id

    assert "在“订单”里" in collector.get(f"/console/dues/receipts/{by_wechat}").text
    answer = collector.post(f"/console/dues/receipts/{by_wechat}/cancel", {"reason": "错"})

    assert "在“订单”里申请退款" in collector.get(answer.location).text


def test_the_accountant_reads_a_name_for_a_reason_that_is_kept(
    site: Site, accountant: Browser, world: World
) -> None:
    path = f"/console/dues/receipts/{world.left.booked.receipt_id}"

    pages = [
        accountant.get(path),
        accountant.post(f"{path}/names"),
        accountant.post(f"{path}/names", {"reason": "核对银行回单"}),
    ]

    assert [(page.status_code, "东山钱二" in page.text) for page in pages] == [
        (200, False),
        (422, False),
        (200, True),
    ]
    trail = site.staff(Role.AUDITOR, world.root_id).get("/console/audit").text
    assert ("查看党费收据" in trail, "核对银行回单" in trail) == (True, True)


def test_a_transfer_is_believed_by_the_banks_slip_alone(site: Site, collector: Browser, world: World) -> None:
    path = f"/console/dues/transfers/{world.left.booked.transfer_id}/confirm"

    refused = collector.post(path)
    said = collector.get(refused.location).text
    collector.post(path, {"slip": "HD20260302"})

    with site.services.sessions.read() as session:
        found = session.get_one(Transfer, world.left.booked.transfer_id)
    assert "请照银行回单填写单号" in said
    assert (found.state, bill(site, world.left.booked.bill_ids[2]).state) == (
        TransferState.CONFIRMED,
        BillState.PAID,
    )


def test_a_transfer_that_did_not_come_is_answered_with_a_reason(
    site: Site, collector: Browser, world: World
) -> None:
    path = f"/console/dues/transfers/{world.left.booked.transfer_id}/refuse"

    collector.post(path)
    waits = collector.get("/console/dues/transfers").text
    collector.post(path, {"answer": "专户里没有这一笔"})

    assert "东山赵一" in waits
    assert "专户里没有这一笔" in collector.get("/console/dues/transfers?done=yes").text


def test_cash_goes_up_from_one_hand_to_another(site: Site, collector: Browser, world: World) -> None:
    path = f"/console/dues/handovers/{world.left.booked.cash_id}/receive"
    above = site.staff(Role.COLLECTOR, world.left.committee_id)

    own = collector.post(path)
    above.post(path)

    assert own.status_code == 403
    assert [cash_at(site, world, one) for one in (world.left.branch_id, world.left.committee_id)] == [
        2000,
        1000,
    ]


def test_more_cash_than_lies_there_is_not_offered(site: Site, collector: Browser, world: World) -> None:
    """30 yuan lie there, and 20 of them are offered."""
    form = {"giving": world.left.branch_id, "way": "cash"}

    answers = [
        collector.post("/console/dues/handovers", {**form, "amount": one}) for one in ("10.01", "", "10")
    ]

    assert [answer.status_code for answer in answers] == [409, 422, 302]
    assert "没有这么多现金" in answers[0].text
    with site.services.sessions.read() as session:
        assert session.query(Handover).filter_by(from_organization_id=world.left.branch_id).count() == 3


def test_cash_that_waits_to_be_taken_is_said_beside_what_lies_there(collector: Browser) -> None:
    assert "其中 ¥20.00 已登记上交，等点收" in collector.get("/console/dues/handovers").text


def test_cash_in_the_bank_is_believed_by_the_accountant_with_the_slip(
    site: Site, collector: Browser, accountant: Browser, world: World
) -> None:
    path = f"/console/dues/handovers/{world.left.booked.banked_id}/bank"
    slip = {"slip_number": "88001", "slip_on": "2026-03-02"}

    missing = accountant.post(path, {**slip, "slip_on": ""})
    said = accountant.get(missing.location).text
    collectors = collector.post(path, slip).status_code
    accountant.post(path, slip)

    with site.services.sessions.read() as session:
        found = session.get_one(Handover, world.left.booked.banked_id)
    assert ("请照银行回单" in said, collectors) == (True, 403)
    assert (found.state, found.slip_number) == (HandoverState.RECEIVED, "88001")


def test_the_list_of_a_months_cash_names_the_own_people_alone(collector: Browser, world: World) -> None:
    answer = collector.get("/console/dues/handovers/cash-list?month=202603&format=xlsx")

    assert (answer.status_code, answer.data[:2]) == (200, b"PK")
    assert (
        collector.get(
            f"/console/dues/handovers/cash-list?format=xlsx&organization={world.right.branch_id}"
        ).status_code
        == 404
    )


def test_a_large_gift_is_voluntary_and_passed_on_by_another_person(
    site: Site, collector: Browser, accountant: Browser, world: World
) -> None:
    form = {
        "member": world.left.member_id,
        "amount": "1000",
        "way": "cash",
        "received_on": "2026-03-02",
        "profile": "退休职工",
    }

    pressed = collector.post("/console/dues/large", form)
    collector.post("/console/dues/large", {**form, "voluntary": "yes"})
    listed = collector.get("/console/dues/large").text
    accountant.post(f"/console/dues/large/{world.left.booked.gift_id}/pass-on", {"to": "上级党委组织部"})

    assert (pressed.status_code, "必须出于本人自愿" in pressed.text) == (422, True)
    assert listed.count("待转交") == 2
    assert "转交上级党委组织部" in accountant.get("/console/dues/large").text


@pytest.mark.parametrize(
    "role", [Role.SECRETARY, Role.OFFICE, Role.ORGANIZER, Role.RECONCILER, Role.COLLECTOR]
)
def test_who_gave_how_much_is_read_by_the_branch_and_who_passes_it_on(
    site: Site, accountant: Browser, world: World, role: Role
) -> None:
    above = site.staff(role, world.left.committee_id).get("/console/dues/large").text
    branch = site.staff(role, world.left.branch_id).get("/console/dues/large").text

    assert ("东山赵一" in above, "¥2,000.00" in above) == (False, False)
    assert all("¥2,000.00" in page for page in (branch, accountant.get("/console/dues/large").text))


@pytest.mark.parametrize("text", ["9" * 10, "2026-" + "9" * 40])
def test_a_number_that_no_receipt_has_finds_nothing(collector: Browser, text: str) -> None:
    answer = collector.get(f"/console/dues/receipts?q={text}")

    assert (answer.status_code, "还没有收据" in answer.text) == (200, True)


def test_where_no_rule_holds_months_to_come_are_refused(site: Site, collector: Browser, path: str) -> None:
    with site.services.sessions.begin() as session:
        session.execute(update(DuesPolicy).values(standing=None))

    answer = collector.post(path, {"ahead": "1", "sure": "yes"})

    assert (answer.status_code, "没有开通这种方式" in answer.text) == (409, True)


def test_a_large_gift_is_a_party_member_s(site: Site, collector: Browser, world: World) -> None:
    with site.services.sessions.begin() as session:
        session.get_one(Member, world.left.member_id).kind = MemberKind.MASSES
    form = {
        "amount": "2000",
        "way": "cash",
        "received_on": "2026-03-01",
        "profile": "群众",
        "voluntary": "yes",
    }

    answer = collector.post("/console/dues/large", {"member": world.left.member_id, **form})

    assert (answer.status_code, "不是党员" in answer.text) == (409, True)

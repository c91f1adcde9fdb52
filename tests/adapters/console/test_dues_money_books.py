"""The books in the console: vouchers, trial balance, entries by hand, locked months, remitting, publishing."""

import re
from io import BytesIO
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from app.dues.books import ledger
from app.dues.books.ledger import Leg
from app.dues.books.models import Account, Draft, DraftKind, Journal, JournalKind, Period, PeriodState
from app.dues.orders import refunding
from app.dues.orders.models import Refund
from app.dues.words import word
from app.members.models import Member, PartyStatus
from app.organizations.models import Organization
from app.staff.deciding import Decision
from app.staff.models import Role
from console.dues_money_books import BY_HAND
from console.views.dues_cases import NEXT_STEPS
from tests import factories
from tests.adapters.console.world import World
from tests.adapters.site import Browser, Site
from tests.factories import NOW

BOOKS = "/console/dues/books"


@pytest.fixture
def accountant(site: Site, world: World) -> Browser:
    return site.staff(Role.ACCOUNTANT, world.left.committee_id)


@pytest.fixture
def secretary(site: Site, world: World) -> Browser:
    return site.staff(Role.SECRETARY, world.left.committee_id)


def cells(content: bytes) -> list[list[Any]]:
    return CalamineWorkbook.from_filelike(BytesIO(content)).get_sheet_by_index(0).to_python()


def newest(site: Site, kind: type[Any]) -> Any:
    with site.services.sessions.read() as session:
        return session.query(kind).order_by(kind.id.desc()).first()


def test_vouchers_are_listed_by_number_and_without_names(accountant: Browser) -> None:
    page = accountant.get(f"{BOOKS}?month=2026-03").text

    assert ("共 7 张，发生额 ¥2,180.00" in page, "大额党费" in page) == (True, True)
    assert "东山赵一" not in page


def test_vouchers_are_found_by_kind_and_number(accountant: Browser) -> None:
    filters = ("&kind=paid", "&number=1", "&kind=reversal", "")
    pages = [accountant.get(f"{BOOKS}?month=2026-03{one}").text for one in filters]

    assert [page.count('class="name tight"') for page in pages] == [2, 1, 0, 7]


def test_a_voucher_shows_accounts_and_names_only_for_a_reason(
    site: Site, accountant: Browser, secretary: Browser, world: World
) -> None:
    path = f"{BOOKS}/{world.left.booked.journal_id}"

    pages = [
        accountant.get(path),
        accountant.post(f"{path}/names"),
        accountant.post(f"{path}/names", {"reason": "核对回单"}),
    ]

    assert [("库存现金" in page.text, "东山钱二" in page.text) for page in pages] == [
        (True, False),
        (True, False),
        (True, True),
    ]
    assert secretary.post(f"{path}/names", {"reason": "看看"}).status_code == 403
    assert "查看凭证逐笔" in site.staff(Role.AUDITOR, world.root_id).get("/console/audit").text


def test_debit_and_credit_of_the_trial_balance_are_equal(accountant: Browser, world: World) -> None:
    answer = accountant.get(f"{BOOKS}/trial.xlsx?committee={world.left.committee_id}&last=2026-03")

    total = cells(answer.data)[-1]
    assert total == ["合计", 0, 0, 2180, 2180, 2120, 2120]


def test_what_came_before_is_brought_forward(accountant: Browser) -> None:
    later = accountant.get(f"{BOOKS}/trial?first=2026-04&last=2026-05").text

    assert later.count("¥2,120.00") == 4


def test_an_account_runs_from_voucher_to_voucher(accountant: Browser, world: World) -> None:
    of = f"{BOOKS}/account?committee={world.left.committee_id}&account=receivable"

    page = accountant.get(f"{of}&first=2026-03&last=2026-03").text
    branch = accountant.get(f"{of}&organization={world.left.branch_id}").text
    committee = accountant.get(f"{of}&organization={world.left.committee_id}").text

    assert "期初 <span>¥0.00</span>，本期借方 ¥120.00，贷方 ¥60.00，期末 <span>¥60.00</span>" in page
    assert ("¥120.00" in branch, "没有发生额" in committee) == (True, True)


def test_vouchers_leave_as_numbers_and_as_text_that_does_nothing(
    site: Site, accountant: Browser, secretary: Browser, world: World
) -> None:
    form = {"committee": world.left.committee_id, "kind": "charge", "amount": "2.5", "reason": "=1+1"}
    accountant.post("/console/dues/drafts/new", form)
    draft: Draft = newest(site, Draft)
    secretary.post(f"/console/dues/drafts/{draft.id}/decide", {"decision": "approved"})

    rows = cells(accountant.get(f"{BOOKS}.xlsx?committee={world.left.committee_id}&month=2026-03").data)

    assert (rows[1][3], rows[1][6]) == (2.5, "'=1+1")
    assert "东山赵一" not in str(rows)


def test_an_entry_by_hand_is_booked_by_the_second_person(
    site: Site, accountant: Browser, secretary: Browser, world: World
) -> None:
    form = {"committee": world.left.committee_id, "kind": "interest", "amount": "1.23", "reason": "利息"}
    accountant.post("/console/dues/drafts/new", form)
    draft: Draft = newest(site, Draft)
    path = f"/console/dues/drafts/{draft.id}"

    own = accountant.post(f"{path}/decide", {"decision": "approved"}).status_code
    secretary.post(f"{path}/decide", {"decision": "approved"})

    booked: Journal = newest(site, Journal)
    assert (own, booked.made_by, booked.reason) == (403, draft.proposed_by, "利息")
    assert "记账凭证" in secretary.get(path).text


UNCLEAR: list[tuple[dict[str, str], str]] = [
    ({"kind": "use", "amount": "100", "reason": "党课"}, "请选择用在哪一项"),
    ({"kind": "use", "amount": "100", "reason": "党课", "item": "training"}, "集体讨论的日期"),
    ({"kind": "interest", "amount": "0", "reason": "利息"}, "请填写金额"),
    ({"kind": "interest", "amount": "1", "reason": ""}, "请写明原因"),
    ({"kind": "suspense", "amount": "1", "reason": "查清", "member": "没有这人"}, "没有找到这位党员"),
    ({"kind": "given_back", "amount": "1", "reason": "转账退回"}, "退给哪位党员"),
    ({"kind": "advance_back", "amount": "1", "reason": "转走"}, "退给哪位党员"),
    ({"kind": "advance_back", "amount": "1", "reason": "转走", "member": "东山赵一"}, "预缴没有这么多"),
    (
        {"kind": "given_back", "amount": "1", "reason": "转账退回", "member": "东山赵一"},
        "没有应退给这位党员的",
    ),
]


def test_an_entry_that_is_not_whole_is_refused(site: Site, accountant: Browser, world: World) -> None:
    before, of = newest(site, Draft).id, {"committee": world.left.committee_id}

    answers = [(accountant.post("/console/dues/drafts/new", {**of, **form}), said) for form, said in UNCLEAR]

    assert [said in one.text for one, said in answers] == [True] * len(UNCLEAR)
    assert ({one.status_code for one, _ in answers}, newest(site, Draft).id) == ({409, 422}, before)


def test_what_wechat_could_not_give_back_is_booked_once_it_went_another_way(
    site: Site, accountant: Browser, secretary: Browser, world: World
) -> None:
    """The refund was approved, WeChat kept refusing it, and the money went back by transfer."""
    with site.services.sessions.begin() as session:
        refund = session.get_one(Refund, world.left.booked.refund_id)
        refunding.decide(session, refund.id, Decision.APPROVED, by="shuji", now=NOW)
        refund.error = "NOT_ENOUGH"
        refunding.give_up(session, refund.id, by="duizhang", note="转账退回", now=NOW)
        at = world.left.committee_id
        legs = [Leg(Account.BANK, at, Account.OPENING, at, 10_00)]
        kind, key = JournalKind.HANDED_OVER, "test:opening"
        ledger.post(session, committee_id=at, kind=kind, key=key, legs=legs, by="a", now=NOW)
    form = {"kind": "given_back", "amount": "5", "reason": "转账退回", "member": "东山钱二"}

    page = accountant.get("/console/dues/drafts/new?kind=given_back").text
    accountant.post("/console/dues/drafts/new", {"committee": at, **form})
    draft: Draft = newest(site, Draft)
    secretary.post(f"/console/dues/drafts/{draft.id}/decide", {"decision": "approved"})

    assert "应退党费现有 ¥5.00" in page
    with site.services.sessions.read() as session:
        assert ledger.balance(session, at, Account.REFUNDS) == 0


def paid_ahead(site: Site, world: World, *people: Member) -> None:
    """Five yuan each, in cash; ten are on the account."""
    at, branch = world.left.committee_id, world.left.branch_id
    cash = [Leg(Account.CASH, branch, Account.ADVANCE, branch, 5_00, one.id) for one in people]
    with site.services.sessions.begin() as session:
        legs = [Leg(Account.BANK, at, Account.OPENING, at, 10_00), *cash]
        kind, key = JournalKind.HANDED_OVER, "test:ahead"
        ledger.post(session, committee_id=at, kind=kind, key=key, legs=legs, by="a", now=NOW)


def test_what_was_paid_ahead_goes_back_to_who_has_left(
    site: Site, accountant: Browser, secretary: Browser, world: World
) -> None:
    """They are in nobody's roster here any more; the second person still reads whose money it is."""
    with site.services.sessions.begin() as session:
        gone = factories.member(session, session.get_one(Organization, world.right.branch_id), name="孙远行")
        gone.status = PartyStatus.TRANSFERRED
    paid_ahead(site, world, gone)
    at = world.left.committee_id
    form = {
        "kind": "advance_back",
        "amount": "4",
        "reason": "转走",
        "member": "孙远行",
        "document_no": "回单7",
    }

    page = accountant.get("/console/dues/drafts/new?kind=advance_back").text
    accountant.post("/console/dues/drafts/new", {"committee": at, **form})
    draft: Draft = newest(site, Draft)
    read = secretary.get(f"/console/dues/drafts/{draft.id}").text
    secretary.post(f"/console/dues/drafts/{draft.id}/decide", {"decision": "approved"})

    assert ("退还预缴" in page, "预缴党费现有 ¥5.00" in page) == (True, True)
    assert ("孙远行" in read, "回单7" in read) == (True, True)
    with site.services.sessions.read() as session:
        assert ledger.balance(session, at, Account.ADVANCE) == -1_00


def test_nothing_is_given_back_to_one_of_two_of_a_name(site: Site, accountant: Browser, world: World) -> None:
    """One of them is gone: the other must not be taken for them."""
    with site.services.sessions.begin() as session:
        branch = session.get_one(Organization, world.left.branch_id)
        two = [factories.member(session, branch, name="孙远行") for _ in range(2)]
        two[0].status = PartyStatus.LEFT
    paid_ahead(site, world, *two)
    form = {"kind": "advance_back", "amount": "4", "reason": "转走", "member": "孙远行"}

    answer = accountant.post("/console/dues/drafts/new", {"committee": world.left.committee_id, **form})

    assert "有同名的" in answer.text
    assert newest(site, Draft).kind is not DraftKind.ADVANCE_BACK


@pytest.mark.parametrize("kind", ["found_wechat", "found_bank"])
def test_money_of_unknown_origin_is_booked_by_hand(
    site: Site, accountant: Browser, secretary: Browser, world: World, kind: str
) -> None:
    form = {"committee": world.left.committee_id, "kind": kind, "amount": "12", "reason": "来源待查"}
    accountant.post("/console/dues/drafts/new", form)
    draft: Draft = newest(site, Draft)
    secretary.post(f"/console/dues/drafts/{draft.id}/decide", {"decision": "approved"})

    page = accountant.get("/console/dues/drafts/new?kind=suspense").text
    assert "待查款项现有 ¥12.00" in page


def test_what_a_difference_asks_the_accountant_to_do_is_a_kind_of_entry() -> None:
    """And each of these kinds is what some difference asks for."""
    asked = {word for step in NEXT_STEPS.values() for word in re.findall("记“([^”]+)”", step)}

    assert asked == {
        word(one) for one in (DraftKind.FOUND_WECHAT, DraftKind.GIVEN_BACK, DraftKind.GIVEN_BACK_WECHAT)
    }
    assert asked <= {word(one) for one in BY_HAND}


def test_only_who_proposed_takes_it_back(site: Site, accountant: Browser, world: World) -> None:
    form = {"committee": world.left.committee_id, "kind": "interest", "amount": "1", "reason": "利息"}
    accountant.post("/console/dues/drafts/new", form)
    draft: Draft = newest(site, Draft)

    for one in (draft.id, world.left.booked.draft_id):
        accountant.post(f"/console/dues/drafts/{one}/withdraw")

    with site.services.sessions.read() as session:
        found = [session.get_one(Draft, one).decision for one in (draft.id, world.left.booked.draft_id)]
    assert found == [Decision.WITHDRAWN, Decision.PROPOSED]


def test_a_month_is_locked_in_its_turn_and_opened_again_by_two(
    site: Site, accountant: Browser, secretary: Browser, world: World
) -> None:
    page = "/console/dues/periods"
    of = {"committee": world.left.committee_id}

    this = accountant.get(accountant.post(f"{page}/lock", {**of, "month": "202603"}).location).text
    accountant.post(f"{page}/lock", {**of, "month": "202602"})
    locked = accountant.get(page).text.count("已结账</span>")
    secretary.post(
        f"/console/dues/reopenings/{world.left.booked.reopening_id}/decide", {"decision": "approved"}
    )

    with site.services.sessions.read() as session:
        january = session.query(Period).filter_by(committee_id=world.left.committee_id, month=202601).one()
    assert ("还没有过完" in this, locked, january.state) == (True, 2, PeriodState.OPEN)


def test_a_rule_of_remitting_needs_a_share_and_a_second_person(
    accountant: Browser, secretary: Browser, world: World
) -> None:
    form = {
        "committee": world.left.committee_id,
        "to_name": "省国资委党委",
        "every": "quarter",
        "due_days": "30",
        "clause": "组〔2026〕9号",
        "effective_from": "2026-04",
    }

    rules = "/console/dues/remittance/rules"
    wrong = [accountant.post(rules, {**form, "ratio": one}) for one in ("", "0", "101", "1.234")]
    accountant.post(rules, {**form, "ratio": "12.5"})
    secretary.post(
        f"/console/dues/remittance/rules/{world.left.booked.rule_id}/decide", {"decision": "approved"}
    )

    assert {(one.status_code, "请填写比例" in one.text) for one in wrong} == {(422, True)}
    page = accountant.get("/console/dues/remittance").text
    assert ("12.5%" in page, "省国资委党委" in page, "已通过（" in page) == (True, True, True)


def test_a_sheet_is_sent_only_with_the_banks_number_and_printed_without_names(
    secretary: Browser, world: World
) -> None:
    path = f"/console/dues/remittance/sheets/{world.left.booked.sheet_id}"

    answer = secretary.post(f"{path}/decide", {"decision": "approved"})
    rows = cells(secretary.get(f"{path}/paper.xlsx").data)

    assert "请填写银行付款凭证的号码" in secretary.get(answer.location).text
    assert ["应上缴金额（元）", "30.00"] in [row[1:3] for row in rows]
    assert ("东山赵一" in str(rows), secretary.get(f"{path}/paper.docx").status_code) == (False, 404)


def test_totals_are_looked_at_by_all_and_published_by_who_decides(
    accountant: Browser, secretary: Browser, world: World
) -> None:
    form = {"organization": world.left.committee_id, "first": "2026-02", "last": "2026-02"}

    page = accountant.get("/console/dues/publicity").text
    statuses = [
        accountant.post("/console/dues/publicity", form).status_code,
        secretary.post("/console/dues/publicity", {**form, "last": "2026-03"}).status_code,
        secretary.post("/console/dues/publicity", form).status_code,
    ]

    assert ("2025年10月至12月" in page, "不足 5 人，不单列" in page) == (True, True)
    assert statuses == [403, 302, 302]
    assert "2026年2月" in secretary.get("/console/dues/publicity").text

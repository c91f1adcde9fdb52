"""Orders, refunds, WeChat's bills and differences in the console."""

from io import BytesIO

import pytest
from python_calamine import CalamineWorkbook

from app.dues.orders.models import Refund
from app.dues.orders.states import RefundState
from app.dues.statements.models import Case, CaseState, StatementState, TradeStatement
from app.organizations.models import Organization
from app.staff.models import Role
from tests import dues_rows
from tests.adapters.console.world import World
from tests.adapters.site import Browser, Site


@pytest.fixture
def reconciler(site: Site, world: World) -> Browser:
    return site.staff(Role.RECONCILER, world.left.committee_id)


def asked(world: World, amount: str = "1", reason: str = "多收") -> dict[str, object]:
    return {"source": f"receivable-{world.left.booked.bill_ids[1]}", "amount": amount, "reason": reason}


def refunds(site: Site, world: World) -> list[Refund]:
    with site.services.sessions.read() as session:
        return session.query(Refund).filter_by(order_id=world.left.booked.order_id).all()


def test_an_order_is_found_by_any_of_its_numbers_and_names_nobody(reconciler: Browser, world: World) -> None:
    page = reconciler.get(f"/console/dues/orders/{world.left.booked.order_id}").text
    number = page.partition('class="number">')[2].partition("<")[0]

    found = reconciler.get(f"/console/dues/orders?number={number}").text
    refunded = reconciler.get(f"/console/dues/orders?number=R{world.left.booked.order_id:012d}").text
    nothing = reconciler.get(f"/console/dues/orders?number={number[:-1]}").text

    assert ("共 1 笔" in found, "共 1 笔" in refunded, "没有找到订单" in nothing) == (True, True, True)
    assert ("东山钱二" in page, "东山赵一" in page, "不列姓名" in page) == (False, False, True)


def test_a_refund_is_asked_for_by_one_and_decided_by_another(
    site: Site, reconciler: Browser, world: World
) -> None:
    reconciler.post(f"/console/dues/orders/{world.left.booked.order_id}/refunds", asked(world))
    made = refunds(site, world)[-1]
    path = f"/console/dues/refunds/{made.id}"
    secretary = site.staff(Role.SECRETARY, world.left.committee_id)

    own = reconciler.post(f"{path}/decide", {"decision": "approved"}).status_code
    secretary.post(f"{path}/decide", {"decision": "approved"})

    assert (own, made.state, refunds(site, world)[-1].state) == (
        403,
        RefundState.PROPOSED,
        RefundState.WANTED,
    )
    assert "等待退款" in secretary.get("/console/dues/refunds").text


UNCLEAR = [("25.01", "多收", "最多可以退 ¥25.00"), ("0", "多收", "请填写金额"), ("1", "", "请写明退款原因")]


def test_no_more_is_asked_for_than_may_go_back(site: Site, reconciler: Browser, world: World) -> None:
    """Of 30 yuan, 5 are on another refund."""
    path = f"/console/dues/orders/{world.left.booked.order_id}/refunds"

    answers = [(reconciler.post(path, asked(world, amount, why)), said) for amount, why, said in UNCLEAR]

    assert [(one.status_code, said in one.text) for one, said in answers] == [(409, True)] * 3
    assert len(refunds(site, world)) == 1


def test_a_second_tap_asks_for_no_second_refund(site: Site, reconciler: Browser, world: World) -> None:
    path = f"/console/dues/orders/{world.left.booked.order_id}/refunds"
    form = {**asked(world, "25"), "once": "r" * 43}

    statuses = [reconciler.post(path, form).status_code for _ in range(2)]

    assert (statuses, len(refunds(site, world))) == ([302, 302], 2)


def test_a_refund_that_is_not_agreed_to_changes_nothing(site: Site, world: World) -> None:
    secretary = site.staff(Role.SECRETARY, world.left.committee_id)

    secretary.post(
        f"/console/dues/refunds/{world.left.booked.refund_id}/decide",
        {"decision": "refused", "note": "没有多收"},
    )

    assert [one.state for one in refunds(site, world)] == [RefundState.REFUSED]
    assert "不予退款" in secretary.get("/console/dues/refunds?done=yes").text


def test_each_day_stands_beside_our_own_books(reconciler: Browser, world: World) -> None:
    page = reconciler.get("/console/dues/statements?month=2026-03").text
    day = reconciler.get(f"/console/dues/statements/{world.left.booked.statement_id}").text

    assert ("¥42.00" in page, "待处理的差异 1 条" in page) == (True, True)
    assert ("¥12.00" in day, f"X{world.left.booked.mchid}" in day, "共 1 笔" in day) == (True, True, True)
    assert (
        "共 2 笔" in reconciler.get(f"/console/dues/statements/{world.left.booked.statement_id}?all=yes").text
    )


def test_differences_leave_as_a_workbook_without_names(reconciler: Browser, world: World) -> None:
    answer = reconciler.get(f"/console/dues/statements/{world.left.booked.statement_id}/differences.xlsx")

    rows = CalamineWorkbook.from_filelike(BytesIO(answer.data)).get_sheet_by_index(0).to_python()
    assert [(row[2], row[3], row[6], row[7]) for row in rows[1:]] == [
        ("收款", f"X{world.left.booked.mchid}", 12.0, "")
    ]


def test_another_merchants_bills_are_not_there(reconciler: Browser, world: World) -> None:
    assert reconciler.get(f"/console/dues/statements?mchid={world.right.booked.mchid}").status_code == 404


def test_a_bill_is_fetched_again_at_the_jobs_next_turn(site: Site, reconciler: Browser, world: World) -> None:
    reconciler.post(f"/console/dues/statements/{world.left.booked.statement_id}/again")

    with site.services.sessions.read() as session:
        found = session.get_one(TradeStatement, world.left.booked.statement_id)
    assert (found.state, found.ask_at) == (StatementState.WANTED, site.clock.now())


def test_a_difference_is_settled_once_and_with_a_note(site: Site, reconciler: Browser, world: World) -> None:
    path = f"/console/dues/cases/{world.left.booked.case_id}"

    silent = reconciler.post(f"{path}/settle")
    reconciler.post(f"{path}/settle", {"note": "商户平台已退"})
    again = reconciler.post(f"{path}/settle", {"note": "再写一次"})

    with site.services.sessions.read() as session:
        found = session.get_one(Case, world.left.booked.case_id)
    assert ("请写明查到什么" in silent.text, silent.status_code, again.status_code) == (True, 409, 409)
    assert (found.state, found.note) == (CaseState.SETTLED, "商户平台已退")
    assert "商户平台已退" in site.staff(Role.AUDITOR, world.root_id).get("/console/audit").text


def test_who_collects_or_books_does_not_compare(site: Site, world: World) -> None:
    pages = ("statements", "cases", "orders")

    for role in (Role.COLLECTOR, Role.ACCOUNTANT):
        browser = site.staff(role, world.left.committee_id)
        assert [browser.get(f"/console/dues/{page}").status_code for page in pages] == [403] * 3


def test_a_merchant_account_that_was_named_once_opens_nobody_else_s_bills(
    site: Site, reconciler: Browser, world: World
) -> None:
    theirs = world.right.booked
    with site.services.sessions.begin() as session:
        committee = session.get_one(Organization, world.left.committee_id)
        dues_rows.policy(session, committee, effective_from=202502, mchid=theirs.mchid, standing=None)

    listed = reconciler.get("/console/dues/statements").text

    assert theirs.mchid not in listed
    assert reconciler.get(f"/console/dues/statements/{theirs.statement_id}").status_code == 404

"""Receipts on the phone, each its member's alone, and the totals that an organisation publishes."""

import re
from dataclasses import replace
from typing import Any

import pytest

from app.dues.bills.models import Bill
from app.dues.bills.states import BillState
from app.dues.cash.models import PayWay
from app.organizations.models import Organization
from tests import dues_rows, factories
from tests.adapters.pages import owed
from tests.adapters.pages.collecting import Collecting
from tests.adapters.papers.reading import pdf_text

TOTALS = owed.TOTALS


def receive(here: Collecting, *months: int, **columns: Any) -> int:
    made = here.bill(*((month, BillState.PAID) for month in months))
    with here.services.sessions.begin() as session:
        bills = [session.get_one(Bill, one) for one in made]
        return dues_rows.receipt(session, *bills, **columns).id


@pytest.fixture
def receipt_id(here: Collecting) -> int:
    here.assess()
    return receive(here, 202602, 202603, number=123, way=PayWay.CASH)


def printed(here: Collecting, receipt_id: int) -> str:
    answer = here.phone.post(f"/m/dues/receipts/{receipt_id}/print")
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    assert "2026-000123.pdf" in answer.headers["Content-Disposition"]
    return pdf_text(answer.data)


def test_receipt_says_how_much_for_which_months(here: Collecting, receipt_id: int) -> None:
    text = here.phone.get(f"/m/dues/receipts/{receipt_id}").text

    for said in ("收据号 2026-000123", "153.00", "2026年2月党费", "2026年3月党费", "现金", "机电党支部"):
        assert said in text
    assert f'href="/m/dues/receipts/{receipt_id}"' in here.phone.get("/m/dues/receipts").text


def test_second_print_says_that_it_is_a_copy(here: Collecting, receipt_id: int) -> None:
    first, second = printed(here, receipt_id), printed(here, receipt_id)

    assert "副本" not in first
    assert "党费收据（副本）" in second
    assert "已经打印过" in here.phone.get(f"/m/dues/receipts/{receipt_id}").text


def test_looking_at_a_receipt_is_not_printing_it(here: Collecting, receipt_id: int) -> None:
    here.phone.get(f"/m/dues/receipts/{receipt_id}")

    assert "副本" not in printed(here, receipt_id)


def test_somebody_else_s_receipt_is_nowhere(here: Collecting, receipt_id: int) -> None:
    other = here.door.signed_in(here.people.other.identity_id)

    assert other.get(f"/m/dues/receipts/{receipt_id}").status_code == 404
    assert other.post(f"/m/dues/receipts/{receipt_id}/print").status_code == 404
    assert "还没有收据。" in other.get("/m/dues/receipts").text
    assert "副本" not in printed(here, receipt_id)


def test_cancelled_receipt_says_that_it_is_void(here: Collecting) -> None:
    here.assess()
    with here.services.sessions.begin() as session:
        reversal = dues_rows.journal(session, here.people.branch_id).id
    number = receive(here, 202603, cancelled_by_id=reversal)

    assert "本收据不再有效" in here.phone.get(f"/m/dues/receipts/{number}").text
    assert "已冲销" in here.phone.get("/m/dues/receipts").text


def published(here: Collecting) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", here.phone.get("/m/dues/public").text).split())


def test_totals_of_the_own_branch_are_shown_without_a_name(here: Collecting) -> None:
    with here.services.sessions.begin() as session:
        owed.publish(session, session.get_one(Organization, here.people.branch_id))

    said = published(here)

    assert "机电党支部 2025年1月至2025年12月 应缴人数 36人 全部缴清 35人" in said
    assert "应缴 40,000.00元 实收 39,900.00元" in said
    assert "结余" not in said


def test_committee_s_totals_have_the_use_and_what_is_hidden_is_said(here: Collecting) -> None:
    totals = replace(
        TOTALS, received_fen=None, remitted_fen=100000, used_fen={"training": 25000}, balance_fen=None
    )
    with here.services.sessions.begin() as session:
        owed.publish(session, session.get_one(Organization, here.people.branch_id), totals)

    said = published(here)

    assert "实收 人数少，不单列" in said
    assert "上缴 1,000.00元" in said
    assert "使用：培训党员 250.00元" in said
    assert "期末结余 人数少，不单列" in said


def test_newest_version_stands_and_other_branches_are_not_shown(here: Collecting) -> None:
    with here.services.sessions.begin() as session:
        own = session.get_one(Organization, here.people.branch_id)
        owed.publish(session, own)
        owed.publish(session, own, replace(TOTALS, billed_members=37), version=2)
        owed.publish(session, factories.organization(session, name="别的支部"))

    said = published(here)

    assert "应缴人数 37人" in said
    assert "应缴人数 36人" not in said
    assert "别的支部" not in said


def test_nothing_published_is_said(here: Collecting) -> None:
    assert "还没有公示。" in published(here)

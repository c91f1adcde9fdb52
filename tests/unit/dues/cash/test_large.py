"""大额党费: apart from dues from the first moment, wholly to the centre, by two people."""

from dataclasses import asdict
from datetime import date
from typing import Any

import pytest

from app.core.db import Sessions
from app.core.errors import DomainError
from app.dues.books.ledger import BankShort
from app.dues.books.models import Account
from app.dues.cash import large
from app.dues.cash.large import GiftDayWrong, GiftPassedOn, NotLarge, ProfileMissing
from app.dues.cash.models import LargeGift, PayWay
from app.dues.remittance import publicity
from app.dues.remittance.received import received
from app.staff.deciding import SecondPersonNeeded
from tests.factories import NOW
from tests.unit.dues.taking.till import CASHIER, COLLECTOR, MARCH, Till, till

THOUSAND = 100_000
TODAY = date(2026, 3, 2)


@pytest.fixture
def here(shared: Sessions) -> Till:
    return till(shared)


def receive(one: Till, **given: Any) -> LargeGift:
    wanted: dict[str, Any] = {
        "member_id": one.members[0],
        "fen": THOUSAND,
        "way": PayWay.TRANSFER,
        "received_on": TODAY,
        "profile": "1985年入党，退休工程师。",
        "key": f"form:{one.committee}",
        "by": COLLECTOR,
        "now": NOW,
    }
    with one.sessions.begin() as session:
        return large.receive(session, **(wanted | given))


def pass_on(one: Till, gift: LargeGift, **given: Any) -> LargeGift:
    wanted: dict[str, Any] = {"to": "省委组织部", "passed_on": TODAY, "by": CASHIER, "now": NOW}
    with one.sessions.begin() as session:
        return large.pass_on(session, gift_id=gift.id, **(wanted | given))


def test_gift_stands_apart_and_goes_up_whole(shared: Sessions) -> None:
    one = till(shared)

    gift = receive(one)
    held = one.balances()
    passed = pass_on(one, gift, document_no="汇款1")
    with shared.begin() as session:
        large.keep_centre_receipt(session, gift_id=gift.id, number=" 中组收1 ")
        kept = session.get_one(LargeGift, gift.id).centre_receipt

    assert held == {(Account.BANK, one.committee): THOUSAND, (Account.LARGE, one.committee): -THOUSAND}
    assert one.balances() == {}
    assert (passed.passed_by, passed.passed_to, passed.passed_on, kept) == (
        CASHIER,
        "省委组织部",
        TODAY,
        "中组收1",
    )


def test_cash_of_a_gift_lies_at_the_branch_until_it_is_handed_over(here: Till) -> None:
    gift = receive(here, way=PayWay.CASH)

    assert here.balances()[Account.CASH, here.branch] == THOUSAND
    with pytest.raises(BankShort):
        pass_on(here, gift)


def test_no_total_of_dues_and_no_share_counts_it(here: Till) -> None:
    def figures() -> tuple[int, dict[str, Any]]:
        with here.sessions.read() as session:
            counted = publicity.totals(
                session, organization_id=here.committee, from_month=MARCH, until_month=MARCH
            )
            return received(session, here.committee, MARCH, MARCH), asdict(counted)

    before = figures()
    gift = receive(here)

    assert figures() == before
    pass_on(here, gift)
    assert figures() == before


def test_form_sent_twice_is_one_gift(here: Till) -> None:
    assert receive(here).id == receive(here).id
    assert here.balances()[Account.LARGE, here.committee] == -THOUSAND


@pytest.mark.parametrize(
    ("given", "refusal"),
    [
        ({"fen": THOUSAND - 1}, NotLarge),
        ({"profile": " "}, ProfileMissing),
        ({"received_on": date(2026, 3, 3)}, GiftDayWrong),
    ],
)
def test_gift_needs_its_size_a_profile_and_a_day_that_was(
    here: Till, given: dict[str, Any], refusal: type[DomainError]
) -> None:
    with pytest.raises(refusal):
        receive(here, **given)


def test_gift_does_not_come_through_wechat(here: Till) -> None:
    with pytest.raises(ValueError, match="WeChat"):
        receive(here, way=PayWay.WECHAT)


@pytest.mark.parametrize(
    ("given", "refusal"),
    [
        ({"by": COLLECTOR}, SecondPersonNeeded),
        ({"passed_on": date(2026, 3, 1)}, GiftDayWrong),
        ({"passed_on": date(2026, 3, 3)}, GiftDayWrong),
    ],
)
def test_gift_is_passed_on_by_another_after_it_was_received(
    here: Till, given: dict[str, Any], refusal: type[DomainError]
) -> None:
    gift = receive(here)

    with pytest.raises(refusal):
        pass_on(here, gift, **given)


def test_gift_is_passed_on_once(here: Till) -> None:
    gift = receive(here)
    pass_on(here, gift)

    with pytest.raises(GiftPassedOn):
        pass_on(here, gift)

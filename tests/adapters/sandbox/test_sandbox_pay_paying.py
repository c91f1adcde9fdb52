"""Paying an order on the phone."""

from collections.abc import Callable

import pytest

from tests.adapters.sandbox.sandbox_account import MINI_ID, OPENID, Backend, Json, Sandbox
from tests.adapters.sandbox.sandbox_merchant import Merchant, pay_section


@pytest.fixture
def merchant(start: Callable[..., Sandbox], backend: Backend) -> Merchant:
    sandbox = start(pay=pay_section())
    sandbox.meet()
    return Merchant(sandbox, notify_url=backend.url)


def test_pay_sheet_shows_whom_and_how_much(merchant: Merchant) -> None:
    prepay_id = merchant.prepay()

    shown = merchant.sandbox.post(f"/sim/pay/{prepay_id}/sheet", merchant.sheet(prepay_id))

    assert shown == {
        "merchant": "某某支部",
        "description": "2026年11月党费",
        "total": 1200,
        "currency": "CNY",
    }


@pytest.mark.parametrize(
    "changes",
    [
        {"paySign": "AAAA"},
        {"timeStamp": "1790000001"},
        {"signType": "MD5"},
        {"package": "prepay_id=wx0"},
        {"appId": MINI_ID},
    ],
)
def test_pay_with_a_wrong_pay_sign_does_nothing(merchant: Merchant, changes: Json) -> None:
    answer = merchant.pays(merchant.prepay(), **changes)

    assert (answer.status_code, answer.get_json()) == (400, {"error": "支付验证签名失败"})
    assert merchant.query().get_json()["trade_state"] == "NOTPAY"


def test_pay_with_a_sheet_signed_for_another_app_or_order_does_nothing(merchant: Merchant) -> None:
    prepay_id, other = merchant.prepay(), merchant.prepay("A2026000002")
    sheets = [merchant.sheet(prepay_id, MINI_ID), merchant.sheet(other)]

    answers = [merchant.sandbox.client.post(f"/sim/pay/{prepay_id}", json=one) for one in sheets]

    assert [one.status_code for one in answers] == [400, 400]


@pytest.mark.parametrize("outcome", ["cancel", "fail"])
def test_pay_cancelled_or_failed_may_be_paid_later(merchant: Merchant, outcome: str) -> None:
    prepay_id = merchant.prepay()

    said = merchant.pays(prepay_id, outcome=outcome).get_json()["err_msg"]
    state = merchant.query().get_json()["trade_state"]

    assert (said, state) == (f"get_brand_wcpay_request:{outcome}", "NOTPAY")
    assert merchant.pays(prepay_id).get_json()["err_msg"] == "get_brand_wcpay_request:ok"


def test_pay_twice_is_refused(merchant: Merchant) -> None:
    first, second = merchant.prepay(), merchant.prepay()
    merchant.pays(first)

    assert merchant.pays(second).get_json() == {"error": "该订单已支付"}
    assert len(merchant.books()["payments"]) == 1


def test_pay_after_close_is_impossible(merchant: Merchant) -> None:
    prepay_id = merchant.prepay()
    merchant.close()

    assert merchant.pays(prepay_id).get_json() == {"error": "该订单已关闭"}


def test_pay_after_two_hours_needs_a_new_prepay_id(merchant: Merchant) -> None:
    stale = merchant.prepay()
    merchant.sandbox.world.clock.advance(7200)

    assert merchant.pays(stale).get_json() == {"error": "prepay_id 已过期，请重新下单"}
    assert merchant.pays(merchant.prepay()).status_code == 200


def test_pay_by_another_person_or_of_nothing_is_refused(merchant: Merchant) -> None:
    prepay_id = merchant.prepay()

    assert merchant.pays(prepay_id, openid="oAnother").get_json() == {
        "error": "当前微信用户与下单的用户不一致"
    }
    assert merchant.pays("wx0").get_json() == {"error": "没有这个 prepay_id"}


def test_pay_in_the_mini_program_by_its_openid_or_the_phones(merchant: Merchant) -> None:
    mine = merchant.sandbox.world.followers.mini_openid(OPENID)
    numbers = ["A-in-mini-1", "A-in-mini-2"]
    prepaid = [merchant.prepay(one, appid=MINI_ID, payer={"openid": mine}) for one in numbers]

    for prepay_id, openid in zip(prepaid, (mine, OPENID), strict=True):
        changes = merchant.sheet(prepay_id, MINI_ID) | {"openid": openid}
        assert merchant.pays(prepay_id, **changes).status_code == 200

    assert merchant.query(numbers[0]).get_json()["payer"] == {"openid": mine}

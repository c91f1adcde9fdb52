"""Every way in which a notification can go wrong."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature, InvalidTag

from tests.adapters.sandbox.sandbox_account import OPENID, Json, Sandbox, served
from tests.adapters.sandbox.sandbox_merchant import (
    PUBLIC_KEY_ID,
    Merchant,
    Till,
    check_signed,
    opened,
    pay_section,
    public_pem,
)

NOW = 1_790_000_000


@pytest.fixture
def till() -> Till:
    return Till()


@pytest.fixture
def merchant(start: Callable[..., Sandbox], till: Till) -> Iterator[Merchant]:
    sandbox = start(pay=pay_section(notify_scale=1e-6))
    sandbox.post("/sim/people", {"openid": OPENID, "name": "王建国"})
    with served(till) as url:
        yield Merchant(sandbox, notify_url=f"{url}/pay")


def _kinds(merchant: Merchant) -> list[str]:
    return [one["kind"] for one in merchant.settled()["attempts"]]


def test_fault_lost_tells_nobody(merchant: Merchant, till: Till) -> None:
    merchant.fault(notify_lost=1)

    merchant.paid()

    assert (merchant.settled()["state"], till.told) == ("lost", [])


def test_fault_duplicate_sends_the_same_bytes_twice(merchant: Merchant, till: Till) -> None:
    merchant.fault(notify_duplicate=1)

    merchant.paid()

    assert _kinds(merchant) == ["first", "duplicate"]
    assert till.told[0] == till.told[1]


def test_fault_delay_holds_it_back(merchant: Merchant, till: Till) -> None:
    merchant.fault(notify_delay_ms=60_000)
    prepay_id = merchant.prepay()

    merchant.sandbox.post(f"/sim/pay/{prepay_id}", merchant.sheet(prepay_id))
    told = list(till.told)
    merchant.later(60)

    assert (told, _kinds(merchant)) == ([], ["first"])


def test_fault_replay_sends_the_same_bytes_with_a_year_old_time(merchant: Merchant, till: Till) -> None:
    merchant.fault(notify_replay_old=1)

    merchant.paid()

    (_, first), (headers, again) = till.told
    check_signed(headers, again, public_pem("platform"))
    assert (first, int(headers["Wechatpay-Timestamp"])) == (again, NOW - 365 * 86400)


def test_fault_signtest_probes_before(merchant: Merchant, till: Till) -> None:
    merchant.fault(notify_signtest=1)
    till.answers = [401]

    merchant.paid()

    (headers, body), _ = till.told
    assert _kinds(merchant) == ["signtest", "first"]
    assert headers["Wechatpay-Signature"].startswith("WECHATPAY/SIGNTEST/")
    with pytest.raises(InvalidSignature):
        check_signed(headers, body, public_pem("platform"))


@pytest.mark.parametrize(
    ("fault", "fields", "value"),
    [
        ("notify_wrong_amount", ("amount", "total"), 1201),
        ("notify_wrong_mchid", ("mchid",), "1900000110"),
    ],
)
def test_fault_tells_something_else(
    merchant: Merchant, till: Till, fault: str, fields: tuple[str, ...], value: object
) -> None:
    merchant.fault(**{fault: 1})

    merchant.paid()

    headers, body = till.told[0]
    found: Any = opened(body)
    for name in fields:
        found = found[name]
    check_signed(headers, body, public_pem("platform"))
    assert found == value
    assert merchant.settled()["attempts"][0]["wrong"] == fault


def test_fault_other_order_tells_of_an_order_that_is_not_ours(merchant: Merchant, till: Till) -> None:
    merchant.fault(notify_other_order=1)

    merchant.paid()

    assert opened(till.told[0][1])["out_trade_no"] != "A2026000001"


def test_fault_unknown_serial_names_no_key_of_wechat(merchant: Merchant, till: Till) -> None:
    merchant.fault(notify_unknown_serial=1)

    merchant.paid()

    keys = merchant.sandbox.get("/sim/pay/keys")
    assert till.told[0][0]["Wechatpay-Serial"] not in {keys["public_key_id"], keys["certificate_serial"]}


def test_fault_forged_is_signed_by_somebody_else(merchant: Merchant, till: Till) -> None:
    merchant.fault(notify_forged=1)

    merchant.paid()

    headers, body = till.told[0]
    assert headers["Wechatpay-Serial"] == PUBLIC_KEY_ID
    with pytest.raises(InvalidSignature):
        check_signed(headers, body, public_pem("platform"))


def test_fault_reencrypted_cannot_be_opened(merchant: Merchant, till: Till) -> None:
    merchant.fault(notify_reencrypted=1)

    merchant.paid()

    with pytest.raises(InvalidTag):
        opened(till.told[0][1])


def test_fault_cert_signs_notices_and_answers_with_the_certificate(merchant: Merchant, till: Till) -> None:
    merchant.fault(key_mode="cert")

    merchant.paid()

    keys, (headers, body) = merchant.sandbox.get("/sim/pay/keys"), till.told[0]
    check_signed(headers, body, keys["certificate"])
    assert headers["Wechatpay-Serial"] == keys["certificate_serial"]
    assert merchant.query().headers["Wechatpay-Serial"] == keys["certificate_serial"]


@pytest.mark.parametrize(("percent", "public"), [(0, True), (100, False)])
def test_fault_mixed_signs_so_many_notices_with_the_certificate(
    merchant: Merchant, till: Till, percent: int, *, public: bool
) -> None:
    merchant.fault(key_mode="mixed", cert_percent=percent)

    merchant.paid()

    assert (till.told[0][0]["Wechatpay-Serial"] == PUBLIC_KEY_ID) is public
    assert merchant.query().headers["Wechatpay-Serial"] == PUBLIC_KEY_ID


@pytest.mark.parametrize(
    "fault", [{"key_mode": "both"}, {"cert_percent": 0.5}, {"notify_lost": "yes"}, {"errcode": 1}, {"x": 1}]
)
def test_fault_unknown_is_refused(merchant: Merchant, fault: Json) -> None:
    assert merchant.sandbox.client.post("/sim/faults", json={"pay": fault}).status_code == 400

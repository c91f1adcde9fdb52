"""What merchants are told of payments and refunds, and when."""

import json
import time
from collections.abc import Callable, Iterator
from functools import partial

import pytest
from cryptography.exceptions import InvalidSignature

from tests.adapters.sandbox.sandbox_account import OPENID, Json, Sandbox, served
from tests.adapters.sandbox.sandbox_merchant import (
    MCHID,
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


def _tried(found: list[Json], *, times: int) -> bool:
    return bool(found[0]["tries"] == times)


def test_payment_is_told_signed_and_sealed(merchant: Merchant, till: Till) -> None:
    merchant.paid()

    ((headers, body),) = till.told
    whole = json.loads(body)
    check_signed(headers, body, public_pem("platform"))
    assert (headers["Wechatpay-Serial"], headers["Wechatpay-Timestamp"]) == (PUBLIC_KEY_ID, str(NOW))
    assert (whole["event_type"], whole["resource_type"]) == ("TRANSACTION.SUCCESS", "encrypt-resource")
    assert whole["resource"]["original_type"] == "transaction"
    assert opened(body) == merchant.query().get_json()


def test_payment_is_told_again_until_it_is_taken(merchant: Merchant, till: Till) -> None:
    till.answers = [500, 404, 301, 200]

    merchant.paid()

    attempts = merchant.settled()["attempts"]
    assert [one["status"] for one in attempts] == [500, 404, 301, 200]
    assert [one["kind"] for one in attempts] == ["first", "retry", "retry", "retry"]
    assert len({json.loads(body)["id"] for _, body in till.told}) == 1


def test_payment_nobody_takes_is_told_sixteen_times_within_a_day(merchant: Merchant, till: Till) -> None:
    merchant.notify_url = "http://127.0.0.1:9/nobody"
    merchant.fault(retry_scale=1)
    merchant.paid()
    pauses = []
    for tries in range(1, 16):
        (notice,) = merchant.once(partial(_tried, times=tries))
        pauses.append(round(notice["due_at"] - merchant.sandbox.world.clock.now()))
        merchant.later(pauses[-1])

    notice = merchant.settled()

    assert (notice["state"], len(notice["attempts"]), sum(pauses)) == ("given_up", 16, 24 * 3600 + 240)
    assert pauses[:5] == [15, 15, 30, 180, 600]
    assert notice["attempts"][0]["error"].startswith("not reachable")


def test_payment_is_not_told_to_a_merchant_without_api_key(start: Callable[..., Sandbox], till: Till) -> None:
    section = pay_section()
    section["merchants"][0]["api_v3_key"] = ""
    sandbox = start(pay=section)
    sandbox.post("/sim/people", {"openid": OPENID, "name": "王建国"})
    with served(till) as url:
        merchant = Merchant(sandbox, notify_url=url)
        merchant.paid()

    assert (till.told, merchant.notices()) == ([], [])


def test_restart_goes_on_telling(merchant: Merchant, till: Till, start: Callable[..., Sandbox]) -> None:
    till.answers = [500]
    merchant.fault(retry_scale=1)
    merchant.paid()
    again = start(pay=pay_section())

    again.world.load(merchant.sandbox.world.dump())
    again.post("/sim/clock", {"advance_seconds": 15})

    assert [one["status"] for one in Merchant(again).settled()["attempts"]] == [500, 204]


def test_restart_tells_again_what_was_on_its_way(merchant: Merchant, start: Callable[..., Sandbox]) -> None:
    merchant.fault(notify_delay_ms=60_000)
    prepay_id = merchant.prepay()
    merchant.sandbox.post(f"/sim/pay/{prepay_id}", merchant.sheet(prepay_id))
    stopped = merchant.sandbox.world.dump()
    for notice in stopped["pay_notices"].values():
        notice["due_at"] = -1.0
    again = start(pay=pay_section())

    again.world.load(stopped)
    again.post("/sim/clock", {"advance_seconds": 1})

    assert Merchant(again).settled()["state"] == "done"


def test_refund_is_told_to_its_own_address_when_it_ends(merchant: Merchant, till: Till) -> None:
    merchant.paid()
    merchant.refund(500, notify_url=f"{merchant.notify_url}/back")
    assert len(merchant.notices()) == 1

    merchant.later(3)

    notice = merchant.settled()
    clear = opened(till.told[-1][1])
    assert (notice["event"], notice["url"]) == ("REFUND.SUCCESS", f"{merchant.notify_url}/back")
    assert (clear["refund_status"], clear["out_refund_no"]) == ("SUCCESS", "R1")
    assert clear["amount"] == {"total": 1200, "refund": 500, "payer_total": 1200, "payer_refund": 500}


def test_refund_of_a_running_clock_ends_by_itself(merchant: Merchant, till: Till) -> None:
    merchant.sandbox.world.clock._source = time.time
    merchant.paid()
    merchant.fault(refund_delay_s=0)

    merchant.refund(500)

    assert merchant.once(lambda found: len(found) == 2)[-1]["event"] == "REFUND.SUCCESS"


@pytest.mark.parametrize(("ends", "event"), [("abnormal", "REFUND.ABNORMAL"), ("closed", "REFUND.CLOSED")])
def test_refund_that_fails_is_told(merchant: Merchant, till: Till, ends: str, event: str) -> None:
    merchant.fault(refund_ends=ends)
    merchant.paid()
    merchant.refund(500)

    merchant.later(3)

    assert merchant.settled()["event"] == event
    assert "success_time" not in opened(till.told[-1][1])


def test_crafted_notice_of_any_contents(merchant: Merchant, till: Till) -> None:
    till.answers = [418]

    said = merchant.sandbox.post(
        "/sim/pay/notify",
        {"url": merchant.notify_url, "mchid": MCHID, "resource": {"a": 1}, "event_type": "X", "timestamp": 5},
    )

    headers, body = till.told[0]
    check_signed(headers, body, public_pem("platform"))
    assert (said["status"], said["sent"]["body"]) == (418, body.decode())
    assert (opened(body), headers["Wechatpay-Timestamp"]) == ({"a": 1}, "5")


def test_crafted_notice_of_any_bytes_and_headers(merchant: Merchant, till: Till) -> None:
    bare = {"url": merchant.notify_url, "body": "{", "headers": {"Wechatpay-Serial": "ABC"}, "key": "other"}

    merchant.sandbox.post("/sim/pay/notify", bare)

    headers, body = till.told[0]
    assert (body, headers["Wechatpay-Serial"]) == (b"{", "ABC")
    with pytest.raises(InvalidSignature):
        check_signed(headers, body, public_pem("platform"))


def test_log_shows_what_was_told(merchant: Merchant, till: Till) -> None:
    merchant.paid()

    entry = [one for one in merchant.sandbox.get("/sim/log")["entries"] if one["kind"] == "push"][-1]
    assert (entry["label"], entry["failed"], entry["fields"]["EventKey"]) == (
        "TRANSACTION.SUCCESS",
        False,
        "A2026000001",
    )

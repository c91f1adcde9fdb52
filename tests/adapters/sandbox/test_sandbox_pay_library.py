"""wechatpayv3, an independent merchant, against the sandbox: it signs, and believes what the sandbox signs."""

import gzip
import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from wechatpayv3 import WeChatPay, WeChatPayType

from tests.adapters.sandbox.sandbox_account import APP_ID, OPENID, Json, Sandbox, served
from tests.adapters.sandbox.sandbox_merchant import (
    API_KEY,
    MCHID,
    PUBLIC_KEY_ID,
    SERIAL,
    Merchant,
    Till,
    pay_section,
    private_pem,
    public_pem,
)

AMOUNT = {"total": 1200, "currency": "CNY"}
DAY = 86400


@pytest.fixture
def sandbox(start: Callable[..., Sandbox]) -> Sandbox:
    made = start(pay=pay_section())
    made.world.clock._source = time.time  # the library signs with the time that it is
    made.post("/sim/people", {"openid": OPENID, "name": "王建国"})
    return made


@pytest.fixture
def till() -> Till:
    return Till()


@pytest.fixture
def addresses(sandbox: Sandbox, till: Till) -> Iterator[tuple[str, str]]:
    """Of the sandbox, and of the merchant."""
    with served(sandbox.app) as url, served(till) as notify:
        yield url, f"{notify}/pay"


@pytest.fixture(params=["pubkey", "cert"])
def library(
    request: pytest.FixtureRequest, sandbox: Sandbox, addresses: tuple[str, str], tmp_path: Any
) -> WeChatPay:
    keys = sandbox.get("/sim/pay/keys")
    sandbox.post("/sim/faults", {"pay": {"key_mode": request.param}})
    public = {"public_key": public_pem("platform"), "public_key_id": PUBLIC_KEY_ID}
    if request.param == "cert":
        (tmp_path / f"{keys['certificate_serial']}.pem").write_text(keys["certificate"], encoding="utf-8")
        public = {"cert_dir": str(tmp_path)}
    made = WeChatPay(
        wechatpay_type=WeChatPayType.JSAPI,
        mchid=MCHID,
        private_key=private_pem("merchant"),
        cert_serial_no=SERIAL,
        appid=APP_ID,
        apiv3_key=API_KEY,
        notify_url=addresses[1],
        timeout=5,
        **public,
    )
    made._core._gate_way = addresses[0]
    return made


def _ok(answer: tuple[int, str], status: int = 200) -> Json:
    assert answer[0] == status, answer
    found: Json = json.loads(answer[1]) if answer[1] else {}
    return found


def _order(library: WeChatPay, number: str = "A2026000001") -> str:
    said = library.pay("2026年11月党费", number, AMOUNT, payer={"openid": OPENID})
    return str(_ok(said)["prepay_id"])


def _pays(sandbox: Sandbox, library: WeChatPay, prepay_id: str) -> Json:
    """The library's own paySign."""
    package = f"prepay_id={prepay_id}"
    sign = library.sign([APP_ID, "1790000000", "n0nce", package])
    sheet = Merchant(sandbox).sheet(prepay_id) | {"paySign": sign, "wait": True}
    return sandbox.post(f"/sim/pay/{prepay_id}", sheet)


def test_library_orders_pays_and_asks(library: WeChatPay, sandbox: Sandbox, till: Till) -> None:
    number = _pays(sandbox, library, _order(library))["transaction_id"]

    by_ours = _ok(library.query(out_trade_no="A2026000001"))
    by_theirs = _ok(library.query(transaction_id=number))

    assert by_ours == by_theirs
    assert (by_ours["trade_state"], by_ours["amount"]["total"]) == ("SUCCESS", 1200)
    told = library.callback(*till.told[0])
    assert (told["event_type"], told["resource"]) == ("TRANSACTION.SUCCESS", by_ours)


def test_library_closes(library: WeChatPay, sandbox: Sandbox) -> None:
    _order(library)

    assert library.close("A2026000001")[0] == 204
    assert _ok(library.query(out_trade_no="A2026000001"))["trade_state"] == "CLOSED"


def test_library_refunds(library: WeChatPay, sandbox: Sandbox, till: Till) -> None:
    _pays(sandbox, library, _order(library))

    asked = _ok(library.refund("R1", AMOUNT | {"refund": 500}, out_trade_no="A2026000001", reason="多交了"))
    sandbox.post("/sim/clock", {"advance_seconds": 3})

    assert (asked["status"], _ok(library.query_refund("R1"))["status"]) == ("PROCESSING", "SUCCESS")
    ends = time.monotonic() + 5
    while len(till.told) < 2 and time.monotonic() < ends:
        time.sleep(0.005)
    told = library.callback(*till.told[1])
    assert (told["event_type"], told["resource"]["amount"]["refund"]) == ("REFUND.SUCCESS", 500)


def test_library_downloads_the_bills(library: WeChatPay, sandbox: Sandbox) -> None:
    today = sandbox.world.clock.day()
    _pays(sandbox, library, _order(library))
    sandbox.post("/sim/clock", {"advance_seconds": 2 * DAY})

    links = [_ok(library.trade_bill(today)), _ok(library.fundflow_bill(today))]
    bills = [gzip.decompress(library.download_bill(one["download_url"])[1]).decode() for one in links]

    assert ["A2026000001" in one for one in bills] == [True, True]


def test_library_gets_the_certificate(library: WeChatPay, sandbox: Sandbox) -> None:
    library._core._update_certificates()

    (found,) = library._core._certificates
    assert f"{found.serial_number:X}" == sandbox.get("/sim/pay/keys")["certificate_serial"]


@pytest.mark.parametrize("fault", ["notify_forged", "notify_signtest", "notify_reencrypted"])
def test_library_believes_no_wrong_notice(
    library: WeChatPay, sandbox: Sandbox, till: Till, fault: str
) -> None:
    sandbox.post("/sim/faults", {"pay": {fault: 1}})

    _pays(sandbox, library, _order(library))

    assert library.callback(*till.told[0]) is None


def test_library_learns_of_a_refusal(library: WeChatPay) -> None:
    status, text = library.query(out_trade_no="A2026999999")

    assert (status, json.loads(text)["code"]) == (404, "ORDER_NOT_EXIST")


def test_library_throws_at_a_wrong_signature(library: WeChatPay, sandbox: Sandbox) -> None:
    sandbox.post("/sim/faults", {"pay": {"bad_signature": 1}})

    with pytest.raises(Exception, match="failed to verify"):
        _order(library)


def test_library_signs_before_it_writes_a_bar_another_way(library: WeChatPay) -> None:
    status, text = library.query(out_trade_no="A|2026000001")

    assert (status, json.loads(text)["code"]) == (401, "SIGN_ERROR")

"""Orders of WeChat Pay: asked for, signed, paid, closed."""

import re
from collections.abc import Callable, Iterator

import pytest
from cryptography.exceptions import InvalidSignature

from sandbox.server import create_sandbox
from tests.adapters.sandbox.conftest import STANDING_STILL
from tests.adapters.sandbox.sandbox_account import (
    APP_ID,
    MINI_ID,
    OPENID,
    Backend,
    Json,
    Sandbox,
    configuration,
)
from tests.adapters.sandbox.sandbox_merchant import (
    ORDERS,
    OTHER_MCHID,
    PUBLIC_KEY_ID,
    Merchant,
    check_signed,
    pay_section,
    public_pem,
    refusal,
)


@pytest.fixture
def merchant(start: Callable[..., Sandbox], backend: Backend) -> Merchant:
    sandbox = start(pay=pay_section())
    sandbox.meet()
    return Merchant(sandbox, notify_url=backend.url)


@pytest.fixture(scope="module")
def door() -> Iterator[Merchant]:
    """One for all tests in which everything is refused, and nothing changes."""
    app = create_sandbox(configuration("http://127.0.0.1:9/nobody", pay=pay_section()))
    app.extensions["sandbox"].clock._source = lambda: STANDING_STILL
    with app.test_client() as client:
        sandbox = Sandbox(app, client)
        sandbox.post("/sim/people", {"openid": OPENID, "name": "王建国"})
        yield Merchant(sandbox)
    app.extensions["sandbox"].pusher.close()


def test_order_is_asked_for_and_the_answer_is_signed(merchant: Merchant) -> None:
    answer = merchant.call("POST", f"{ORDERS}/jsapi", merchant.wanted())

    assert re.fullmatch(r"wx\w{20,62}", answer.get_json()["prepay_id"])
    assert answer.headers["Wechatpay-Serial"] == PUBLIC_KEY_ID
    assert answer.headers["Wechatpay-Signature-Type"] == "WECHATPAY2-SHA256-RSA2048"
    check_signed(answer.headers, answer.data, public_pem("platform"))


def test_answer_to_who_names_no_public_key_is_signed_by_the_certificate(merchant: Merchant) -> None:
    merchant.wechatpay_serial = ""
    keys = merchant.sandbox.get("/sim/pay/keys")

    answer = merchant.call("POST", f"{ORDERS}/jsapi", merchant.wanted())

    assert answer.headers["Wechatpay-Serial"] == keys["certificate_serial"]
    assert re.fullmatch(r"[0-9A-F]{40}", keys["certificate_serial"])
    check_signed(answer.headers, answer.data, keys["certificate"])


def test_keys_that_the_merchant_downloads(merchant: Merchant) -> None:
    keys = merchant.sandbox.get("/sim/pay/keys")

    assert (keys["public_key_id"], keys["public_key"]) == (PUBLIC_KEY_ID, public_pem("platform"))


def test_keys_not_given_are_made_and_kept(start: Callable[..., Sandbox]) -> None:
    first = start(pay=pay_section(platform_key="", public_key_id=""))
    made = first.get("/sim/pay/keys")
    again = start(pay=pay_section(platform_key="", public_key_id=""))

    again.world.load(first.world.dump())

    assert again.get("/sim/pay/keys") == made
    assert made["public_key_id"].startswith("PUB_KEY_ID_")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"appid": None}, "/appid"),
        ({"description": ""}, "/description"),
        ({"description": "长" * 128}, "/description"),
        ({"out_trade_no": "short"}, "/out_trade_no"),
        ({"out_trade_no": "a" * 33}, "/out_trade_no"),
        ({"out_trade_no": "no spaces"}, "/out_trade_no"),
        ({"notify_url": "http://a.test/pay?x=1"}, "/notify_url"),
        ({"notify_url": "/pay"}, "/notify_url"),
        ({"amount": {"total": 0}}, "/amount/total"),
        ({"amount": {"total": 1.5}}, "/amount/total"),
        ({"amount": {"total": 1, "currency": "USD"}}, "/amount/currency"),
        ({"payer": {}}, "/payer/openid"),
        ({"payer": None}, "/payer/openid"),
        ({"time_expire": "2026-11-21 20:00:00"}, "/time_expire"),
        ({"time_expire": "2026-09-21T22:13:59+08:00"}, "/time_expire"),
        ({"time_expire": "2026-10-07T00:00:00+08:00"}, "/time_expire"),
        ({"attach": "长" * 129}, "/attach"),
        ({"support_fapiao": "yes"}, "/support_fapiao"),
        ({"scene_info": {"device_id": "1"}}, "/scene_info/payer_client_ip"),
        ({"detail": {"goods_detail": [{"quantity": 1}]}}, "/detail/goods_detail/0/merchant_goods_id"),
        ({"surprise": 1}, "/surprise"),
    ],
)
def test_order_with_a_bad_field_is_refused_by_name(door: Merchant, changes: Json, field: str) -> None:
    answer = door.call("POST", f"{ORDERS}/jsapi", door.wanted(**changes))

    assert (answer.status_code, answer.get_json()["code"]) == (400, "PARAM_ERROR")
    assert answer.get_json()["detail"]["field"] == field
    assert "Wechatpay-Signature" not in answer.headers


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"payer": {}}, (400, "PARAM_ERROR", 268501013)),
        ({"surprise": 1}, (400, "PARAM_ERROR", 270924358)),
        ({"payer": {"openid": "oNobody"}}, (500, "OPENID_MISMATCH", 0)),
        ({"appid": "wx0000000000000000"}, (400, "APPID_MCHID_NOT_MATCH", 268445527)),
        ({"appid": MINI_ID}, (500, "OPENID_MISMATCH", 0)),
        ({"mchid": OTHER_MCHID}, (400, "INVALID_REQUEST", 268447843)),
    ],
)
def test_order_refused_says_the_cause_in_request_id(
    door: Merchant, changes: Json, expected: tuple[int, str, int]
) -> None:
    answer = door.call("POST", f"{ORDERS}/jsapi", door.wanted(**changes))

    assert refusal(answer) == expected


@pytest.mark.parametrize(
    "spoilt",
    [
        {"signature": "AAAA"},
        {"signature": "not base64"},
        {"signature": ""},
        {"mchid": OTHER_MCHID + "0"},
        {"serial_no": "ABCDEF"},
        {"timestamp": "1789999699"},
        {"timestamp": "soon"},
        {"nonce_str": "another"},
    ],
)
def test_request_signed_wrongly_is_refused(door: Merchant, spoilt: dict[str, str]) -> None:
    answer = door.call("POST", f"{ORDERS}/jsapi", door.wanted(), **spoilt)

    assert refusal(answer) == (401, "SIGN_ERROR", 268443699)


def test_request_without_authorization_or_user_agent_is_refused(door: Merchant) -> None:
    client, headers = door.sandbox.client, {"Accept": "application/json"}

    assert client.get("/v3/certificates", headers=headers).status_code == 401
    assert client.get("/v3/certificates").status_code == 400


def test_signature_covers_the_query_as_it_was_sent(merchant: Merchant) -> None:
    merchant.prepay()
    asked = merchant.call("GET", f"{ORDERS}/out-trade-no/A2026000001?mchid={merchant.mchid}&x=a%2Fb")

    assert asked.status_code == 200


def test_order_asked_again_the_same_gets_a_new_prepay_id(merchant: Merchant) -> None:
    assert merchant.prepay() != merchant.prepay()


@pytest.mark.parametrize("changes", [{"attach": "x"}, {"amount": {"total": 1201, "currency": "CNY"}}])
def test_order_asked_again_differently_is_refused(merchant: Merchant, changes: Json) -> None:
    merchant.prepay()

    answer = merchant.call("POST", f"{ORDERS}/jsapi", merchant.wanted(**changes))

    assert refusal(answer) == (400, "INVALID_REQUEST", 268498688)


def test_order_paid_or_closed_gets_no_new_prepay_id(merchant: Merchant) -> None:
    merchant.paid("A-paid-1")
    merchant.prepay("A-closed-1")
    merchant.close("A-closed-1")

    answers = [
        merchant.call("POST", f"{ORDERS}/jsapi", merchant.wanted(n)) for n in ("A-paid-1", "A-closed-1")
    ]

    assert [refusal(one) for one in answers] == [
        (400, "ORDERPAID", 268449538),
        (400, "ORDER_CLOSED", 268447914),
    ]


def test_order_unpaid_is_shown_without_a_payer(merchant: Merchant) -> None:
    merchant.prepay()

    shown = merchant.query().get_json()

    assert (shown["trade_state"], shown["out_trade_no"]) == ("NOTPAY", "A2026000001")
    assert shown.keys().isdisjoint({"payer", "transaction_id", "success_time"})


def test_order_paid_is_shown_whole_by_either_number(merchant: Merchant) -> None:
    number = merchant.paid(attach="b-17")["transaction_id"]

    shown = merchant.query().get_json()
    again = merchant.call("GET", f"{ORDERS}/id/{number}?mchid={merchant.mchid}").get_json()

    assert shown == again
    assert re.fullmatch(r"4200\d{24}", number)
    assert shown["amount"] == {"total": 1200, "payer_total": 1200, "currency": "CNY", "payer_currency": "CNY"}
    assert (shown["trade_state"], shown["payer"], shown["attach"]) == ("SUCCESS", {"openid": OPENID}, "b-17")
    assert (shown["trade_type"], shown["success_time"]) == ("JSAPI", "2026-09-21T22:13:20+08:00")


def test_order_unknown_is_404(merchant: Merchant) -> None:
    assert refusal(merchant.query("A2026999999")) == (404, "ORDER_NOT_EXIST", 268512771)
    assert refusal(merchant.close("A2026999999"))[0] == 404


def test_order_of_another_merchant_is_not_shown(merchant: Merchant) -> None:
    number = merchant.paid()["transaction_id"]
    other = Merchant(merchant.sandbox, mchid=OTHER_MCHID)

    assert refusal(other.query())[1] == "ORDER_NOT_EXIST"
    assert refusal(other.call("GET", f"{ORDERS}/id/{number}?mchid={OTHER_MCHID}"))[1] == "ORDER_NOT_EXIST"
    assert refusal(other.call("GET", f"{ORDERS}/id/{number}?mchid={merchant.mchid}"))[2] == 268447843


def test_close_answers_204_again_and_again_and_is_signed(merchant: Merchant) -> None:
    merchant.prepay()

    answers = [merchant.close(), merchant.close()]

    assert [(one.status_code, one.data) for one in answers] == [(204, b"")] * 2
    check_signed(answers[0].headers, b"", public_pem("platform"))
    assert merchant.query().get_json()["trade_state"] == "CLOSED"


def test_close_of_a_paid_order_is_refused(merchant: Merchant) -> None:
    merchant.paid()

    assert refusal(merchant.close()) == (400, "ORDERPAID", 268449538)


def test_order_ends_at_its_time(merchant: Merchant) -> None:
    merchant.prepay("A-expires", time_expire="2026-09-21T22:20:00+08:00")
    merchant.prepay("A-a-week-1")
    merchant.sandbox.world.clock.advance(401)

    states = [merchant.query(number).get_json()["trade_state"] for number in ("A-expires", "A-a-week-1")]
    merchant.sandbox.world.clock.advance(7 * 86400)

    assert states == ["CLOSED", "NOTPAY"]
    assert merchant.query("A-a-week-1").get_json()["trade_state"] == "CLOSED"


def test_certificate_is_sealed_with_the_api_key(merchant: Merchant) -> None:
    (one,) = merchant.call("GET", "/v3/certificates").get_json()["data"]

    assert one["serial_no"] == merchant.sandbox.get("/sim/pay/keys")["certificate_serial"]
    assert one["encrypt_certificate"]["associated_data"] == "certificate"


def test_restart_keeps_orders_and_money(merchant: Merchant, start: Callable[..., Sandbox]) -> None:
    merchant.paid("A-before-1")
    prepay_id = merchant.prepay("A-before-2")
    again = start(pay=pay_section())

    again.world.load(merchant.sandbox.world.dump())
    later = Merchant(again, notify_url=merchant.notify_url)
    later.pays(prepay_id)

    assert [one["out_trade_no"] for one in later.books()["payments"]] == ["A-before-1", "A-before-2"]
    assert later.books()["balance"] == 2 * (1200 - 7)


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"surprise": 1}, "unknown keys: pay.surprise"),
        ({"fee_rate": "much"}, "pay.fee_rate must be a percentage such as 0.60"),
        ({"platform_key": "-----BEGIN"}, "pay.platform_key is not PEM of an RSA key"),
        ({"public_key_id": "KEY"}, "pay.public_key_id must begin with PUB_KEY_ID_"),
        ({"merchants": [{"mchid": "1", "app_ids": [APP_ID], "api_v3_key": "short"}]}, "api_v3_key"),
        ({"merchants": [{"mchid": "1"}]}, "each has mchid and app_ids"),
    ],
)
def test_config_of_pay_that_cannot_be_used_is_named(
    start: Callable[..., Sandbox], changes: Json, problem: str
) -> None:
    with pytest.raises(ValueError, match=re.escape(problem)):
        start(pay=pay_section(**changes))


def test_signature_of_the_test_can_fail(merchant: Merchant) -> None:
    answer = merchant.call("POST", f"{ORDERS}/jsapi", merchant.wanted())

    with pytest.raises(InvalidSignature):
        check_signed(answer.headers, answer.data + b" ", public_pem("platform"))

"""The bills of a day, as they are downloaded."""

import gzip
import hashlib
from collections.abc import Callable
from datetime import date, timedelta
from urllib.parse import urlsplit

import pytest
from werkzeug.test import TestResponse

from tests.adapters.sandbox.sandbox_account import APP_ID, OPENID, Json, Sandbox
from tests.adapters.sandbox.sandbox_merchant import OTHER_MCHID, Merchant, pay_section, refusal

TODAY = date(2026, 9, 21)
"""The sandbox stands still at 22:13:20 of this day."""
UNTIL_TEN = 11 * 3600 + 47 * 60


@pytest.fixture
def merchant(start: Callable[..., Sandbox]) -> Merchant:
    section = pay_section()
    for one in section["merchants"]:
        one["api_v3_key"] = ""
    sandbox = start(pay=section)
    sandbox.post("/sim/people", {"openid": OPENID, "name": "王建国"})
    return Merchant(sandbox)


def _asked(merchant: Merchant, what: str = "tradebill", day: date = TODAY, more: str = "") -> TestResponse:
    return merchant.call("GET", f"/v3/bill/{what}?bill_date={day}{more}")


def _target(answer: TestResponse) -> str:
    parts = urlsplit(answer.get_json()["download_url"])
    return f"{parts.path}?{parts.query}"


def _file(merchant: Merchant, what: str = "tradebill", more: str = "") -> str:
    answer = _asked(merchant, what, more=more)
    assert answer.status_code == 200, answer.text
    return str(merchant.call("GET", _target(answer)).data, "utf-8")


def _read(text: str) -> tuple[list[dict[str, str]], dict[str, str]]:
    """Rows and sums. A value may have commas: they are parted by comma and back-tick."""
    assert text.startswith("\ufeff")
    assert text.endswith("\r\n")
    head, *rows, sums_head, sums = text[1:].split("\r\n")[:-1]
    names = head.split(",")
    found = [dict(zip(names, row[1:].split(",`"), strict=True)) for row in rows]
    return found, dict(zip(sums_head.split(","), sums[1:].split(",`"), strict=True))


def test_bill_is_exact_to_the_byte(merchant: Merchant) -> None:
    number = merchant.paid(description="党费,11月", attach="b-17")["transaction_id"]
    refund_id = merchant.refund(500).get_json()["refund_id"]
    merchant.later(UNTIL_TEN)

    common = f"`{APP_ID},`1900000109,`0,`,`{number},`A2026000001,`{OPENID},`JSAPI"
    assert _file(merchant).split("\r\n")[1:] == [
        (
            f"`2026-09-21 22:13:20,{common},`SUCCESS,`OTHERS,`CNY,`12.00,`0.00,`0,`0,`0.00,`0.00,`,`,"
            "`党费,11月,`b-17,`0.07000,`0.60%,`12.00,`0.00,`"
        ),
        (
            f"`2026-09-21 22:13:20,{common},`REFUND,`OTHERS,`CNY,`0.00,`0.00,`{refund_id},`R1,`5.00,`0.00,"
            "`ORIGINAL,`SUCCESS,`党费,11月,`b-17,`-0.03000,`0.60%,`0.00,`5.00,`"
        ),
        "总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额",
        "`2,`12.00,`5.00,`0.00,`0.04000,`12.00,`5.00",
        "",
    ]


def test_bill_packed_and_plain_have_one_digest(merchant: Merchant) -> None:
    merchant.paid()
    merchant.later(UNTIL_TEN)

    plain, packed = _asked(merchant), _asked(merchant, more="&tar_type=GZIP")
    file, zipped = (merchant.call("GET", _target(one)) for one in (plain, packed))

    assert gzip.decompress(zipped.data) == file.data
    assert hashlib.sha1(file.data).hexdigest() == plain.get_json()["hash_value"]
    assert plain.get_json()["hash_value"] == packed.get_json()["hash_value"]
    assert "Wechatpay-Signature" not in file.headers


def test_bill_of_payments_and_of_refunds_apart(merchant: Merchant) -> None:
    merchant.paid("A-paid-1", 1000)
    merchant.paid("A-paid-2", 2000)
    merchant.later(60)
    merchant.refund(2000, "A-paid-2")
    merchant.later(UNTIL_TEN)

    paid, paid_sums = _read(_file(merchant, more="&bill_type=SUCCESS"))
    back, back_sums = _read(_file(merchant, more="&bill_type=REFUND"))

    assert [one["商户订单号"] for one in paid] == ["A-paid-1", "A-paid-2"]
    assert len(paid[0]) == 20
    assert paid_sums == {
        "总交易单数": "2",
        "应结订单总金额": "30.00",
        "手续费总金额": "0.18000",
        "订单总金额": "30.00",
    }
    (row,) = back
    assert (row["退款金额"], row["申请退款金额"], row["订单金额"]) == ("20.00", "20.00", "0.00")
    assert [row[name] for name in ("交易时间", "退款申请时间", "退款成功时间")] == [
        "2026-09-21 22:13:20",
        "2026-09-21 22:14:20",
        "2026-09-21 22:14:23",
    ]
    assert back_sums["退款总金额"] == "20.00"


def test_bill_shows_a_refund_as_it_was_at_ten(merchant: Merchant) -> None:
    merchant.fault(refund_delay_s=86400)
    merchant.paid()
    merchant.refund(500)
    merchant.later(2 * 86400)

    rows, _ = _read(_file(merchant))

    assert [row["退款状态"] for row in rows] == ["", "PROCESSING"]


def test_bill_has_the_orders_of_its_merchant_and_day_only(merchant: Merchant) -> None:
    Merchant(merchant.sandbox, mchid=OTHER_MCHID).paid("A-other-1")
    merchant.paid("A-today-1")
    merchant.prepay("A-unpaid-1")
    merchant.later(2 * 3600)
    merchant.paid("A-tomorrow")
    merchant.later(UNTIL_TEN)

    rows, _ = _read(_file(merchant))

    assert [row["商户订单号"] for row in rows] == ["A-today-1"]


def test_bill_of_movements(merchant: Merchant) -> None:
    merchant.paid()
    merchant.refund(500)
    merchant.later(UNTIL_TEN)

    rows, sums = _read(_file(merchant, "fundflowbill", "&account_type=BASIC"))

    assert [(row["业务类型"], row["收支类型"], row["收支金额(元)"], row["账户结余(元)"]) for row in rows] == [
        ("交易", "收入", "12.00", "12.00"),
        ("扣除交易手续费", "支出", "0.07", "11.93"),
        ("退款", "支出", "4.97", "6.96"),
    ]
    assert sums == {
        "资金流水总笔数": "3",
        "收入笔数": "1",
        "收入金额": "12.00",
        "支出笔数": "2",
        "支出金额": "5.04",
    }
    assert refusal(_asked(merchant, "fundflowbill", more="&account_type=FEES"))[1] == "NO_STATEMENT_EXIST"


@pytest.mark.parametrize(
    ("after", "day", "expected"),
    [
        (0, TODAY, "PARAM_ERROR"),
        (0, TODAY + timedelta(days=1), "PARAM_ERROR"),
        (UNTIL_TEN - 3600, TODAY, "STATEMENT_CREATING"),
        (UNTIL_TEN, TODAY - timedelta(days=3), "NO_STATEMENT_EXIST"),
        (UNTIL_TEN, date(2026, 6, 21), "PARAM_ERROR"),
        (UNTIL_TEN, date(2026, 6, 22), "NO_STATEMENT_EXIST"),
    ],
)
def test_bill_that_is_not_there_says_why(merchant: Merchant, after: int, day: date, expected: str) -> None:
    merchant.paid()
    merchant.later(after)

    assert refusal(_asked(merchant, day=day))[:2] == (400, expected)


@pytest.mark.parametrize("more", ["&bill_type=NONE", "&tar_type=ZIP", "x"])
def test_bill_asked_for_wrongly_is_refused(merchant: Merchant, more: str) -> None:
    merchant.paid()
    merchant.later(UNTIL_TEN)

    assert refusal(_asked(merchant, more=more))[1] == "PARAM_ERROR"


def test_bill_link_lives_five_minutes_for_its_merchant(merchant: Merchant) -> None:
    merchant.paid()
    merchant.later(UNTIL_TEN)
    target = _target(_asked(merchant))

    other = Merchant(merchant.sandbox, mchid=OTHER_MCHID).call("GET", target)
    unsigned = merchant.sandbox.client.get(target)
    merchant.later(300)

    assert (refusal(other)[1], unsigned.status_code) == ("NO_AUTH", 400)
    assert refusal(merchant.call("GET", target))[1] == "FILE_NOT_EXIST"


def test_fault_bill_missing(merchant: Merchant) -> None:
    merchant.paid()
    merchant.later(UNTIL_TEN)
    merchant.fault(bill_missing=1)

    assert refusal(_asked(merchant))[1] == "NO_STATEMENT_EXIST"


def test_fault_bill_lines_too_many_or_too_few_are_summed_up(merchant: Merchant) -> None:
    merchant.paid()
    merchant.paid("A2026000002")
    merchant.later(UNTIL_TEN)

    merchant.fault(bill_extra_line=1)
    more, more_sums = _read(_file(merchant))
    merchant.fault(bill_extra_line=0, bill_missing_line=1)
    less, less_sums = _read(_file(merchant))

    assert [(len(more), more_sums["订单总金额"]), (len(less), less_sums["订单总金额"])] == [
        (3, "36.00"),
        (1, "12.00"),
    ]
    assert more[2]["商户订单号"] not in {"A2026000001", "A2026000002"}


def test_fault_bill_digest_is_wrong(merchant: Merchant) -> None:
    merchant.paid()
    merchant.later(UNTIL_TEN)
    right: Json = _asked(merchant).get_json()
    merchant.fault(bill_bad_sha1=1)

    assert _asked(merchant).get_json()["hash_value"] != right["hash_value"]

"""A day's bill: asked for, fetched from where we ask, compared, read from disk, gone."""

import hashlib
import resource
from contextlib import suppress
from datetime import date
from pathlib import Path

import pytest

from app.dues.ports import BadStatement, GatewayRefused, GatewayUnclear, NoStatement
from app.wechat.pay import bills
from app.wechat.pay.gateway import WeChatPay
from tests.unit.wechat.fake_platform import Answer, Raw, Reset
from tests.unit.wechat_pay.billing import Row, bill, given_back, packed, sha1
from tests.unit.wechat_pay.merchant_side import MCHID
from tests.unit.wechat_pay.platform_side import Json, PayPlatform
from tests.unit.wechat_pay.test_gateway import signed_as_sent

TRADE_BILL = "/v3/bill/tradebill"
FILE = "/v3/billdownload/file"
DAY = date(2026, 3, 1)
ROWS = [Row(), Row(order="D202603020002", total=300), given_back(Row(), 250)]
PLAIN = bill(ROWS)


def offer(platform: PayPlatform, plain: bytes, file: Answer | None = None, **changes: str) -> None:
    """The day's bill, under the genuine address."""
    said: Json = {
        "hash_type": "SHA1",
        "hash_value": sha1(plain),
        "download_url": f"https://api.mch.weixin.qq.com{FILE}?token=T-1",
    }
    platform.answer(TRADE_BILL, said | changes)
    platform.fake.answer(FILE, file or Raw(packed(plain)))


def open_files() -> list[str]:
    """Those of this process that have no name any more."""
    links = [str(one.readlink()) for one in Path("/proc/self/fd").iterdir() if one.is_symlink()]
    return sorted(link for link in links if "(deleted)" in link)


def test_bill_is_fetched_and_read(platform: PayPlatform, gateway: WeChatPay) -> None:
    offer(platform, PLAIN)

    statement = gateway.statement(DAY)
    lines = list(statement.lines)

    assert (statement.mchid, statement.day, statement.digest) == (MCHID, DAY, sha1(PLAIN))
    assert (statement.count, statement.total, statement.refunded, statement.fees) == (3, 1550, 250, 0)
    assert [(one.number, one.out_trade_no, one.total, one.refund) for one in lines] == [
        (1, "D202603020001", 1250, 0),
        (2, "D202603020002", 300, 0),
        (3, "D202603020001", 0, 250),
    ]
    asked, fetched = platform.calls
    assert asked.query == {"bill_date": "2026-03-01", "bill_type": "ALL", "tar_type": "GZIP"}
    assert (fetched.path, fetched.query) == (FILE, {"token": "T-1"})
    assert signed_as_sent(fetched, f"{FILE}?token=T-1", gateway)


def test_lines_that_nobody_walks_leave_no_file(platform: PayPlatform, gateway: WeChatPay) -> None:
    offer(platform, PLAIN)
    before = open_files()

    whole, half = gateway.statement(DAY), gateway.statement(DAY)
    next(half.lines)
    during = open_files()
    del whole, half

    assert len(during) == len(before) + 2
    assert open_files() == before


@pytest.mark.parametrize("plain", [PLAIN, PLAIN[:-100], b"<html>"])
@pytest.mark.parametrize("file", [None, Raw(b"\x1f\x8b and no more"), Raw(PLAIN), Reset()])
def test_no_file_outlasts_a_failure_or_the_last_line(
    plain: bytes, file: Answer | None, platform: PayPlatform, gateway: WeChatPay
) -> None:
    offer(platform, plain, file)
    before = open_files()

    with suppress(BadStatement, GatewayUnclear):
        kept = gateway.statement(DAY)
        assert len(list(kept.lines)) == 3

    assert open_files() == before


@pytest.mark.parametrize("host", ["https://api2.mch.weixin.qq.com", "own"])
def test_file_is_fetched_from_the_fallback_s_and_from_our_own_address(
    host: str, platform: PayPlatform, gateway: WeChatPay
) -> None:
    offer(platform, PLAIN, download_url=f"{platform.fake.url if host == 'own' else host}{FILE}?token=T-1")

    assert gateway.statement(DAY).count == 3


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/v3/billdownload/file",
        "https://api.mch.weixin.qq.com.evil.example/file",
        "https://api.mch.weixin.qq.com@evil.example/file",
        "http://api.mch.weixin.qq.com/v3/billdownload/file",
        "//evil.example/",
        "/v3/billdownload/file",
        "file:///etc/passwd",
    ],
)
def test_file_is_fetched_from_nowhere_else(url: str, platform: PayPlatform, gateway: WeChatPay) -> None:
    offer(platform, PLAIN, download_url=url)

    with pytest.raises(GatewayUnclear, match="download_elsewhere"):
        gateway.statement(DAY)

    assert [call.path for call in platform.calls] == [TRADE_BILL]


@pytest.mark.parametrize("headers", [(), (("Content-Encoding", "gzip"),)])
def test_file_may_be_packed_by_the_transport_or_not_at_all(
    headers: tuple[tuple[str, str], ...], platform: PayPlatform, gateway: WeChatPay
) -> None:
    offer(platform, PLAIN, Raw(packed(PLAIN) if headers else PLAIN, 200, headers))

    assert gateway.statement(DAY).count == 3


@pytest.mark.parametrize(
    ("file", "reason"),
    [
        (Raw(packed(bill(ROWS[:2]))), "not the one whose digest"),
        (Raw(packed(PLAIN)[:-20]), "does not unpack"),
        (Raw(b"\x1f\x8b and no more"), "does not unpack"),
        (Raw(b""), "not the one whose digest"),
    ],
)
def test_file_that_is_not_the_one_is_bad(
    file: Raw, reason: str, platform: PayPlatform, gateway: WeChatPay
) -> None:
    offer(platform, PLAIN, file)

    with pytest.raises(BadStatement, match=reason):
        gateway.statement(DAY)


@pytest.mark.parametrize(
    ("plain", "reason"),
    [
        (bill(ROWS, summary=["3", "15.50", "2.50", "0.00", "0.00", "15.51", "2.50"]), "do not come to"),
        (bill(ROWS, summary=["2", "15.50", "2.50", "0.00", "0.00", "15.50", "2.50"]), "do not come to"),
        (bill(ROWS, summary=["3", "15.50", "2.50", "0.00", "0.01", "15.50", "2.50"]), "do not come to"),
        (PLAIN[: PLAIN.index("总交易".encode())], "breaks off"),
        (b"<html>", "not the columns"),
    ],
)
def test_bill_whose_sums_do_not_agree_is_bad(
    plain: bytes, reason: str, platform: PayPlatform, gateway: WeChatPay
) -> None:
    offer(platform, plain)

    with pytest.raises(BadStatement, match=reason):
        gateway.statement(DAY)


def test_bill_beyond_all_measure_is_bad(
    platform: PayPlatform, gateway: WeChatPay, monkeypatch: pytest.MonkeyPatch
) -> None:
    offer(platform, PLAIN)
    monkeypatch.setattr(bills, "LARGEST_BILL", len(PLAIN) - 1)
    before = open_files()

    with pytest.raises(BadStatement, match="too long"):
        gateway.statement(DAY)

    assert open_files() == before


def test_other_digest_than_sha1_is_bad(platform: PayPlatform, gateway: WeChatPay) -> None:
    offer(platform, PLAIN, hash_type="MD5", hash_value=hashlib.md5(PLAIN).hexdigest())

    with pytest.raises(BadStatement, match="not a SHA-1"):
        gateway.statement(DAY)


@pytest.mark.parametrize(
    "code",
    ["NO_STATEMENT_EXIST", "STATEMENT_CREATING", "BILL_NOT_EXIST", "FILE_NOT_EXIST", "NOSTATEMENTEXIST"],
)
def test_day_without_a_bill(code: str, platform: PayPlatform, gateway: WeChatPay) -> None:
    platform.refuse(TRADE_BILL, 400, code)
    with pytest.raises(NoStatement) as none:
        gateway.statement(DAY)

    offer(platform, PLAIN, platform.unsigned({"code": code, "message": ""}, 404))
    with pytest.raises(NoStatement) as gone:
        gateway.statement(DAY)

    assert none.value.code == gone.value.code
    assert none.value.code.replace("_", "") == code.replace("_", "")


def test_other_refusals_are_no_missing_bill(platform: PayPlatform, gateway: WeChatPay) -> None:
    platform.refuse(TRADE_BILL, 403, "NO_AUTH")

    with pytest.raises(GatewayRefused) as refused:
        gateway.statement(DAY)

    assert (type(refused.value), refused.value.code) == (GatewayRefused, "NO_AUTH")


@pytest.mark.parametrize(
    "file",
    [
        Reset(),
        Raw(b"<html>", 502),
        Raw(b"", 302, (("Location", "https://evil.example/"),)),
        Raw(packed(PLAIN)[:50], 200, (("Content-Length", "5000"),)),
    ],
)
def test_file_that_does_not_come_whole_is_unclear(
    file: Answer, platform: PayPlatform, gateway: WeChatPay
) -> None:
    gateway.client._session._timeout = 0.1
    offer(platform, PLAIN, file)

    with pytest.raises(GatewayUnclear):
        gateway.statement(DAY)


@pytest.mark.parametrize("missing", ["hash_type", "hash_value", "download_url"])
def test_answer_without_the_file_s_address_or_digest_is_unclear(
    missing: str, platform: PayPlatform, gateway: WeChatPay
) -> None:
    offer(platform, PLAIN, None, **{missing: ""})

    with pytest.raises(GatewayUnclear):
        gateway.statement(DAY)


def test_long_bill_is_never_in_memory(platform: PayPlatform, gateway: WeChatPay) -> None:
    first, row, names, sums = bill([Row()]).split(b"\r\n")[:4]
    sums = sums.replace(b"`1,", b"`8000,").replace(b"`12.50", b"`100000.00")
    offer(platform, b"\r\n".join([first, *[row] * 8_000, names, sums, b""]))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    statement = gateway.statement(DAY)
    total = sum(line.total for line in statement.lines)

    grown_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert (statement.count, total) == (8_000, 10_000_000)
    assert grown_kib < 4_000

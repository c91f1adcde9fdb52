"""Merchants from the settings: none, one, several; every fault one line, and no secret in it."""

from pathlib import Path
from typing import Any

import pytest

from app.core.clock import FixedClock
from app.core.settings import BadSettings
from app.dues.ports import Merchant
from app.redis_store import MemoryStore
from app.wechat.pay.gateways import Gateways, gateways
from tests.services import settings
from tests.unit.wechat_pay.merchant_side import APP_ID, MCHID, SITE, built, further, pay
from tests.unit.wechat_pay.platform_side import PUBLIC_KEY_ID, certificate_pem, public_pem, rsa_key

SECOND = {"mchid": "1900000002", "public_key": public_pem(rsa_key("platform"))}


def fault(store: MemoryStore, clock: FixedClock, *, site: str = SITE, **changes: Any) -> str:
    with pytest.raises(BadSettings) as stopped:
        gateways(settings(pay=pay(**changes), site={"base_url": site}), store=store, clock=clock)
    line = str(stopped.value)
    assert "\n" not in line
    assert "hidden" not in line
    return line


def test_nothing_set_up_is_sound(store: MemoryStore, clock: FixedClock) -> None:
    found = gateways(settings(site={"base_url": ""}), store=store, clock=clock)

    assert (found.all, found.wechat, found.default, found.of(MCHID)) == ((), (), None, None)


def test_one_merchant(store: MemoryStore, clock: FixedClock) -> None:
    with built(store, clock) as found:
        assert found.default is not None
        assert (found.default.merchant, found.of(MCHID)) == (Merchant(MCHID, APP_ID), found.default)
        assert found.of("1900000002") is None


def test_several_merchants_in_the_order_of_the_settings(
    store: MemoryStore, clock: FixedClock, tmp_path: Path
) -> None:
    path = further(tmp_path, SECOND, SECOND | {"mchid": "1900000003"})

    with built(store, clock, more=path) as found:
        assert [one.merchant.mchid for one in found.all] == [MCHID, "1900000002", "1900000003"]
        assert found.default is found.all[0]
        assert found.mchids() == [MCHID, "1900000002", "1900000003"]
        assert found.of("1900000003") is found.all[2]


def test_gateways_that_are_not_wechat_s_are_gateways_too(store: MemoryStore, clock: FixedClock) -> None:
    with built(store, clock) as found:
        assert Gateways(found.all).wechat == found.wechat


@pytest.mark.parametrize(
    ("changes", "mode"),
    [
        ({}, "public_key"),
        ({"platform_certificates": certificate_pem("old") + certificate_pem("new")}, "both"),
        (
            {"public_key": "", "public_key_id": "", "platform_certificates": certificate_pem("old")},
            "certificates",
        ),
    ],
)
def test_modes(changes: dict[str, str], mode: str, store: MemoryStore, clock: FixedClock) -> None:
    with built(store, clock, **changes) as found:
        assert found.wechat[0].account.trust.mode == mode


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({"mchid": ""}, "ZHIBU_PAY__MCHID is missing: the other keys of pay are there"),
        ({"merchant_serial": "hidden"}, "ZHIBU_PAY__MERCHANT_SERIAL: no serial number: "),
        ({"merchant_key": "hidden"}, "ZHIBU_PAY__MERCHANT_KEY: no private RSA key in PEM"),
        ({"api_v3_key": "hidden"}, "ZHIBU_PAY__API_V3_KEY: an APIv3 key has 32 bytes, this one 6"),
        ({"public_key": "hidden"}, "ZHIBU_PAY__PUBLIC_KEY: no public RSA key in PEM"),
        ({"public_key": ""}, "ZHIBU_PAY__PUBLIC_KEY: no public RSA key in PEM"),
        ({"public_key_id": "hidden"}, "ZHIBU_PAY__PUBLIC_KEY_ID: no id of a public key"),
        ({"public_key_id": ""}, "ZHIBU_PAY__PUBLIC_KEY_ID: no id of a public key"),
        ({"platform_certificates": "hidden"}, "ZHIBU_PAY__PLATFORM_CERTIFICATES: no RSA certificates"),
        (
            {"public_key_id": "", "public_key": ""},
            "ZHIBU_PAY__PUBLIC_KEY is missing, and so is a platform certificate",
        ),
        ({"site": ""}, "ZHIBU_SITE__BASE_URL is missing: "),
        ({"more": "/nowhere/hidden.yaml"}, "pay.more: cannot read the file that it names: No such file"),
    ],
)
def test_fault_is_one_line_with_the_variable(
    changes: dict[str, str], line: str, store: MemoryStore, clock: FixedClock
) -> None:
    assert fault(store, clock, **changes).startswith(line)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("hidden: [", "pay.more: the file that it names is not YAML"),
        ("hidden", "pay.more: the file that it names holds no list of merchants"),
        ("", "pay.more: the file that it names holds no list of merchants"),
        ("- hidden", "pay.more, merchant 1: -: Input should be"),
        ("- mchid: hidden\n", "pay.more, merchant 1: merchant_serial: Field required"),
        ("- mchid: 1900000002\n", "pay.more, merchant 1: mchid: Input should be a valid string"),
        ("- mchid: 'hidden!'\n", "pay.more, merchant 1: mchid: String should match"),
    ],
)
def test_file_of_further_merchants_that_is_broken(
    text: str, line: str, store: MemoryStore, clock: FixedClock, tmp_path: Path
) -> None:
    path = tmp_path / "merchants.yaml"
    path.write_text(text, encoding="utf-8")

    assert fault(store, clock, more=str(path)).startswith(line)


@pytest.mark.parametrize(
    ("change", "line"),
    [
        ({"mchid": ""}, "pay.more, merchant 2: mchid is missing"),
        ({"mchid": MCHID}, "pay.more, merchant 2: mchid: the merchant is there twice"),
        ({"mchid": "1900000002"}, "pay.more, merchant 2: mchid: the merchant is there twice"),
        ({"api_v3_key": "hidden"}, "pay.more, merchant 2: api_v3_key: an APIv3 key has 32 bytes"),
        ({"merchant_key": "hidden"}, "pay.more, merchant 2: merchant_key: no private RSA key"),
        ({"base_url": "https://hidden.example"}, "pay.more, merchant 2: base_url: Extra inputs"),
    ],
)
def test_fault_of_a_further_merchant_is_named_by_its_place(
    change: dict[str, str], line: str, store: MemoryStore, clock: FixedClock, tmp_path: Path
) -> None:
    path = further(tmp_path, SECOND, SECOND | {"mchid": "1900000003"} | change)

    assert fault(store, clock, more=path).startswith(line)


def test_further_merchant_needs_only_one_kind_of_key(
    store: MemoryStore, clock: FixedClock, tmp_path: Path
) -> None:
    path = tmp_path / "merchants.yaml"
    path.write_text(
        f"- mchid: '1900000002'\n  merchant_serial: '5157'\n  api_v3_key: {'k' * 32}\n"
        f"  public_key_id: {PUBLIC_KEY_ID}\n  public_key: |\n{indented(SECOND['public_key'])}\n"
        f"  merchant_key: |\n{indented(pay()['merchant_key'])}\n",
        encoding="utf-8",
    )

    with built(store, clock, more=str(path)) as found:
        assert [one.account.trust.mode for one in found.wechat] == ["public_key", "public_key"]


def indented(pem: str) -> str:
    return "\n".join(f"    {line}" for line in pem.splitlines())


def test_keys_are_shown_nowhere(store: MemoryStore, clock: FixedClock) -> None:
    with built(store, clock) as found:
        shown = repr(found.wechat[0].account)

    assert shown == f"Account(merchant={Merchant(MCHID, APP_ID)!r})"

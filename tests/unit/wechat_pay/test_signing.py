"""Signatures: the published ones, ours before wechatpayv3, and wechatpayv3's before us."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import CertificateBuilder
from wechatpayv3.core import Core
from wechatpayv3.utils import rsa_verify

from app.core.clock import FixedClock
from app.wechat.pay import keys
from app.wechat.pay.keys import Envelope, NotOpened, Trust, Trusted
from app.wechat.pay.signing import NotSigned, Seal, Signer
from tests.unit.wechat_pay.known_answers import MERCHANT_KEY, known
from tests.unit.wechat_pay.platform_side import (
    PUBLIC_KEY_ID,
    Seals,
    certificate,
    certificate_pem,
    rsa_key,
    serial_of,
)

BODY = '{"prepay_id":"wx2611"}'
SIGNER = Signer("1900007291", "408B07E79B8269FEC3D5D3E6AB8ED163A6A380DB", keys.merchant_key(MERCHANT_KEY))


def trust(*certificates: str) -> Trust:
    """The public key, and the certificates of these names."""
    return Trust(Trusted(PUBLIC_KEY_ID, rsa_key("platform").public_key()), certified(*certificates))


def certified(*names: str) -> list[Trusted]:
    """As the settings or /v3/certificates bring them."""
    return keys.platform_certificates("".join(certificate_pem(name) for name in names))


def refused(
    headers: dict[str, str], body: str, clock: FixedClock, trusted: Trust | None = None
) -> tuple[str, bool]:
    with pytest.raises(NotSigned) as fault:
        Seal.read(headers).check(body.encode(), trust=trusted or trust(), now=clock.now())
    return fault.value.reason, fault.value.probe


def test_request_signature_is_the_published_one() -> None:
    vector = known("payv3.request_signature_jsapi")

    header = SIGNER.authorization(
        vector["method"],
        vector["canonical_url"],
        vector["body"].encode(),
        stamp=int(vector["timestamp"]),
        nonce=vector["nonce_str"],
    )

    assert header == (
        f'WECHATPAY2-SHA256-RSA2048 mchid="1900007291",nonce_str="{vector["nonce_str"]}",'
        f'signature="{vector["expected"]}",timestamp="1554208460",serial_no="{vector["serial_no"]}"'
    )


def test_signature_of_a_get_covers_its_query_and_an_empty_body() -> None:
    vector = known("payv3.request_signature_get")
    _, target, stamp, nonce, *_ = vector["message"].split("\n")

    header = SIGNER.authorization("GET", target, b"", stamp=int(stamp), nonce=nonce)

    assert f'signature="{vector["expected"]}"' in header


def test_sheet_s_signature_is_the_published_one_and_not_that_of_an_app() -> None:
    vector = known("payv3.pay_sign_jsapi_miniprogram")

    signed = SIGNER.sign(vector["appId"], vector["timeStamp"], vector["nonceStr"], vector["package"])

    assert signed == vector["expected"]
    assert signed != known("payv3.pay_sign_app_CONTRAST")["expected"]


def test_published_answer_is_believed_in_its_five_minutes() -> None:
    vector = known("payv3.response_verify")
    headers = {f"Wechatpay-{name.title()}": vector[name] for name in ("timestamp", "nonce", "signature")}
    trusted = Trust(Trusted(PUBLIC_KEY_ID, keys.platform_key(vector["public_key_pem"])), [])
    clock = FixedClock(datetime.fromtimestamp(int(vector["timestamp"]), UTC))

    Seal.read(headers | {"Wechatpay-Serial": PUBLIC_KEY_ID}).check(
        vector["body"].encode(), trust=trusted, now=clock.now()
    )
    flipped = refused(
        headers | {"Wechatpay-Serial": PUBLIC_KEY_ID}, vector["body"].replace("J", "K"), clock, trusted
    )

    assert flipped == ("forged", False)


def test_published_notification_is_believed_by_its_certificate_and_opens() -> None:
    vector = known("payv3.notify_full")
    trusted = Trust(None, keys.platform_certificates(vector["platform_certificate_pem"]))
    now = datetime.fromtimestamp(1624523846, UTC)

    Seal.read(vector["headers"]).check(vector["body"].encode(), trust=trusted, now=now)
    inside = dict(re.findall(r'"(ciphertext|associated_data|nonce)":"([^"]+)"', vector["body"]))

    # The published key has 16 bytes, which our settings refuse; the cipher takes it.
    assert Envelope(AESGCM(vector["api_v3_key"].encode())).open(**inside).decode() == vector["expected"]


def test_published_envelope_opens_and_not_with_other_data() -> None:
    vector = known("payv3.aesgcm_go")
    envelope = Envelope(AESGCM(vector["api_v3_key"].encode()))
    sealed = {name: vector[name] for name in ("nonce", "ciphertext", "associated_data")}

    assert envelope.open(**sealed) == vector["expected"].encode()
    for change in (
        {"associated_data": "bad-associatedData"},
        {"nonce": "wCq51qZv4Yfh"},
        {"ciphertext": "AA=="},
    ):
        with pytest.raises(NotOpened):
            envelope.open(**sealed | change)


@pytest.mark.parametrize("nonce", ["", "short", "thirteen chars", "十二"])
def test_nonce_has_twelve_bytes(nonce: str) -> None:
    with pytest.raises(NotOpened):
        Envelope.of("k" * 32).open(nonce=nonce, ciphertext="AAAA" * 10, associated_data="")


@pytest.mark.parametrize("ciphertext", ["not base64!", "AAAA", "", "é" * 40])
def test_ciphertext_that_is_none_does_not_open(ciphertext: str) -> None:
    with pytest.raises(NotOpened):
        Envelope.of("k" * 32).open(nonce="n" * 12, ciphertext=ciphertext, associated_data="")


def test_wechatpayv3_takes_what_we_sign() -> None:
    message = "1772413200", "593BEC0C930BF1AFEB40B4A08C8FB242", '{"党费":1}'

    signed = SIGNER.sign(*message)

    assert rsa_verify(*message, signed, SIGNER.key.public_key())


def test_we_take_what_wechatpayv3_takes(seals: Seals, clock: FixedClock) -> None:
    oracle = Core.__new__(Core)  # its constructor parses keys in its own way; here it only verifies
    oracle._public_key_id, oracle._public_key, oracle._certificates = (
        PUBLIC_KEY_ID,
        rsa_key("platform").public_key(),
        [],
    )
    headers = seals.headers(BODY)

    assert oracle._verify_signature(headers, BODY)
    Seal.read(headers).check(BODY.encode(), trust=trust(), now=clock.now())


@pytest.mark.parametrize(
    "spelled", [str, str.lower, lambda serial: serial.lstrip("0"), lambda serial: "00" + serial]
)
def test_certificate_is_found_by_its_serial_however_it_is_written(
    spelled: Callable[[str], str], seals: Seals, clock: FixedClock
) -> None:
    seals.key, seals.serial = rsa_key("old"), spelled(serial_of("old"))

    Seal.read(seals.headers(BODY)).check(BODY.encode(), trust=trust("old"), now=clock.now())


def test_both_kinds_are_believed_while_tencent_moves_a_merchant(seals: Seals, clock: FixedClock) -> None:
    both = trust("old")
    by_key = seals.headers(BODY)
    seals.key, seals.serial = rsa_key("old"), serial_of("old")
    by_certificate = seals.headers(BODY)

    for headers in (by_key, by_certificate):
        Seal.read(headers).check(BODY.encode(), trust=both, now=clock.now())

    assert (both.mode, trust().mode, Trust(None, certified("old")).mode) == (
        "both",
        "public_key",
        "certificates",
    )


def test_certificate_is_believed_while_it_is_valid(seals: Seals, clock: FixedClock) -> None:
    seals.key, seals.serial = rsa_key("ended"), serial_of("ended")
    trusted = Trust(None, certified("ended"))

    now_refused = refused(seals.headers(BODY), BODY, clock, trusted)
    clock.advance(timedelta(hours=-2))
    Seal.read(seals.headers(BODY)).check(BODY.encode(), trust=trusted, now=clock.now())

    assert now_refused == ("unknown_serial", False)


def test_answers_are_wanted_by_the_public_key_else_by_the_good_certificate_that_lasts_longest(
    clock: FixedClock,
) -> None:
    assert trust("old").wanted_serial(clock.now()) == PUBLIC_KEY_ID
    assert Trust(None, certified("ended", "new", "old")).wanted_serial(clock.now()).zfill(40) == serial_of(
        "new"
    )
    assert Trust(None, certified("ended")).wanted_serial(clock.now()).zfill(40) == serial_of("ended")


@pytest.mark.parametrize(("apart", "reason"), [(300, ""), (-300, ""), (301, "stale"), (-301, "stale")])
def test_a_signature_is_good_for_five_minutes_in_either_direction(
    apart: int, reason: str, seals: Seals, clock: FixedClock
) -> None:
    headers = seals.headers(BODY, after=timedelta(seconds=apart))

    if reason:
        assert refused(headers, BODY, clock) == (reason, False)
    else:
        Seal.read(headers).check(BODY.encode(), trust=trust(), now=clock.now())


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"Wechatpay-Signature": ""}, "missing_headers"),
        ({"Wechatpay-Serial": ""}, "missing_headers"),
        ({"Wechatpay-Timestamp": ""}, "missing_headers"),
        ({"Wechatpay-Nonce": ""}, "missing_headers"),
        ({"Wechatpay-Timestamp": "now"}, "bad_headers"),
        ({"Wechatpay-Timestamp": "-1"}, "bad_headers"),
        ({"Wechatpay-Timestamp": "1" * 12}, "bad_headers"),
        ({"Wechatpay-Timestamp": "１７７２４１３２００"}, "bad_headers"),
        ({"Wechatpay-Nonce": "a\nb"}, "bad_headers"),
        ({"Wechatpay-Nonce": "n" * 129}, "bad_headers"),
        ({"Wechatpay-Signature": "A" * 1025}, "bad_headers"),
        ({"Wechatpay-Signature": "AAAA"}, "forged"),
        ({"Wechatpay-Signature": "é"}, "forged"),
        ({"Wechatpay-Nonce": "another"}, "forged"),
        ({"Wechatpay-Serial": "PUB_KEY_ID_0"}, "unknown_serial"),
        ({"Wechatpay-Serial": "5157F09EFDC096DE15EBE81A47057A72"}, "unknown_serial"),
        ({"Wechatpay-Serial": "no hex"}, "bad_headers"),
        ({"Wechatpay-Signature-Type": "WECHATPAY2-SM2-WITH-SM3"}, "signature_type"),
    ],
)
def test_changed_headers_are_refused(
    changed: dict[str, str], reason: str, seals: Seals, clock: FixedClock
) -> None:
    assert refused(seals.headers(BODY) | changed, BODY, clock) == (reason, False)


def test_signature_type_may_be_absent_and_names_come_in_any_case(seals: Seals, clock: FixedClock) -> None:
    headers = {name.upper(): value for name, value in seals.headers(BODY).items() if "Type" not in name}

    Seal.read(headers).check(BODY.encode(), trust=trust(), now=clock.now())


def test_probe_of_wechat_is_told_from_a_forgery(seals: Seals, clock: FixedClock) -> None:
    probe = seals.headers(BODY) | {"Wechatpay-Signature": "WECHATPAY/SIGNTEST/5Fr7mkcH"}

    assert refused(probe, BODY, clock) == ("probe", True)


def test_key_of_another_than_the_serial_names_is_refused(seals: Seals, clock: FixedClock) -> None:
    seals.key = rsa_key("stranger")

    assert refused(seals.headers(BODY), BODY, clock) == ("forged", False)


def of_another_kind() -> str:
    """A certificate that is not for RSA."""
    key, name = generate_private_key(SECP256R1()), certificate("old").subject
    day = datetime(2026, 1, 1, tzinfo=UTC)
    builder = CertificateBuilder(name, name, key.public_key(), 1, day, day)
    return builder.sign(key, SHA256()).public_bytes(Encoding.PEM).decode()


@pytest.mark.parametrize(
    ("parse", "text"),
    [
        (keys.merchant_key, ""),
        (keys.merchant_key, "hidden"),
        (keys.merchant_key, "-----BEGIN PRIVATE KEY-----\nMIIE\nhidden\n-----END PRIVATE KEY-----"),
        (keys.platform_key, certificate_pem("old")),
        (keys.platform_certificates, "hidden"),
        (keys.platform_certificates, of_another_kind()),
        (keys.merchant_serial, "hidden"),
        (keys.public_key_id, "hidden"),
        (Envelope.of, "hidden" * 5),
        (Envelope.of, "党" * 32),
    ],
)
def test_bad_key_is_named_without_itself(parse: Callable[[str], object], text: str) -> None:
    with pytest.raises(keys.BadKey) as fault:
        parse(text)

    assert "hidden" not in str(fault.value)
    assert "\n" not in str(fault.value)

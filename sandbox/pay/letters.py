"""What a notification says, how it is sealed and signed, and the ways in which it can be wrong."""

import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sandbox.faults import Faults
from sandbox.pay import signatures
from sandbox.pay.keys import CERT, PUBKEY, PlatformKeys, strange_key
from sandbox.pay.times import rfc3339
from sandbox.serials import random_name

Json = dict[str, Any]
YEAR = 365 * 86400
PROBE = "WECHATPAY/SIGNTEST/"
SUMMARIES = {
    "TRANSACTION.SUCCESS": "支付成功",
    "REFUND.SUCCESS": "退款成功",
    "REFUND.ABNORMAL": "退款异常",
    "REFUND.CLOSED": "退款关闭",
}


@dataclass(frozen=True)
class Letter:
    """One notification on its way; `wrong` names what a fault did to it."""

    body: bytes
    headers: dict[str, str]
    wrong: str = ""


def envelope(*, number: str, event: str, clear: Json, api_v3_key: str, at: float) -> bytes:
    kind = "refund" if event.startswith("REFUND") else "transaction"
    sealed = signatures.seal(api_v3_key, json.dumps(clear, ensure_ascii=False).encode(), kind)
    whole = {
        "id": number,
        "create_time": rfc3339(at),
        "resource_type": "encrypt-resource",
        "event_type": event,
        "summary": SUMMARIES.get(event, event),
        "resource": {"original_type": kind, **sealed},
    }
    return json.dumps(whole, ensure_ascii=False, separators=(",", ":")).encode()


def address(body: bytes, *, keys: PlatformKeys, kind: str, at: int, wrong: str = "") -> Letter:
    """Signed with the key of that kind, or as wrongly as the fault of that name asks."""
    nonce = random_name(32)
    signed = keys.sign(kind, signatures.lines(str(at), nonce, body))
    serial, signature = signed.serial, signed.signature
    if wrong == "notify_unknown_serial":
        serial = f"PUB_KEY_ID_{'9' * 32}" if kind == PUBKEY else secrets.token_hex(20).upper()
    elif wrong == "notify_forged":
        signature = signatures.sign(strange_key(), signatures.lines(str(at), nonce, body))
    elif wrong == "notify_signtest":
        signature = PROBE + signature[len(PROBE) :]
    return Letter(body, headers(timestamp=str(at), nonce=nonce, serial=serial, signature=signature), wrong)


def headers(*, timestamp: str, nonce: str, serial: str, signature: str) -> dict[str, str]:
    return {
        "Wechatpay-Timestamp": timestamp,
        "Wechatpay-Nonce": nonce,
        "Wechatpay-Serial": serial,
        "Wechatpay-Signature": signature,
        "Wechatpay-Signature-Type": signatures.SCHEME,
    }


def notification_kind(faults: Faults) -> str:
    """With which key the next one is signed."""
    if faults.pay.key_mode == "mixed":
        return CERT if secrets.randbelow(100) < faults.pay.cert_percent else PUBKEY
    return faults.pay.key_mode


def _wrong_amount(clear: Json) -> Json:
    changed = {name: value + 1 for name, value in clear["amount"].items() if isinstance(value, int)}
    return clear | {"amount": clear["amount"] | changed}


def _wrong_mchid(clear: Json) -> Json:
    return clear | {"mchid": str(int(clear["mchid"]) + 1) if clear["mchid"].isdecimal() else "1900000000"}


def _other_order(clear: Json) -> Json:
    return clear | {"out_trade_no": f"X{random_name(20)}"}


WRONG_WORDS: dict[str, Callable[[Json], Json]] = {
    "notify_wrong_amount": _wrong_amount,
    "notify_wrong_mchid": _wrong_mchid,
    "notify_other_order": _other_order,
}
WRONG_SEALS = ("notify_reencrypted",)
WRONG_SIGNATURES = ("notify_unknown_serial", "notify_forged")


def chosen_wrong(faults: Faults) -> str:
    """The first fault that strikes this time; empty when all is well."""
    names = (*WRONG_WORDS, *WRONG_SEALS, *WRONG_SIGNATURES)
    return next((name for name in names if faults.strikes(f"pay.{name}", getattr(faults.pay, name))), "")

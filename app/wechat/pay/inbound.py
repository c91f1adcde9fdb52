"""What comes to our door in WeChat Pay's name: verified, opened, read, in that order (facts/wechat.md §6.3)."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from app.dues.ports import Merchant, RefundSaid, Trade
from app.wechat.answers import object_of, text_of
from app.wechat.errors import BadAnswer
from app.wechat.pay import said
from app.wechat.pay.account import Account
from app.wechat.pay.keys import NotOpened
from app.wechat.pay.signing import Headers, NotSigned, Seal

LONGEST_BODY: Final = 1024 * 1024
_ALGORITHM: Final = "AEAD_AES_256_GCM"


class NotBelieved(Exception):
    """Refuse it. `reason` is a word for the log; `probe`: WeChat tried us with a wrong signature, alarm nobody."""

    def __init__(self, reason: str, *, probe: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.probe = probe


class NotReadable(Exception):
    """Signed by WeChat, and yet not to be understood: a person must look. `reason` is a word for the log."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Notification:
    """At most one of `trade` and `refund`; neither for events that do not concern us. `merchant`: whose key opened it.

    `nonce_key`, 64 hexadecimal characters, stands for serial, timestamp and nonce: no two messages share it.
    """

    id: str
    created_at: datetime
    event_type: str
    nonce_key: str
    merchant: Merchant
    trade: Trade | None = None
    refund: RefundSaid | None = None


def open_notification(
    accounts: Iterable[Account], headers: Headers, body: bytes, *, now: datetime
) -> Notification:
    """Asks nobody outside. What it says is still to be compared with the order. Raises NotBelieved, NotReadable."""
    seal, signed = _verified(accounts, headers, body, now)
    try:
        notice = _object(body)
        account, resource = _opened(signed, object_of(notice, "resource"))
        told = Notification(
            id=said.word(notice, "id"),
            created_at=said.moment(notice, "create_time"),
            event_type=said.word(notice, "event_type"),
            nonce_key=seal.fingerprint,
            merchant=account.merchant,
        )
        return _with_contents(told, resource)
    except BadAnswer as fault:
        raise NotReadable(fault.reason) from None


def _verified(
    accounts: Iterable[Account], headers: Headers, body: bytes, now: datetime
) -> tuple[Seal, list[Account]]:
    """Those for whom it is signed: a platform certificate serves several merchants."""
    if len(body) > LONGEST_BODY:
        raise NotBelieved("too_long")
    try:
        seal = Seal.read(headers)
    except NotSigned as fault:
        raise NotBelieved(fault.reason, probe=fault.probe) from None
    signed, reason = list[Account](), "unknown_serial"
    for account in accounts:
        try:
            seal.check(body, trust=account.trust, now=now)
        except NotSigned as fault:
            reason = reason if fault.reason == "unknown_serial" else fault.reason
        else:
            signed.append(account)
    if not signed:
        raise NotBelieved(reason)
    return seal, signed


def _opened(signed: list[Account], resource: Mapping[str, Any]) -> tuple[Account, dict[str, Any]]:
    if resource.get("algorithm") != _ALGORITHM:
        raise NotReadable("algorithm")
    nonce, ciphertext = text_of(resource, "nonce"), text_of(resource, "ciphertext")
    associated = resource.get("associated_data") or ""
    if not isinstance(associated, str):
        raise NotReadable("associated_data")
    for account in signed:
        try:
            plain = account.envelope.open(nonce=nonce, ciphertext=ciphertext, associated_data=associated)
        except NotOpened:
            continue
        return account, _object(plain)
    raise NotReadable("sealed")


def _with_contents(told: Notification, resource: Mapping[str, Any]) -> Notification:
    if not told.event_type.startswith(("TRANSACTION.", "REFUND.")):
        return told
    if said.word(resource, "mchid") != told.merchant.mchid:
        raise NotBelieved("another_merchant")
    if told.event_type.startswith("REFUND."):
        return replace(told, refund=said.refund(resource, mchid=told.merchant.mchid, status="refund_status"))
    return replace(told, trade=said.trade(resource))


def _object(text: bytes) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise NotReadable("not_json")
    return found

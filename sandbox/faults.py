"""What can go wrong at WeChat, switched on and off while it runs."""

import random
import threading
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Literal, get_args, get_origin

Json = dict[str, Any]
Rate = float | int | bool
"""False or 0 never; true or 1 always; between 0 and 1 a chance; N above 1 every Nth time."""


class UnknownFault(ValueError):
    """A switch of that name, or a value of that kind, does not exist."""


@dataclass
class ApiFaults:
    slow_ms: int = 0
    error_minus1: Rate = 0
    errcode: int = 0
    """Any return code for the calls covered, such as 45009, 48004 or 40164; 0: none."""
    errcode_rate: Rate = 1
    http_502: Rate = 0
    truncated_json: Rate = 0
    reset_after_effect: Rate = 0
    token_40001_after: int = 0
    only: list[str] = field(default_factory=list)


@dataclass
class PushFaults:
    duplicate: Rate = 0
    duplicates_overlap: bool = False
    delay_ms: int = 0
    out_of_order: bool = False
    lost: Rate = 0
    late_duplicate_ms: int = 0
    retry_new_nonce: bool = False
    timestamp_skew_s: int = 0
    template_user_block: Rate = 0
    template_system_failed: Rate = 0
    receipt_early: Rate = 0
    """The result is pushed before the call that sent the message has its answer."""
    receipt_late: Rate = 0
    receipt_late_ms: int = 3000
    receipt_twice: Rate = 0
    receipt_lost: Rate = 0


@dataclass
class PayFaults:
    slow_ms: int = 0
    error_rate: Rate = 0
    errcode: str = "SYSTEM_ERROR"
    """The code of `error_rate`, such as FREQUENCY_LIMITED or NOT_ENOUGH; nothing was done then."""
    status_500: Rate = 0
    reset_after_effect: Rate = 0
    bad_signature: Rate = 0
    only: list[str] = field(default_factory=list)
    pay_while_closing: Rate = 0
    """Closing answers 500, and in that second the order is paid."""
    key_mode: Literal["pubkey", "cert", "mixed"] = "pubkey"
    """With which key notifications are signed; with cert, answers too."""
    cert_percent: int = 50
    """Of the notifications while `mixed`."""
    retry_scale: Rate = 0
    """Length of the pauses between notifications; 0: the configured notify_scale."""
    notify_lost: Rate = 0
    notify_delay_ms: int = 0
    notify_duplicate: Rate = 0
    notify_replay_old: Rate = 0
    """Afterwards the same bytes once more, properly signed, but a year old."""
    notify_signtest: Rate = 0
    """Before it, a probe whose signature is wrong on purpose."""
    notify_wrong_amount: Rate = 0
    notify_wrong_mchid: Rate = 0
    notify_other_order: Rate = 0
    notify_unknown_serial: Rate = 0
    notify_forged: Rate = 0
    notify_reencrypted: Rate = 0
    refund_delay_s: int = 3
    refund_ends: Literal["success", "abnormal", "closed"] = "success"
    bill_missing: Rate = 0
    bill_extra_line: Rate = 0
    bill_missing_line: Rate = 0
    bill_bad_sha1: Rate = 0


GROUPS = ("api", "push", "pay")
Group = ApiFaults | PushFaults | PayFaults


class Faults:
    def __init__(self) -> None:
        self.api = ApiFaults()
        self.push = PushFaults()
        self.pay = PayFaults()
        self._seen: dict[str, int] = {}
        self._lock = threading.Lock()

    def merge(self, changes: Json) -> None:
        if changes.get("reset") is True:
            self.reset()
        for group in changes.keys() - {"reset"}:
            if group not in GROUPS or not isinstance(changes[group], dict):
                raise UnknownFault(group)
        for group in GROUPS:
            for name, value in changes.get(group, {}).items():
                _check(getattr(self, group), f"{group}.{name}", name, value)
        for group in GROUPS:
            for name, value in changes.get(group, {}).items():
                setattr(getattr(self, group), name, value)

    def reset(self) -> None:
        self.api, self.push, self.pay, self._seen = ApiFaults(), PushFaults(), PayFaults(), {}

    def strikes(self, name: str, rate: Rate) -> bool:
        """Whether this occasion is one of those that the rate asks for."""
        if rate <= 0:
            return False
        if rate < 1:
            return random.random() < rate
        with self._lock:
            self._seen[name] = self._seen.get(name, 0) + 1
            return self._seen[name] % int(rate) == 0

    def covers(self, path: str) -> bool:
        return not self.api.only or path.startswith(tuple(self.api.only))

    def covers_pay(self, path: str) -> bool:
        return not self.pay.only or path.startswith(tuple(self.pay.only))

    def dump(self) -> Json:
        return {group: asdict(getattr(self, group)) for group in GROUPS}

    def load(self, stored: Json) -> None:
        self.merge(stored)


def _check(group: Group, label: str, name: str, value: object) -> None:
    kinds = {item.name: item.type for item in fields(group)}
    if name not in kinds:
        raise UnknownFault(label)
    if not _fits(kinds[name], value):
        raise UnknownFault(f"{label}: wrong value")


def _fits(kind: object, value: object) -> bool:
    if kind == list[str]:
        return isinstance(value, list) and all(isinstance(item, str) for item in value)
    if get_origin(kind) is Literal:
        return value in get_args(kind)
    if kind is bool or kind is str:
        return isinstance(value, kind)
    if kind is int:
        return isinstance(value, int) and not isinstance(value, bool)
    return isinstance(value, int | float) and value >= 0

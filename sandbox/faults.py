"""What can go wrong at WeChat, switched on and off while it runs."""

import random
import threading
from dataclasses import asdict, dataclass, field, fields
from typing import Any

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


class Faults:
    def __init__(self) -> None:
        self.api = ApiFaults()
        self.push = PushFaults()
        self._seen: dict[str, int] = {}
        self._lock = threading.Lock()

    def merge(self, changes: Json) -> None:
        if changes.get("reset") is True:
            self.reset()
        for group in changes.keys() - {"reset"}:
            if group not in {"api", "push"} or not isinstance(changes[group], dict):
                raise UnknownFault(group)
        for group in ("api", "push"):
            for name, value in changes.get(group, {}).items():
                _check(getattr(self, group), f"{group}.{name}", name, value)
        for group in ("api", "push"):
            for name, value in changes.get(group, {}).items():
                setattr(getattr(self, group), name, value)

    def reset(self) -> None:
        self.api, self.push, self._seen = ApiFaults(), PushFaults(), {}

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

    def dump(self) -> Json:
        return {"api": asdict(self.api), "push": asdict(self.push)}

    def load(self, stored: Json) -> None:
        self.merge(stored)


def _check(group: ApiFaults | PushFaults, label: str, name: str, value: object) -> None:
    kinds = {item.name: item.type for item in fields(group)}
    if name not in kinds:
        raise UnknownFault(label)
    kind = kinds[name]
    if kind == list[str]:
        fits = isinstance(value, list) and all(isinstance(item, str) for item in value)
    elif kind is bool:
        fits = isinstance(value, bool)
    elif kind is int:
        fits = isinstance(value, int) and not isinstance(value, bool)
    else:
        fits = isinstance(value, int | float) and value >= 0
    if not fits:
        raise UnknownFault(f"{label}: wrong value")

"""Every message that the account asked WeChat to send to a person, and what became of it."""

import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from itertools import islice
from typing import Any

Json = dict[str, Any]
KEEP = 300_000
SHOWN = "shown"


@dataclass(slots=True)
class Sent:
    """`fate` is "shown", or WeChat's own word for a message that it took and could not deliver; empty: refused."""

    id: int
    at: float
    openid: str
    way: str
    """customer, template, subscription or mini_program."""
    errcode: int = 0
    template_id: str = ""
    client_msg_id: str = ""
    msgid: int = 0
    title: str = ""
    text: str = ""
    url: str = ""
    fate: str = ""
    repeats: int = 0
    """How often the same client_msg_id was asked for again, and dropped."""
    receipts: list[str] = field(default_factory=list)
    """Each report of the result to the account: told, failed or lost."""


class SentMessages:
    """In the order in which they came; the newest 300,000."""

    def __init__(self) -> None:
        self._all: dict[int, Sent] = {}
        self._of: dict[str, list[Sent]] = {}
        self._by_msgid: dict[int, Sent] = {}
        self._last = 0
        self._lock = threading.Lock()

    def add(self, *, at: float, openid: str, way: str, **known: Any) -> Sent:
        with self._lock:
            self._last += 1
            made = Sent(self._last, at, openid, way, **known)
            self._all[made.id] = made
            self._of.setdefault(openid, []).append(made)
            if made.msgid:
                self._by_msgid[made.msgid] = made
            if len(self._all) > KEEP:
                self._forget(self._all.pop(next(iter(self._all))))
        return made

    def _forget(self, oldest: Sent) -> None:
        self._of[oldest.openid].remove(oldest)
        self._by_msgid.pop(oldest.msgid, None)

    def repeated(self, msgid: int) -> None:
        found = self._by_msgid.get(msgid)
        if found is not None:
            found.repeats += 1

    def page(self, *, after: int, limit: int, openid: str = "") -> list[Json]:
        with self._lock:
            found = list(islice(self._from(after, openid), limit))
        return [asdict(one) for one in found]

    def _from(self, after: int, openid: str) -> Iterator[Sent]:
        if openid:
            return (one for one in self._of.get(openid, []) if one.id > after)
        first = next(iter(self._all), 1)
        return (self._all[number] for number in range(max(after + 1, first), self._last + 1))

    def counts(self) -> list[Json]:
        """How many went which way and how they ended."""
        with self._lock:
            counted = Counter((one.way, one.errcode, one.fate) for one in self._all.values())
        return [
            {"way": way, "errcode": errcode, "fate": fate, "number": number}
            for (way, errcode, fate), number in sorted(counted.items())
        ]

    @property
    def last(self) -> int:
        return self._last

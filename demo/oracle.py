"""What the sandbox knows of every message of one announcement: the other side's books, person by person."""

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum

from demo.phones import Json, Phones

SHOWN = "shown"
TOLD = "told"


class End(StrEnum):
    """What the console must say of a person, judged by WeChat's side alone."""

    DELIVERED = "已送达"
    SENT = "已发出"
    NOT_DELIVERED = "没有送到"


@dataclass
class Books:
    """`records` has all that was asked for one person, in order."""

    records: dict[str, list[Json]] = field(default_factory=dict)

    @property
    def shown_twice(self) -> list[str]:
        return [who for who, its in self.records.items() if sum(one["fate"] == SHOWN for one in its) > 1]

    @property
    def untold(self) -> int:
        """How many results WeChat still means to report."""
        return sum(_reports(one) and not one["receipts"] for its in self.records.values() for one in its)

    def end(self, openid: str) -> End:
        taken = [one for one in self.records.get(openid, []) if one["errcode"] == 0]
        if not taken:
            return End.NOT_DELIVERED
        last = taken[-1]
        if not _reports(last) or TOLD not in last["receipts"]:
            return End.SENT
        return End.DELIVERED if last["fate"] == SHOWN else End.NOT_DELIVERED

    def fates(self) -> Counter[str]:
        """How the last word of each person reads, for the transcript."""
        return Counter(_words(its[-1]) for its in self.records.values())


def _reports(record: Json) -> bool:
    """Customer messages have no report, and that of a subscription has no number to know it by."""
    return bool(record["errcode"] == 0 and record["way"] == "template")


def _words(record: Json) -> str:
    return str(record["fate"] or record["errcode"])


def leads_to(record: Json, path: str) -> bool:
    """A card has its address; a text, to whoever has written lately, has it as a link."""
    return str(record["url"]).endswith(path) or f'{path}"' in str(record["text"])


def books(phones: Phones, path: str, since: int) -> Books:
    """Of the messages whose link ends so, asked for after that number."""
    found = Books()
    while True:
        page = phones.get("/sim/sent", since=since)
        for one in page["entries"]:
            if leads_to(one, path):
                found.records.setdefault(str(one["openid"]), []).append(one)
        if not page["entries"]:
            return found
        since = page["last"]


def newest(phones: Phones) -> int:
    return int(phones.get("/sim/sent", limit=1)["last_id"])

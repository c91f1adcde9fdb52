"""Where bills are fetched: made for one merchant, by a link that lives five minutes."""

import gzip
import hashlib
from dataclasses import dataclass, replace
from datetime import date, timedelta

from sandbox.faults import Faults
from sandbox.pay import bills, fund_bills
from sandbox.pay.model import Payments
from sandbox.pay.refusals import PayRefused, bad_field
from sandbox.pay.times import midnight
from sandbox.serials import random_name

LIFE = 300
MONTHS_BACK = 3
GZIP = "GZIP"
ACCOUNTS = ("BASIC", "OPERATION", "FEES")


@dataclass(frozen=True)
class Statement:
    mchid: str
    content: bytes
    """As it is downloaded."""
    digest: str
    """SHA-1 of the file before it was compressed."""
    until: float


class Counter:
    def __init__(self, payments: Payments, faults: Faults) -> None:
        self._payments = payments
        self._clock = payments.clock
        self._faults = faults
        self._ready: dict[str, Statement] = {}

    def trade(self, mchid: str, *, day: str, kind: str, packed: str) -> str:
        """The token of a trade bill."""
        if kind not in bills.KINDS:
            raise bad_field("bill_type", kind, f"应为 {'、'.join(bills.KINDS)}", location="query")
        found = bills.rows(self._payments, mchid, self._day(day), kind)
        return self._keep(mchid, bills.written(self._spoilt(found), kind) if found else "", packed)

    def funds(self, mchid: str, *, day: str, account: str, packed: str) -> str:
        """The token of a bill of movements; all money is in the BASIC account."""
        if account not in ACCOUNTS:
            raise bad_field("account_type", account, f"应为 {'、'.join(ACCOUNTS)}", location="query")
        wanted = self._day(day)
        found = fund_bills.rows(self._payments.books, mchid, wanted) if account == ACCOUNTS[0] else []
        return self._keep(mchid, fund_bills.written(found) if found else "", packed)

    def digest(self, token: str) -> str:
        right = self._ready[token].digest
        wrong = self._faults.strikes("pay.bill_bad_sha1", self._faults.pay.bill_bad_sha1)
        return hashlib.sha1(right.encode()).hexdigest() if wrong else right

    def fetch(self, mchid: str, token: str) -> Statement:
        found = self._ready.get(token)
        if found is None or found.until <= self._clock.now():
            raise PayRefused("FILE_NOT_EXIST", "账单文件不存在")
        if found.mchid != mchid:
            raise PayRefused("NO_AUTH", "商户无权限")
        return found

    def _day(self, text: str) -> date:
        """A day whose bill is there already, or was."""
        try:
            day = date.fromisoformat(text)
        except ValueError as error:
            raise bad_field("bill_date", text, "应为 YYYY-MM-DD", location="query") from error
        now = self._clock.now()
        today = bills.day_of(now)
        if not _months_before(today) <= day < today:
            raise bad_field("bill_date", text, "应为三个月内、今天之前的日期", location="query")
        if now < midnight(day + timedelta(days=1), bills.MADE_AT):
            raise PayRefused("STATEMENT_CREATING", "账单生成中，请稍后再试")
        return day

    def _keep(self, mchid: str, text: str, packed: str) -> str:
        if packed not in {"", GZIP}:
            raise bad_field("tar_type", packed, "应为 GZIP", location="query")
        if not text or self._faults.strikes("pay.bill_missing", self._faults.pay.bill_missing):
            raise PayRefused("NO_STATEMENT_EXIST", "账单不存在")
        now, plain, token = self._clock.now(), text.encode(), random_name(33)
        content = gzip.compress(plain, mtime=0) if packed else plain
        for old in [key for key, one in self._ready.items() if one.until <= now]:
            del self._ready[old]
        self._ready[token] = Statement(mchid, content, hashlib.sha1(plain).hexdigest(), now + LIFE)
        return token

    def _spoilt(self, found: list[bills.Row]) -> list[bills.Row]:
        """With a line too many or too few, and sums to match."""
        faults = self._faults.pay
        if self._faults.strikes("pay.bill_missing_line", faults.bill_missing_line):
            return found[:-1]
        if self._faults.strikes("pay.bill_extra_line", faults.bill_extra_line):
            number = random_name(20)
            stranger = replace(found[-1].order, out_trade_no=f"X{number}", transaction_id=f"4200{number}")
            return [*found, replace(found[-1], order=stranger)]
        return found


def _months_before(day: date) -> date:
    month = day.year * 12 + day.month - 1 - MONTHS_BACK
    first = date(month // 12, month % 12 + 1, 1)
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    return first.replace(day=min(day.day, last.day))

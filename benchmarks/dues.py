"""Dues of 4,179 and 100,000 members on PostgreSQL: a month's bills, a day's trade bill, notifications of payments."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from statistics import median, quantiles
from typing import Any

from app.core.clock import local_day
from benchmarks import scene
from benchmarks.callback import ZHIBU
from benchmarks.dues_house import House
from benchmarks.dues_merchant import Merchant
from benchmarks.dues_orders import DIFFERENCES, UNTOLD, Counter, Day, payers
from benchmarks.dues_platform import Platform, serving
from benchmarks.dues_steady import Answer, tell
from benchmarks.hall import COMMITTEE
from benchmarks.scratch import postgresql
from benchmarks.servers import ROOT, Server, running

SIZES = (4_179, 100_000)
ROUNDS = 3
PROCESSES = 2
PER_SECOND = 20
WARM_UP = 40
PAYMENTS = 550
TOLD_TWICE = 10
"""One payment in that many is told of a second time at once, signed anew."""
TAKEN = 204
TRIES = 3
LONGEST_SECONDS = 600
AIM_SECONDS, AIM_MB, AIM_P99_MS = 60, 500, 200

Figures = dict[str, float]
PARTS = ("bills", "trade bill", "notifications")
KEYS = {"bills": ("seconds", "again_s"), "trade bill": ("seconds",), "notifications": ("p50_ms", "p99_ms")}


@dataclass
class Place:
    """One size: its database, and a merchant whose platform knows the days' bills."""

    house: House
    platform: Platform
    rounds: int
    counter: Counter = field(init=False)

    def __post_init__(self) -> None:
        self.counter = Counter(self.house)

    @property
    def environment(self) -> dict[str, str]:
        pay = self.platform.merchant.environment
        return scene.environment(self.house.url, mode="safe") | pay(self.platform.base_url)


def main(sizes: Sequence[int] = SIZES, *, rounds: int = ROUNDS, payments: int = PAYMENTS) -> None:
    measured: dict[str, dict[int, list[Figures]]] = {part: {size: [] for size in sizes} for part in PARTS}
    with ExitStack() as stack:
        places = [stack.enter_context(_place(size, rounds)) for size in sizes]
        acts: dict[str, Callable[[Place, int], Figures]] = {
            "bills": _bills,
            "trade bill": _trade_bill,
            "notifications": lambda place, number: _notifications(place, number, payments),
        }
        for part, act in acts.items():
            for number in range(rounds):
                for place in places if number % 2 == 0 else reversed(places):
                    figures = act(place, number)
                    measured[part][place.house.people].append(figures)
                    _show(part, number, place.house.people, figures)
    print(json.dumps(_summary(measured, sizes)))


@contextmanager
def _place(people: int, rounds: int) -> Iterator[Place]:
    with postgresql(f"dues_{people}") as url:
        house = House(url, people)
        platform = Platform(Merchant())
        try:
            house.prepare()
            print(f"{people:7,} members loaded", flush=True)
            with serving(platform):
                yield Place(house, platform, rounds)
        finally:
            house.close()


def _bills(place: Place, number: int) -> Figures:
    """Each round makes a month of its own, the running one last."""
    house = place.house
    month = house.months(place.rounds)[number]
    figures = _worked(place, "generate", COMMITTEE, month)
    house.balances()
    if (figures["bills"], figures["total"]) != (house.people, house.owed()):
        raise RuntimeError(f"{figures['bills']} bills of {figures['total']} fen")
    if house.bills() != house.people * (number + 1):
        raise RuntimeError(f"{house.bills()} bills in the books")
    return figures


def _trade_bill(place: Place, number: int) -> Figures:
    """Each round has a day of its own, yesterday last."""
    house, counter = place.house, place.counter
    day = Day(local_day(house.now) - timedelta(days=place.rounds - number), house.people)
    counter.pay(day)
    size = place.platform.know(day, house.people)
    before, asked = counter.received(), place.platform.asked
    figures = _worked(place, "reconcile", day.day)
    since = counter.received().since(before)
    if (figures["lines"], figures["cases"], since.cases) != (day.lines, DIFFERENCES, DIFFERENCES):
        raise RuntimeError(f"{figures['lines']} lines, {since.cases} cases")
    if (since.receipts, place.platform.asked - asked) != (UNTOLD, UNTOLD):
        raise RuntimeError(f"{since.receipts} of {UNTOLD} payments were found")
    return figures | {"file_mb": size / 2**20}


def _notifications(place: Place, number: int, payments: int) -> Figures:
    """New processes each time; afterwards each payment must be booked once, or there are no figures."""
    house, counter = place.house, place.counter
    total = WARM_UP + payments
    members = payers(number * total, total, house.people)
    trades = counter.open(members, house.months(place.rounds)[-1])
    house.analyze()
    merchant, before = place.platform.merchant, counter.received()
    notices = [merchant.notice(trade, f"EV-{trade.out_trade_no}") for trade in trades]
    warm_up, measured = _repeated(notices[:WARM_UP]), _repeated(notices[WARM_UP:])
    with running([*ZHIBU.split(), str(PROCESSES)], place.environment) as server:
        _tell_until_taken(server, merchant, warm_up)
        cpu = server.cpu_seconds()
        told = _tell(server, merchant, measured)
        cpu = server.cpu_seconds() - cpu
        _tell_until_taken(server, merchant, _refused(measured, told))
    left = counter.finish()
    since = counter.received().since(before)
    booked = since.receipts, since.orders_paid, since.bills_paid, since.handled, since.notifications
    if set(booked) != {total} or since.wechat_fen != sum(trade.total for trade in trades) or since.cases:
        raise RuntimeError(f"{total} payments: {since}")
    cuts = quantiles([one.seconds * 1000 for one in told], n=100, method="inclusive")
    return {
        "told": len(told),
        "p50_ms": cuts[49],
        "p99_ms": cuts[98],
        "worst_ms": max(one.seconds for one in told) * 1000,
        "cpu_ms": cpu / len(told) * 1000,
        "refused": len(_refused(measured, told)),
        "left_for_the_job": left,
    }


def _repeated(notices: Sequence[bytes]) -> list[bytes]:
    """In their order, one in ten of them twice."""
    return [
        notice
        for number, notice in enumerate(notices, start=1)
        for _ in range(2 if number % TOLD_TWICE == 0 else 1)
    ]


def _tell(server: Server, merchant: Merchant, notices: Sequence[bytes]) -> list[Answer]:
    deliveries = [merchant.delivery(notice) for notice in notices]
    return tell(server.port, deliveries, per_second=PER_SECOND)


def _tell_until_taken(server: Server, merchant: Merchant, notices: list[bytes]) -> None:
    """Signed anew each time, as WeChat Pay tells again who did not answer 204."""
    for _ in range(TRIES):
        notices = _refused(notices, _tell(server, merchant, notices)) if notices else []
    if notices:
        raise RuntimeError(f"{len(notices)} notifications were never taken")


def _refused(notices: Sequence[bytes], answers: Sequence[Answer]) -> list[bytes]:
    return [notice for notice, answer in zip(notices, answers, strict=True) if answer.status != TAKEN]


def _worked(place: Place, *words: object) -> Figures:
    told = subprocess.run(
        [sys.executable, "-m", "benchmarks.dues_work", *map(str, words)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), **place.environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=LONGEST_SECONDS,
    )
    if told.returncode:
        raise RuntimeError(told.stderr)
    figures: Figures = json.loads(told.stdout.splitlines()[-1])
    return figures


def _show(part: str, number: int, people: int, figures: Figures) -> None:
    named = "  ".join(
        f"{key} {value:,.4g}" for key, value in figures.items() if key not in ("total", "bills")
    )
    print(f"round {number + 1}  {part:<13}  {people:7,} members  {named}", flush=True)


def _summary(measured: Mapping[str, Mapping[int, list[Figures]]], sizes: Sequence[int]) -> dict[str, Any]:
    """Medians over the rounds; a ratio is of the two sizes in the same round, then the median."""
    small, large = sizes[0], sizes[-1]
    figures = {
        part: {
            str(size): {key: round(median(one[key] for one in seen), 2) for key in seen[0]}
            for size, seen in by_size.items()
        }
        for part, by_size in measured.items()
    }
    growth = {
        f"{part}, {key}": round(
            median(a[key] / b[key] for a, b in zip(by_size[large], by_size[small], strict=True)), 2
        )
        for part, by_size in measured.items()
        for key in KEYS[part]
    }
    worst = {
        part: max(one[key] for one in measured[part][large])
        for part, key in (("bills", "seconds"), ("trade bill", "seconds"), ("notifications", "p99_ms"))
    }
    memory = {part: max(one["peak_mb"] for one in measured[part][large]) for part in PARTS[:2]}
    return {
        "benchmark": "dues",
        "rounds": len(measured["bills"][large]),
        "processes": PROCESSES,
        "per_second": PER_SECOND,
        "figures": figures,
        "members_ratio": round(large / small, 2),
        "growth": growth,
        "worst": {part: round(value, 2) for part, value in worst.items()},
        "aim": {"seconds": AIM_SECONDS, "peak_mb": AIM_MB, "p99_ms": AIM_P99_MS},
        "reached": {
            **{part: worst[part] < AIM_SECONDS and memory[part] < AIM_MB for part in memory},
            "notifications": worst["notifications"] < AIM_P99_MS,
        },
    }


if __name__ == "__main__":
    main()

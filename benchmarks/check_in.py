"""Signing in by a scan at 50 at once: two processes, PostgreSQL, three sizes of the roster, in one run."""

import json
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from statistics import median

from benchmarks import scene
from benchmarks.callback import ZHIBU
from benchmarks.hall import Hall
from benchmarks.load import Figures, drive
from benchmarks.scratch import postgresql
from benchmarks.servers import running

SMALL, REFERENCE, LARGE = 1_000, 4_179, 100_000
ROUNDS = 3
SCANS = 3_000
WARM_UP = 600
AT_ONCE = 50
PROCESSES = 2
AIM_P99_MS = 250
AIM_RATIO = 1.5
KEYS = ("p50_ms", "p99_ms")


def main() -> None:
    rounds: dict[int, list[Figures]] = {SMALL: [], REFERENCE: [], LARGE: []}
    with ExitStack() as stack:
        halls = [stack.enter_context(_hall(people)) for people in rounds]
        for number in range(ROUNDS):
            for hall in halls if number % 2 == 0 else reversed(halls):
                figures = _measure(hall)
                rounds[hall.people].append(figures)
                _show(number, hall.people, figures)
    print(json.dumps(_summary(rounds)))


@contextmanager
def _hall(people: int) -> Iterator[Hall]:
    with postgresql(f"hall_{people}") as url:
        hall = Hall(url, people)
        hall.prepare()
        print(f"{people:7,} members loaded", flush=True)
        try:
            yield hall
        finally:
            hall.close()


def _measure(hall: Hall) -> Figures:
    """Each process is new: what one round has warmed does not help the next."""
    before = hall.present()
    numbers = hall.open(WARM_UP + SCANS)
    requests = list(scene.pushes(hall.scan, numbers, safe=True))
    command = [*ZHIBU.split(), str(PROCESSES)]
    with running(command, scene.environment(hall.url, mode="safe")) as server:
        drive(server.port, requests[:WARM_UP], connections=AT_ONCE)
        figures = drive(server.port, requests[WARM_UP:], connections=AT_ONCE)
    signed_in = hall.present() - before
    if signed_in != len(numbers):
        raise RuntimeError(f"{len(numbers)} scans signed in {signed_in} people")
    return figures


def _show(number: int, people: int, seen: Figures) -> None:
    print(
        f"round {number + 1}  {people:7,} members  {seen.per_second:6.0f}/s  p50 {seen.p50_ms:6.1f} ms  "
        f"p99 {seen.p99_ms:6.1f} ms  failures {seen.failures}",
        flush=True,
    )


def _summary(rounds: Mapping[int, list[Figures]]) -> dict[str, object]:
    """Medians over the rounds; the ratio is of two sizes in the same round, then the median."""
    figures = {
        str(people): {
            **{key: round(median(asdict(one)[key] for one in seen), 1) for key in ("per_second", *KEYS)},
            "worst_p99_ms": round(max(one.p99_ms for one in seen), 1),
            "failures": sum(one.failures for one in seen),
        }
        for people, seen in rounds.items()
    }
    pairs = list(zip(rounds[LARGE], rounds[SMALL], strict=True))
    ratio = {key: round(median(getattr(a, key) / getattr(b, key) for a, b in pairs), 2) for key in KEYS}
    return {
        "benchmark": "check_in",
        "scans": SCANS,
        "rounds": ROUNDS,
        "at_once": AT_ONCE,
        "processes": PROCESSES,
        "members": figures,
        "ratio_100000_to_1000": ratio,
        "aim": {"p99_ms": AIM_P99_MS, "ratio": AIM_RATIO},
        "reached": {
            "p99_ms": all(figures[str(size)]["p99_ms"] < AIM_P99_MS for size in (REFERENCE, LARGE)),
            "ratio": all(one <= AIM_RATIO for one in ratio.values()),
        },
    }


if __name__ == "__main__":
    main()

"""`python -m benchmarks.dues_work generate COMMITTEE MONTH` or `… reconcile DAY`: in a process of its own.

So its memory is its own. It carries the whole application, as `flask` does; the last line is one JSON object.
"""

import json
import sys
import time
from collections.abc import Mapping
from datetime import date
from pathlib import Path

from app.dues.bills.generating import generate
from app.main import create_app
from app.wiring import Services


def main() -> None:
    services: Services = create_app().extensions["zhibu"]
    with services.sessions.read() as session:
        session.connection()  # what connecting costs is not what is measured
    verb, *words = sys.argv[1:]
    began = {"start_mb": _mb("VmRSS")}
    figures = _generated(services, *map(int, words)) if verb == "generate" else _reconciled(services, *words)
    print(json.dumps({**began, **figures, "peak_mb": _mb("VmHWM")}))


def _generated(services: Services, committee_id: int, month: int) -> Mapping[str, float]:
    """The month's bills, and asked for once more: that makes nothing."""
    first, seconds = _generate(services, committee_id, month)
    again, again_seconds = _generate(services, committee_id, month)
    if again["bills"]:
        raise RuntimeError(f"the second run made {again['bills']} bills")
    return {**first, "seconds": seconds, "again_s": again_seconds}


def _generate(services: Services, committee_id: int, month: int) -> tuple[dict[str, int], float]:
    started = time.perf_counter()
    with services.sessions.begin() as session:
        made = generate(
            session, committee_id=committee_id, month=month, by="benchmark", now=services.clock.now()
        )
    seconds = time.perf_counter() - started
    return {"bills": made.bills, "total": made.total, "advance_used": made.advance_used}, seconds


def _reconciled(services: Services, day: str) -> Mapping[str, float]:
    started = time.perf_counter()
    (result,) = services.statement_desk.reconcile(date.fromisoformat(day))
    seconds = time.perf_counter() - started
    if result.statement.matched_at is None:
        raise RuntimeError(f"not matched: {result.statement.error}")
    return {"seconds": seconds, "lines": result.statement.count, "cases": result.cases}


def _mb(field: str) -> float:
    """Of this process alone: `getrusage` also counts what it was forked from."""
    return int(Path("/proc/self/status").read_text().partition(f"{field}:")[2].split()[0]) / 1024


if __name__ == "__main__":
    main()

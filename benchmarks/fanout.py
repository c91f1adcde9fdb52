"""One notice to 4,179 people: embedded, with two workers, and wechatpy with 32 threads, in one run."""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from urllib.request import urlopen

from benchmarks import scene
from benchmarks.crowd import Crowd
from benchmarks.messages import TEMPLATE_ID
from benchmarks.scratch import postgresql, redis
from benchmarks.senders import running, together
from benchmarks.servers import ROOT
from benchmarks.servers import running as serving

MESSAGES = 4179
LATENCY_MS = 50
AT_ONCE = 32
ROUNDS = 3
IDEAL_SECONDS = MESSAGES * LATENCY_MS / 1000 / AT_ONCE
READY_SECONDS = 60
LONGEST_SECONDS = 60

PEER = "wechatpy, 32 threads"
EMBEDDED = "zhibu, embedded, SQLite"
WORKERS = "zhibu, 2 workers, PostgreSQL, Redis"


@dataclass(frozen=True)
class Figures:
    """`seconds` is from the first claim to the last record, for the peer from the first call to the last answer."""

    seconds: float
    cpu_us: float
    peak_mb: float
    database_us: float = 0.0
    statements: float = 0.0
    platform_peak: int = 0
    failures: int = 0


def main() -> None:
    rounds: dict[str, list[Figures]] = {PEER: [], EMBEDDED: [], WORKERS: []}
    for number in range(ROUNDS):
        for name, measure in ((PEER, _peer), (EMBEDDED, _embedded), (WORKERS, _workers)):
            figures = measure()
            rounds[name].append(figures)
            _show(number, name, figures)
    print(json.dumps(_summary(rounds), ensure_ascii=False))


def _peer() -> Figures:
    with _platform() as port:
        command = f"benchmarks.peers.wechatpy_threads {port} {MESSAGES} {AT_ONCE}"
        told = subprocess.run(
            [sys.executable, "-m", *command.split()], cwd=ROOT, capture_output=True, text=True, check=True
        )
        return Figures(**json.loads(told.stdout), **_checked(port))


def _embedded() -> Figures:
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'bench.db'}"
        return _ours(url, {"ZHIBU_NOTICES__CONCURRENCY": str(AT_ONCE)}, ["scheduler"], Path(folder))


def _workers() -> Figures:
    with postgresql() as url, redis() as redis_url, tempfile.TemporaryDirectory() as folder:
        more = {"ZHIBU_REDIS__URL": redis_url, "ZHIBU_NOTICES__CONCURRENCY": str(AT_ONCE // 2)}
        return _ours(url, more, ["scheduler", "worker", "worker"], Path(folder))


def _ours(url: str, more: Mapping[str, str], commands: list[str], folder: Path) -> Figures:
    crowd = Crowd(url, MESSAGES)
    crowd.prepare()
    with ExitStack() as stack:
        stack.callback(crowd.close)
        port = stack.enter_context(_platform())
        environment = {
            **scene.environment(url, mode="safe"),
            "ZHIBU_WECHAT__API_BASE_URL": f"http://127.0.0.1:{port}",
            "ZHIBU_NOTICES__TEMPLATE_ANNOUNCEMENT": TEMPLATE_ID,
            **more,
        }
        senders = stack.enter_context(running(commands, environment, folder))
        _until(lambda: crowd.ready(workers=commands.count("worker")), READY_SECONDS)
        time.sleep(2)  # what every process does at its start is not what is measured
        before = together([sender.used() for sender in senders])
        crowd.queue()
        _until(lambda: crowd.left() == 0, LONGEST_SECONDS)
        after = together([sender.used() for sender in senders])
        return Figures(
            seconds=crowd.took().total_seconds(),
            cpu_us=(after.cpu_seconds - before.cpu_seconds) / MESSAGES * 1e6,
            peak_mb=after.peak_mb,
            database_us=(after.database_seconds - before.database_seconds) / MESSAGES * 1e6,
            statements=(after.statements - before.statements) / MESSAGES,
            **_checked(port),
        )


@contextmanager
def _platform() -> Iterator[int]:
    with serving(["benchmarks.platform", "{port}", str(LATENCY_MS)], {}) as server:
        yield server.port


def _checked(port: int) -> dict[str, int]:
    """The stand-in's own count: who has not got the message exactly once is a failure."""
    with urlopen(f"http://127.0.0.1:{port}/log") as answer:
        log = json.load(answer)
    once = sum(1 for openid, number in log["arrived"].items() if number == 1 and int(openid[-22:]) > 0)
    return {"platform_peak": log["peak"], "failures": MESSAGES - once}


def _until(done: Callable[[], bool], seconds: float) -> None:
    until = time.monotonic() + seconds
    while not done():
        if time.monotonic() > until:
            raise RuntimeError("it takes too long")
        time.sleep(0.2)


def _show(number: int, name: str, seen: Figures) -> None:
    print(
        f"round {number + 1}  {name:<36} {seen.seconds:6.2f} s = {seen.seconds / IDEAL_SECONDS:4.2f} × ideal  "
        f"cpu {seen.cpu_us:5.0f} µs  database {seen.database_us:4.0f} µs, {seen.statements:5.3f} statements  "
        f"peak {seen.peak_mb:4.0f} MB  at once {seen.platform_peak}  failures {seen.failures}",
        flush=True,
    )


def _summary(rounds: Mapping[str, list[Figures]]) -> dict[str, object]:
    """Medians over the rounds; ratios are of the same round, then the median."""
    figures = {
        name: {key: round(median(asdict(one)[key] for one in seen), 3) for key in asdict(seen[0])}
        for name, seen in rounds.items()
    }
    return {
        "benchmark": "fanout",
        "messages": MESSAGES,
        "latency_ms": LATENCY_MS,
        "at_once": AT_ONCE,
        "rounds": ROUNDS,
        "ideal_seconds": round(IDEAL_SECONDS, 2),
        "figures": figures,
        "ratio_to_ideal": {name: round(figures[name]["seconds"] / IDEAL_SECONDS, 2) for name in rounds},
        "ratios_to_wechatpy": {
            name: {
                key: round(
                    median(
                        getattr(a, key) / getattr(b, key)
                        for a, b in zip(rounds[name], rounds[PEER], strict=True)
                    ),
                    2,
                )
                for key in ("seconds", "cpu_us", "peak_mb")
            }
            for name in rounds
            if name != PEER
        },
    }


if __name__ == "__main__":
    main()

"""The callback with everything on, beside a bare Flask and the usual wechatpy echo, in one run."""

import json
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

from benchmarks import scene
from benchmarks.load import Figures, drive
from benchmarks.servers import running

MESSAGES = 3000
ROUNDS = 3
CONNECTIONS = 32
WARM_UP = 300

ASGI = "granian --interface asgi --host 127.0.0.1 --port {port} --no-ws"
ZHIBU = f"{ASGI} --workers-kill-timeout 5 app.asgi:app --workers"
SYNC = "gunicorn --no-control-socket -k sync -w 2 -b 127.0.0.1:{port}"


@dataclass(frozen=True)
class Case:
    """`mode` is the account's setting; `message` what people send."""

    name: str
    command: str
    mode: str
    message: scene.Message

    @property
    def safe(self) -> bool:
        return self.mode == "safe"


KINDS = (
    ("plain text", "plain", scene.text_message),
    ("safe text", "safe", scene.text_message),
    ("safe scan", "safe", scene.scan_message),
)
CASES = (
    Case("bare flask", f"{SYNC} benchmarks.peers.bare_flask:app", "safe", scene.text_message),
    *(
        Case(f"wechatpy echo, {name}", f"{SYNC} benchmarks.peers.wechatpy_echo:app", mode, message)
        for name, mode, message in KINDS
    ),
    *(
        Case(f"zhibu x{processes}, {name}", f"{ZHIBU} {processes}", mode, message)
        for name, mode, message in KINDS
        for processes in (1, 2)
    ),
)
PAIRS = {
    f"{name}, {processes} of ours": (f"zhibu x{processes}, {name}", f"wechatpy echo, {name}")
    for name, _, _ in KINDS
    for processes in (1, 2)
}


@dataclass(frozen=True)
class Measured:
    figures: Figures
    cpu_us: float


def main() -> None:
    rounds: dict[str, list[Measured]] = {case.name: [] for case in CASES}
    for number in range(ROUNDS):
        for case in CASES:
            measured = _measure(case)
            rounds[case.name].append(measured)
            _show(number, case.name, measured)
    print(json.dumps(_summary(rounds), ensure_ascii=False))


def _measure(case: Case) -> Measured:
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'bench.db'}"
        total = WARM_UP + MESSAGES
        scene.prepare(url, messages=total)
        requests = list(scene.pushes(case.message, range(total), safe=case.safe))
        with running(case.command.split(), scene.environment(url, mode=case.mode)) as server:
            drive(server.port, requests[:WARM_UP], connections=CONNECTIONS)
            before = server.cpu_seconds()
            figures = drive(server.port, requests[WARM_UP:], connections=CONNECTIONS)
            return Measured(figures, (server.cpu_seconds() - before) / MESSAGES * 1e6)


def _show(number: int, name: str, measured: Measured) -> None:
    seen = measured.figures
    print(
        f"round {number + 1}  {name:<28} {seen.per_second:7.0f}/s  p50 {seen.p50_ms:6.1f} ms  "
        f"p99 {seen.p99_ms:6.1f} ms  cpu {measured.cpu_us:6.0f} µs  failures {seen.failures}",
        flush=True,
    )


def _summary(rounds: Mapping[str, list[Measured]]) -> dict[str, object]:
    """Medians over the rounds, and our figures as ratios to the echo's of the same round."""
    figures = {
        name: {
            "per_second": round(median(one.figures.per_second for one in seen)),
            "cpu_us": round(median(one.cpu_us for one in seen)),
            **{
                key: round(median(asdict(one.figures)[key] for one in seen), 1)
                for key in ("p50_ms", "p99_ms")
            },
            "failures": sum(one.figures.failures for one in seen),
        }
        for name, seen in rounds.items()
    }
    ratios = {
        name: {
            "throughput": round(
                median(a.figures.per_second / b.figures.per_second for a, b in _paired(rounds, pair)), 2
            ),
            "cpu": round(median(a.cpu_us / b.cpu_us for a, b in _paired(rounds, pair)), 2),
        }
        for name, pair in PAIRS.items()
    }
    return {
        "benchmark": "callback",
        "messages": MESSAGES,
        "rounds": ROUNDS,
        "connections": CONNECTIONS,
        "figures": figures,
        "ratios_to_wechatpy_echo": ratios,
    }


def _paired(rounds: Mapping[str, list[Measured]], pair: tuple[str, str]) -> list[tuple[Measured, Measured]]:
    return list(zip(rounds[pair[0]], rounds[pair[1]], strict=True))


if __name__ == "__main__":
    main()

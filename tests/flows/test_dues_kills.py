"""kill -9 before anything that is written of a payment, a refund or a trade bill: the books end as WeChat's."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.backend import ROOT, environment
from tests.unit.dues.orders.counter import DUE

PART_BACK = 2000


def rounds(act: str, folder: Path) -> list[dict[str, Any]]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.flows.dues_kill_child", act, str(folder)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=environment(f"sqlite:///{folder}/none.db"),
        timeout=110,
        check=True,
    )
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


@pytest.mark.parametrize(
    ("act", "books", "cases"),
    [
        ("notified", {"cash": DUE, "receivable": -2 * DUE, "wechat": DUE}, ["paid_twice"]),
        ("asked", {"cash": DUE, "receivable": -2 * DUE, "wechat": DUE}, ["paid_twice"]),
        ("refunded", {"receivable": PART_BACK - 2 * DUE, "wechat": 2 * DUE - PART_BACK}, []),
        ("reconciled", {"cash": DUE, "receivable": -2 * DUE, "wechat": DUE}, ["paid_twice"]),
    ],
)
def test_death_before_anything_written_leaves_books_that_the_jobs_bring_to_wechats(
    act: str, books: dict[str, int], cases: list[str], tmp_path: Path
) -> None:
    seen = rounds(act, tmp_path)

    assert [one["lived"] for one in seen] == [False] * (len(seen) - 1) + [True]
    assert len(seen) > 12
    assert [one for one in seen if one["torn"] or one["wrong"]] == []
    early = [one for one in seen if one["books"] != books]
    if act == "refunded":  # nobody proposes again what was not proposed, or decides what was not decided
        assert {tuple(one["books"].items()) for one in early} <= {
            (("receivable", -2 * DUE), ("wechat", 2 * DUE))
        }
        assert [one["point"] for one in early] == list(range(1, len(early) + 1))
        assert len(early) < len(seen) / 2
    else:
        assert early == []
    assert {tuple(one["cases"]) for one in seen} == {tuple(cases)}

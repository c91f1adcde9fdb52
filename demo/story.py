"""python -m demo.story: the main job from both sides, as a transcript. Exit 1 at the first thing that is wrong.

URL= a running demo (its demo.json in DATA_DIR), or nothing for a fresh one. FAULTS= off, on or both (default).
"""

import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import requests

from demo.bulletin import Bulletin
from demo.desk import Desk
from demo.fresh import DidNotStart, fresh_demo
from demo.gathering import Gathering
from demo.paying import Paying
from demo.phones import Phones, SandboxRefused
from demo.place import CannotStart, Place
from demo.plot import Plot
from demo.studying import Studying
from demo.transcript import NotAsItShouldBe, Transcript

ACTS = {"off": (False,), "on": (True,), "both": (False, True)}
TITLES = {False: "一切正常时 · without faults", True: "微信出故障时 · with faults: duplicates, slow API, -1"}
GATHERING = "一次党员大会，从通知到归档 · one meeting, from notice to archive"
DUES = "党费：算得清、缴得上、对得齐 · dues explained, paid and reconciled"
STUDY = "学习：写、三审、读、测、记学时 · study, written, reviewed three times, read"
BULLETIN = "一条通知，4,179 人，逐人有着落 · one announcement, each person accounted for"
FAULTS = {
    "push": {"duplicate": 1, "duplicates_overlap": True},
    "api": {"slow_ms": 1500, "error_minus1": 3},
}
MIXED = {
    "push": {
        "template_user_block": 0.02,
        "template_system_failed": 0.01,
        "receipt_early": 0.05,
        "receipt_late": 0.05,
        "receipt_late_ms": 2000,
        "receipt_twice": 0.05,
        "receipt_lost": 0.01,
    },
    "api": {
        "only": ["/cgi-bin/message/template/"],
        "slow_ms": 20,
        "error_minus1": 61,
        "http_502": 83,
        "reset_after_effect": 97,
        "truncated_json": 113,
    },
}
"""While 4,179 people are written to: some block, some results come early, late, twice or never.

Only template messages are hit: WeChat knows their repeats. Of any other, an answer that is lost leaves
结果不明 until a person decides.
"""


class NoDemo(RuntimeError):
    """There is nothing to play against."""


def main() -> int:
    transcript = Transcript()
    try:
        acts = _acts()
        with _stage(transcript) as (sheet, base_url):
            phones = Phones(sheet["urls"]["sandbox"])
            desk = Desk(sheet, base_url, transcript)
            plot = Plot(sheet, desk, phones, transcript)
            for faulty in acts:
                transcript.title(TITLES[faulty])
                _act(phones, plot.play, FAULTS if faulty else {})
            transcript.title(GATHERING)
            _act(phones, Gathering(sheet, base_url, desk, phones).play, FAULTS if acts[-1] else {})
            transcript.title(DUES)
            _act(phones, Paying(sheet, base_url, phones, transcript).play, {})
            transcript.title(STUDY)
            _act(phones, Studying(sheet, base_url, desk, phones).play, {})
            transcript.title(BULLETIN)
            bulletin = Bulletin(sheet, base_url, phones, transcript)
            mixed = MIXED if acts[-1] else {}
            _act(phones, lambda: bulletin.play(lambda: _switch(phones, mixed)), {})
    except (NoDemo, DidNotStart, CannotStart, requests.RequestException, SandboxRefused) as fault:
        sys.stderr.write(f"story: {fault}\n")
        return 1
    except NotAsItShouldBe as fault:
        sys.stderr.write(f"story: not as it should be: {fault}\n")
        return 1
    except KeyboardInterrupt:
        return 130
    sys.stdout.write(f"\n✓ 全部符合预期 · all as it should be ({transcript.checked} checks)\n")
    return 0


def _acts() -> tuple[bool, ...]:
    wanted = (os.environ.get("FAULTS") or "both").lower()
    if wanted not in ACTS:
        raise NoDemo(f"FAULTS is off, on or both, not {wanted!r}")
    return ACTS[wanted]


@contextmanager
def _stage(transcript: Transcript) -> Iterator[tuple[dict[str, Any], str]]:
    """The sheet of the demo to play in, and its address."""
    url = (os.environ.get("URL") or "").rstrip("/")
    if url:
        yield _sheet(), url
        return
    transcript.title("准备一个全新的演示环境 · starting a fresh demo")
    with fresh_demo() as sheet:
        yield sheet, sheet["urls"]["backend"]


def _sheet() -> dict[str, Any]:
    path = Place.of(os.environ).sheet
    try:
        sheet: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise NoDemo(f"{path} of the running demo cannot be read; set DATA_DIR") from error
    return sheet


def _act(phones: Phones, play: Callable[[], None], faults: Mapping[str, Any]) -> None:
    """The sandbox has no faults when the act ends, however it ends."""
    _switch(phones, faults)
    try:
        play()
    finally:
        _switch(phones, {})


def _switch(phones: Phones, faults: Mapping[str, Any]) -> None:
    phones.post("/sim/faults", **faults, reset=True)


if __name__ == "__main__":
    sys.exit(main())

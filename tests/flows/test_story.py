"""`python -m demo.story`: the main job against a running demo, and what it says when something is wrong."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from demo.fresh import FreshDemo, free_ports

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_SECONDS = 540

pytestmark = pytest.mark.timeout(600)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FreshDemo]:
    started = FreshDemo(tmp_path_factory.mktemp("story") / "data", free_ports())
    started.wait_until_ready()
    yield started
    started.stop()


def told(**environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "demo.story"],
        cwd=ROOT,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )


def url_of(demo: FreshDemo) -> str:
    sheet = json.loads((demo.data_dir / "demo.json").read_text(encoding="utf-8"))
    return str(sheet["urls"]["backend"])


def test_story_passes_without_and_with_faults(demo: FreshDemo) -> None:
    story = told(URL=url_of(demo), DATA_DIR=str(demo.data_dir), FAULTS="both")

    assert (story.returncode, story.stderr) == (0, "")
    assert story.stdout.count("绑定成功") == 10
    assert story.stdout.count("微信共投递 2 次") >= 10
    for piece in (
        "还差 21 人才能表决",
        "达到法定人数（至少 25 人），可以表决",
        "两位监票人已确认",
        "已定稿，编号",
        "压缩包里损坏的文件 None",
        "支部党员大会 已开展",
    ):
        assert story.stdout.count(piece) >= 1
    for piece in ("应发人数 4179", "逐人不一致 []", "收到两次的人 []", "您已确认知晓", "✓ 发出的 0"):
        assert story.stdout.count(piece) >= 1
    assert story.stdout.splitlines()[-1].startswith("✓ 全部符合预期")


def test_story_stops_at_the_first_thing_that_is_wrong(demo: FreshDemo, tmp_path: Path) -> None:
    sheet = json.loads((demo.data_dir / "demo.json").read_text(encoding="utf-8"))
    sheet["meeting"]["title"] = "另一个会"
    (tmp_path / "demo.json").write_text(json.dumps(sheet), encoding="utf-8")

    story = told(URL=url_of(demo), DATA_DIR=str(tmp_path), FAULTS="off")

    assert story.returncode == 1
    assert "✗ expected to see “另一个会”" in story.stdout
    assert story.stdout.rstrip().splitlines()[-1].startswith("        seen     岚岳发电有限公司")
    assert story.stderr.startswith("story: not as it should be: expected to see “另一个会”; seen 岚岳")


def test_story_without_a_demo_says_so(tmp_path: Path) -> None:
    story = told(URL="http://127.0.0.1:9", DATA_DIR=str(tmp_path))

    assert story.returncode == 1
    assert story.stderr == f"story: {tmp_path}/demo.json of the running demo cannot be read; set DATA_DIR\n"


def test_story_with_an_unknown_wish_says_so(tmp_path: Path) -> None:
    story = told(FAULTS="maybe", DATA_DIR=str(tmp_path))

    assert (story.returncode, story.stderr) == (1, "story: FAULTS is off, on or both, not 'maybe'\n")

"""The transcript ticks what was seen and stops at what was not."""

import io

import pytest

from demo.transcript import NotAsItShouldBe, Transcript


def test_transcript_ticks_what_was_seen() -> None:
    out = io.StringIO()
    transcript = Transcript(out)

    transcript.does("李四", "扫码")
    transcript.sees("签到成功：党课\n第 3/50 位", "签到成功", "3/50")

    assert (
        out.getvalue()
        == "\n李四  扫码\n      │ 签到成功：党课\n      │ 第 3/50 位\n      ✓ “签到成功”，“3/50”\n"
    )
    assert transcript.checked == 1


def test_transcript_says_what_was_expected_and_seen() -> None:
    out = io.StringIO()

    with pytest.raises(NotAsItShouldBe, match="expected to see “签到成功”; seen 还没到时间"):
        Transcript(out).sees("还没到时间", "签到成功")

    assert out.getvalue() == (
        "      │ 还没到时间\n      ✗ expected to see “签到成功”\n        seen     还没到时间\n"
    )

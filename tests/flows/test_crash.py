"""kill -9 at any point of a handler leaves no half effect, and WeChat's retry completes it."""

import json
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from app.core.db import Sessions, new_engine
from app.members import binding
from app.wiring import vault_of
from tests import factories, tables
from tests.backend import ROOT, environment
from tests.fakes.wechat import Phone
from tests.flows.crash_child import TOGETHER
from tests.services import settings

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
ZHANG = Phone("oZhang00000000000000000001", int(NOW.timestamp()))
LI = Phone("oLi000000000000000000000001", int(NOW.timestamp()))


@pytest.fixture
def prepared(tmp_path: Path) -> tuple[Path, str]:
    """张三 is bound, 李四 has scanned and holds a code; a meeting is open. (database, code)"""
    path = tmp_path / "prepared.db"
    engine = new_engine(f"sqlite:///{path}")
    tables.empty(engine)
    with Sessions(engine).begin() as session:
        branch = factories.organization(session)
        zhang, li = factories.member(session, branch), factories.member(session, branch, name="李四")
        factories.meeting(session, branch, expected=(zhang, li), scene="mopen")
        factories.identity(session, openid=ZHANG.openid, member=zhang)
        code = binding.issue_code(session, member=li, by="书记", now=NOW, vault=vault_of(settings()), days=14)
    engine.dispose()
    return path, code


def rounds(path: Path, message: str) -> list[dict[str, Any]]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.flows.crash_child", str(path)],
        input=message,
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=environment(f"sqlite:///{path}"),
        timeout=100,
        check=True,
    )
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


@pytest.mark.parametrize(
    ("message", "effects", "reply"),
    [
        (lambda _: ZHANG.scan("mopen"), {"check_in": 1}, "签到"),
        (lambda _: LI.scan("mopen"), {"kept_scan": 1}, "已记下您 09:00 到场"),
        (lambda _: ZHANG.text("反馈 灯坏了"), {"feedback_thread": 1, "feedback_message": 1}, "收到，编号"),
        (lambda code: LI.text(f"绑定 李四 {code}"), {"bound": 2, "codes_used": 1}, "绑定成功：李四"),
        (lambda _: ZHANG.event("unsubscribe"), {"bound": 0}, None),
        (
            lambda _: TOGETHER.join([ZHANG.scan("mopen"), LI.scan("mopen"), ZHANG.text("帮助")]),
            {"check_in": 1, "kept_scan": 1, "inbound_event": 3},
            "签到",
        ),
    ],
    ids=["scan", "scan of a stranger", "feedback", "binding", "unsubscribe", "three at the same moment"],
)
def test_death_at_any_statement_leaves_all_or_nothing_and_the_retry_completes(
    prepared: tuple[Path, str], message: Callable[[str], str], effects: dict[str, int], reply: str | None
) -> None:
    path, code = prepared
    before = {name: int(name == "bound") for name in effects}

    seen = rounds(path, message(code))

    assert [one["lived"] for one in seen] == [False] * (len(seen) - 1) + [True]
    assert len(seen) > 6
    for one in seen:
        after_death = {name: one["dead"][name] for name in effects}
        assert after_death in (before, effects), one
        assert {name: one["healed"][name] for name in effects} == effects, one
        assert one["healed"]["inbound_event"] == effects.get("inbound_event", 1)
        if reply is not None:
            assert one["reply"].startswith(reply), one

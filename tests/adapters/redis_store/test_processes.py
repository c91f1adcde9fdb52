"""Three processes, one Redis, one token."""

import subprocess
import sys
import time
from typing import Any

import pytest

from tests.unit.wechat.fake_platform import Call, running

PROCESS = """
import sys
from concurrent.futures import ThreadPoolExecutor
from app.core.clock import SystemClock
from app.redis_store import RedisStore
from app.wechat.client import WeChatClient
from tests.unit.wechat.conftest import settings_for

url, redis_url, prefix = sys.argv[1:]
client = WeChatClient(settings_for(url), RedisStore.at(redis_url, prefix=prefix), SystemClock())
for ask in (client.broker.token, lambda: client.broker.renew("TOKEN-1")):
    print("ready", flush=True)
    sys.stdin.readline()
    with ThreadPoolExecutor(8) as pool:
        print(*pool.map(lambda _: ask(), range(8)), flush=True)
"""


def _together(processes: list[Any]) -> list[list[str]]:
    """What each printed, once all were ready."""
    for process in processes:
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        process.stdin.write("go\n")
        process.stdin.flush()
    return [process.stdout.readline().split() for process in processes]


@pytest.mark.services
def test_three_processes_fetch_and_renew_one_token(redis_url: str, prefix: str) -> None:
    with running() as platform:

        def slow_token(call: Call) -> dict[str, Any]:
            time.sleep(0.05)
            return platform.new_token(call)

        platform.answer("/cgi-bin/stable_token", slow_token)
        command = [sys.executable, "-c", PROCESS, platform.url, redis_url, prefix]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        processes = [subprocess.Popen(command, **pipes) for _ in range(3)]  # type: ignore[call-overload] # one dict of pipes
        told = [_together(processes), _together(processes)]
        for process in processes:
            process.communicate(timeout=60)
        fetched = len(platform.asked("/cgi-bin/stable_token"))

    assert told == [[["TOKEN-1"] * 8] * 3, [["TOKEN-2"] * 8] * 3]
    assert fetched == 2

"""The sandbox as its own process: restart keeps the state, SIGTERM stops it."""

import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests

from sandbox.server import create_sandbox
from tests.adapters.sandbox.sandbox_account import APP_ID, OPENID, SECRET, Json, configuration

ROOT = Path(__file__).parents[3]
NOWHERE = "http://127.0.0.1:9/wechat/callback"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def _running(folder: Path) -> Iterator[str]:
    port = _free_port()
    config = folder / "config.json"
    config.write_text(json.dumps(configuration(NOWHERE)), encoding="utf-8")
    options = ["--port", str(port), "--state", str(folder / "state.json"), "--config", str(config)]
    command = [sys.executable, "-m", "sandbox", *options]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL) as process:
        try:
            _wait_until_up(port)
            yield f"http://127.0.0.1:{port}"
            process.send_signal(signal.SIGTERM)
            assert process.wait(2) == 0
        finally:
            process.kill()


def _wait_until_up(port: int) -> None:
    ends = time.monotonic() + 20
    while time.monotonic() < ends:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)


def _post(url: str, body: Json) -> Json:
    answer: Json = requests.post(url, json=body, timeout=10).json()
    return answer


def _token(url: str) -> Json:
    body: Json = {"grant_type": "client_credential", "appid": APP_ID, "secret": SECRET}
    return _post(f"{url}/cgi-bin/stable_token", body)


def test_restart_keeps_everything_that_wechat_remembers(tmp_path: Path) -> None:
    code: Json = {"action_name": "QR_STR_SCENE", "action_info": {"scene": {"scene_str": "m-1"}}}
    with _running(tmp_path) as url:
        _post(f"{url}/sim/people", {"openid": OPENID, "name": "王建国"})
        _post(f"{url}/sim/follow", {"openid": OPENID})
        token = _token(url)["access_token"]
        ticket = _post(f"{url}/cgi-bin/qrcode/create?access_token={token}", {"expire_seconds": 9000, **code})
        _post(f"{url}/sim/clock", {"advance_seconds": 100})
        _post(f"{url}/sim/faults", {"push": {"lost": 1}})
        number = _post(f"{url}/sim/text", {"openid": OPENID, "content": "一"})["delivery"]["fields"]["MsgId"]

    with _running(tmp_path) as url:
        again = _token(url)["access_token"]
        people = requests.get(f"{url}/sim/people", timeout=5).json()["people"]
        tickets = requests.get(f"{url}/sim/tickets", timeout=5).json()["tickets"]
        clock = requests.get(f"{url}/sim/clock", timeout=5).json()
        delivery = _post(f"{url}/sim/text", {"openid": OPENID, "content": "二"})["delivery"]
        chat = requests.get(f"{url}/sim/people/{OPENID}/messages", timeout=5).json()["messages"]

    assert again == token
    assert [(one["openid"], one["subscribed"]) for one in people] == [(OPENID, True)]
    assert [one["ticket"] for one in tickets] == [ticket["ticket"]]
    assert clock["offset"] == 100
    assert (delivery["lost"], delivery["fields"]["MsgId"]) == (True, number + 1)
    assert [one["text"] for one in chat if one["by"] == "me"] == ["一", "二"]


def test_state_is_written_while_it_runs(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    app = create_sandbox(configuration(NOWHERE), path)
    app.test_client().post("/sim/people", json={"openid": OPENID, "name": "王建国"})

    ends = time.monotonic() + 10
    while not path.exists() and time.monotonic() < ends:
        time.sleep(0.05)
    app.extensions["sandbox.state"].close()

    assert list(json.loads(path.read_text(encoding="utf-8"))["followers"]) == [OPENID]


def test_start_with_a_bad_config_says_which_key(tmp_path: Path) -> None:
    config = tmp_path / "config.json"
    config.write_text(json.dumps(configuration(NOWHERE, mode="secret")), encoding="utf-8")

    result = subprocess.run(
        [sys.executable, "-m", "sandbox", "--config", config],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )

    assert (result.returncode, result.stderr) == (
        2,
        "sandbox: mode must be one of safe, compatible, plain\n",
    )


def test_start_with_a_broken_state_file_says_so(tmp_path: Path) -> None:
    config, state = tmp_path / "config.json", tmp_path / "state.json"
    config.write_text(json.dumps(configuration(NOWHERE)), encoding="utf-8")
    state.write_text("{", encoding="utf-8")

    result = subprocess.run(
        [sys.executable, "-m", "sandbox", "--config", config, "--state", state],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )

    assert result.returncode == 2
    assert str(state) in result.stderr

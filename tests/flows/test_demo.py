"""`python -m demo`: starts, tells, continues with the same data, and leaves nothing behind."""

import os
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyotp
import pytest
import requests

from demo.browser import Browser
from demo.cast import PASSWORD
from demo.fresh import FreshDemo, free_ports
from demo.phones import Phones

ROOT = Path(__file__).resolve().parents[2]
TOKEN = "chosenbythecaller"
PATIENCE_SECONDS = 60

pytestmark = pytest.mark.timeout(600)


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def demos(data_dir: Path) -> Iterator[list[FreshDemo]]:
    """Demos that a test started; each is ended, and none may leave a process behind."""
    started: list[FreshDemo] = []
    yield started
    for demo in started:
        demo.stop()
    assert gone(data_dir)


def start(demos: list[FreshDemo], data_dir: Path, **environment: str) -> tuple[FreshDemo, dict[str, Any]]:
    demo = FreshDemo(data_dir, free_ports(), environment)
    demos.append(demo)
    return demo, demo.wait_until_ready()


def processes_of(data_dir: Path) -> list[int]:
    """Every process that was started for this folder and still runs, by its environment."""
    mark = f"DATA_DIR={data_dir}".encode()
    return [
        int(folder.name)
        for folder in Path("/proc").iterdir()
        if folder.name.isdigit() and _marked(folder, mark)
    ]


def _marked(folder: Path, mark: bytes) -> bool:
    try:
        return mark in (folder / "environ").read_bytes().split(b"\0")
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return False


def gone(data_dir: Path) -> bool:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        if not processes_of(data_dir):
            return True
        time.sleep(0.1)
    return False


def people_of(sheet: dict[str, Any]) -> dict[str, str]:
    return {openid: one["name"] for openid, one in Phones(sheet["urls"]["sandbox"]).people().items()}


def test_demo_ends_at_once_goes_on_with_the_same_data_and_leaves_nobody_when_killed(
    demos: list[FreshDemo], data_dir: Path
) -> None:
    first, sheet = start(demos, data_dir)
    people = people_of(sheet)
    code = first.stop()
    left = processes_of(data_dir)

    second, again = start(demos, data_dir)
    people_again = people_of(again)
    second.process.kill()
    second.process.wait(PATIENCE_SECONDS)

    assert (code, left) == (0, [])
    assert gone(data_dir)
    assert len(people) == 3881
    assert people_again == people
    for same in ("openids", "organizations", "app_id", "encoding_aes_key", "database", "scene"):
        assert again[same] == sheet[same]
    assert again["binding_code"] != sheet["binding_code"]
    assert "continuing" in second.said()


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[FreshDemo, dict[str, Any]]]:
    demo = FreshDemo(tmp_path_factory.mktemp("demo") / "data", free_ports(), {"ZHIBU_WECHAT__TOKEN": TOKEN})
    yield demo, demo.wait_until_ready()
    demo.stop()


def test_demo_sheet_keeps_the_contract(running: tuple[FreshDemo, dict[str, Any]]) -> None:
    demo, sheet = running
    backend, sandbox = sheet["urls"]["backend"], sheet["urls"]["sandbox"]

    assert set(sheet["urls"]) == {"backend", "console", "phone", "sandbox", "callback"}
    assert set(sheet["openids"]) == {"member", "follower", "secretary", "staff"}
    assert [login["role"] for login in sheet["console"]] == [
        "office",
        "secretary",
        "organizer",
        "auditor",
        "administrator",
        "office",
        "collector",
        "collector",
        "accountant",
        "reconciler",
        "organizer",
        "office",
    ]
    assert sheet["organizations"]["organizations"] == 322
    assert sheet["token"] == sheet["wechat"]["token"] == TOKEN
    assert (sheet["scene"], sheet["hand_code"]) == (sheet["meeting"]["scene"], sheet["meeting"]["hand_code"])
    assert stat.S_IMODE((demo.data_dir / "demo.json").stat().st_mode) == 0o600
    assert requests.get(f"{backend}/readyz", timeout=30).json()["status"] == "ready"
    assert requests.get(sheet["urls"]["phone"], timeout=30).status_code == 200
    assert requests.post(f"{sandbox}/sim/verify", json={}, timeout=30).json()["ok"] is True
    assert "绑定" in reply_to(sheet, sheet["openids"]["follower"], "我的")
    assert "姓名" in reply_to(sheet, sheet["openids"]["staff"], "我的")
    assert "绑定成功" in reply_to(
        sheet, sheet["openids"]["follower"], f"绑定 {sheet['binding']['name']} {sheet['binding_code']}"
    )
    assert "签到成功" in reply_to(sheet, sheet["openids"]["follower"], sheet["hand_code"])


def reply_to(sheet: dict[str, Any], openid: str, text: str) -> str:
    delivery = Phones(sheet["urls"]["sandbox"]).post("/sim/text", openid=openid, content=text)["delivery"]
    return str(delivery["shown"])


def test_demo_people_who_are_bound_have_their_own_menu(running: tuple[FreshDemo, dict[str, Any]]) -> None:
    _, sheet = running
    deadline = time.monotonic() + PATIENCE_SECONDS

    while menu_of(sheet, "staff")[1] != "近期会议" and time.monotonic() < deadline:
        time.sleep(0.1)

    assert menu_of(sheet, "member") == ["签到", "支部生活", "我的"]
    assert menu_of(sheet, "staff") == ["反馈意见", "近期会议", "我的"]


def menu_of(sheet: dict[str, Any], who: str) -> list[str]:
    wanted = {"openid": sheet["openids"][who]}
    answer = requests.get(f"{sheet['urls']['sandbox']}/sim/menu", params=wanted, timeout=30).json()
    return [button["name"] for button in answer["menu"]["button"]]


def test_demo_console_opens_with_the_sheets_login(running: tuple[FreshDemo, dict[str, Any]]) -> None:
    _, sheet = running
    login = sheet["console"][0]
    browser = Browser(sheet["urls"]["backend"])
    page = browser.get("/console/")
    form = page.form(has="password")
    assert form is not None

    code = pyotp.TOTP(login["totp_secret"]).now()
    inside = browser.submit(page, form, {"username": login["username"], "password": PASSWORD, "code": code})

    assert inside.status == 200
    assert "4,179" in inside.text or "4179" in inside.text


def test_demo_ends_with_the_tail_of_the_log_when_a_child_dies(demos: list[FreshDemo], data_dir: Path) -> None:
    demo, _ = start(demos, data_dir)
    scheduler = next(pid for pid in processes_of(data_dir) if b"scheduler" in command_of(pid))

    os.kill(scheduler, signal.SIGKILL)
    code = demo.process.wait(PATIENCE_SECONDS)

    assert code == 1
    assert "demo: scheduler ended with code -9" in demo.said()
    assert "jobs.scheduler.started" in demo.said()
    assert gone(data_dir)


def command_of(pid: int) -> bytes:
    return Path(f"/proc/{pid}/cmdline").read_bytes()


def test_demo_with_a_busy_port_says_so_in_one_line(data_dir: Path) -> None:
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        port = busy.getsockname()[1]

        ended = subprocess.run(
            [sys.executable, "-m", "demo"],
            cwd=ROOT,
            env=os.environ | {"PORT": str(port), "DATA_DIR": str(data_dir)},
            capture_output=True,
            text=True,
            timeout=PATIENCE_SECONDS,
            check=False,
        )

    assert ended.returncode == 1
    assert ended.stdout == ""
    assert ended.stderr.startswith(f"demo: port {port} cannot be used")
    assert len(ended.stderr.splitlines()) == 1


def test_demo_with_an_unknown_setting_says_so_in_one_line(data_dir: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "demo"],
        cwd=ROOT,
        env=os.environ | {"PORT": str(free_ports()), "DATA_DIR": str(data_dir), "ZHIBU_WECHAT__TOKE": "x"},
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )

    assert (ended.returncode, ended.stderr) == (1, "demo: ZHIBU_WECHAT__TOKE: unknown setting\n")

"""A member's way into the pages, against the real sandbox process: there, through WeChat, and out again."""

import hashlib
import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests
from werkzeug.serving import make_server

from app.core.clock import SystemClock
from app.core.db import Sessions
from app.main import create_app
from app.members import identities
from tests import factories
from tests.adapters.pages.addressed import PDF, announce, attach
from tests.backend import ROOT, free_port
from tests.fakes.wechat import AES_KEY, APP_ID, ORIGINAL_ID, TOKEN
from tests.services import wired

MEMBER, OTHER, STRANGER = (f"oPages{number:022d}" for number in range(3))
START_SECONDS = 30


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[str]:
    """WeChat, with three people."""
    port = free_port()
    config = {
        "app_id": APP_ID,
        "app_secret": "tests-secret",
        "token": TOKEN,
        "encoding_aes_key": AES_KEY,
        "original_id": ORIGINAL_ID,
        "callback_url": "http://127.0.0.1:9/wechat/callback",
    }
    path = tmp_path / "sandbox.json"
    path.write_text(json.dumps(config), encoding="utf-8")
    command = [sys.executable, "-m", "sandbox", "--port", str(port), "--config", str(path)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL) as process:
        try:
            url = f"http://127.0.0.1:{port}"
            _await(url, process)
            for name, openid in (("李四", MEMBER), ("王五", OTHER), ("路人", STRANGER)):
                requests.post(f"{url}/sim/people", json={"openid": openid, "name": name}, timeout=10)
            yield url
        finally:
            process.kill()


def _await(url: str, process: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        try:
            requests.get(f"{url}/sim/people", timeout=2)
        except requests.ConnectionError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError("the sandbox did not start")


@dataclass(frozen=True)
class Place:
    site: str
    sandbox: str
    notice: str
    file: str


@pytest.fixture
def place(sandbox: str, sessions: Sessions) -> Iterator[Place]:
    """The backend, with one notice to one member."""
    with sessions.begin() as session:
        branch = factories.organization(session, name="机电党支部")
        member = factories.member(session, branch, name="李四")
        factories.identity(session, openid=MEMBER, member=member)
        other = factories.member(session, branch, name="王五")
        factories.identity(session, openid=OTHER, member=other)
        sent = announce(session, organization_id=branch.id, members=[member.id], basis="活动方案")
        file = attach(session, sent)
    port = free_port()
    site = f"http://127.0.0.1:{port}"
    wechat, here = {"api_base_url": sandbox, "timeout_seconds": 5}, {"base_url": site}
    app = create_app(wired(sessions, SystemClock(), wechat=wechat, site=here))
    server = make_server("127.0.0.1", port, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield Place(site, sandbox, f"/m/notices/{sent}", f"/m/notices/{sent}/files/{file}")
    server.shutdown()
    thread.join()
    server.server_close()
    app.extensions["zhibu.desk"].close()


def phone_of(openid: str) -> requests.Session:
    """A phone whose WeChat is signed in as this person."""
    phone = requests.Session()
    phone.cookies.set("openid", openid, domain="127.0.0.1", path="/connect")
    return phone


def test_link_in_the_chat_opens_the_notice_and_the_file(place: Place) -> None:
    phone = phone_of(MEMBER)

    page = phone.get(place.site + place.notice, timeout=20)

    assert (page.status_code, urlsplit(page.url).path) == (200, place.notice)
    assert [urlsplit(one.url).path for one in page.history] == [
        place.notice,
        "/connect/oauth2/authorize",
        "/m/login",
    ]
    assert "已知晓" in page.text
    assert phone.get(place.site + place.file, timeout=20).content == PDF


def test_second_page_needs_wechat_no_more(place: Place) -> None:
    phone = phone_of(MEMBER)
    phone.get(f"{place.site}/m/", timeout=20)

    assert phone.get(f"{place.site}/m/notices", timeout=20).history == []


def test_other_member_of_the_branch_does_not_find_it(place: Place) -> None:
    page = phone_of(OTHER).get(place.site + place.notice, timeout=20)

    assert page.status_code == 404
    assert "没有找到这个页面" in page.text


def test_somebody_who_does_not_follow_is_told_so(place: Place, sessions: Sessions) -> None:
    page = phone_of(STRANGER).get(place.site + place.notice, timeout=20)

    assert page.status_code == 403
    assert "请先关注公众号" in page.text
    with sessions.read() as session:
        assert identities.find(session, app_id=APP_ID, openid=STRANGER) is None


def test_code_that_was_used_signs_nobody_in(place: Place) -> None:
    """Somebody has read a member's code and comes with a state of their own."""
    phone, thief = phone_of(MEMBER), requests.Session()
    page = phone.get(place.site + place.notice, timeout=20)
    used = urlsplit(page.history[-1].url).query.split("code=")[1].split("&")[0]
    asked = thief.get(f"{place.site}/m/", allow_redirects=False, timeout=20).headers["Location"]
    state = asked.split("state=")[1].split("#")[0]

    answer = thief.get(f"{place.site}/m/login?code={used}&state={state}", timeout=20)

    assert answer.status_code == 400
    assert "登录没有完成" in answer.text
    assert "zhibu_member" not in thief.cookies


def test_snapshot_page_is_refused(place: Place) -> None:
    people = f"{place.sandbox}/sim/people"
    requests.post(people, json={"openid": MEMBER, "name": "李四", "snapshot": True}, timeout=10)

    page = phone_of(MEMBER).get(place.site + place.notice, timeout=20)

    assert page.status_code == 403
    assert "请使用完整服务" in page.text


def test_address_is_signed_with_wechats_own_ticket(place: Place) -> None:
    phone = phone_of(MEMBER)
    page = phone.get(f"{place.site}/m/me", timeout=20).url.partition("#")[0]

    config = phone.get(f"{place.site}/m/sdk-config", params={"url": f"{page}#x"}, timeout=20).json()

    token = {"grant_type": "client_credential", "appid": APP_ID, "secret": "tests-secret"}
    granted = requests.post(f"{place.sandbox}/cgi-bin/stable_token", json=token, timeout=10).json()
    asked = {"access_token": granted["access_token"], "type": "jsapi"}
    ticket = requests.get(f"{place.sandbox}/cgi-bin/ticket/getticket", params=asked, timeout=10).json()[
        "ticket"
    ]
    text = f"jsapi_ticket={ticket}&noncestr={config['nonceStr']}&timestamp={config['timestamp']}&url={page}"
    assert config["signature"] == hashlib.sha1(text.encode()).hexdigest()

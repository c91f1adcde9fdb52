"""The web server as it is started: pages, forms and the callback through one port."""

import re
import socket
from collections.abc import Iterator

import pytest
import requests

from app.core.db import Sessions
from app.main import PAGE_THREADS
from tests.backend import Backend, environment, running
from tests.fakes.wechat import Phone, opened, safe

HALF_A_FORM = (
    b"POST /console/login HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n"
    b"Content-Type: application/x-www-form-urlencoded\r\n\r\nusername=half"
)


@pytest.fixture
def backend(sessions: Sessions) -> Iterator[Backend]:
    variables = environment(
        sessions.engine.url.render_as_string(hide_password=False), ZHIBU_SECURITY__SECURE_COOKIES="false"
    )
    with running(variables) as started:
        yield started


def sign_in(backend: Backend) -> requests.Response:
    """As nobody whom the database knows."""
    address = f"http://127.0.0.1:{backend.port}/console/login"
    with requests.Session() as browser:
        page = browser.get(address, timeout=20).text
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
        assert token is not None
        fields = {"csrf_token": token[1], "username": "nobody", "password": "x", "code": "000000"}
        return browser.post(address, data=fields, timeout=20)


def test_form_is_read(backend: Backend) -> None:
    answer = sign_in(backend)

    assert "用户名、密码或动态口令不对" in answer.text


def test_senders_who_never_finish_keep_nobody_from_pages_or_callback(backend: Backend) -> None:
    phone = Phone("oStranger000000000000000001", 1)
    slow = [socket.create_connection(("127.0.0.1", backend.port)) for _ in range(3 * PAGE_THREADS)]
    for line in slow:
        line.sendall(HALF_A_FORM)

    page = sign_in(backend)
    status, body = backend.deliver(safe(phone.text("帮助")))
    for line in slow:
        line.close()

    assert page.status_code < 500
    assert status == 200
    assert opened(body, "")

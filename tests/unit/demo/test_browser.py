"""The story's browser reads pages as a person does and sends forms as a browser does."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

import pytest

from demo.browser import Browser

PAGE = """<!doctype html><html><head><title>标题</title><script>var hidden = "no";</script></head><body>
<h1>支部 书记</h1><a href="/console/members/7"><b>李</b>四</a><img src="/qr.svg" alt="">
<form action="/send" method="post"><input type="hidden" name="csrf_token" value="t0k"><input name="name" value="old">
<input type="checkbox" name="no"><input type="checkbox" name="yes" value="1" checked>
<select name="kind"><option value="a">A</option><option value="b" selected>B</option></select>
<textarea name="text">先前</textarea><button type="submit" name="go" value="x">发送</button></form>
<form action="/search"><input name="q"></form></body></html>"""


class Console(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self._answer(PAGE if self.path == "/" else f"<p>{self.path}</p>", "sid=1; Path=/")

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        sent = sorted((name, values[0]) for name, values in parse_qs(body, keep_blank_values=True).items())
        self._answer(f"<p>{sent} {self.headers['Cookie']} {self.headers['Referer'].count('http')}</p>")

    def _answer(self, page: str, cookie: str = "") -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        if cookie:
            self.send_header("Set-Cookie", cookie)
        self.end_headers()
        self.wfile.write(page.encode())

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- the library's own name
        pass


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Console)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_page_is_read_without_scripts(address: str) -> None:
    page = Browser(address).get("/")

    assert page.text == "支部 书记 李 四 A B 先前 发送"
    assert [(link.href, link.text) for link in page.links] == [("/console/members/7", "李四")]
    assert page.images == ["/qr.svg"]


def test_form_is_sent_with_hidden_fields_cookie_and_origin(address: str) -> None:
    browser = Browser(address)
    page = browser.get("/")
    form = page.form(has="text")
    assert form is not None

    sent = browser.submit(page, form, {"text": "新的", "name": "new"})

    assert sent.text == (
        "[('csrf_token', 't0k'), ('kind', 'b'), ('name', 'new'), ('text', '新的'), ('yes', '1')] sid=1 1"
    )


def test_search_form_goes_into_the_address(address: str) -> None:
    browser = Browser(address)
    page = browser.get("/")
    form = page.form(action="/search")
    assert form is not None

    assert browser.submit(page, form, {"q": "a"}).text == "/search?q=a"

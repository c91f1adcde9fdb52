"""An account on the sandbox, and the server that the account would run."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, cast

from flask import Flask
from flask.testing import FlaskClient
from wechatpy import parse_message
from wechatpy.crypto import WeChatCrypto
from wechatpy.replies import TextReply
from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response

from sandbox.world import World

Json = dict[str, Any]
APP_ID, SECRET, TOKEN = "wx5a4d9b0c1e2f3a47", "secret-of-the-account", "tokenAAA"
AES_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
ORIGINAL_ID = "gh_97417a04a28d"
MINI_ID, MINI_SECRET = "wxba5fad812f8e6fb9", "secret-of-the-mini"
OPENID = "o9AgO5Kd5ggOC-bXrbNODIiE3bGY"
FAILURE = "该公众号提供的服务出现故障，请稍后再试"
ORACLE = WeChatCrypto(TOKEN, AES_KEY, APP_ID)
MEETING = {
    "template_id": "T-meeting",
    "title": "会议通知",
    "content": "会议名称：{{thing1.DATA}}\n会议时间：{{time2.DATA}}",
}

NOTICE = {
    "template_id": "S-notice",
    "title": "通知公告提醒",
    "content": "通知标题：{{thing1.DATA}}",
    "use": "subscription",
}
IN_MINI = NOTICE | {"template_id": "M-notice", "use": "mini_program"}


def configuration(callback: str, **changes: Any) -> Json:
    return {
        "app_id": APP_ID,
        "app_secret": SECRET,
        "token": TOKEN,
        "encoding_aes_key": AES_KEY,
        "original_id": ORIGINAL_ID,
        "callback_url": callback,
        "mini_app_id": MINI_ID,
        "mini_app_secret": MINI_SECRET,
        "templates": [MEETING, NOTICE, IN_MINI],
        "template_finish_ms": 0,
    } | changes


@dataclass(frozen=True)
class Received:
    query: Json
    body: bytes


@dataclass
class Backend:
    """The account's own server: keeps what comes and answers as told."""

    url: str = ""
    received: list[Received] = field(default_factory=list)
    answer: Callable[[Received], bytes | Response] = lambda _received: b"success"

    def __call__(self, environ: Any, start: Any) -> Any:
        request = Request(environ)
        received = Received(request.args.to_dict(), request.get_data())
        self.received.append(received)
        answer = self.answer(received)
        response = answer if isinstance(answer, Response) else Response(answer)
        return response(environ, start)

    def wait_for(self, count: int, within_s: float = 5) -> list[Received]:
        ends = time.monotonic() + within_s
        while len(self.received) < count and time.monotonic() < ends:
            time.sleep(0.01)
        return self.received


@contextmanager
def served(app: Any) -> Iterator[str]:
    """The address of a WSGI application that answers in a thread."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@dataclass
class Sandbox:
    """The sandbox through Flask's own client; each call brings the current stable token."""

    app: Flask
    client: FlaskClient

    @property
    def world(self) -> World:
        return cast("World", self.app.extensions["sandbox"])

    def stable(self, *, force: bool = False, app_id: str = APP_ID, secret: str = SECRET) -> Json:
        body = {"grant_type": "client_credential", "appid": app_id, "secret": secret, "force_refresh": force}
        return self.post("/cgi-bin/stable_token", body)

    def token(self, app_id: str = APP_ID) -> str:
        secret = {APP_ID: SECRET, MINI_ID: MINI_SECRET}[app_id]
        return str(self.stable(app_id=app_id, secret=secret)["access_token"])

    def api(self, path: str, body: Json, *, app_id: str = APP_ID) -> Json:
        return self.post(f"{path}?access_token={self.token(app_id)}", body)

    def ask(self, path: str, **query: str) -> Json:
        return self.get(path, access_token=self.token(), **query)

    def post(self, path: str, body: Json) -> Json:
        return cast("Json", self.client.post(path, json=body).get_json())

    def get(self, path: str, **query: str) -> Json:
        return cast("Json", self.client.get(path, query_string=query).get_json())

    def meet(self, openid: str = OPENID, *, following: bool = True, **more: Any) -> str:
        self.post("/sim/people", {"openid": openid, "name": "王建国", **more})
        if following:
            self.post("/sim/follow", {"openid": openid})
        return openid

    def chat(self, openid: str = OPENID) -> list[Json]:
        return cast("list[Json]", self.get(f"/sim/people/{openid}/messages")["messages"])


def errcode(answer: Json) -> int:
    return int(answer.get("errcode", 0))


def opened(received: Received) -> str:
    """What was pushed in safe mode, as wechatpy reads it."""
    query = received.query
    return str(
        ORACLE.decrypt_message(received.body, query["msg_signature"], query["timestamp"], query["nonce"])
    )


def echo(received: Received) -> bytes:
    """wechatpy reads the message and answers it, sealed."""
    message = parse_message(opened(received))
    said = getattr(message, "content", None) or message.event
    reply = TextReply(message=message, content=f"收到：{said}").render()
    return str(ORACLE.encrypt_message(reply, received.query["nonce"])).encode()

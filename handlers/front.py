"""Where the callback meets ASGI and Flask."""

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import partial
from typing import Final

from flask import Flask, Response, request

from app.access import signed
from app.bodies import Application, Receive, Scope, Send
from handlers.callback import BODY_LIMIT, PATH, Answer, Callback, Opened, Refused, answer_to, check_length
from handlers.desk import HANG_UP_SECONDS, Desk, First
from handlers.keeper import Keeper
from handlers.turns import NotKept

METHODS: Final = ("GET", "POST")
WAITERS: Final = 64
"""Threads that do nothing but wait for slow handlers, each until WeChat hangs up."""


def register(app: Flask, callback: Callback) -> None:
    """Put the callback into the URL map: any WSGI server can serve it, one message at a time."""

    @signed("WeChat's signature over token, time, nonce and ciphertext")
    def wechat_callback() -> Response:
        length = request.headers.get("Content-Length")
        answer = callback.respond(
            request.method, request.query_string.decode("latin-1"), length, request.stream.read
        )
        return Response(answer.body, answer.status, content_type=answer.content_type)

    app.add_url_rule(PATH, view_func=wechat_callback, methods=list(METHODS))


class CallbackFirst:
    """Answers the callback on the event loop before anything else: most of our traffic (ADR 6).

    Only what keeps the message goes to a thread, many at a time. The other paths are the application's.
    """

    def __init__(
        self, callback: Callback, desk: Desk, application: Application, *, width: int, waiters: int = WAITERS
    ) -> None:
        """`width`: how many transactions the database carries at once; a file carries one."""
        self._callback = callback
        self._desk = desk
        self._application = application
        self._keeper = Keeper(desk.keep, threads=width, embedded=width == 1, patience=desk.patience)
        self._waiters = ThreadPoolExecutor(waiters, "waiter")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope.get("path") == PATH and scope["method"] in METHODS:
            await _send(send, await self._answer(scope, receive))
        else:
            await self._application(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive) -> Answer:
        started = time.monotonic()
        callback = self._callback
        try:
            callback.name_request()
            body = await _body(scope, receive) if scope["method"] == "POST" else b""
            opened = callback.open(scope["method"], scope["query_string"].decode("latin-1"), body)
            if isinstance(opened, Answer):
                return opened
            first = await self._keeper.first(opened.message)
            text = first.text
            return callback.reply(opened, await self._go_on(opened, first, started) if text is None else text)
        except Exception as fault:  # noqa: BLE001 -- logged there; the one place where a request's faults end
            return answer_to(fault)

    async def _go_on(self, opened: Opened, first: First, started: float) -> str:
        go_on = partial(copy_context().run, self._desk.go_on, opened.message, first, started)
        try:
            async with asyncio.timeout(started + HANG_UP_SECONDS - time.monotonic()):
                return await asyncio.get_running_loop().run_in_executor(self._waiters, go_on)
        except TimeoutError as late:  # also where no thread was free
            raise NotKept from late

    async def _live(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            await send({"type": message["type"] + ".complete"})
            if message["type"] == "lifespan.shutdown":
                self._keeper.close()
                self._waiters.shutdown(wait=True)
                return


async def _body(scope: Scope, receive: Receive) -> bytes:
    """Raises Refused as soon as it is too long."""
    for name, value in scope["headers"]:
        if name == b"content-length":
            check_length(value.decode("latin-1"))
    message = await receive()
    body: bytes = message.get("body", b"")
    while message.get("more_body"):
        message = await receive()
        body += message.get("body", b"")
        if len(body) > BODY_LIMIT:
            raise Refused(413, "body")
    return body


async def _send(send: Send, answer: Answer) -> None:
    headers = [
        (b"content-type", answer.content_type.encode()),
        (b"content-length", str(len(answer.body)).encode()),
    ]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body})

"""Where the callback meets WSGI and Flask."""

from collections.abc import Iterable
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from flask import Flask, Response, request

from app.access import signed
from handlers.callback import PATH, Answer, Callback

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

METHODS = ("GET", "POST")


class CallbackFirst:
    """Answers the callback before Flask dispatches: most of our traffic, and none of it needs a session (ADR 6)."""

    def __init__(self, callback: Callback, application: "WSGIApplication") -> None:
        self._callback = callback
        self._application = application

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        if environ["PATH_INFO"] != PATH or environ["REQUEST_METHOD"] not in METHODS:
            return self._application(environ, start_response)
        answer = self._callback.respond(
            environ["REQUEST_METHOD"],
            environ.get("QUERY_STRING", ""),
            environ.get("CONTENT_LENGTH"),
            environ["wsgi.input"].read,
        )
        status = f"{answer.status} {HTTPStatus(answer.status).phrase}"
        start_response(status, _headers(answer))
        return [answer.body]


def register(app: Flask, callback: Callback) -> None:
    """Put the callback into the URL map, and in front of it."""

    @signed("WeChat's signature over token, time, nonce and ciphertext")
    def wechat_callback() -> Response:
        length = request.headers.get("Content-Length")
        answer = callback.respond(
            request.method, request.query_string.decode("latin-1"), length, request.stream.read
        )
        return Response(answer.body, answer.status, _headers(answer))

    app.add_url_rule(PATH, view_func=wechat_callback, methods=list(METHODS))
    front: Any = CallbackFirst(callback, app.wsgi_app)
    app.wsgi_app = front  # type: ignore[method-assign]  # Flask's documented way to wrap its WSGI application


def _headers(answer: Answer) -> list[tuple[str, str]]:
    return [("Content-Type", answer.content_type), ("Content-Length", str(len(answer.body)))]

"""A small HTTP/1.1 server for one WSGI application: a thread for each connection, and connections are kept open.

werkzeug's own closes every connection and then waits for stray bytes, which is too slow for thousands of messages.
"""

import io
import socket
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote_to_bytes

from flask import Flask
from werkzeug.test import run_wsgi_app

LARGEST_BODY = 16 * 1024 * 1024
SILENT_SECONDS = 60
WITHOUT_BODY = {HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED}


class BadBody(ValueError):
    """The length of the body is missing its mark."""


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 512

    def __init__(self, host: str, port: int, app: Flask) -> None:
        self.app = app
        super().__init__((host, port), _Handler)

    def server_bind(self) -> None:
        """Without http.server's look-up of the host's name, which may take seconds."""
        socket.socket.setsockopt(self.socket, socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A caller who hangs up is everyday life; the application logs its own errors."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = SILENT_SECONDS
    disable_nagle_algorithm = True
    wbufsize = -1
    server: Server

    def answer(self) -> None:
        try:
            body = self._body()
        except BadBody:
            self.send_error(HTTPStatus.BAD_REQUEST)
            self.close_connection = True
            return
        response = run_wsgi_app(self.server.app, self._environment(body), buffered=True)
        content, status, headers = b"".join(response[0]), response[1], response[2]
        self._write(int(status.split()[0]), headers.to_wsgi_list(), content)

    do_GET = do_POST = do_HEAD = do_PUT = do_DELETE = do_OPTIONS = do_PATCH = answer  # noqa: N815 -- http.server's names

    def _write(self, status: int, headers: list[tuple[str, str]], content: bytes) -> None:
        without = self.command == "HEAD" or status in WITHOUT_BODY
        self.send_response_only(status)
        for name, value in headers:
            if without or name.lower() != "content-length":
                self.send_header(name, value)
        if not without:
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(b"" if without else content)
        self.wfile.flush()

    def _body(self) -> bytes:
        if "chunked" in self.headers.get("Transfer-Encoding", "").lower():
            return self._chunked()
        length = self.headers.get("Content-Length", "0")
        if not length.isascii() or not length.isdigit() or int(length) > LARGEST_BODY:
            raise BadBody(length)
        return self.rfile.read(int(length))

    def _chunked(self) -> bytes:
        content = b""
        while size := self._chunk_size():
            content += self.rfile.read(size)
            self.rfile.readline()
            if len(content) > LARGEST_BODY:
                raise BadBody("too large")
        while self.rfile.readline().strip():
            pass
        return content

    def _chunk_size(self) -> int:
        try:
            return int(self.rfile.readline(64).partition(b";")[0].strip(), 16)
        except ValueError as error:
            raise BadBody("no chunk") from error

    def _environment(self, body: bytes) -> dict[str, Any]:
        path, _, query = self.path.partition("?")
        environ: dict[str, Any] = {
            "REQUEST_METHOD": self.command,
            "SCRIPT_NAME": "",
            "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
            "QUERY_STRING": query,
            "REQUEST_URI": self.path,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(len(body)),
            "REMOTE_ADDR": self.client_address[0],
            "SERVER_NAME": self.server.server_name,
            "SERVER_PORT": str(self.server.server_port),
            "SERVER_PROTOCOL": self.request_version,
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(body),
            "wsgi.errors": io.StringIO(),
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
            "sandbox.socket": self.connection,
        }
        del self.headers["Transfer-Encoding"]  # the chunks are joined already
        for name in self.headers:
            key = name.upper().replace("-", "_")
            environ.setdefault(f"HTTP_{key}", ", ".join(self.headers.get_all(name, [])))
        return environ

    def log_message(self, *_words: Any) -> None:
        """/sim/log has it."""

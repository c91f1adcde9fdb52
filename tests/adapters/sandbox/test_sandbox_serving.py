"""The sandbox's own HTTP server: what the application must never hear of, and connections that stay."""

import http.client
import socket
import threading
from collections.abc import Iterator

import pytest
from flask import Flask, request

from sandbox.serving import Server


@pytest.fixture
def server() -> Iterator[Server]:
    app = Flask(__name__)

    @app.route("/echo/<path:name>", methods=["GET", "POST"])
    def echo(name: str) -> str:
        return f"{request.method} {name} {request.args.get('q', '')} {request.get_data(as_text=True)}"

    @app.route("/none")
    def none() -> tuple[str, int]:
        return "", 204

    made = Server("127.0.0.1", 0, app)
    thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield made
    made.shutdown()
    thread.join()
    made.server_close()


@pytest.fixture
def connection(server: Server) -> Iterator[http.client.HTTPConnection]:
    made = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=5)
    yield made
    made.close()


def answer(connection: http.client.HTTPConnection) -> tuple[int, str]:
    response = connection.getresponse()
    return response.status, response.read().decode()


def raw(server: Server, *lines: str) -> bytes:
    with socket.create_connection(("127.0.0.1", server.server_port), timeout=5) as line:
        line.sendall("\r\n".join(lines).encode())
        line.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: line.recv(65536), b""))


def test_connection_is_kept_for_the_next_request(connection: http.client.HTTPConnection) -> None:
    connection.request("POST", "/echo/%E4%BC%9A?q=%E8%AE%AE", "第一".encode())
    first = answer(connection)
    kept = connection.sock
    connection.request("GET", "/none")
    second = answer(connection)
    connection.request("GET", "/echo/b")

    assert (first, second, answer(connection)[1]) == ((200, "POST 会 议 第一"), (204, ""), "GET b  ")
    assert connection.sock is kept


def test_body_in_chunks_is_whole(connection: http.client.HTTPConnection) -> None:
    connection.request("POST", "/echo/a", iter([b"one ", b"two"]), encode_chunked=True)

    assert answer(connection) == (200, "POST a  one two")


def test_head_has_the_length_and_no_body(connection: http.client.HTTPConnection) -> None:
    connection.request("HEAD", "/echo/a")
    response = connection.getresponse()

    assert (response.headers["Content-Length"], response.read()) == ("8", b"")


@pytest.mark.parametrize("header", ["Content-Length: x", "Content-Length: -5", "Content-Length: 99999999999"])
def test_body_of_no_length_is_refused_and_the_connection_ends(server: Server, header: str) -> None:
    said = raw(server, "POST /echo/a HTTP/1.1", "Host: a", header, "", "GET /echo/b HTTP/1.1", "", "")

    assert said.startswith(b"HTTP/1.1 400 ")
    assert said.count(b"HTTP/1.1") == 1


def test_chunk_of_no_size_is_refused(server: Server) -> None:
    said = raw(server, "POST /echo/a HTTP/1.1", "Transfer-Encoding: chunked", "", "zz", "")

    assert said.startswith(b"HTTP/1.1 400 ")

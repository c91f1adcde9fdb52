"""One HTTP request to the account's server, never longer than WeChat waits."""

import time
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from typing import NamedTuple
from urllib.parse import urlencode, urlsplit, urlunsplit

from sandbox.config import Config

LARGEST_ANSWER = 256 * 1024
CHUNK = 16 * 1024
HEADERS = {"User-Agent": "Mozilla/4.0", "Accept": "*/*"}


class NotAnswered(Exception):
    """No whole answer came; the text says why, in one word."""


class TooSlow(NotAnswered):
    """Not within the time that WeChat waits."""


class Answered(NamedTuple):
    status: int
    content: bytes


def post(config: Config, query: dict[str, str], body: bytes, headers: dict[str, str]) -> Answered:
    """Raises NotAnswered; TooSlow when the whole answer is not there in time, however it drips."""
    parts = urlsplit(config.callback_url)
    whole = "&".join(piece for piece in (parts.query, urlencode(query)) if piece)
    url = urlunsplit(parts._replace(query=whole))
    return post_to(url, body, headers, timeout_s=config.push_timeout_s)


def post_to(url: str, body: bytes, headers: dict[str, str], *, timeout_s: float) -> Answered:
    """To any address; else as `post`."""
    deadline = time.monotonic() + timeout_s
    parts = urlsplit(url)
    target = parts.path or "/"
    kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    try:
        connection = kind(parts.hostname or "", parts.port, timeout=timeout_s)
    except (HTTPException, ValueError) as error:
        raise NotAnswered(type(error).__name__) from error
    try:
        whole = f"{target}?{parts.query}" if parts.query else target
        connection.request("POST", whole, body, HEADERS | headers)
        response = connection.getresponse()
        return Answered(response.status, _read(response, deadline))
    except TimeoutError as error:
        raise TooSlow from error
    except (OSError, HTTPException) as error:
        raise NotAnswered(type(error).__name__) from error
    finally:
        connection.close()


def _read(response: HTTPResponse, deadline: float) -> bytes:
    content = b""
    while len(content) <= LARGEST_ANSWER and (chunk := response.read1(CHUNK)):
        content += chunk
        if time.monotonic() > deadline:
            raise TooSlow
    return content

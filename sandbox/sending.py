"""One HTTP request to the account's server, never longer than WeChat waits."""

import time
from typing import NamedTuple

import requests

from sandbox.config import Config

LARGEST_ANSWER = 256 * 1024
CHUNK = 16 * 1024


class Answered(NamedTuple):
    status: int
    content: bytes


def post(config: Config, query: dict[str, str], body: bytes, headers: dict[str, str]) -> Answered:
    """Raises requests.Timeout when the whole answer is not there in time, however it drips."""
    deadline = time.monotonic() + config.push_timeout_s
    with requests.Session() as session:
        session.trust_env = False
        response = session.post(
            config.callback_url,
            params=query,
            data=body,
            headers={"User-Agent": "Mozilla/4.0"} | headers,
            timeout=config.push_timeout_s,
            allow_redirects=False,
            stream=True,
        )
        with response:
            return Answered(response.status_code, _read(response, deadline))


def _read(response: requests.Response, deadline: float) -> bytes:
    content = b""
    for chunk in response.iter_content(CHUNK):
        content += chunk
        if time.monotonic() > deadline:
            raise requests.Timeout
        if len(content) > LARGEST_ANSWER:
            break
    return content

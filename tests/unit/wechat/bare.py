"""wechatpy as it comes, only pointed at the fake platform: what the defect tests compare with."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from wechatpy import WeChatClient

from tests.unit.wechat.conftest import SECRET


class _Pointed(HTTPAdapter):
    def __init__(self, url: str) -> None:
        super().__init__(pool_maxsize=64)
        self.url = url
        self.timeouts: list[Any] = []

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        self.timeouts.append(kwargs.get("timeout"))
        request.url = str(request.url).replace("https://api.weixin.qq.com", self.url)
        return super().send(request, *args, **kwargs)


@contextmanager
def bare_client(url: str, **options: Any) -> Iterator[tuple[WeChatClient, list[Any]]]:
    """The client, and the timeouts that it passed on."""
    client = WeChatClient("wx0123456789abcdef", SECRET, **options)
    adapter = _Pointed(url)
    client._http.mount("https://api.weixin.qq.com", adapter)
    yield client, adapter.timeouts
    client._http.close()

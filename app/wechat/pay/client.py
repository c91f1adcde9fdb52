"""One merchant's line to WeChat Pay: what goes out is signed, what comes back is believed only signed."""

import json
import time
from collections.abc import Callable, Mapping
from typing import Any, BinaryIO, Final

import requests
from requests.auth import AuthBase
from urllib3.exceptions import HTTPError

from app.core.clock import Clock
from app.dues.ports import GatewayUnclear
from app.wechat.errors import BadAnswer
from app.wechat.http import BoundedSession, arriving
from app.wechat.pay.answers import Answer, judged
from app.wechat.pay.keys import Trust
from app.wechat.pay.signing import NotSigned, Seal, Signer, nonce

GENUINE: Final = ("https://api.mch.weixin.qq.com", "https://api2.mch.weixin.qq.com")
DOWNLOAD_SECONDS: Final = 120
LARGEST_DOWNLOAD: Final = 256 * 1024 * 1024
_LARGEST_REFUSAL: Final = 64 * 1024
_OK: Final = 200
_FAILURES: Final = (requests.RequestException, HTTPError, BadAnswer)
Learn = Callable[[Mapping[str, Any]], None]


class _Signed(AuthBase):
    """Signs what is sent, as it is sent: requests may have changed the address on the way (§7.7, `|`)."""

    def __init__(self, signer: Signer, clock: Clock) -> None:
        self._signer = signer
        self._clock = clock

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        body = request.body or b""
        stamp = int(self._clock.now().timestamp())
        request.headers["Authorization"] = self._signer.authorization(
            request.method or "",
            request.path_url,
            body if isinstance(body, bytes) else body.encode(),
            stamp=stamp,
            nonce=nonce(),
        )
        return request


class PayClient:
    """Safe to share between threads. Every failure to know is GatewayUnclear, whose text holds nobody's data."""

    def __init__(
        self, signer: Signer, trust: Trust, clock: Clock, *, session: BoundedSession, base_url: str
    ) -> None:
        self.trust = trust
        self._clock = clock
        self._auth = _Signed(signer, clock)
        self._session = session
        self._base = base_url.rstrip("/")

    def get(self, target: str, *, learn: Learn | None = None) -> Answer:
        """`target` is path and query. `learn` sees the answer before its signature is checked; may raise NotSigned."""
        return self._ask("GET", target, b"", learn)

    def post(self, target: str, body: Mapping[str, Any]) -> Answer:
        text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
        return self._ask("POST", target, text.encode())

    def close(self) -> None:
        self._session.close()

    def _ask(self, method: str, target: str, body: bytes, learn: Learn | None = None) -> Answer:
        try:
            response = self._session.request(
                method, self._base + target, data=body or None, headers=self._headers(), auth=self._auth
            )
        except _FAILURES as error:
            failure = _word(error)
        else:
            return self._judged(response, response.content, learn)
        raise GatewayUnclear(failure)  # outside the except: its context would hold the address

    def _judged(self, response: requests.Response, body: bytes, learn: Learn | None = None) -> Answer:
        fields = _object(body)
        try:
            if learn is not None:
                learn(fields or {})
            Seal.read(response.headers).check(body, trust=self.trust, now=self._clock.now())
        except NotSigned as fault:
            unsigned = fault.reason
        else:
            unsigned = ""
        return judged(response.status_code, fields, response.headers, unsigned=unsigned)

    def _headers(self) -> dict[str, str]:
        return {
            "Accept": "application/json",
            "Accept-Encoding": "identity",  # the signature is over the bytes before any encoding
            "Content-Type": "application/json",
            "User-Agent": "zhibu",
            "Wechatpay-Serial": self.trust.wanted_serial(self._clock.now()),
        }

    def download(self, url: str, into: BinaryIO) -> None:
        """The file that WeChat named, which is not signed: compare its digest.

        Raises GatewayUnclear for an address elsewhere, and GatewayRefused where WeChat does not have it.
        """
        address = self._here(url)
        headers = self._headers() | {"Accept": "*/*"}
        try:
            with self._session.begun("GET", address, headers=headers, auth=self._auth) as response:
                refused = self._received(response, into)
        except _FAILURES as error:
            failure = _word(error)
        else:
            if refused is None:
                return
            raise refused.refusal()
        raise GatewayUnclear(failure)

    def _received(self, response: requests.Response, into: BinaryIO) -> Answer | None:
        until = time.monotonic() + DOWNLOAD_SECONDS
        if response.status_code != _OK:
            body = b"".join(arriving(response, until=until, longest=_LARGEST_REFUSAL))
            return self._judged(response, body)
        into.writelines(arriving(response, until=until, longest=LARGEST_DOWNLOAD))
        return None

    def _here(self, url: str) -> str:
        for host in (self._base, *GENUINE):
            if url.startswith(f"{host}/"):
                return self._base + url.removeprefix(host)
        raise GatewayUnclear("download_elsewhere")


def _word(error: Exception) -> str:
    """Not the error's own text: it may hold an address with somebody's order in it."""
    return str(error) if isinstance(error, BadAnswer) else type(error).__name__


def _object(body: bytes) -> dict[str, Any] | None:
    """{} for an empty body, None for what is no JSON object."""
    if not body:
        return {}
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return said if isinstance(said, dict) else None

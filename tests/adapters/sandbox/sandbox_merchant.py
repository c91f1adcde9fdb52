"""A merchant of the sandbox who signs for itself, on cryptography alone."""

import base64
import json
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import requests
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_public_key,
)
from cryptography.x509 import load_pem_x509_certificate
from werkzeug.test import TestResponse
from werkzeug.wrappers import Request, Response

from tests.adapters.sandbox.sandbox_account import APP_ID, MINI_ID, OPENID, Json, Sandbox

MCHID, SERIAL, API_KEY = "1900000109", "5157F09EFDC096DE15EBE81A47057A7232F1B8E1", "k" * 32
PUBLIC_KEY_ID = "PUB_KEY_ID_0119000001092026000000000000000001"
OTHER_MCHID = "1900000110"
ORDERS = "/v3/pay/transactions"
REFUNDS = "/v3/refund/domestic/refunds"


@cache
def key(name: str) -> RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def private_pem(name: str) -> str:
    return key(name).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def public_pem(name: str) -> str:
    return key(name).public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def pay_section(**changes: Any) -> Json:
    common = {"api_v3_key": API_KEY, "merchant_serial": SERIAL, "merchant_public_key": public_pem("merchant")}
    return {
        "merchants": [
            {"mchid": MCHID, "name": "某某支部", "app_ids": [APP_ID, MINI_ID], **common},
            {"mchid": OTHER_MCHID, "name": "另一支部", "app_ids": [APP_ID], **common},
        ],
        "platform_key": private_pem("platform"),
        "public_key_id": PUBLIC_KEY_ID,
        "fee_rate": "0.60",
        "notify_scale": 0.001,
    } | changes


def signature(*lines: str, name: str = "merchant") -> str:
    message = "".join(f"{line}\n" for line in lines).encode()
    return base64.b64encode(key(name).sign(message, PKCS1v15(), SHA256())).decode()


def check_signed(headers: Any, body: bytes, public_key: str) -> None:
    """Raises InvalidSignature."""
    pem = public_key.encode()
    certified = b"CERTIFICATE" in pem
    read: Any = load_pem_x509_certificate(pem).public_key() if certified else load_pem_public_key(pem)
    stamp, nonce = headers["Wechatpay-Timestamp"], headers["Wechatpay-Nonce"]
    message = f"{stamp}\n{nonce}\n".encode() + body + b"\n"
    read.verify(base64.b64decode(headers["Wechatpay-Signature"]), message, PKCS1v15(), SHA256())


def opened(body: bytes, api_key: str = API_KEY) -> Json:
    """What a notification says inside."""
    resource = json.loads(body)["resource"]
    nonce, associated = resource["nonce"].encode(), resource["associated_data"].encode()
    clear = AESGCM(api_key.encode()).decrypt(nonce, base64.b64decode(resource["ciphertext"]), associated)
    found: Json = json.loads(clear)
    return found


class Till:
    """The merchant's server: keeps what it is told, answers with the next status, and 204 when none is left."""

    def __init__(self) -> None:
        self.told: list[tuple[dict[str, str], bytes]] = []
        self.answers: list[int] = []

    def __call__(self, environ: Any, start: Any) -> Any:
        request = Request(environ)
        self.told.append((dict(request.headers), request.get_data()))
        return Response(status=self.answers.pop(0) if self.answers else 204)(environ, start)


@dataclass
class Merchant:
    sandbox: Sandbox
    notify_url: str = "http://127.0.0.1:9/pay"
    mchid: str = MCHID
    wechatpay_serial: str = PUBLIC_KEY_ID

    def call(self, method: str, target: str, body: Json | None = None, **changes: str) -> TestResponse:
        """`changes` spoil a part of the authorization."""
        text = "" if body is None else json.dumps(body, ensure_ascii=False)
        headers = self.headers(method, target, text, **changes)
        return self.sandbox.client.open(target, method=method, data=text.encode(), headers=headers)

    def headers(self, method: str, target: str, text: str, **changes: str) -> dict[str, str]:
        """Signed over exactly what is sent."""
        stamp = changes.pop("timestamp", str(self.sandbox.world.clock.wall()))
        nonce = secrets.token_hex(16)
        parts = {
            "mchid": self.mchid,
            "nonce_str": nonce,
            "signature": signature(method, target, stamp, nonce, text),
            "timestamp": stamp,
            "serial_no": SERIAL,
        } | changes
        written = ",".join(f'{name}="{value}"' for name, value in parts.items())
        return {
            "Authorization": f"WECHATPAY2-SHA256-RSA2048 {written}",
            "Accept": "application/json",
            "User-Agent": "tests",
            "Wechatpay-Serial": self.wechatpay_serial,
        }

    def wanted(self, number: str = "A2026000001", total: int = 1200, **changes: Any) -> Json:
        return {
            "appid": APP_ID,
            "mchid": self.mchid,
            "description": "2026年11月党费",
            "out_trade_no": number,
            "notify_url": self.notify_url,
            "amount": {"total": total, "currency": "CNY"},
            "payer": {"openid": OPENID},
        } | changes

    def prepay(self, number: str = "A2026000001", total: int = 1200, **changes: Any) -> str:
        answer = self.call("POST", f"{ORDERS}/jsapi", self.wanted(number, total, **changes))
        assert answer.status_code == 200, answer.text
        return str(answer.get_json()["prepay_id"])

    def sheet(self, prepay_id: str, app_id: str = APP_ID, **changes: Any) -> Json:
        """What a page gives to getBrandWCPayRequest, with whoever holds the phone."""
        package = f"prepay_id={prepay_id}"
        signed = {"appId": app_id, "timeStamp": "1790000000", "nonceStr": "n0nce", "package": package}
        return {
            "openid": OPENID,
            **signed,
            "signType": "RSA",
            "paySign": signature(*signed.values()),
        } | changes

    def pays(self, prepay_id: str, **changes: Any) -> TestResponse:
        return self.sandbox.client.post(
            f"/sim/pay/{prepay_id}", json=self.sheet(prepay_id, **changes) | {"wait": True}
        )

    def paid(self, number: str = "A2026000001", total: int = 1200, **changes: Any) -> Json:
        answer = self.pays(self.prepay(number, total, **changes))
        assert answer.status_code == 200, answer.text
        found: Json = answer.get_json()
        return found

    def query(self, number: str = "A2026000001") -> TestResponse:
        return self.call("GET", f"{ORDERS}/out-trade-no/{number}?mchid={self.mchid}")

    def close(self, number: str = "A2026000001") -> TestResponse:
        return self.call("POST", f"{ORDERS}/out-trade-no/{number}/close", {"mchid": self.mchid})

    def refund(
        self, refund: int, number: str = "A2026000001", part: str = "R1", **changes: Any
    ) -> TestResponse:
        return self.call("POST", REFUNDS, self._part(refund, number, part) | changes)

    def refund_at(self, url: str, refund: int, number: str = "A2026000001", part: str = "R1") -> None:
        """Over a real connection, which may break."""
        text = json.dumps(self._part(refund, number, part))
        requests.post(f"{url}{REFUNDS}", data=text, headers=self.headers("POST", REFUNDS, text), timeout=5)

    def _part(self, refund: int, number: str, part: str) -> Json:
        order = self.sandbox.world.payments.orders.all[f"{self.mchid}/{number}"]
        amount = {"refund": refund, "total": order.total, "currency": "CNY"}
        return {"out_trade_no": number, "out_refund_no": part, "amount": amount}

    def books(self) -> Json:
        return self.sandbox.get("/sim/pay/books", mchid=self.mchid)

    def fault(self, **faults: object) -> None:
        assert "pay" in self.sandbox.post("/sim/faults", {"pay": faults})

    def later(self, seconds: float) -> None:
        self.sandbox.post("/sim/clock", {"advance_seconds": seconds})

    def notices(self) -> list[Json]:
        found: list[Json] = self.sandbox.get("/sim/pay/notifications", mchid=self.mchid)["notifications"]
        return found

    def once(self, fits: Callable[[list[Json]], bool]) -> list[Json]:
        """The notices, as soon as they are as wanted."""
        ends = time.monotonic() + 5
        while not fits(found := self.notices()) and time.monotonic() < ends:
            time.sleep(0.005)
        return found

    def settled(self) -> Json:
        """The newest notice, once nothing more of it is to be sent."""
        return self.once(lambda found: bool(found) and found[-1]["state"] != "waiting")[-1]


def refusal(answer: TestResponse) -> tuple[int, str, int]:
    """Status, code, and the number at the end of Request-ID."""
    return (
        answer.status_code,
        str(answer.get_json()["code"]),
        int(answer.headers["Request-ID"].rpartition("-")[2]),
    )

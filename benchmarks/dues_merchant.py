"""A merchant for one measurement: keys of both sides, and what WeChat Pay says with its own."""

import secrets
import time
from functools import cached_property

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from benchmarks.scene import APP_ID
from sandbox.pay import answers, letters
from sandbox.pay.keys import PUBKEY, PlatformKeys
from sandbox.pay.orders import SUCCESS, Order
from sandbox.pay.settings import PaySettings

MCHID = "1900000109"
PUBLIC_KEY_ID = "PUB_KEY_ID_0119000001092026112100000000000001"
NOTIFY = "/wechat/pay/notify"


class Merchant:
    """Notifications and answers are sealed and signed by the sandbox, so that they are not our own idea of them."""

    def __init__(self) -> None:
        self._api_v3_key = secrets.token_hex(16)
        self._serial = secrets.token_hex(20).upper()

    @cached_property
    def _keys(self) -> PlatformKeys:
        return PlatformKeys(PaySettings(platform_key=_private(), public_key_id=PUBLIC_KEY_ID))

    def environment(self, base_url: str) -> dict[str, str]:
        """`base_url` is where WeChat Pay is asked."""
        return {
            "ZHIBU_PAY__MCHID": MCHID,
            "ZHIBU_PAY__MERCHANT_SERIAL": self._serial,
            "ZHIBU_PAY__MERCHANT_KEY": _private(),
            "ZHIBU_PAY__API_V3_KEY": self._api_v3_key,
            "ZHIBU_PAY__PUBLIC_KEY_ID": PUBLIC_KEY_ID,
            "ZHIBU_PAY__PUBLIC_KEY": self._keys.public_key,
            "ZHIBU_PAY__BASE_URL": base_url,
        }

    def signed(self, body: bytes) -> dict[str, str]:
        """The headers of an answer or a notification of this moment."""
        return letters.address(body, keys=self._keys, kind=PUBKEY, at=int(time.time())).headers

    def notice(self, order: Order, number: str) -> bytes:
        """The body of a TRANSACTION.SUCCESS; told again it is the same."""
        return letters.envelope(
            number=number,
            event="TRANSACTION.SUCCESS",
            clear=answers.transaction(order),
            api_v3_key=self._api_v3_key,
            at=order.paid_at,
        )

    def delivery(self, body: bytes) -> bytes:
        """A whole HTTP request, signed now and good for five minutes."""
        headers = {"Host": "127.0.0.1", "Content-Type": "application/json", "Connection": "close"}
        lines = [f"{name}: {value}" for name, value in (headers | self.signed(body)).items()]
        head = [f"POST {NOTIFY} HTTP/1.1", *lines, f"Content-Length: {len(body)}", "", ""]
        return "\r\n".join(head).encode() + body


def paid_order(number: str, openid: str, fen: int, paid_at: float) -> Order:
    """As WeChat Pay knows an order that was paid."""
    return Order(
        mchid=MCHID,
        out_trade_no=number,
        app_id=APP_ID,
        openid=openid,
        description="2026年3月党费",
        total=fen,
        notify_url="",
        attach="",
        device_id="",
        asked="",
        created_at=paid_at,
        expires_at=paid_at,
        state=SUCCESS,
        transaction_id=f"42{number}",
        paid_at=paid_at,
    )


def _private() -> str:
    made = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()

"""WeChat's side of the callback: pushes built and answers opened by wechatpy, not by our own code."""

import time
from dataclasses import dataclass, field
from itertools import count
from typing import Any
from urllib.parse import urlencode
from xml.etree import ElementTree as ET

from wechatpy.crypto import WeChatCrypto
from wechatpy.utils import WeChatSigner

APP_ID = "wx1234567890abcdef"
TOKEN = "tests-token"
AES_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
ORIGINAL_ID = "gh_0123456789ab"
serial = count(10_000_000)


def signature(*parts: str) -> str:
    signer = WeChatSigner()
    signer.add_data(TOKEN, *parts)
    return str(signer.signature)


@dataclass
class Push:
    """One delivery: the query string and the body that WeChat posts."""

    query: str
    body: bytes


@dataclass
class Phone:
    """A person's phone, as far as our callback can tell."""

    openid: str
    created_at: int
    nonces: Any = field(default_factory=lambda: count(1))

    def text(self, content: str) -> str:
        return self._message("text", f"<Content>{cdata(content)}</Content><MsgId>{next(serial)}</MsgId>")

    def event(self, name: str, key: str = "", extra: str = "") -> str:
        self.created_at += 1
        return self._message("event", f"<Event>{cdata(name)}</Event><EventKey>{cdata(key)}</EventKey>{extra}")

    def scan(self, scene: str) -> str:
        return self.event("SCAN", scene, "<Ticket><![CDATA[gQticket]]></Ticket>")

    def _message(self, kind: str, inner: str) -> str:
        return (
            f"<xml><ToUserName><![CDATA[{ORIGINAL_ID}]]></ToUserName>"
            f"<FromUserName><![CDATA[{self.openid}]]></FromUserName>"
            f"<CreateTime>{self.created_at}</CreateTime><MsgType><![CDATA[{kind}]]></MsgType>{inner}</xml>"
        )


def cdata(text: str) -> str:
    return "<![CDATA[" + text.replace("]]>", "]]]]><![CDATA[>") + "]]>"


def safe(message: str, *, app_id: str = APP_ID, stamp: int | None = None, nonce: str = "n1") -> Push:
    """The message as safe mode delivers it."""
    crypto = WeChatCrypto(TOKEN, AES_KEY, app_id)
    when = str(stamp if stamp is not None else int(time.time()))
    sealed = ET.fromstring(crypto.encrypt_message(message, nonce, when)).findtext("Encrypt") or ""
    body = f"<xml><ToUserName><![CDATA[{ORIGINAL_ID}]]></ToUserName><Encrypt><![CDATA[{sealed}]]></Encrypt></xml>"
    query = {
        "signature": signature(when, nonce),
        "timestamp": when,
        "nonce": nonce,
        "encrypt_type": "aes",
        "msg_signature": signature(when, nonce, sealed),
    }
    return Push(urlencode(query), body.encode())


def plain(message: str, *, stamp: int, nonce: str = "n1") -> Push:
    """The message as plain mode delivers it."""
    query = {"signature": signature(str(stamp), nonce), "timestamp": str(stamp), "nonce": nonce}
    return Push(urlencode(query), message.encode())


def opened(answer: bytes, query: str) -> str:
    """The clear text of an encrypted answer; wechatpy checks its signature."""
    outer = ET.fromstring(answer)
    crypto = WeChatCrypto(TOKEN, AES_KEY, APP_ID)
    clear: str | bytes = crypto.decrypt_message(
        answer, outer.findtext("MsgSignature"), outer.findtext("TimeStamp"), outer.findtext("Nonce")
    )
    return clear if isinstance(clear, str) else clear.decode()


def shown(answer: bytes, query: str = "") -> str | None:
    """What the person reads; None where nothing is shown."""
    if answer in (b"", b"success"):
        return None
    clear = opened(answer, query) if b"<Encrypt>" in answer else answer.decode()
    return ET.fromstring(clear).findtext("Content")

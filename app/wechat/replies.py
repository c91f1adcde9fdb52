"""Passive replies: what the callback answers at once (facts/wechat.md §1.6)."""

import json
from typing import Final

from app.wechat.cdata import cdata, printable
from app.wechat.messages import Inbound

MAX_TEXT_BYTES: Final = 2_048
_MORE: Final = "…"


def cut(text: str, limit: int = MAX_TEXT_BYTES) -> str:
    """At most `limit` bytes of UTF-8, ended at a character, with `…` where something is missing."""
    encoded = text.encode()
    if len(encoded) <= limit:
        return text
    return encoded[: limit - len(_MORE.encode())].decode(errors="ignore") + _MORE


def sendable(text: str) -> str:
    """The text as WeChat can carry it: no forbidden characters, not over-long."""
    return cut(printable(text))


def text_reply(inbound: Inbound, content: str, now: int) -> bytes:
    """XML that shows `content` to the person who wrote."""
    return _xml(inbound, now, "text", f"<Content>{cdata(sendable(content))}</Content>")


def news_reply(
    inbound: Inbound, *, title: str, description: str, url: str, picture_url: str, now: int
) -> bytes:
    """XML for one picture with a title that opens `url`; WeChat allows one article in an answer."""
    parts = {"Title": title, "Description": description, "PicUrl": picture_url, "Url": url}
    article = "".join(f"<{name}>{cdata(printable(text))}</{name}>" for name, text in parts.items())
    block = f"<ArticleCount>1</ArticleCount><Articles><item>{article}</item></Articles>"
    return _xml(inbound, now, "news", block)


def json_text_reply(inbound: Inbound, content: str, now: int) -> bytes:
    """The same as `text_reply` for an account that is set to JSON."""
    reply = {
        "ToUserName": inbound.openid,
        "FromUserName": inbound.to_user,
        "CreateTime": now,
        "MsgType": "text",
        "Content": sendable(content),
    }
    return json.dumps(reply, ensure_ascii=False).encode()


def _xml(inbound: Inbound, now: int, kind: str, block: str) -> bytes:
    return (
        f"<xml><ToUserName><![CDATA[{inbound.openid}]]></ToUserName>"
        f"<FromUserName><![CDATA[{inbound.to_user}]]></FromUserName>"
        f"<CreateTime>{now}</CreateTime><MsgType><![CDATA[{kind}]]></MsgType>{block}</xml>"
    ).encode()

"""Judging what the account answers to a push, as strictly as WeChat does."""

import json
from dataclasses import dataclass
from typing import Any

from sandbox import wire
from sandbox.config import Config
from sandbox.crypto import CannotOpen, Envelope

Json = dict[str, Any]
QUIET = {"", "success"}
TEXT_BYTES = 2048
MOST_ARTICLES = 8
ONE_ARTICLE_FOR = {"text", "image", "voice", "video", "news", "location"}
MEDIA = {"image": "Image", "voice": "Voice", "video": "Video"}


class BadAnswer(ValueError):
    """The person would read 该公众号提供的服务出现故障; the text says why."""


@dataclass(frozen=True)
class Question:
    """What an answer is judged against."""

    openid: str
    kind: str
    """The MsgType that was pushed."""


@dataclass(frozen=True)
class Answer:
    text: str
    """What was answered, in clear."""
    reply: Json | None
    """The message for the person; None when nothing is to be shown."""


def read(body: bytes, question: Question, config: Config) -> Answer:
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        raise BadAnswer("not UTF-8") from error
    if text in QUIET:
        return Answer(text, None)
    clear = _in_clear(text, config)
    reply = _parsed(clear, config)
    _check_common(reply, question, config)
    _check_content(reply, question)
    return Answer(clear, reply)


def _parsed(text: str, config: Config) -> Json:
    try:
        if config.format == "json" and text.lstrip().startswith("{"):
            parsed = json.loads(text)
            return parsed if isinstance(parsed, dict) else {}
        return wire.from_xml(text)
    except ValueError as error:
        raise BadAnswer(f"not well-formed: {error}") from error


def _in_clear(text: str, config: Config) -> str:
    outer = _parsed(text, config)
    if "Encrypt" not in outer:
        if config.mode == "safe":
            raise BadAnswer("not encrypted, but the account is in safe mode")
        return text
    if config.mode == "plain":
        raise BadAnswer("encrypted, but the account is in plain mode")
    envelope = Envelope(config.token, config.encoding_aes_key, config.app_id)
    sealed, stamp, nonce = (str(outer.get(name, "")) for name in ("Encrypt", "TimeStamp", "Nonce"))
    if not stamp.isdecimal() or outer.get("MsgSignature") != envelope.signature(stamp, nonce, sealed):
        raise BadAnswer("MsgSignature is wrong")
    try:
        return envelope.open(sealed)
    except CannotOpen as error:
        raise BadAnswer(f"cannot be decrypted: {error}") from error


def _check_common(reply: Json, question: Question, config: Config) -> None:
    if reply.get("ToUserName") != question.openid:
        raise BadAnswer("ToUserName is not the sender")
    if reply.get("FromUserName") != config.original_id:
        raise BadAnswer("FromUserName is not the account")
    if not str(reply.get("CreateTime", "")).isdecimal():
        raise BadAnswer("CreateTime is not a number")


def _check_content(reply: Json, question: Question) -> None:
    kind = reply.get("MsgType")
    if kind == "text":
        content = reply.get("Content")
        if not isinstance(content, str) or not content or len(content.encode()) > TEXT_BYTES:
            raise BadAnswer(f"Content must have 1 to {TEXT_BYTES} bytes")
    elif kind == "news":
        _check_news(reply, question)
    elif kind in MEDIA:
        _need(reply, MEDIA[kind], "MediaId")
    elif kind == "music":
        _need(reply, "Music", "ThumbMediaId")
    elif kind != "transfer_customer_service":
        raise BadAnswer("MsgType is unknown")


def _need(reply: Json, group: str, name: str) -> None:
    inner = reply.get(group)
    if not isinstance(inner, dict) or not inner.get(name):
        raise BadAnswer(f"{group}/{name} is missing")


def articles_of(reply: Json) -> list[Json]:
    group = reply.get("Articles")
    items = group.get("item") if isinstance(group, dict) else group
    found = items if isinstance(items, list) else [items]
    return [item for item in found if isinstance(item, dict)]


def _check_news(reply: Json, question: Question) -> None:
    articles = articles_of(reply)
    if str(reply.get("ArticleCount")) != str(len(articles)) or not articles:
        raise BadAnswer("ArticleCount is not the number of articles")
    if len(articles) > (1 if question.kind in ONE_ARTICLE_FOR else MOST_ARTICLES):
        raise BadAnswer("too many articles for this message")
    if any(not article.get("Title") for article in articles):
        raise BadAnswer("an article has no Title")

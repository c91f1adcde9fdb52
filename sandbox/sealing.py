"""Query and body of a push in each of the three modes and two formats."""

import secrets
from dataclasses import dataclass
from typing import Any

from sandbox import wire
from sandbox.config import Config
from sandbox.crypto import Envelope, sign
from sandbox.inbound import Push

Json = dict[str, Any]


@dataclass(frozen=True)
class Sealed:
    query: dict[str, str]
    body: bytes
    content_type: str


def new_nonce() -> str:
    return str(secrets.randbelow(9 * 10**8) + 10**8)


def query_of(config: Config, *, timestamp: str, nonce: str) -> dict[str, str]:
    return {
        "signature": sign(config.token, timestamp, nonce),
        "timestamp": timestamp,
        "nonce": nonce,
    }


def seal(config: Config, push: Push, *, timestamp: str) -> Sealed:
    clear = _written(config, push.fields)
    return seal_text(config, clear, push.fields, openid=push.openid, timestamp=timestamp)


def seal_text(config: Config, clear: str, fields: Json, *, openid: str, timestamp: str) -> Sealed:
    nonce = new_nonce()
    query = query_of(config, timestamp=timestamp, nonce=nonce)
    if openid:
        query["openid"] = openid
    if config.mode == "plain":
        return Sealed(query, clear.encode(), _content_type(config))
    envelope = Envelope(config.token, config.encoding_aes_key, config.app_id)
    encrypted = envelope.seal(clear)
    query["encrypt_type"] = "aes"
    query["msg_signature"] = envelope.signature(timestamp, nonce, encrypted)
    outer = dict(fields) if config.mode == "compatible" else {"ToUserName": config.original_id}
    return Sealed(query, _written(config, outer | {"Encrypt": encrypted}).encode(), _content_type(config))


def _written(config: Config, fields: Json) -> str:
    return wire.to_json(fields) if config.format == "json" else wire.to_xml(fields)


def _content_type(config: Config) -> str:
    return "application/json" if config.format == "json" else "text/xml"

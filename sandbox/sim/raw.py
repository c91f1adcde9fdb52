"""/sim/raw and /sim/verify: bodies that WeChat would never send, and the check of the URL."""

import base64
import binascii
import secrets
import time

import requests
from flask import Blueprint

from sandbox.here import the_world
from sandbox.sealing import Sealed, new_nonce, query_of, seal_text
from sandbox.sending import NotAnswered, post
from sandbox.sim import asked
from sandbox.sim.asked import Json, Refused
from sandbox.world import World

BODY_SHOWN = 65_536


blueprint = Blueprint("raw", __name__)


@blueprint.post("/sim/raw")
def send() -> Json:
    """Post any body. `seal` encrypts it as the account's mode asks; else it goes as it is."""
    world, given = the_world(), asked.body()
    sealed = _sealed(world, given)
    query, headers = given.get("query"), given.get("headers", {})
    if not isinstance(headers, dict) or not isinstance(query, dict | None):
        raise Refused("query 与 headers 应为对象")
    chosen = sealed.query if query is None else {str(key): str(value) for key, value in query.items()}
    sent = {"Content-Type": sealed.content_type} | {str(key): str(value) for key, value in headers.items()}
    return _answered(world, chosen, sealed.body, sent)


@blueprint.post("/sim/verify")
def verify() -> Json:
    """The GET that the console makes when the URL is saved."""
    config = the_world().config
    echo = str(secrets.randbelow(10**18))
    stamp = str(the_world().clock.wall())
    query = query_of(config, timestamp=stamp, nonce=new_nonce()) | {"echostr": echo}
    try:
        answer = requests.get(
            config.callback_url, params=query, timeout=config.push_timeout_s, allow_redirects=False
        )
    except requests.RequestException as error:
        return {"ok": False, "status": None, "error": type(error).__name__}
    return {"ok": answer.ok and answer.text == echo, "status": answer.status_code}


def _sealed(world: World, given: Json) -> Sealed:
    content = _content(given)
    stamp = str(given.get("timestamp", world.clock.wall()))
    if given.get("seal") is True:
        text = content.decode(errors="replace")
        openid = asked.text(given, "openid", needed=False)
        return seal_text(world.config, text, {}, openid=openid, timestamp=stamp)
    query = query_of(world.config, timestamp=stamp, nonce=new_nonce())
    return Sealed(query, content, "text/xml")


def _content(given: Json) -> bytes:
    if "body_base64" in given:
        try:
            return base64.b64decode(str(given["body_base64"]), validate=True)
        except binascii.Error as error:
            raise Refused("body_base64 不是 base64") from error
    return asked.text(given, "body", needed=False).encode()


def _answered(world: World, query: dict[str, str], body: bytes, headers: dict[str, str]) -> Json:
    started = time.perf_counter()
    answer: Json = {"status": None, "body": "", "error": None}
    try:
        answered = post(world.config, query, body, headers)
    except NotAnswered as error:
        answer["error"] = str(error) or type(error).__name__
    else:
        answer["status"] = answered.status
        answer["body"] = answered.content[:BODY_SHOWN].decode(errors="replace")
    answer["ms"] = int((time.perf_counter() - started) * 1000)
    world.log.add("raw", query=query, size=len(body), **answer)
    return answer

"""The way every call of WeChat Pay takes: faults, signature, handler, signed answer, log."""

import json
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, request

from sandbox.api import pay_bills, pay_orders, pay_refunds
from sandbox.api.door import BODY_SHOWN, hang_up
from sandbox.api.pay_calls import File, PayCall, PayRoute
from sandbox.here import the_world
from sandbox.pay import signatures
from sandbox.pay.keys import CERT, PUBKEY
from sandbox.pay.letters import headers
from sandbox.pay.refusals import PayRefused, bad_field
from sandbox.serials import random_name
from sandbox.world import World

Json = dict[str, Any]
MODULES = (pay_bills, pay_orders, pay_refunds)
JSON = "application/json; charset=utf-8"
SKEW_S = 300
FIVE = ("mchid", "nonce_str", "signature", "timestamp", "serial_no")
BROKEN = b"<html><head><title>500</title></head><body><h1>500 Internal Server Error</h1></body></html>"
GOOD = range(200, 300)


@dataclass
class Outcome:
    status: int
    content: bytes = b""
    content_type: str = JSON
    code: str = ""
    cause: int = 0
    shown: Any = None
    signed: bool = True


def merchants_api() -> Blueprint:
    blueprint = Blueprint("merchants", __name__)
    for module in MODULES:
        for route in module.routes.table:
            name = f"{route.method} {route.path}".replace(".", "_")
            blueprint.add_url_rule(route.path, name, _view_of(route), methods=[route.method])
    return blueprint


def _view_of(route: PayRoute) -> Callable[..., Response]:
    def view(**names: str) -> Response:
        started, world = time.perf_counter(), the_world()
        call = PayCall.of(request, names)
        outcome = _outcome(world, route, call)
        world.notifier.tell()
        request_id = f"{secrets.token_hex(16).upper()}-{outcome.cause}"
        _note(world, call, outcome, rid=request_id, ms=int((time.perf_counter() - started) * 1000))
        return _send(world, call, outcome, request_id)

    return view


def _outcome(world: World, route: PayRoute, call: PayCall) -> Outcome:
    faults = world.faults.pay
    hit = world.faults.covers_pay(call.path)
    if hit and faults.slow_ms:
        time.sleep(faults.slow_ms / 1000)
    if hit and world.faults.strikes("pay.status_500", faults.status_500):
        return Outcome(500, BROKEN, "text/html", shown="500 Internal Server Error")
    if hit and world.faults.strikes("pay.error_rate", faults.error_rate):
        return _refused(PayRefused(faults.errcode))
    try:
        _admit(world, call)
        with world.lock:
            return _as_outcome(route.handler(world, call))
    except PayRefused as refusal:
        return _refused(refusal)


def _refused(refusal: PayRefused) -> Outcome:
    shown = refusal.as_json()
    content = json.dumps(shown, ensure_ascii=False).encode()
    return Outcome(refusal.status, content, code=refusal.code, cause=refusal.cause, shown=shown)


def _as_outcome(answer: Json | File | None) -> Outcome:
    if answer is None:
        return Outcome(204)
    if isinstance(answer, File):
        shown = f"{len(answer.content)} bytes"
        return Outcome(200, answer.content, answer.content_type, shown=shown, signed=False)
    return Outcome(200, json.dumps(answer, ensure_ascii=False).encode(), shown=answer)


def _admit(world: World, call: PayCall) -> None:
    if not call.headers.get("user-agent") or not call.headers.get("accept"):
        raise bad_field("/", "", "Http头缺少Accept或User-Agent", location="header")
    call.mchid = _signed_by(world, call)
    if call.method == "POST":
        call.read_json()


def _signed_by(world: World, call: PayCall) -> str:
    """The merchant who signed this request. 401 SIGN_ERROR otherwise."""
    given = signatures.parse_authorization(call.headers.get("authorization", ""))
    if any(not given.get(name) for name in FIVE):
        raise _sign_error("authorization", "缺少签名的字段")
    merchant = world.payments.merchants.get(given["mchid"])
    if merchant is None or not merchant.merchant_public_key or given["serial_no"] != merchant.merchant_serial:
        raise _sign_error("serial_no", "商户号或商户证书序列号有误")
    stamp = given["timestamp"]
    if not stamp.isdecimal() or abs(int(stamp) - world.clock.wall()) > SKEW_S:
        raise _sign_error("timestamp", "时间戳过期")
    message = signatures.lines(call.method, call.target, stamp, given["nonce_str"], call.raw)
    if not signatures.fits(merchant.merchant_public_key, message, given["signature"]):
        raise _sign_error("signature", "sign not match")
    return merchant.mchid


def _sign_error(field: str, issue: str) -> PayRefused:
    detail = {"field": field, "value": "", "issue": issue, "location": "authorization"}
    return PayRefused("SIGN_ERROR", "签名错误", detail=detail)


def _send(world: World, call: PayCall, outcome: Outcome, request_id: str) -> Response:
    faults = world.faults.pay
    hit = world.faults.covers_pay(call.path)
    if hit and world.faults.strikes("pay.reset_after_effect", faults.reset_after_effect):
        return hang_up()
    response = Response(outcome.content, status=outcome.status, content_type=outcome.content_type)
    if not outcome.content:
        del response.headers["Content-Type"]
    response.headers["Request-ID"] = request_id
    if outcome.status in GOOD and outcome.signed:
        wrong = hit and world.faults.strikes("pay.bad_signature", faults.bad_signature)
        response.headers.update(_signature(world, call, outcome.content, wrong=wrong))
    return response


def _signature(world: World, call: PayCall, content: bytes, *, wrong: bool) -> dict[str, str]:
    """By the public key for who names it, else by the platform certificate."""
    keys = world.pay_keys
    named = call.headers.get("wechatpay-serial", "").startswith("PUB_KEY_ID_")
    kind = PUBKEY if named and world.faults.pay.key_mode != CERT else CERT
    stamp, nonce = str(world.clock.wall()), random_name(32)
    signed = keys.sign(kind, signatures.lines(stamp, nonce, content + b" " if wrong else content))
    return headers(timestamp=stamp, nonce=nonce, serial=signed.serial, signature=signed.signature)


def _note(world: World, call: PayCall, outcome: Outcome, *, rid: str, ms: int) -> None:
    world.log.add(
        "api",
        at=world.clock.now(),
        path=call.path,
        method=call.method,
        status=outcome.status,
        errcode=outcome.code,
        ms=ms,
        rid=rid,
        query=call.query,
        body=call.body or call.raw[:BODY_SHOWN].decode(errors="replace"),
        answer=outcome.shown,
        mchid=call.mchid,
    )

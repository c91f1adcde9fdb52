"""The way every API call takes: faults, whitelist, token, quota, handler, log."""

import json
import socket
import struct
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Response, request

from sandbox.api.calls import ACCOUNT, EITHER, NO_TOKEN, Binary, Call, Route
from sandbox.errors import ApiError, new_rid
from sandbox.here import the_world
from sandbox.world import World

Json = dict[str, Any]
BAD_GATEWAY = "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"
BODY_SHOWN = 4096
NO_LINGER = struct.pack("ii", 1, 0)


@dataclass
class Outcome:
    status: int
    content: bytes
    content_type: str
    errcode: int
    shown: Any


def view_of(route: Route) -> Callable[[], Response]:
    def view() -> Response:
        started, world = time.perf_counter(), the_world()
        call = Call.of(request)
        rid = new_rid()
        outcome = _outcome(world, route, call, rid)
        _note(world, route, call, outcome, rid=rid, ms=int((time.perf_counter() - started) * 1000))
        return _send(world, route, outcome)

    return view


def _outcome(world: World, route: Route, call: Call, rid: str) -> Outcome:
    faults = world.faults.api
    hit = world.faults.covers(route.path)
    if hit and faults.slow_ms:
        time.sleep(faults.slow_ms / 1000)
    if hit and world.faults.strikes("api.http_502", faults.http_502):
        return Outcome(502, BAD_GATEWAY.encode(), "text/html", 0, "502 Bad Gateway")
    if hit and world.faults.strikes("api.error_minus1", faults.error_minus1):
        return _as_json(ApiError(-1).as_json(rid))
    if hit and faults.errcode and world.faults.strikes("api.errcode", faults.errcode_rate):
        return _as_json(ApiError(faults.errcode).as_json(rid))
    try:
        with world.lock:
            _admit(world, route, call)
            answer = route.handler(world, call)
    except ApiError as error:
        answer = error.as_json(rid)
    for job in call.before_answer:
        job()
    if isinstance(answer, Binary):
        return Outcome(200, answer.content, answer.content_type, 0, f"{len(answer.content)} bytes")
    return _as_json(answer)


def _as_json(answer: Json) -> Outcome:
    text = json.dumps(answer, ensure_ascii=False)
    errcode = int(answer.get("errcode", 0))
    return Outcome(200, text.encode(), "application/json; encoding=utf-8", errcode, answer)


def _admit(world: World, route: Route, call: Call) -> None:
    if request.method != route.method:
        raise ApiError(43001 if route.method == "GET" else 43002)
    _check_address(world, call)
    if route.needs != NO_TOKEN:
        _check_token(world, route, call)
    world.quotas.spend(route.path)
    if route.reads_json:
        call.read_json()


def _check_address(world: World, call: Call) -> None:
    allowed = world.config.ip_whitelist
    covered = not request.path.startswith("/sns/")
    if allowed and covered and call.remote not in allowed:
        raise ApiError(40164, f"{call.remote} ipv6 ::ffff:{call.remote}, not in whitelist")


def _check_token(world: World, route: Route, call: Call) -> None:
    hit = world.faults.covers(route.path)
    limit = world.faults.api.token_40001_after if hit else 0
    token = world.tokens.check(call.query.get("access_token", ""), break_after=limit)
    call.app_id = token.app_id
    if route.needs == EITHER:
        return
    wanted = world.config.app_id if route.needs == ACCOUNT else world.config.mini_app_id
    if token.app_id != wanted:
        raise ApiError(48001)


def _note(world: World, route: Route, call: Call, outcome: Outcome, *, rid: str, ms: int) -> None:
    world.log.add(
        "api",
        at=world.clock.now(),
        path=route.path,
        method=request.method,
        status=outcome.status,
        errcode=outcome.errcode,
        ms=ms,
        rid=rid,
        query=call.query,
        body=call.body or call.raw[:BODY_SHOWN].decode(errors="replace"),
        answer=outcome.shown,
        remote=call.remote,
    )


def _send(world: World, route: Route, outcome: Outcome) -> Response:
    faults = world.faults.api
    hit = world.faults.covers(route.path)
    if hit and world.faults.strikes("api.reset_after_effect", faults.reset_after_effect):
        return hang_up()
    content = outcome.content
    if hit and world.faults.strikes("api.truncated_json", faults.truncated_json):
        content = content[: len(content) // 2]
    return Response(content, status=outcome.status, content_type=outcome.content_type)


def hang_up() -> Response:
    """Drop the connection: the work is done, the caller never hears of it."""
    connection = request.environ.get("sandbox.socket") or request.environ.get("werkzeug.socket")
    if isinstance(connection, socket.socket):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, NO_LINGER)
        connection.shutdown(socket.SHUT_RDWR)
    return Response(b"")

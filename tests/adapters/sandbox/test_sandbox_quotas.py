"""Calls per Beijing day and per minute."""

from collections.abc import Callable

from tests.adapters.sandbox.sandbox_account import APP_ID, SECRET, Json, Sandbox, errcode

IPS = "/cgi-bin/getcallbackip"


def _codes(sandbox: Sandbox, count: int) -> list[int]:
    return [errcode(sandbox.ask(IPS)) for _ in range(count)]


def _seconds_to_midnight(sandbox: Sandbox) -> float:
    return 86400 - (sandbox.world.clock.now() + 8 * 3600) % 86400


def test_calls_beyond_the_day_are_refused_until_beijing_midnight(start: Callable[..., Sandbox]) -> None:
    sandbox = start(limits={IPS: {"daily": 2}})
    today = _codes(sandbox, 3)
    sandbox.post("/sim/clock", {"advance_seconds": _seconds_to_midnight(sandbox) - 1})
    before = _codes(sandbox, 1)

    sandbox.post("/sim/clock", {"advance_seconds": 1})

    assert today + before + _codes(sandbox, 1) == [0, 0, 45009, 45009, 0]


def test_calls_beyond_the_minute_are_refused_for_that_minute(sandbox: Sandbox) -> None:
    sandbox.post("/sim/limits", {"path": IPS, "minute": 1})
    during = _codes(sandbox, 2)

    sandbox.post("/sim/clock", {"advance_seconds": 60})

    assert during + _codes(sandbox, 1) == [0, 45011, 0]


def test_quota_is_reported(sandbox: Sandbox) -> None:
    sandbox.post("/sim/limits", {"path": IPS, "daily": 10})
    _codes(sandbox, 3)

    answer = sandbox.api("/cgi-bin/openapi/quota/get", {"cgi_path": IPS})

    assert answer["quota"] == {"daily_limit": 10, "used": 3, "remain": 7}


def test_quota_of_paths_not_covered(sandbox: Sandbox) -> None:
    codes = [
        errcode(sandbox.api("/cgi-bin/openapi/quota/get", {"cgi_path": path}))
        for path in ("/sns/userinfo", "/cgi-bin/none", "x")
    ]

    assert codes == [76022, 76021, 76003]


def test_quota_cleared_ten_times_a_month_by_both_calls_together(sandbox: Sandbox) -> None:
    sandbox.post("/sim/limits", {"path": IPS, "daily": 1})
    body: Json = {"appid": APP_ID}

    codes = []
    for _ in range(9):
        codes += [errcode(sandbox.api("/cgi-bin/clear_quota", body)), *_codes(sandbox, 1)]
    codes.append(errcode(sandbox.post("/cgi-bin/clear_quota/v2", {"appid": APP_ID, "appsecret": SECRET})))
    codes.append(errcode(sandbox.api("/cgi-bin/clear_quota", body)))

    assert codes == [0] * 19 + [48006]


def test_rid_finds_the_call(sandbox: Sandbox) -> None:
    refused = sandbox.get(IPS, access_token="short")
    rid = refused["errmsg"].split("rid: ")[1]

    found = sandbox.api("/cgi-bin/openapi/rid/get", {"rid": rid})["request"]
    missing = sandbox.api("/cgi-bin/openapi/rid/get", {"rid": "0-0-0"})

    assert "40014" in found["response_body"]
    assert errcode(missing) == 76001


def test_callback_check_answers_dns_and_ping(sandbox: Sandbox) -> None:
    answer = sandbox.api("/cgi-bin/callback/check", {"action": "all", "check_operator": "DEFAULT"})
    codes = [
        errcode(sandbox.api("/cgi-bin/callback/check", body))
        for body in ({"action": "x"}, {"action": "dns", "check_operator": "x"})
    ]

    assert answer["dns"] == [{"ip": "127.0.0.1", "real_operator": "DEFAULT"}]
    assert answer["ping"][0]["package_loss"] == "0%"
    assert codes == [40202, 40203]

"""What can go wrong at WeChat, switched on and off."""

import threading
import time

import pytest
import requests

from tests.adapters.sandbox.sandbox_account import (
    OPENID,
    Backend,
    Json,
    Sandbox,
    echo,
    errcode,
    opened,
    served,
)

IPS = "/cgi-bin/getcallbackip"
CODE: Json = {"action_name": "QR_STR_SCENE", "action_info": {"scene": {"scene_str": "x"}}}


def _fault(sandbox: Sandbox, **groups: Json) -> None:
    sandbox.post("/sim/faults", groups)


def _say(sandbox: Sandbox) -> Json:
    delivery: Json = sandbox.post("/sim/text", {"openid": OPENID, "content": "你好"})["delivery"]
    return delivery


@pytest.mark.parametrize(
    "body",
    [
        {"bad": {}},
        {"api": {"bad": 1}},
        {"push": {"lost": "yes"}},
        {"push": {"duplicates_overlap": 1}},
        {"api": {"slow_ms": -0.5}},
        {"api": 1},
    ],
)
def test_fault_unknown_is_refused_and_nothing_changes(sandbox: Sandbox, body: Json) -> None:
    before = sandbox.get("/sim/faults")

    answer = sandbox.client.post("/sim/faults", json=body | {"push": {"lost": 1} | body.get("push", {})})

    assert answer.status_code == 400
    assert sandbox.get("/sim/faults") == before


def test_faults_merge_and_reset(sandbox: Sandbox) -> None:
    _fault(sandbox, api={"slow_ms": 5})
    _fault(sandbox, push={"lost": 0.5})
    both = sandbox.get("/sim/faults")

    sandbox.post("/sim/faults", {"reset": True})

    assert (both["api"]["slow_ms"], both["push"]["lost"]) == (5, 0.5)
    assert sandbox.get("/sim/faults")["push"]["lost"] == 0


def test_fault_error_minus1_every_third_call(sandbox: Sandbox) -> None:
    token = sandbox.token()
    _fault(sandbox, api={"error_minus1": 3})

    codes = [errcode(sandbox.get(IPS, access_token=token)) for _ in range(6)]

    assert codes == [0, 0, -1, 0, 0, -1]


def test_fault_only_on_the_paths_named(sandbox: Sandbox) -> None:
    _fault(sandbox, api={"error_minus1": 1, "only": ["/cgi-bin/qrcode"]})

    assert [errcode(sandbox.ask(IPS)), errcode(sandbox.api("/cgi-bin/qrcode/create", CODE))] == [0, -1]


def test_fault_502_is_html(sandbox: Sandbox) -> None:
    _fault(sandbox, api={"http_502": 1})

    answer = sandbox.client.get(IPS)

    assert (answer.status_code, answer.mimetype) == (502, "text/html")


def test_fault_truncated_json_cannot_be_read(sandbox: Sandbox) -> None:
    token = sandbox.token()
    _fault(sandbox, api={"truncated_json": 1})

    answer = sandbox.client.get(IPS, query_string={"access_token": token})

    assert (answer.status_code, answer.get_json(silent=True)) == (200, None)


def test_fault_token_dies_after_uses_and_stable_hands_it_out_still(sandbox: Sandbox) -> None:
    first = sandbox.token()
    _fault(sandbox, api={"token_40001_after": 2})
    codes = [errcode(sandbox.get(IPS, access_token=first)) for _ in range(3)]

    same, forced = sandbox.stable()["access_token"], sandbox.stable(force=True)["access_token"]

    assert codes == [0, 0, 40001]
    assert same == first
    assert errcode(sandbox.get(IPS, access_token=forced)) == 0


def test_fault_reset_after_effect_drops_the_caller_but_does_the_work(sandbox: Sandbox) -> None:
    token = sandbox.token()
    _fault(sandbox, api={"reset_after_effect": 1})

    with served(sandbox.app) as url, pytest.raises(requests.ConnectionError):
        requests.post(f"{url}/cgi-bin/qrcode/create?access_token={token}", json=CODE, timeout=5)

    assert [one["scene"] for one in sandbox.get("/sim/tickets")["tickets"]] == ["x"]


def test_fault_slow_api_is_logged_with_its_time(sandbox: Sandbox) -> None:
    _fault(sandbox, api={"slow_ms": 30})

    sandbox.client.get(IPS)

    assert sandbox.get("/sim/log")["entries"][-1]["ms"] >= 30


def test_fault_duplicate_sends_the_same_bytes_twice(sandbox: Sandbox, backend: Backend) -> None:
    sandbox.meet()
    backend.received.clear()
    backend.answer = echo
    _fault(sandbox, push={"duplicate": True})

    delivery = _say(sandbox)

    assert [one["kind"] for one in delivery["attempts"]] == ["first", "duplicate"]
    assert backend.received[0] == backend.received[1]
    assert [one["by"] for one in sandbox.chat()[-2:]] == ["me", "account"]


def test_fault_duplicate_may_overlap_the_first(sandbox: Sandbox, backend: Backend) -> None:
    sandbox.meet()
    together = threading.Barrier(2, timeout=5)
    backend.answer = lambda _received: b"success" if together.wait() >= 0 else b""
    _fault(sandbox, push={"duplicate": 1, "duplicates_overlap": True})

    delivery = _say(sandbox)

    assert sorted(one["kind"] for one in delivery["attempts"]) == ["duplicate", "first"]
    assert delivery["failed"] is False


def test_fault_late_duplicate_comes_after_success(sandbox: Sandbox, backend: Backend) -> None:
    sandbox.meet()
    backend.received.clear()
    _fault(sandbox, push={"late_duplicate_ms": 50})

    delivery = _say(sandbox)

    assert len(delivery["attempts"]) == 1
    received = backend.wait_for(2)
    assert received[0] == received[1]


def test_fault_lost_is_never_sent(sandbox: Sandbox, backend: Backend) -> None:
    sandbox.meet()
    backend.received.clear()
    _fault(sandbox, push={"lost": 1})

    delivery = _say(sandbox)

    assert (delivery["lost"], delivery["attempts"], delivery["shown"]) == (True, [], None)
    assert backend.received == []


def test_fault_out_of_order_lets_the_second_overtake(sandbox: Sandbox, backend: Backend) -> None:
    sandbox.meet()
    backend.received.clear()
    _fault(sandbox, push={"out_of_order": True})

    sandbox.post("/sim/text", {"openid": OPENID, "content": "一", "wait": False})
    time.sleep(0.1)
    sandbox.post("/sim/text", {"openid": OPENID, "content": "二", "wait": False})

    order = [opened(one).split("<Content><![CDATA[")[1][0] for one in backend.wait_for(2)]
    assert order == ["二", "一"]


def test_fault_delay_holds_the_push_back(sandbox: Sandbox, backend: Backend) -> None:
    sandbox.meet()
    _fault(sandbox, push={"delay_ms": 80})

    started = time.monotonic()
    _say(sandbox)

    assert time.monotonic() - started >= 0.08


def test_fault_timestamp_skew_moves_the_signature_time(sandbox: Sandbox, backend: Backend) -> None:
    sandbox.meet()
    _fault(sandbox, push={"timestamp_skew_s": -400})

    _say(sandbox)

    assert int(backend.received[-1].query["timestamp"]) == sandbox.world.clock.wall() - 400


def test_clock_moved_leaves_the_time_of_pushes_alone(sandbox: Sandbox, backend: Backend) -> None:
    sandbox.meet()
    sandbox.post("/sim/clock", {"advance_seconds": 48 * 3600})

    _say(sandbox)

    assert int(backend.received[-1].query["timestamp"]) == sandbox.world.clock.wall()

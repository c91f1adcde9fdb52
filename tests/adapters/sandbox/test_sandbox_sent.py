"""Every message to a person: what became of it, what the account heard of it, and how fast that is told."""

import time
from collections.abc import Callable

import pytest

from tests.adapters.sandbox.sandbox_account import OPENID, Backend, Json, Sandbox, errcode, opened

DATA = {"thing1": {"value": "支部党员大会"}, "time2": {"value": "15:01"}}


def _send(sandbox: Sandbox, **changes: object) -> int:
    body: Json = {"touser": OPENID, "template_id": "T-meeting", "data": DATA, "url": "http://127.0.0.1/m/1"}
    return errcode(sandbox.api("/cgi-bin/message/template/send", body | changes))


def _write(sandbox: Sandbox) -> int:
    body: Json = {"touser": OPENID, "msgtype": "text", "text": {"content": "你好"}}
    return errcode(sandbox.api("/cgi-bin/message/custom/send", body))


def _sent(sandbox: Sandbox, **query: str) -> list[Json]:
    found: list[Json] = sandbox.get("/sim/sent", **query)["entries"]
    return found


def _receipts(sandbox: Sandbox, count: int) -> list[str]:
    ends = time.monotonic() + 5
    while len(found := _sent(sandbox)[-1]["receipts"]) < count and time.monotonic() < ends:
        time.sleep(0.01)
    return list(found)


def test_sent_tells_what_was_shown_and_what_was_refused(sandbox: Sandbox) -> None:
    sandbox.meet()
    _send(sandbox, client_msg_id="d-1")
    _write(sandbox)
    _send(sandbox, touser="oNobody")
    _send(sandbox, data={})

    shown = [(one["way"], one["openid"], one["errcode"], one["fate"]) for one in _sent(sandbox)]

    assert shown == [
        ("template", OPENID, 0, "shown"),
        ("customer", OPENID, 0, "shown"),
        ("template", "oNobody", 40003, ""),
        ("template", OPENID, 47003, ""),
    ]
    first = _sent(sandbox)[0]
    assert (first["client_msg_id"], first["url"], first["title"]) == (
        "d-1",
        "http://127.0.0.1/m/1",
        "会议通知",
    )
    assert first["text"] == "会议名称：支部党员大会\n会议时间：15:01"


def test_sent_repeat_of_a_client_msg_id_is_counted_and_not_listed(sandbox: Sandbox) -> None:
    sandbox.meet()

    for _ in range(3):
        _send(sandbox, client_msg_id="d-1")

    assert [one["repeats"] for one in _sent(sandbox)] == [2]


def test_sent_comes_in_pages(sandbox: Sandbox) -> None:
    sandbox.meet()
    for _ in range(5):
        _send(sandbox)

    first = sandbox.get("/sim/sent", limit="2")
    rest = sandbox.get("/sim/sent", since=str(first["last"]))
    end = sandbox.get("/sim/sent", since=str(rest["last"]))

    assert [len(page["entries"]) for page in (first, rest, end)] == [2, 3, 0]
    assert (end["last"], end["last_id"]) == (5, 5)


def test_sent_of_one_person(sandbox: Sandbox) -> None:
    sandbox.meet()
    sandbox.meet("oAnother")
    _send(sandbox)
    _send(sandbox, touser="oAnother")

    assert [one["id"] for one in _sent(sandbox, openid="oAnother")] == [2]


def test_sent_is_counted_by_its_end(sandbox: Sandbox) -> None:
    sandbox.meet()
    for _ in range(3):
        _send(sandbox)
    _send(sandbox, touser="oNobody")

    assert sandbox.get("/sim/sent/counts")["counts"] == [
        {"way": "template", "errcode": 0, "fate": "shown", "number": 3},
        {"way": "template", "errcode": 40003, "fate": "", "number": 1},
    ]


def test_sent_to_a_limited_person_is_refused_with_that_code(sandbox: Sandbox) -> None:
    sandbox.meet(refuses=50002)

    assert (_send(sandbox), _write(sandbox)) == (50002, 50002)


def test_result_is_told_after_the_answer(sandbox: Sandbox, backend: Backend) -> None:
    sandbox.meet()

    _send(sandbox)

    assert _receipts(sandbox, 1) == ["told"]


def test_result_early_is_there_before_the_answer(start: Callable[..., Sandbox], backend: Backend) -> None:
    sandbox = start(template_finish_ms=60_000)
    sandbox.meet()
    sandbox.post("/sim/faults", {"push": {"receipt_early": 1}})

    _send(sandbox)

    assert "TEMPLATESENDJOBFINISH" in opened(backend.received[-1])
    assert _sent(sandbox)[-1]["receipts"] == ["told"]


def test_result_twice(sandbox: Sandbox) -> None:
    sandbox.meet()
    sandbox.post("/sim/faults", {"push": {"receipt_twice": 1}})

    _send(sandbox)

    assert _receipts(sandbox, 2) == ["told", "told"]


def test_result_lost_is_never_told(sandbox: Sandbox, backend: Backend) -> None:
    sandbox.meet()
    sandbox.post("/sim/faults", {"push": {"receipt_lost": 1}})

    _send(sandbox)

    assert _sent(sandbox)[-1]["receipts"] == ["lost"]


def test_result_late_waits(sandbox: Sandbox, backend: Backend) -> None:
    sandbox.meet()
    sandbox.post("/sim/faults", {"push": {"receipt_late": 1, "receipt_late_ms": 300}})
    before = len(backend.received)
    began = time.monotonic()

    _send(sandbox)
    at_once = len(backend.received) - before
    receipts = _receipts(sandbox, 1)

    assert (at_once, receipts, time.monotonic() - began >= 0.3) == (0, ["told"], True)


def test_results_are_pushed_by_few_hands(start: Callable[..., Sandbox], backend: Backend) -> None:
    sandbox = start(push_hands=3)
    sandbox.meet()
    busy: list[int] = []

    def slowly(_received: object) -> bytes:
        busy.append(1)
        most.append(len(busy))
        time.sleep(0.02)
        busy.pop()
        return b"success"

    most: list[int] = []
    backend.answer = slowly
    for _ in range(12):
        _send(sandbox)
    _receipts(sandbox, 1)

    assert (len(most), max(most) <= 3) == (12, True)


@pytest.mark.parametrize("code", [45009, 45011, 48004, 40164, 43107, 43108])
def test_fault_gives_any_code_to_the_paths_it_covers(sandbox: Sandbox, code: int) -> None:
    sandbox.meet()
    sandbox.post("/sim/faults", {"api": {"errcode": code, "only": ["/cgi-bin/message/template/"]}})

    assert (_send(sandbox), _write(sandbox)) == (code, 0)
    sandbox.post("/sim/faults", {"reset": True})
    assert _send(sandbox) == 0


def test_people_made_together_follow_without_a_push(sandbox: Sandbox, backend: Backend) -> None:
    rows = [{"openid": f"o{number}", "name": f"同志{number}", "subscribed": True} for number in range(500)]
    rows[7]["receives"], rows[8]["subscribed"] = False, False

    made = sandbox.post("/sim/people", {"people": rows})
    again = sandbox.post("/sim/people", {"people": [{"openid": "o7", "name": "别名"}], "keep": True})

    assert (made, again["made"], len(backend.received)) == ({"made": 500, "total": 500}, 0, 0)
    assert sandbox.get("/sim/people/o7")["name"] == "同志7"
    assert sandbox.get("/sim/people", search="同志49", limit="3")["found"] == 11
    assert [_send(sandbox, touser=one) for one in ("o6", "o8")] == [0, 43004]
    assert _sent(sandbox)[0]["fate"] == "shown"


@pytest.mark.parametrize(
    "people", ["all", [{"openid": "o1"}], [{"name": 7}], ["o1"], [{"name": "王", "refuses": "x"}]]
)
def test_people_made_together_all_or_nobody(sandbox: Sandbox, people: object) -> None:
    answer = sandbox.client.post("/sim/people", json={"people": people})

    assert answer.status_code == 400
    assert sandbox.get("/sim/people")["total"] == 0

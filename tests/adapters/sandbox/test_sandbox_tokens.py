"""access_token as the platform keeps it."""

from collections.abc import Callable

import pytest

from tests.adapters.sandbox.sandbox_account import APP_ID, SECRET, Json, Sandbox, errcode


def _plain(sandbox: Sandbox, **changes: str) -> Json:
    query = {"grant_type": "client_credential", "appid": APP_ID, "secret": SECRET} | changes
    return sandbox.get("/cgi-bin/token", **query)


def _works(sandbox: Sandbox, token: str) -> int:
    return errcode(sandbox.get("/cgi-bin/getcallbackip", access_token=token))


def test_token_has_a_real_length(sandbox: Sandbox) -> None:
    answer = sandbox.stable()

    assert 136 <= len(answer["access_token"]) <= 200
    assert answer["expires_in"] == 7200


def test_stable_token_asked_again_is_the_same_with_fewer_seconds(sandbox: Sandbox) -> None:
    first = sandbox.stable()
    sandbox.post("/sim/clock", {"advance_seconds": 1000})

    again = sandbox.stable()

    assert again["access_token"] == first["access_token"]
    assert again["expires_in"] == 6200


def test_stable_token_in_its_last_five_minutes_is_renewed_and_both_work(sandbox: Sandbox) -> None:
    first = sandbox.stable()["access_token"]
    sandbox.post("/sim/clock", {"advance_seconds": 6950})

    renewed = sandbox.stable()

    assert renewed["access_token"] != first
    assert renewed["expires_in"] == 7200
    assert [_works(sandbox, first), _works(sandbox, renewed["access_token"])] == [0, 0]


def test_stable_token_forced_ends_the_older_one(sandbox: Sandbox) -> None:
    first = sandbox.stable()["access_token"]

    forced = sandbox.stable(force=True)["access_token"]

    assert [_works(sandbox, first), _works(sandbox, forced)] == [40001, 0]


def test_stable_token_forced_twice_within_thirty_seconds_is_refused(sandbox: Sandbox) -> None:
    sandbox.stable(force=True)

    again = sandbox.stable(force=True)

    assert again["errcode"] == 45011


def test_stable_token_forced_twenty_times_is_refused_until_beijing_midnight(sandbox: Sandbox) -> None:
    seconds_into_day = (sandbox.world.clock.now() + 8 * 3600) % 86400
    sandbox.post("/sim/clock", {"advance_seconds": 86400 - seconds_into_day + 60})

    codes = []
    for _ in range(21):
        codes.append(errcode(sandbox.stable(force=True)))
        sandbox.post("/sim/clock", {"advance_seconds": 31})
    sandbox.post("/sim/clock", {"advance_seconds": 86400})

    assert codes == [0] * 20 + [45009]
    assert errcode(sandbox.stable(force=True)) == 0


def test_plain_token_rotates_and_leaves_the_older_five_minutes(sandbox: Sandbox) -> None:
    first, second = (_plain(sandbox)["access_token"] for _ in range(2))

    during = _works(sandbox, first)
    sandbox.post("/sim/clock", {"advance_seconds": 301})

    assert first != second
    assert [during, _works(sandbox, first), _works(sandbox, second)] == [0, 40001, 0]


def test_plain_token_leaves_the_stable_one_alone(sandbox: Sandbox) -> None:
    stable = sandbox.stable()["access_token"]
    _plain(sandbox)
    _plain(sandbox)
    sandbox.post("/sim/clock", {"advance_seconds": 400})

    assert _works(sandbox, stable) == 0


@pytest.mark.parametrize(
    ("token", "code"), [("", 41001), ("short", 40014), ("75_" + "x" * 150, 40001)], ids=str
)
def test_token_not_ours_is_refused(sandbox: Sandbox, token: str, code: int) -> None:
    assert _works(sandbox, token) == code


def test_token_too_old_is_expired(sandbox: Sandbox) -> None:
    token = sandbox.stable()["access_token"]
    sandbox.post("/sim/clock", {"advance_seconds": 7200})

    assert _works(sandbox, token) == 42001


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"grant_type": "x"}, 40002),
        ({"appid": ""}, 41002),
        ({"secret": ""}, 41004),
        ({"appid": "wx1"}, 40013),
        ({"secret": "x"}, 40125),
    ],
)
def test_token_with_wrong_credentials_is_refused(
    sandbox: Sandbox, changes: dict[str, str], code: int
) -> None:
    answer = _plain(sandbox, **changes)

    assert answer["errcode"] == code
    assert " rid: " in answer["errmsg"]


def test_token_from_an_address_not_listed_is_refused(start: Callable[..., Sandbox]) -> None:
    sandbox = start(ip_whitelist=["10.0.0.1"])

    answer = sandbox.stable()

    assert answer["errcode"] == 40164
    assert "127.0.0.1" in answer["errmsg"]


def test_token_by_the_wrong_method_is_refused(sandbox: Sandbox) -> None:
    assert sandbox.get("/cgi-bin/stable_token")["errcode"] == 43002
    assert sandbox.post("/cgi-bin/token", {})["errcode"] == 43001


@pytest.mark.parametrize("content_type", [None, "text/plain", "application/x-www-form-urlencoded"])
def test_json_of_any_content_type_is_read(sandbox: Sandbox, content_type: str | None) -> None:
    body = f'{{"grant_type":"client_credential","appid":"{APP_ID}","secret":"{SECRET}"}}'

    answer = sandbox.client.post("/cgi-bin/stable_token", data=body.encode(), content_type=content_type)

    assert answer.get_json()["expires_in"] == 7200


@pytest.mark.parametrize(("body", "code"), [(b"", 44002), (b"{", 47001), (b"[]", 47001)])
def test_body_that_is_no_object_is_refused(sandbox: Sandbox, body: bytes, code: int) -> None:
    answer = sandbox.client.post("/cgi-bin/stable_token", data=body)

    assert (answer.status_code, answer.get_json()["errcode"]) == (200, code)

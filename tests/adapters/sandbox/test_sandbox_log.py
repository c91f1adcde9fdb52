"""The log, and who may ask."""

import pytest

from sandbox.config import BadConfig, Config
from tests.adapters.sandbox.sandbox_account import OPENID, SECRET, Sandbox, configuration


def test_log_masks_secrets(sandbox: Sandbox) -> None:
    token = sandbox.token()
    sandbox.get("/cgi-bin/getcallbackip", access_token=token)

    text = sandbox.client.get("/sim/log").get_data(as_text=True)

    assert SECRET not in text
    assert token not in text
    assert token[:6] + "***" in text


def test_log_since_gives_only_what_is_newer(sandbox: Sandbox) -> None:
    sandbox.meet()
    last = sandbox.get("/sim/log")["last_id"]
    sandbox.post("/sim/text", {"openid": OPENID, "content": "你好"})

    entries = sandbox.get("/sim/log", since=str(last))["entries"]

    assert [(one["kind"], one["label"]) for one in entries] == [("push", "text")]
    assert [one["status"] for one in entries[0]["attempts"]] == [200]


@pytest.mark.parametrize(
    ("address", "status"), [("127.0.0.1", 200), ("::1", 200), ("::ffff:127.0.0.1", 200), ("10.0.0.7", 403)]
)
def test_only_this_machine_may_enter(sandbox: Sandbox, address: str, status: int) -> None:
    answer = sandbox.client.get("/sim/log", environ_base={"REMOTE_ADDR": address})

    assert answer.status_code == status


@pytest.mark.parametrize(
    "headers", [{"Origin": "https://evil.example"}, {"Host": "evil.example"}, {"Origin": "null"}]
)
def test_foreign_page_may_not_steer(sandbox: Sandbox, headers: dict[str, str]) -> None:
    answer = sandbox.client.post("/sim/faults", json={"reset": True}, headers=headers)

    assert answer.status_code == 403


@pytest.mark.parametrize("body", [b"", b"[]", b"{"])
def test_sim_body_that_is_no_object_is_refused(sandbox: Sandbox, body: bytes) -> None:
    answer = sandbox.client.post("/sim/text", data=body)

    assert (answer.status_code, answer.get_json()) == (400, {"error": "需要一个 JSON 对象"})


def test_phone_page_runs_nothing_inline(sandbox: Sandbox) -> None:
    answer = sandbox.client.get("/phone")

    policy = answer.headers["Content-Security-Policy"]
    page = answer.get_data(as_text=True)
    assert "default-src 'none'; script-src 'self'; style-src 'self';" in policy
    assert [piece for piece in ("<style", "style=", "onclick", "https://") if piece in page] == []


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"mode": "secret"}, "mode"),
        ({"format": "yaml"}, "format"),
        ({"encoding_aes_key": "short"}, "encoding_aes_key"),
        ({"oops": 1}, "unknown keys: oops"),
        ({"app_id": 7}, "app_id"),
    ],
)
def test_config_that_is_wrong_names_the_key(changes: dict[str, object], text: str) -> None:
    with pytest.raises(BadConfig, match=text):
        Config.of(configuration("http://127.0.0.1:1/", **changes))


def test_config_that_lacks_keys_names_them() -> None:
    with pytest.raises(BadConfig, match="missing keys: app_id, app_secret"):
        Config.of({"token": "t", "encoding_aes_key": "k", "original_id": "gh", "callback_url": "http://a"})


def test_account_can_change_its_mode_while_it_runs(sandbox: Sandbox) -> None:
    changed = sandbox.post("/sim/account", {"mode": "plain", "format": "json"})
    refused = sandbox.client.post("/sim/account", json={"mode": "x"})

    assert (changed["mode"], changed["format"], refused.status_code) == ("plain", "json", 400)

"""Return codes as outcomes, and errors that tell nothing about anybody."""

import re
from datetime import timedelta
from pathlib import Path

import pytest

from app.core.outcomes import Accepted, Outcome, Rejected, RetryLater, Stopped
from app.wechat.errors import clean
from app.wechat.outcomes import TABLE, outcome_of


@pytest.mark.parametrize(
    ("errcode", "outcome"),
    [
        (0, Accepted()),
        (45065, Accepted()),
        (-1, RetryLater("busy", timedelta(seconds=30))),
        (43108, RetryLater("parallel_send", timedelta(seconds=5))),
        (45011, Stopped("rate_minute", timedelta(minutes=1))),
        (45066, RetryLater("repeated_too_soon", timedelta(minutes=1))),
        (40001, Stopped("token_refused")),
        (40013, Stopped("credentials")),
        (40164, Stopped("ip_not_allowed")),
        (89503, Stopped("ip_confirmation")),
        (45009, Stopped("quota_day")),
        (48001, Stopped("api_not_authorised")),
        (48004, Stopped("api_banned")),
        (40003, Rejected("openid_unknown")),
        (43004, Rejected("unfollowed")),
        (50005, Rejected("unfollowed")),
        (43019, Rejected("blacklisted")),
        (43101, Rejected("not_subscribed")),
        (48002, Rejected("turned_off")),
        (45015, Rejected("window_closed")),
        (45047, Rejected("window_quota")),
        (47003, Rejected("template_argument")),
        (70000, Rejected("minor_protection")),
        (76021, Rejected("admin_call")),
        (12345, Rejected("unknown_12345")),
    ],
)
def test_outcome(errcode: int, outcome: Outcome) -> None:
    assert outcome_of(errcode, "text rid: 1") == outcome


NAMED = """
-1 0 40001 40014 42001 41001 40002 40013 40125 41002 41004 40243 50007 40164 89503 89506 89507 89501 40003
43004 50005 43019 43101 43104 43107 43116 43108 48002 45015 45047 45009 45011 44990 44991 45008 45002 40039
45157 45065 45066 45028 45168 87014 40249 47001 44002 43002 43001 47003 40036 40037 40246 40247 41030 40097
40129 40169 85096 48001 48004 48006 50001 50002 40029 40163 42003 41008 40030 42002 42007 40226 61003 61004
61007 61023 61010 40132 65400 65417 76000 76999 20001 20022 200011 200022 89504 89505 70000
"""


@pytest.mark.parametrize("errcode", [int(code) for code in NAMED.split()])
def test_every_code_of_the_facts_is_in_the_table(errcode: int) -> None:
    assert errcode in TABLE


def test_no_code_is_named_twice() -> None:
    source = Path(outcome_of.__code__.co_filename).read_text(encoding="utf-8")
    codes = re.findall(r"(?<![\d_])\d{5}(?!\d)", source)

    assert sorted(codes) == sorted(set(codes))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (
            "invalid ip 10.0.0.1, not in whitelist rid: 67-6a-0d",
            "invalid ip 10.0.0.1, not in whitelist rid: 67-6a-0d",
        ),
        ("hint oGZUI0egBJY1zhBYw2KhdUfwVJJE.", "hint ***."),
        ("secret=abc&x=1", "secret=***&x=1"),
        ("bad " + "0123456789abcdef" * 2, "bad ***"),
        ("bad 75_" + "x" * 130, "bad ***"),
        ("参数错误" * 100, "参数错误" * 75),
    ],
)
def test_clean(text: str, shown: str) -> None:
    assert clean(text) == shown


def test_clean_what_we_sent_in_confidence() -> None:
    assert clean("user oX and code Y", ["oX", "Y"]) == "user *** and code ***"

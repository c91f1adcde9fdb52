"""No reason is shown as a code: each has its own plain sentence."""

import re
from pathlib import Path

import pytest

from app.core.outcomes import NO_ANSWER, Accepted
from app.notices import following, personal, routing
from app.notices.channels import Unreachable
from app.notices.ledger import NOT_BEGUN
from app.notices.reasons import SENTENCES, sentence
from app.notices.receipts import reason_of
from app.wechat.outcomes import TABLE

APP = Path(following.__file__).parents[1]
OF_THE_TABLE = sorted({outcome.reason for outcome in TABLE.values() if not isinstance(outcome, Accepted)})
FAULTS = re.compile(r'(?:BadAnswer|WeChatUnreachable)\("(\w+)"')
OURS = [
    *(why.value for why in Unreachable),
    "in_digest",
    personal.TOO_LATE,
    routing.QUIET,
    routing.INTERRUPTED,
    NOT_BEGUN,
    NO_ANSWER,
    "no_token",
    str(reason_of("failed:user block")),
    str(reason_of("failed: system failed")),
]


def faults() -> list[str]:
    """What the way out calls its faults."""
    files = [APP / "wechat" / name for name in ("crowd.py", "http.py")]
    return sorted({word for file in files for word in FAULTS.findall(file.read_text(encoding="utf-8"))})


@pytest.mark.parametrize("reason", [*OF_THE_TABLE, *OURS, *faults()])
def test_reason_has_a_sentence(reason: str) -> None:
    assert reason in SENTENCES
    assert sentence(reason) == SENTENCES[reason]


@pytest.mark.parametrize("text", SENTENCES.values())
def test_sentence_is_plain_chinese(text: str) -> None:
    assert text.endswith("。")
    assert len(text) <= 40
    assert re.findall("[A-Za-z_]", text) == []


@pytest.mark.parametrize(
    ("reason", "text"),
    [
        (None, ""),
        ("", ""),
        ("template_argument:thing2", "模板字段“thing2”的内容不符合微信的格式要求，没有发送。"),
        ("unknown_99999", "微信返回了没有登记的错误码 99999，请系统管理员查看。"),
        ("http_502", "微信服务器返回错误（502），可能已经送达。"),
        ("new_one", "没有登记的原因（new_one），请系统管理员查看日志。"),
    ],
)
def test_reason_with_a_part_of_its_own(reason: str | None, text: str) -> None:
    assert sentence(reason) == text

"""What is said of dues fits the platform's fields on every way, and tells nobody more than they may know."""

import json
from pathlib import Path
from typing import Any

import pytest

from app.dues.telling import GivenBack, said_for
from app.notices.models import Channel
from app.notices.ports import Notice
from app.notices.setup import TemplateIds
from app.texts import Texts
from app.wechat.letters import Letter, Letters
from tests.unit.notices.setups import setup

ROOT = Path(__file__).parents[3]
PAID = {
    "receipt": "7",
    "number": "2026-000123",
    "amount": "1234567.89",
    "what": said_for([202511, 202512, 202601, 202602]),
    "way": "微信支付",
    "time": "2026年03月04日 09:00",
}
ARREARS = {
    "organization": "输变电工程公司检修一班和变电二次检修班联合党支部",
    "months": "5",
    "count": "12",
    "month": "2026年3月",
}
SAID: list[tuple[str, dict[str, str]]] = [
    ("dues_due", {"month": "2026年12月"}),
    ("dues_paid", PAID),
    *(
        ("dues_refunded", {"amount": "76.50", "state": state.value, "time": PAID["time"]})
        for state in GivenBack
    ),
    ("dues_review_answered", {"time": PAID["time"]}),
    ("dues_arrears", ARREARS),
]
LETTERS = Letters(
    setup(
        **{kind: TemplateIds(f"T-{kind}", f"S-{kind}", f"M-{kind}") for kind in {kind for kind, _ in SAID}}
    ),
    Texts(),
    base_url="https://dj.example.com",
)


def written(kind: str, fields: dict[str, str], channel: Channel) -> Any:
    letter = LETTERS.write(Notice("1" * 32, channel, "oTest", kind, fields))
    assert isinstance(letter, Letter), letter
    return json.loads(letter.body)


@pytest.mark.parametrize("channel", list(Channel))
@pytest.mark.parametrize(("kind", "fields"), SAID)
def test_every_notice_of_dues_fits_every_way(kind: str, fields: dict[str, str], channel: Channel) -> None:
    assert written(kind, fields, channel)["touser"] == "oTest"


def test_receipt_says_how_much_for_what_and_leads_to_the_receipt() -> None:
    body = written("dues_paid", PAID, Channel.TEMPLATE)

    assert body["url"] == "https://dj.example.com/m/dues/receipts/7"
    assert {name: slot["value"] for name, slot in body["data"].items()} == {
        "amount1": "1234567.89元",
        "thing2": "2025年11月至2026年2月党费",
        "time3": "2026年03月04日 09:00",
        "character_string4": "2026-000123",
    }


def test_branch_is_told_what_is_counted_and_where_to_look() -> None:
    """Whoever paid a part of a month is not counted; the console is called 工作台 everywhere."""
    letter = LETTERS.write(Notice("1" * 32, Channel.CUSTOMER, "oTest", "dues_arrears", ARREARS))

    assert isinstance(letter, Letter)
    said = json.loads(letter.body)["text"]["content"]
    assert "有12名党员连续5个月没有缴党费（截至2026年3月）" in said
    assert "请在工作台的“党费”里查看" in said


def test_pages_and_messages_call_the_console_and_the_chat_word_by_one_name() -> None:
    files = [one for one in ROOT.joinpath("templates").rglob("*") if one.suffix in {".html", ".txt", ".yaml"}]
    texts = {one.name: one.read_text(encoding="utf-8") for one in files}

    for wrong in ("管理后台", "党费 说明", "未缴满", "每月 1 日系统"):
        assert [name for name, text in texts.items() if wrong in text] == []


@pytest.mark.parametrize("kind", ["dues_due", "dues_arrears", "dues_review_answered"])
def test_reminders_carry_no_amount(kind: str) -> None:
    said = next(fields for name, fields in SAID if name == kind)

    for channel in Channel:
        assert "元" not in json.dumps(written(kind, said, channel), ensure_ascii=False)


@pytest.mark.parametrize(
    ("paid", "words"),
    [
        ([202603], "2026年3月党费"),
        ([202603, 202601, 202602], "2026年1月至3月党费"),
        ([202512, 202601], "2025年12月至2026年1月党费"),
        ([202601, 202603], "2026年1月等2个月党费"),
        ([202603, 202603, None], "2026年3月党费"),
        ([None], "自愿多缴党费"),
    ],
)
def test_what_a_payment_is_for(paid: list[int | None], words: str) -> None:
    assert said_for(paid) == words

"""What is said of an item fits the platform's fields on every way, and leads to the item."""

import json
from typing import Any

import pytest

from app.notices.models import Channel
from app.notices.ports import Notice
from app.notices.setup import TemplateIds
from app.study.pushes.service import KIND
from app.texts import Texts
from app.wechat.letters import Letter, Letters
from tests.unit.notices.setups import setup

FIELDS = {
    "item": "2147483647",
    "title": '<a href="https://x.example">学</a>' + "习" * 26,
    "organization": "输变电工程公司检修一班和变电二次检修班联合党支部",
    "time": "2026年03月04日 09:00",
}
PAGE = "https://dj.example.com/m/study/items/2147483647"
WAYS = setup(**{KIND: TemplateIds("T", "S", "M")})


def written(channel: Channel, base_url: str = "https://dj.example.com") -> Any:
    letter = Letters(WAYS, Texts(), base_url=base_url).write(Notice("1" * 32, channel, "oTest", KIND, FIELDS))
    assert isinstance(letter, Letter), letter
    return json.loads(letter.body)


@pytest.mark.parametrize("channel", list(Channel))
def test_longest_title_fits_every_way(channel: Channel) -> None:
    assert written(channel)["touser"] == "oTest"


def test_every_way_leads_to_the_item() -> None:
    chat = written(Channel.CUSTOMER)["text"]["content"]

    assert f'<a href="{PAGE}">点这里看内容</a>' in chat
    assert written(Channel.TEMPLATE)["url"] == PAGE
    assert written(Channel.SUBSCRIPTION)["page"] == PAGE
    assert written(Channel.MINI_PROGRAM)["page"] == "pages/study/show?id=2147483647"


def test_title_cannot_bring_a_link_of_its_own() -> None:
    chat = written(Channel.CUSTOMER)["text"]["content"]

    assert chat.count("<a ") == 1


def test_without_pages_the_card_names_the_word_to_write() -> None:
    chat = written(Channel.CUSTOMER, base_url="")["text"]["content"]

    assert "回复“学习”看内容。" in chat
    assert "不计时" in chat

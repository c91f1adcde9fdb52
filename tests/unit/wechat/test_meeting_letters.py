"""What is said of meetings fits the platform's fields on every way, whatever a secretary typed."""

import json
from typing import Any

import pytest

from app.meetings.telling import Change
from app.notices.models import Channel
from app.notices.ports import Notice
from app.notices.setup import TemplateIds
from app.texts import Texts
from app.wechat.letters import Letter, Letters
from tests.unit.notices.setups import setup

HELD = {
    "meeting": "7",
    "title": "关于召开基层党组织组织生活会和开展民主评议党员的支部党员大会",
    "organization": "输变电工程公司检修一班党支部",
    "time": "2026年03月04日 09:00",
    "place": "",
}
DUTY = {"title": "支部党员大会", "organization": "第一党支部", "until": "2026年3月31日"}
SAID: list[tuple[str, dict[str, str]]] = [
    *(("meeting", {**HELD, "change": change.value, "of": HELD["title"]}) for change in Change),
    ("meeting", {**HELD, "change": "announced", "of": "党课", "place": "三楼\n会议室"}),
    ("meeting_reminder", HELD),
    *(("leave_answered", {**HELD, "state": state, "answer": "同意"}) for state in ("granted", "refused")),
    *(
        ("duty_reminder", {**DUTY, "duty": "theme_day", "frequency": frequency})
        for frequency in ("monthly", "quarterly", "yearly")
    ),
    ("duty_reminder", {**DUTY, "duty": "renewal", "frequency": "yearly"}),
]
KINDS = sorted({kind for kind, _ in SAID})
LETTERS = Letters(
    setup(**{kind: TemplateIds(f"T-{kind}", f"S-{kind}", f"M-{kind}") for kind in KINDS}),
    Texts(),
    base_url="https://dj.example.com",
)


def written(kind: str, fields: dict[str, str], channel: Channel) -> Any:
    letter = LETTERS.write(Notice("1" * 32, channel, "oTest", kind, fields))
    assert isinstance(letter, Letter), letter
    return json.loads(letter.body)


@pytest.mark.parametrize("channel", list(Channel))
@pytest.mark.parametrize(("kind", "fields"), SAID)
def test_every_notice_of_meetings_fits_every_way(kind: str, fields: dict[str, str], channel: Channel) -> None:
    assert written(kind, fields, channel)["touser"] == "oTest"


def test_template_says_what_happened_and_leads_to_the_meeting() -> None:
    fields = {**HELD, "change": "moved", "of": "党课", "place": "三楼会议室"}

    body = written("meeting", fields, Channel.TEMPLATE)

    assert body["url"] == "https://dj.example.com/m/meetings/7"
    assert {name: slot["value"] for name, slot in body["data"].items()} == {
        "thing1": "党课",
        "phrase2": "改期",
        "time3": "2026年03月04日 09:00",
        "thing4": "三楼会议室",
    }

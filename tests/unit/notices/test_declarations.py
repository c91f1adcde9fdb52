"""What is declared is used or refused at the start, with one line that names the file."""

from pathlib import Path

import pytest

from app.notices import declarations
from app.notices.declarations import BadDeclaration
from app.notices.models import Topic
from app.notices.setup import Setup, TemplateIds
from app.texts import Texts
from app.wechat.letters import Letters
from tests.factories import APP_ID
from tests.unit.notices.setups import DECLARED, EVERY_WAY, MINI_APP_ID

GOOD = 'fields: [title]\nchat: true\ntemplate:\n  thing1: "{{ title }}"\n'


def load(folder: Path, text: str) -> declarations.Declaration:
    (folder / "announcement.yaml").write_text(text, encoding="utf-8")
    return declarations.load(folder)["announcement"]


def test_declared_kinds_and_their_topics() -> None:
    assert {kind: declared.topic for kind, declared in DECLARED.items()} == {
        "announcement": Topic.ANNOUNCEMENTS,
        "reminder": Topic.ANNOUNCEMENTS,
        "digest": Topic.DIGEST,
        "feedback_answered": None,
        "late_reply": None,
        "meeting": Topic.MEETINGS,
        "meeting_reminder": Topic.MEETINGS,
        "leave_answered": None,
        "duty_reminder": Topic.MEETINGS,
        "dues_due": Topic.DUES,
        "dues_paid": None,
        "dues_refunded": None,
        "dues_review_answered": None,
        "dues_arrears": Topic.DUES,
        "study_item": Topic.STUDY,
        "study_column": None,
    }


def test_way_is_offered_when_it_is_declared_and_configured() -> None:
    late, announced = EVERY_WAY.offer("late_reply"), EVERY_WAY.offer("announcement")

    assert (late.customer, late.template, late.subscription, late.mini_program) == (True, False, False, False)
    assert (announced.customer, announced.template) == (True, True)
    assert (announced.subscription, announced.mini_program) == (True, True)
    without = Setup(APP_ID, "", DECLARED, {"announcement": TemplateIds("T", "", "M")}).offer("announcement")
    assert (without.template, without.subscription, without.mini_program) == (True, False, False)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("[", "announcement.yaml: ParserError"),
        ("- a", "announcement.yaml: no mapping"),
        ("colour: red", "announcement.yaml: unknown key colour"),
        ("topic: gossip", "announcement.yaml: no topic is called gossip"),
        ("chat: 1", "announcement.yaml: chat is true or false"),
        ("page: 1", "announcement.yaml: page is a text"),
        ("fields: title", "announcement.yaml: fields is a list of names"),
        ("template: {thing1: 1}", "announcement.yaml: template goes from keywords to texts"),
    ],
)
def test_file_that_cannot_be_read_is_named(text: str, fault: str, tmp_path: Path) -> None:
    with pytest.raises(BadDeclaration, match=f"^{fault}$"):
        load(tmp_path, text)


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        (("thing1", "thinng1"), "announcement.yaml: thinng1 is no keyword of the platform"),
        (
            ("{{ title }}", "{{ tittle }}"),
            "announcement.yaml: thing1 uses tittle, which is not among its fields",
        ),
        (("{{ title }}", "{{ title"), "announcement.yaml: thing1 is no template"),
    ],
)
def test_what_would_fail_at_the_first_send_fails_at_the_start(
    changed: tuple[str, str], fault: str, tmp_path: Path
) -> None:
    declared = load(tmp_path, GOOD.replace(*changed))

    with pytest.raises(BadDeclaration, match=f"^{fault}$"):
        Letters(Setup(APP_ID, MINI_APP_ID, {"announcement": declared}), Texts(), base_url="")


def test_kind_without_its_sentence_fails_at_the_start(tmp_path: Path) -> None:
    (tmp_path / "weather.yaml").write_text(GOOD, encoding="utf-8")

    with pytest.raises(BadDeclaration, match=r"weather.yaml: templates/wechat/notice_weather.txt is missing"):
        Letters(Setup(APP_ID, MINI_APP_ID, declarations.load(tmp_path)), Texts(), base_url="")

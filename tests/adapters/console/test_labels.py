"""Every value that a page can show has a name."""

from enum import StrEnum

import pytest

from app.staff import queries as people
from app.staff.models import Role
from console import labels
from console.labels import LABELS, label
from console.refusals import SENTENCES
from tests.adapters.console.world import World
from tests.adapters.site import Site


@pytest.mark.parametrize("kind", LABELS, ids=lambda kind: kind.__name__)
def test_every_value_of_an_enum_is_named_differently(kind: type[StrEnum]) -> None:
    names = [label(value) for value in kind]

    assert len(set(names)) == len(kind)
    assert all(name and not name.isascii() for name in names)


def test_equal_words_of_different_enums_keep_their_own_names() -> None:
    assert (label(Role.OFFICE), label(Role.AUDITOR), label(None), label("x")) == (
        "党务办公室",
        "审计员",
        "",
        "x",
    )


def test_every_act_that_the_console_keeps_has_a_name(site: Site, world: World) -> None:
    browser = site.staff(Role.SECRETARY, world.left.branch_id)
    browser.post(f"/console/members/{world.left.member_id}/phone", {"reason": "通知开会"})
    browser.post("/console/logout")

    with site.services.sessions.read() as session:
        acts = people.trail_actions(session)

    assert [labels.action(act) for act in acts] == ["查看完整手机号", "退出登录"]


def test_sentences_end_like_sentences() -> None:
    assert [text for text in SENTENCES.values() if not text.endswith(("。", "！"))] == []


@pytest.mark.parametrize(
    ("kept", "read"), [("account:4", "账号 4"), ("audit", "操作记录"), ("feedback:AB12", "意见 AB12")]
)
def test_subject_reads_as_words(kept: str, read: str) -> None:
    assert labels.subject(kept) == read

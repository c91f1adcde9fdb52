"""One word for one thing: the pages say what the console says."""

import pytest

from app.members.models import MemberKind
from app.notices.switches import OFFERED
from console.labels import label as of_the_console
from pages.labels import LABELS, label


@pytest.mark.parametrize("value", LABELS, ids=str)
def test_label_is_the_consoles(value: MemberKind) -> None:
    assert label(value) == of_the_console(value)


def test_every_value_that_a_page_shows_has_a_label() -> None:
    assert {*MemberKind, *OFFERED} == set(LABELS)

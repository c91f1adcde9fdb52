"""Life cycles as tables: every step that a table does not list is refused, in every domain."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

import pytest

from app.core.states import IllegalTransition, advance
from app.feedback.states import TRANSITIONS as FEEDBACK
from app.feedback.states import ThreadState
from app.inbox.states import TRANSITIONS as INBOX
from app.inbox.states import InboxState
from app.notices.states import TRANSITIONS as NOTICES
from app.notices.states import DeliveryState

TABLES: list[tuple[type[StrEnum], Mapping[Any, frozenset[Any]]]] = [
    (ThreadState, FEEDBACK),
    (InboxState, INBOX),
    (DeliveryState, NOTICES),
]
STEPS = [
    pytest.param(table, current, to, id=f"{kind.__name__}:{current}-{to}")
    for kind, table in TABLES
    for current in kind
    for to in kind
]


@pytest.mark.parametrize(("kind", "table"), TABLES)
def test_table_names_every_state_of_its_enum(
    kind: type[StrEnum], table: Mapping[Any, frozenset[Any]]
) -> None:
    assert set(table) == set(kind)


@pytest.mark.parametrize(("table", "current", "to"), STEPS)
def test_step_is_taken_if_listed_and_refused_if_not(
    table: Mapping[Any, frozenset[Any]], current: StrEnum, to: StrEnum
) -> None:
    if to in table[current]:
        assert advance(table, current, to) is to
    else:
        with pytest.raises(IllegalTransition, match=f"{current} may not become {to}"):
            advance(table, current, to)


def test_answered_letter_may_be_answered_again_or_opened_again() -> None:
    assert {
        ThreadState.OPEN: {ThreadState.ANSWERED},
        ThreadState.ANSWERED: {ThreadState.ANSWERED, ThreadState.OPEN},
    } == FEEDBACK


def test_delivery_that_arrived_or_was_withdrawn_stays_so() -> None:
    assert NOTICES[DeliveryState.DELIVERED] == frozenset()
    assert NOTICES[DeliveryState.WITHDRAWN] == frozenset()


def test_delivery_that_was_sent_is_only_judged_by_the_platform_s_later_word() -> None:
    assert NOTICES[DeliveryState.SENT] == {DeliveryState.DELIVERED, DeliveryState.REJECTED}

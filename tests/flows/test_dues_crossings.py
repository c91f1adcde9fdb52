"""Histories in which cash and WeChat cross, and notifications come late, again, or not at all."""

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import rule

from app.dues.policies.models import Twice
from tests.flows.dues_histories import HISTORIES, SECONDS, Histories, share


class Crossings(Histories):
    twice = Twice.ADVANCE

    @rule(which=st.integers(0, 5))
    def is_told(self, which: int) -> None:
        self.tell(which)

    @rule(which=st.integers(0, 2))
    def brings_cash(self, which: int) -> None:
        self.take_cash(which)

    @rule(kinds=st.lists(st.sampled_from(["", "answer lost"]), min_size=1, max_size=2))
    def spoils(self, kinds: list[str]) -> None:
        self.trouble(kinds)


TestCrossings = pytest.mark.timeout(SECONDS)(Crossings.TestCase)
TestCrossings.settings = settings(HISTORIES, max_examples=share(400))

"""Histories in which answers are lost and processes die, and nobody is told of any payment."""

from datetime import timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import rule

from tests.flows.dues_histories import BILLS, HISTORIES, SECONDS, TROUBLES, Histories, share


class Deaths(Histories):
    @rule(kinds=st.lists(st.sampled_from(("", *TROUBLES)), min_size=1, max_size=4))
    def spoils(self, kinds: list[str]) -> None:
        self.trouble(kinds)

    @rule(first=BILLS, second=BILLS)
    def change_their_mind(self, first: tuple[int, ...], second: tuple[int, ...]) -> None:
        """And then pay on the sheet that they left, if WeChat still takes it."""
        self.tap(first)
        self.tap(second)
        self.clock.advance(timedelta(seconds=150))
        self.work()
        self.pay(1)

    @rule(out=st.booleans())
    def lights_go(self, *, out: bool) -> None:
        self.lights(out=out)


TestDeaths = pytest.mark.timeout(SECONDS)(Deaths.TestCase)
TestDeaths.settings = settings(HISTORIES, max_examples=share(1000))

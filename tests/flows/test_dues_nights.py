"""Histories of several days: what nobody told us of is found in the trade bill of its day."""

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import rule

from app.dues.books.models import Account
from app.staff.deciding import Decision
from tests.flows.dues_histories import DUE, HISTORIES, SECONDS, TROUBLES, Histories, share


class Nights(Histories):
    nights = True

    @rule()
    def goes_by(self) -> None:
        self.night()

    @rule(which=st.integers(0, 2))
    def brings_cash(self, which: int) -> None:
        self.take_cash(which)

    @rule(order=st.integers(0, 2), bill=st.integers(0, 2))
    def goes_back(self, order: int, bill: int) -> None:
        self.give_back(order, bill, DUE, Account.RECEIVABLE, Decision.APPROVED)

    @rule(kinds=st.lists(st.sampled_from(("", *TROUBLES)), min_size=1, max_size=3))
    def spoils(self, kinds: list[str]) -> None:
        self.trouble(kinds)


TestNights = pytest.mark.timeout(SECONDS)(Nights.TestCase)
TestNights.settings = settings(HISTORIES, max_examples=share(250))

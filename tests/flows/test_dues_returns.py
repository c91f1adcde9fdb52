"""Histories in which money goes back: in parts, refused, abnormal, closed, with answers lost in between."""

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule

from app.dues.books.models import Account
from app.staff.deciding import Decision
from tests.flows.dues_histories import DUE, HISTORIES, SECONDS, SOURCES, TROUBLES, Histories, share

DECISIONS = [*4 * [Decision.APPROVED], Decision.REFUSED, Decision.WITHDRAWN]
ASKED = st.tuples(
    st.sampled_from([0, 0, 0, 1]),
    st.integers(0, 2),
    st.sampled_from([DUE, 2000, 1]),
    st.sampled_from([Account.RECEIVABLE, *SOURCES]),
    st.sampled_from(DECISIONS),
)
"""Which order and bill, how many fen, from where, and what the second person says."""


class Returns(Histories):
    @initialize(asked=st.lists(ASKED, max_size=3))
    def begins_paid(self, asked: list[tuple[int, int, int, Account, Decision]]) -> None:
        self.tap((0, 1, 2), 1, 3000)
        self.pay(0)
        self.tell(0)
        self.goes_back(asked)

    @rule(asked=st.lists(ASKED, min_size=1, max_size=3))
    def goes_back(self, asked: list[tuple[int, int, int, Account, Decision]]) -> None:
        for one in asked:
            self.give_back(*one)

    @rule(how=st.sampled_from(["success", "abnormal", "closed"]))
    def ends(self, how: str) -> None:
        self.refunds_end(how)

    @rule(which=st.integers(0, 5))
    def is_told(self, which: int) -> None:
        self.tell(which)

    @rule(which=st.integers(0, 2))
    def brings_cash(self, which: int) -> None:
        self.take_cash(which)

    @rule(kinds=st.lists(st.sampled_from(("", *TROUBLES)), min_size=1, max_size=3))
    def spoils(self, kinds: list[str]) -> None:
        self.trouble(kinds)


TestReturns = pytest.mark.timeout(SECONDS)(Returns.TestCase)
TestReturns.settings = settings(HISTORIES, max_examples=share(350))

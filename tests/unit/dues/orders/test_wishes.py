"""What a member wishes to pay, held against the standard in force."""

import pytest

from app.dues.orders.wishes import LargeGift, Wish
from tests import dues_rows
from tests.unit.dues.orders.counter import Counter


def test_a_large_gift_begins_where_the_standard_in_force_says(at: Counter) -> None:
    with pytest.raises(LargeGift):
        at.open(Wish(extra_fen=100_000))
    with at.sessions.begin() as session:
        dues_rows.standard(session, large_from=50_000)

    at.open(Wish(extra_fen=49_999))
    with pytest.raises(LargeGift):
        at.open(Wish(extra_fen=50_000))

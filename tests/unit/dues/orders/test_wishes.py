"""What a member wishes to pay, held against the standard in force."""

import pytest

from app.dues.assessments.payers import NotAPayer
from app.dues.orders.wishes import LargeGift, Wish
from app.members.models import Member, MemberKind
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


def test_who_is_no_party_member_pays_nothing_but_what_they_owe(at: Counter) -> None:
    with at.sessions.begin() as session:
        session.get_one(Member, at.member).kind = MemberKind.MASSES

    for wish in (Wish(extra_fen=2_000), Wish(advance_months=1), Wish(at.bills, extra_fen=1)):
        with pytest.raises(NotAPayer):
            at.open(wish)
    at.open(Wish(at.bills))

"""点播: three open wishes a person, an answer for each, and nobody who learns whose they were."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields

import pytest
from sqlalchemy import func, select

from app.core.db import Session, Sessions
from app.core.errors import DomainError
from app.members.models import PartyStatus
from app.organizations.scope import Scope
from app.study.plans import wishes
from app.study.plans.models import Wish
from app.study.plans.people import NotHere
from app.study.plans.wishes import (
    OpenWish,
    WishesOpen,
    WishMarked,
    WishText,
)
from tests import factories
from tests.unit.study.plans.asking import LATER, ask, decline, key, own
from tests.unit.study.plans.shelf import House, house


def test_branch_reads_the_text_and_nothing_of_who_or_when(session: Session, made: House) -> None:
    asked = ask(session, factories.member(session, made.first), "  想听\n党史 ")

    assert wishes.open_wishes(session, made.scope) == [OpenWish(key(session, asked), "想听 党史")]
    assert [one.name for one in fields(OpenWish)] == ["key", "text"]


def test_order_at_the_branch_is_not_that_of_asking(session: Session, made: House) -> None:
    """By a random key: of twenty, the order would agree by chance once in 10^18 times."""
    for number in range(20):
        ask(session, factories.member(session, made.first), f"第{number:02d}个")

    found = wishes.open_wishes(session, made.scope)

    assert [one.key for one in found] == sorted(one.key for one in found)
    assert [one.text for one in found] != sorted(one.text for one in found)
    assert wishes.open_wish_count(session, made.scope) == 20


def test_each_scope_has_its_own_wishes(session: Session, made: House) -> None:
    ask(session, factories.member(session, made.first), "一支部的")
    ask(session, factories.member(session, made.second), "二支部的")
    ask(session, factories.member(session, made.foreign), "外单位的")

    first = wishes.open_wishes(session, Scope.of([made.first.path]))
    both = wishes.open_wishes(session, made.scope)

    assert [one.text for one in first] == ["一支部的"]
    assert {one.text for one in both} == {"一支部的", "二支部的"}
    assert wishes.open_wishes(session, Scope.of([])) == []


def test_wish_of_somebody_who_left_waits_for_nobody(session: Session, made: House) -> None:
    reader = factories.member(session, made.first)
    ask(session, reader)
    reader.status = PartyStatus.TRANSFERRED
    session.flush()

    assert wishes.open_wishes(session, made.scope) == []
    assert wishes.open_wish_count(session, made.scope) == 0
    with pytest.raises(NotHere):
        ask(session, reader, "再来一个")


def test_three_wishes_wait_at_a_time(session: Session, made: House) -> None:
    reader = factories.member(session, made.first)
    asked = [ask(session, reader, f"第{number}个") for number in range(3)]

    with pytest.raises(WishesOpen) as refused:
        ask(session, reader, "第四个")
    decline(session, made.scope, key(session, asked[1]))
    ask(session, reader, "第四个")

    assert refused.value.details == {"limit": 3}
    assert wishes.open_wish_count(session, made.scope) == 3


def test_no_more_than_three_from_many_phones_at_once(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        made = house(session)
        reader = factories.member(session, made.first)

    def once(number: int) -> bool:
        try:
            with any_sessions.begin() as session:
                ask(session, reader, f"第{number}个")
        except WishesOpen:
            return False
        return True

    with ThreadPoolExecutor(6) as pool:
        said = list(pool.map(once, range(6)))

    with any_sessions.read() as session:
        assert session.scalar(select(func.count()).select_from(Wish)) == 3
        assert set(session.scalars(select(Wish.place))) == {1, 2, 3}
    assert said.count(True) == 3


def test_same_wish_tapped_twice_is_one(session: Session, made: House) -> None:
    reader, other = (factories.member(session, made.first) for _ in range(2))

    assert ask(session, reader) == ask(session, reader)
    assert ask(session, reader) != ask(session, other)


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("", WishText),
        (" \n\x00\u200b", WishText),
        ("学" * 201, WishText),
        ("学" * 10_000, WishText),
        ("想看机密文件", WishMarked),
    ],
)
def test_text_that_cannot_be_kept_is_refused(
    session: Session, made: House, text: str, refusal: type[DomainError]
) -> None:
    with pytest.raises(refusal):
        ask(session, factories.member(session, made.first), text)


def test_longest_text_is_kept_on_every_engine(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        made = house(session)
        ask(session, factories.member(session, made.first), "\x00" + "𠮷" * 200)

        assert [one.text for one in wishes.open_wishes(session, made.scope)] == ["𠮷" * 200]


def test_own_list_is_the_latest_first_and_nobody_else_s(session: Session, made: House) -> None:
    reader, other = (factories.member(session, made.first) for _ in range(2))
    ask(session, other, "别人的")
    ask(session, reader, "早")
    wishes.wish(session, member_id=reader.id, text="晚", now=LATER)

    assert [text for text, *_ in own(session, reader)] == ["晚", "早"]

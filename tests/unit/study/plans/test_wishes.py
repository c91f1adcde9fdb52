"""点播: three open wishes a person, an answer for each, and nobody who learns whose they were."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app.core.db import Session, Sessions
from app.core.errors import DomainError
from app.members.models import Member, PartyStatus
from app.organizations.scope import Scope
from app.study.library.models import StudyReach
from app.study.plans import wishes
from app.study.plans.models import Wish
from app.study.plans.people import NotHere
from app.study.plans.states import WishState
from app.study.plans.wishes import (
    AnswerText,
    OpenWish,
    WishesOpen,
    WishItem,
    WishMarked,
    WishOver,
    WishText,
)
from tests import factories
from tests.factories import NOW
from tests.unit.study.plans.shelf import House, column, house, item

LATER = NOW + timedelta(hours=1)


def ask(session: Session, member: Member, text: str = "想听安全生产的党课") -> int:
    return wishes.wish(session, member_id=member.id, text=text, now=NOW)


def key(session: Session, wish_id: int) -> str:
    return session.get_one(Wish, wish_id).key


def decline(session: Session, scope: Scope, wish_key: str, answer: str = "下季度再安排") -> None:
    wishes.decline(session, scope, key=wish_key, answer=answer, by="wang.li", now=LATER)


def offer(session: Session, scope: Scope, wish_key: str, item_id: int, answer: str = "") -> None:
    wishes.offer(session, scope, key=wish_key, item_id=item_id, answer=answer, by="wang.li", now=LATER)


def own(session: Session, member: Member) -> list[tuple[str, WishState, str, int | None]]:
    found = wishes.own_wishes(session, member_id=member.id)
    return [(one.text, one.state, one.answer, one.item_id) for one in found]


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


def test_offer_tells_the_one_who_asked_where_it_is(session: Session, made: House) -> None:
    reader = factories.member(session, made.first)
    shown = item(session, column(session, made.root))
    asked = ask(session, reader)

    offer(session, made.scope, key(session, asked), shown.id, "已上架")

    assert own(session, reader) == [("想听安全生产的党课", WishState.OFFERED, "已上架", shown.id)]
    assert wishes.open_wishes(session, made.scope) == []
    kept = session.get_one(Wish, asked, populate_existing=True)
    assert (kept.place, kept.answered_by, kept.answered_at) == (None, "wang.li", LATER)


def test_offer_that_was_withdrawn_leads_nowhere(session: Session, made: House) -> None:
    reader = factories.member(session, made.first)
    shown = item(session, column(session, made.root))
    offer(session, made.scope, key(session, ask(session, reader)), shown.id)
    shown.published_at = None
    session.flush()

    assert [item_id for *_, item_id in own(session, reader)] == [None]


def test_what_is_offered_can_be_read_by_the_one_who_asked(session: Session, made: House) -> None:
    asked = key(session, ask(session, factories.member(session, made.first)))
    shelf = column(session, made.root)
    unreadable = [
        item(session, shelf, published_at=None).id,
        item(session, shelf, reach=StudyReach.OWN).id,
        item(session, column(session, made.second)).id,
        0,
        2**31,
        2**70,
    ]

    for item_id in unreadable:
        with pytest.raises(WishItem):
            offer(session, made.scope, asked, item_id)
    assert wishes.open_wish_count(session, made.scope) == 1


def test_declining_says_why(session: Session, made: House) -> None:
    reader = factories.member(session, made.first)
    asked = key(session, ask(session, reader))

    for answer in ("", " \x00", "学" * 201):
        with pytest.raises(AnswerText):
            decline(session, made.scope, asked, answer)
    with pytest.raises(WishMarked):
        decline(session, made.scope, asked, "内部资料，不便提供")
    decline(session, made.scope, asked, "已列入下季度党课")

    assert own(session, reader) == [("想听安全生产的党课", WishState.DECLINED, "已列入下季度党课", None)]


def test_answer_comes_from_the_branch_s_own_scope(session: Session, made: House) -> None:
    asked = key(session, ask(session, factories.member(session, made.first)))

    for scope in (Scope.of([made.second.path]), Scope.of([made.foreign.path]), Scope.of([])):
        with pytest.raises(WishOver):
            decline(session, scope, asked)


@pytest.mark.parametrize(
    "wish_key", ["", "0" * 16, "0" * 10_000, "\x00" * 16, "' OR 1=1 --xxxxx", "ABCDEF0123456789"]
)
def test_key_that_nobody_was_given_names_nothing(session: Session, made: House, wish_key: str) -> None:
    with pytest.raises(WishOver):
        decline(session, made.scope, wish_key)


def test_member_takes_back_their_own_and_its_text_goes(session: Session, made: House) -> None:
    reader, other = (factories.member(session, made.first) for _ in range(2))
    asked = ask(session, reader)

    with pytest.raises(WishOver):
        wishes.take_back(session, wish_id=asked, member_id=other.id)
    wishes.take_back(session, wish_id=asked, member_id=reader.id)

    kept = session.get_one(Wish, asked, populate_existing=True)
    assert (kept.state, kept.text, kept.place) == (WishState.TAKEN_BACK, "", None)
    assert own(session, reader) == []
    assert wishes.open_wishes(session, made.scope) == []
    for wish_id in (asked, 0, 2**31, 2**70):
        with pytest.raises(WishOver):
            wishes.take_back(session, wish_id=wish_id, member_id=reader.id)


def test_answered_wish_is_over_for_all(session: Session, made: House) -> None:
    reader = factories.member(session, made.first)
    asked = ask(session, reader)
    wish_key = key(session, asked)
    decline(session, made.scope, wish_key)

    with pytest.raises(WishOver):
        decline(session, made.scope, wish_key)
    with pytest.raises(WishOver):
        offer(session, made.scope, wish_key, item(session, column(session, made.root)).id)
    with pytest.raises(WishOver):
        wishes.take_back(session, wish_id=asked, member_id=reader.id)


def test_of_answer_and_taking_back_at_once_one_counts(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        made = house(session)
        reader = factories.member(session, made.first)
        asked = ask(session, reader)
        wish_key = key(session, asked)

    def back(session: Session) -> None:
        wishes.take_back(session, wish_id=asked, member_id=reader.id)

    def refuse(session: Session) -> None:
        decline(session, made.scope, wish_key)

    def once(verb: Callable[[Session], None]) -> bool:
        try:
            with any_sessions.begin() as session:
                verb(session)
        except WishOver:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        said = list(pool.map(once, [back, refuse, back, refuse]))

    assert said.count(True) == 1


def test_own_list_is_the_latest_first_and_nobody_else_s(session: Session, made: House) -> None:
    reader, other = (factories.member(session, made.first) for _ in range(2))
    ask(session, other, "别人的")
    ask(session, reader, "早")
    wishes.wish(session, member_id=reader.id, text="晚", now=LATER)

    assert [text for text, *_ in own(session, reader)] == ["晚", "早"]

"""What becomes of a wish: offered, declined with a reason, or taken back; once."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from threading import Barrier, BrokenBarrierError

import pytest
from sqlalchemy import event

from app.core.db import Session, Sessions
from app.organizations.scope import Scope
from app.study.library.models import StudyReach
from app.study.plans import wishes
from app.study.plans.models import Wish
from app.study.plans.states import WishState
from app.study.plans.wishes import (
    AnswerText,
    WishItem,
    WishMarked,
    WishOver,
)
from tests import factories
from tests.unit.study.plans.asking import LATER, ask, decline, key, offer, own
from tests.unit.study.plans.shelf import House, column, house, item


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


@contextmanager
def two_at_a_time(sessions: Sessions, statement: str) -> Iterator[None]:
    """Whoever comes to that statement waits a moment for a second one, so that both have read before either writes."""
    both = Barrier(2)

    def wait(_connection: object, _cursor: object, said: str, *_rest: object) -> None:
        if said.startswith(statement):
            with suppress(BrokenBarrierError):  # on SQLite nobody else gets here
                both.wait(0.5)

    event.listen(sessions.engine, "before_cursor_execute", wait)
    yield
    event.remove(sessions.engine, "before_cursor_execute", wait)


@pytest.mark.parametrize("second", ["answers", "takes back"])
def test_of_two_who_end_a_wish_at_once_one_counts(any_sessions: Sessions, second: str) -> None:
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

    with two_at_a_time(any_sessions, "UPDATE study_wish"), ThreadPoolExecutor(2) as pool:
        said = list(pool.map(once, [refuse, refuse if second == "answers" else back]))

    assert said.count(True) == 1

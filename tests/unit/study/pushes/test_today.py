"""今日学习: this month's rhythm, the chosen columns, the newest; nothing of what was read."""

from datetime import timedelta

import pytest

from app.core.db import Session, Sessions
from app.study.library.models import StudyReach
from app.study.plans import choices
from app.study.plans.models import Slot
from app.study.plans.people import NotHere
from app.study.pushes import queries
from app.study.pushes.queries import Offered
from tests import factories
from tests.factories import NOW
from tests.unit.notices.announcements.office import statements
from tests.unit.study.plans.shelf import House, column, entry, house, item, published

DAY = timedelta(days=1)


def today(session: Session, made: House, member_id: int, limit: int = 5) -> list[Offered]:
    return queries.today(session, path=made.first.path, member_id=member_id, now=NOW, limit=limit)


def test_rhythm_comes_first_then_chosen_columns_then_the_newest(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        made = house(session)
        reader = factories.member(session, made.first)
        plain = column(session, made.root, name="党政指南")
        liked = column(session, made.root, name="政策导读")
        old = item(session, plain, title="本月党课", published_at=NOW - 9 * DAY)
        film = item(session, liked, title="本月影片", published_at=NOW - 8 * DAY)
        item(session, plain, title="旧文", published_at=NOW - 7 * DAY)
        item(session, liked, title="喜欢的旧文", published_at=NOW - 6 * DAY)
        item(session, liked, title="喜欢的新文", published_at=NOW - 5 * DAY)
        item(session, plain, title="新文", published_at=NOW - DAY)
        item(session, plain, title="草稿", published_at=None)
        item(session, column(session, made.second), title="别的支部的")
        published(
            session,
            made.root,
            entry(title="片", slot=Slot.FILM, item_id=film.id),
            entry(title="课", slot=Slot.COURSE, item_id=old.id),
            entry(title="下月", month=4, item_id=old.id, day=None),
            entry(title="待提供", slot=Slot.CASE),
        )
        choices.choose(session, member_id=reader.id, column_id=liked.id)

        found = today(session, made, reader.id, limit=6)

        assert [one.title for one in found] == [
            "本月党课",
            "本月影片",
            "喜欢的新文",
            "喜欢的旧文",
            "新文",
            "旧文",
        ]
        assert [one.slot for one in found] == [Slot.COURSE, Slot.FILM, None, None, None, None]
        assert [one.chosen for one in found] == [False, True, True, True, False, False]


def test_each_item_is_offered_once(session: Session, made: House) -> None:
    reader = factories.member(session, made.first)
    kept = item(session, column(session, made.root))
    twice = (entry(item_id=kept.id, slot=slot) for slot in (Slot.READING, Slot.COURSE))
    published(session, made.root, *twice)

    assert [(one.item_id, one.slot) for one in today(session, made, reader.id)] == [(kept.id, Slot.COURSE)]


@pytest.mark.parametrize(("limit", "number"), [(-1, 0), (0, 0), (2, 2), (10_000, 3)])
def test_no_more_than_asked_for(session: Session, made: House, limit: int, number: int) -> None:
    reader, shelf = factories.member(session, made.first), column(session, made.root)
    shown = [item(session, shelf) for _ in range(3)]
    published(session, made.root, *(entry(item_id=one.id) for one in shown))

    assert len(today(session, made, reader.id, limit)) == number


def test_withdrawn_and_house_only_items_are_not_offered(session: Session, made: House) -> None:
    reader, shelf = factories.member(session, made.first), column(session, made.root)
    gone, inside = item(session, shelf), item(session, shelf, reach=StudyReach.OWN)
    published(session, made.root, entry(item_id=gone.id), entry(item_id=inside.id))
    gone.published_at = None
    session.flush()

    assert today(session, made, reader.id) == []


def test_nobody_is_offered_nothing(session: Session, made: House) -> None:
    with pytest.raises(NotHere):
        today(session, made, 2**70)


def test_list_of_many_asks_the_database_as_often_as_of_one(session: Session, made: House) -> None:
    reader, shelf = factories.member(session, made.first), column(session, made.root)
    numbers = []
    for more in (1, 20):
        for _ in range(more):
            item(session, shelf)
        session.expire_all()
        with statements(session) as seen:
            today(session, made, reader.id, 50)
        numbers.append(len(seen))

    assert numbers[0] == numbers[1]

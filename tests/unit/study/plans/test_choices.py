"""自助式: what a member wants to see first."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select

from app.core.db import Session, Sessions
from app.study.library.models import StudyReach
from app.study.plans import choices
from app.study.plans.choices import NoSuchColumn
from app.study.plans.models import Choice
from app.study.plans.people import NotHere
from tests import factories
from tests.factories import NOW
from tests.unit.study.plans.shelf import House, column, house, item


def names(session: Session, member_id: int) -> list[str]:
    return [one.name for one in choices.chosen(session, member_id=member_id)]


def test_chosen_columns_come_in_the_library_s_order(session: Session, made: House) -> None:
    reader, other = (factories.member(session, made.first) for _ in range(2))
    last, first = (column(session, made.root, name=name, position=at) for name, at in (("后", 2), ("先", 1)))

    assert choices.choose(session, member_id=reader.id, column_id=last.id)
    assert choices.choose(session, member_id=reader.id, column_id=first.id)

    assert (names(session, reader.id), names(session, other.id)) == (["先", "后"], [])


def test_choosing_twice_is_as_once_on_two_phones_too(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        made = house(session)
        reader, kept = factories.member(session, made.first).id, column(session, made.root).id

    def once(_: int) -> bool:
        with any_sessions.begin() as session:
            return choices.choose(session, member_id=reader, column_id=kept)

    with ThreadPoolExecutor(4) as pool:
        said = list(pool.map(once, range(4)))

    with any_sessions.read() as session:
        assert session.scalar(select(func.count()).select_from(Choice)) == 1
    assert sorted(said) == [False, False, False, True]


def test_choice_is_taken_back_by_its_member_alone(session: Session, made: House) -> None:
    reader, other = (factories.member(session, made.first) for _ in range(2))
    kept = column(session, made.root)
    choices.choose(session, member_id=reader.id, column_id=kept.id)

    assert not choices.unchoose(session, member_id=other.id, column_id=kept.id)
    assert names(session, reader.id) == ["政策导读"]
    assert choices.unchoose(session, member_id=reader.id, column_id=kept.id)
    assert not choices.unchoose(session, member_id=reader.id, column_id=kept.id)
    assert not choices.unchoose(session, member_id=2**70, column_id=2**70)
    assert names(session, reader.id) == []


def test_what_there_is_to_choose_from(session: Session, made: House) -> None:
    reader = factories.member(session, made.first)
    column(session, made.root, name="集团的", position=1)
    column(session, made.first, name="本支部的", position=2)
    column(session, made.second, name="别的支部的")
    item(session, column(session, made.second, name="开放的", position=3), reach=StudyReach.EVERYBODY)
    item(
        session,
        column(session, made.second, name="还没发布的"),
        reach=StudyReach.EVERYBODY,
        published_at=None,
    )
    column(session, made.root, name="停用的").archived_at = NOW
    session.flush()

    found = [one.name for one in choices.choosable(session, member_id=reader.id)]

    assert found == ["集团的", "本支部的", "开放的"]


def test_column_that_is_not_for_the_member_is_not_chosen(session: Session, made: House) -> None:
    reader = factories.member(session, made.first)
    archived = column(session, made.root, name="停用的")
    archived.archived_at = NOW
    session.flush()

    for column_id in (column(session, made.second).id, archived.id, 0, -1, 2**31, 2**70):
        with pytest.raises(NoSuchColumn):
            choices.choose(session, member_id=reader.id, column_id=column_id)
    with pytest.raises(NotHere):
        choices.choose(session, member_id=2**70, column_id=archived.id)


def test_column_archived_later_is_shown_no_more(session: Session, made: House) -> None:
    reader, kept = factories.member(session, made.first), column(session, made.root)
    choices.choose(session, member_id=reader.id, column_id=kept.id)
    kept.archived_at = NOW
    session.flush()

    assert names(session, reader.id) == []

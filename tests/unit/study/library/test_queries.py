"""Lists of the library: members see what is meant for them, the console what is its own."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import inspect, select

from app.core.db import Session, Sessions
from app.organizations.models import Organization
from app.organizations.scope import Scope
from app.staff.models import StaffAccount
from app.study.library import queries, service
from app.study.library.models import ReviewVerdict, StudyReach
from app.study.library.queries import Place
from app.study.library.states import VersionState
from tests import factories
from tests.factories import NOW
from tests.unit.study.library.shelf import (
    CONTENT,
    FIRST,
    SECOND,
    THIRD,
    WRITER,
    Shelf,
    account,
    again,
    column,
    draft,
    item_of,
    passed,
    say,
    shelf,
    submitted,
    titled,
)

S = VersionState
DAY = timedelta(days=1)


def titles(lines: list[queries.Listed]) -> list[str]:
    return [one.version.title for one in lines]


@pytest.mark.parametrize(
    ("reach", "readers"),
    [
        (StudyReach.EVERYBODY, {"root", "first", "second", "foreign", "group"}),
        (StudyReach.BELOW, {"first", "group"}),
        (StudyReach.OWN, {"first"}),
    ],
)
def test_item_of_a_branch_is_read_by_those_for_whom_it_is_meant(
    session: Session, made: Shelf, reach: StudyReach, readers: set[str]
) -> None:
    group = factories.organization(session, name="第一小组", parent=made.first)
    item_id = passed(session, draft(session, made, reach=reach, organization=made.first)).item_id
    places = {
        "root": made.root,
        "first": made.first,
        "second": made.second,
        "foreign": made.foreign,
        "group": group,
    }

    def reads(where: Organization) -> bool:
        listed = bool(queries.newest(session, where.path))
        assert (queries.item_for_reader(session, where.path, item_id) is not None) is listed
        return listed

    assert {name for name, where in places.items() if reads(where)} == readers


@pytest.mark.parametrize("item_id", [-1, 0, 999_999, 2**31, 2**64])
def test_item_that_is_none_is_not_there(session: Session, made: Shelf, item_id: int) -> None:
    assert queries.item_for_reader(session, made.root.path, item_id) is None
    assert queries.item_for_staff(session, made.scope, item_id) is None
    assert queries.version_for_staff(session, made.scope, item_id) is None


def test_reader_gets_the_whole_text_and_lists_come_without(sessions: Sessions) -> None:
    with sessions.begin() as session:
        made = shelf(session)
        item_id = passed(session, draft(session, made)).item_id

    with sessions.read() as session:
        (line,) = queries.newest(session, made.first.path)
        assert "body" in inspect(line.version).unloaded
        assert (line.column_name, line.organization_name) == ("党章学习", "集团党委")
    with sessions.read() as session:
        found = queries.item_for_reader(session, made.first.path, item_id)
        assert found is not None
        item, version = found
        assert (item.id, version.body) == (item_id, CONTENT.body)


def test_newest_are_listed_page_by_page(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        made = shelf(session)
        for number in range(7):
            passed(session, draft(session, made, titled(str(number))), now=NOW + (number // 3) * DAY)

    with any_sessions.read() as session:
        seen, before = [], None
        while lines := queries.newest(session, made.first.path, before=before, limit=2):
            seen += titles(lines)
            last = lines[-1].item
            assert last.published_at is not None
            before = Place(last.published_at, last.id)
    assert seen == list("6543210")


def test_newest_of_a_column_and_of_a_tag(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        made = shelf(session)
        other = column(session, made.root, "党课")
        passed(session, draft(session, made, titled("甲")))
        passed(session, draft(session, made, titled("乙"), column=other))

        def newest(**wanted: object) -> list[str]:
            return titles(queries.newest(session, made.first.path, **wanted))  # type: ignore[arg-type]

        assert newest(column_id=other.id) == ["乙"]
        assert newest(tag="党章") == ["乙", "甲"]
        for nothing in ({"tag": "党"}, {"tag": "党\0章节"}, {"tag": "长" * 10_000}, {"column_id": 2**64}):
            assert newest(**nothing) == []


def test_tag_of_an_earlier_version_finds_nothing(session: Session, made: Shelf) -> None:
    version = passed(session, draft(session, made))
    following = again(session, version)
    service.revise(
        session,
        version=following,
        revision=1,
        content=replace(CONTENT, tags=("廉洁",)),
        author=WRITER,
        author_name="王丽",
    )
    passed(session, following)

    assert queries.newest(session, made.root.path, tag="党章") == []
    assert len(queries.newest(session, made.root.path, tag="廉洁")) == 1


def test_staff_see_versions_of_their_subtree_by_state_column_and_title(session: Session, made: Shelf) -> None:
    other = column(session, made.first, "支部学习")
    draft(session, made, titled("草稿_一"), organization=made.first, column=other)
    submitted(session, draft(session, made, titled("在审")))
    version = passed(session, draft(session, made, titled("旧版")))
    passed(session, again(session, version))
    dropped = draft(session, made, titled("放弃"))
    service.drop(session, version=dropped, revision=1, by=WRITER, now=NOW)

    def found(scope: Scope = made.scope, **wanted: object) -> list[str]:
        lines = queries.for_staff(session, scope, **wanted)  # type: ignore[arg-type]
        assert queries.count_for_staff(session, scope, **wanted) == len(lines)  # type: ignore[arg-type]
        return titles(lines)

    assert found() == ["旧版", "在审", "草稿_一"]
    assert found(state=S.SUPERSEDED) == ["旧版"]
    assert found(state=S.DROPPED) == ["放弃"]
    assert found(column_id=other.id) == ["草稿_一"]
    assert found(column_id=2**64) == []
    assert found(text="_") == ["草稿_一"]
    assert found(text="%") == []
    assert found(Scope.of([made.first.path])) == ["草稿_一"]
    assert found(Scope.of([made.foreign.path])) == []
    assert titles(queries.for_staff(session, made.scope, offset=1, limit=1)) == ["在审"]


def test_version_is_handed_to_staff_of_its_subtree_alone(session: Session, made: Shelf) -> None:
    version = draft(session, made)

    assert queries.version_for_staff(session, made.scope, version.id) is version
    assert queries.item_for_staff(session, made.scope, version.item_id) is item_of(session, version)
    for scope in (Scope.of([]), Scope.of([made.first.path]), Scope.of([made.foreign.path])):
        assert queries.version_for_staff(session, scope, version.id) is None
        assert queries.item_for_staff(session, scope, version.item_id) is None


def test_reviewer_is_shown_what_they_may_review(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        made = shelf(session)
        person = factories.member(session, made.root)
        account(session, FIRST, made.root, member=person)
        account(session, SECOND, made.root, member=person)
        draft(session, made, titled("草稿"))
        version = submitted(session, draft(session, made, titled("甲")))
        submitted(session, draft(session, made, titled("乙")), now=NOW + DAY)

        def waiting(by: str, scope: Scope = made.scope) -> list[tuple[str, int]]:
            lines = queries.waiting_for_review(session, scope, by=by)
            return [(one.version.title, one.stage) for one in lines]

        assert waiting(FIRST) == [("甲", 1), ("乙", 1)]
        assert waiting(WRITER) == []
        assert waiting(FIRST, Scope.of([made.first.path])) == []
        say(session, version, 1, FIRST)
        assert waiting(FIRST) == [("乙", 1)]
        assert waiting(SECOND) == [("乙", 1)]
        assert waiting(THIRD) == [("甲", 2), ("乙", 1)]
        say(session, version, 2, THIRD, ReviewVerdict.RETURNED, note="请改")
        assert waiting("zhou.ba") == [("乙", 1)]
        submitted(session, version, now=NOW + 2 * DAY)
        assert waiting(FIRST) == [("乙", 1), ("甲", 1)]


def test_writer_under_another_account_is_not_shown_it(session: Session, made: Shelf) -> None:
    person = factories.member(session, made.root)
    account(session, "wang.li.2", made.root, member=person)
    writer = session.scalars(select(StaffAccount).where(StaffAccount.username == WRITER)).one()
    writer.member_id = person.id
    submitted(session, draft(session, made))

    assert queries.waiting_for_review(session, made.scope, by="wang.li.2") == []


def test_history_tells_every_version_with_its_reviews(session: Session, made: Shelf) -> None:
    version = passed(session, draft(session, made))
    following = again(session, version)

    past = queries.history(session, item_of(session, version))

    assert [(one.version.number, len(one.reviews)) for one in past] == [(2, 0), (1, 3)]
    assert past[0].version is following

"""Columns: named once, owned by somebody who may write there, archived once, and told of when nothing comes."""

from collections.abc import Callable, Iterable
from datetime import timedelta

import pytest

from app.core.clock import from_local, local_day
from app.core.db import Session, Sessions
from app.core.errors import DomainError
from app.organizations.models import Organization
from app.organizations.scope import Scope
from app.staff.models import Role
from app.study.library import columns, service
from app.study.library.content import ContentMarked, FieldMissing, FieldTooLong
from app.study.library.models import StudyColumn, StudyReach
from app.study.library.staleness import stale
from tests.factories import NOW
from tests.unit.study.library.shelf import (
    FIRST,
    WRITER,
    Shelf,
    account,
    again,
    at_once,
    column,
    draft,
    item_of,
    passed,
    shelf,
)


def names(found: Iterable[StudyColumn]) -> list[str]:
    return [one.name for one in found]


def listed(session: Session, made: Shelf) -> list[str]:
    return names(columns.columns_for_staff(session, made.scope))


def adding(organization: Organization, name: str) -> Callable[[Session], StudyColumn]:
    organization_id = organization.id

    def act(session: Session) -> StudyColumn:
        return column(session, session.get_one(Organization, organization_id), name)

    return act


def test_column_comes_after_the_others(session: Session, made: Shelf) -> None:
    column(session, made.root, " 政策\n导读 ")
    column(session, made.first, "支部学习")

    assert listed(session, made) == ["党章学习", "政策 导读", "支部学习"]


@pytest.mark.parametrize(
    ("name", "about", "refusal"),
    [
        ("", "", FieldMissing),
        (" \0\u200b", "", FieldMissing),
        ("长" * 21, "", FieldTooLong),
        ("长" * 10_000, "", FieldTooLong),
        ("党课", "长" * 201, FieldTooLong),
        ("机密文件", "", ContentMarked),
        ("党课", "内部资料", ContentMarked),
    ],
)
def test_column_without_a_fit_name_is_refused(
    session: Session, made: Shelf, name: str, about: str, refusal: type[DomainError]
) -> None:
    with pytest.raises(refusal):
        columns.add_column(
            session, organization=made.root, name=name, about=about, owner=WRITER, by=WRITER, now=NOW
        )
    with pytest.raises(refusal):
        columns.rename_column(session, column=made.column, name=name, about=about)

    assert listed(session, made) == ["党章学习"]


def test_name_is_taken_within_an_organisation_alone(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        made = shelf(session)
        other = column(session, made.root, "党课")
        column(session, made.first, "党章学习")
        columns.archive_column(session, column=made.column, by=WRITER, now=NOW)

        with pytest.raises(columns.ColumnNameTaken):
            column(session, made.root, "党章学习")
        with pytest.raises(columns.ColumnNameTaken):
            columns.rename_column(session, column=other, name="党章学习", about="")
        columns.rename_column(session, column=other, name="党课", about="每季度一次")

        assert (other.name, other.about) == ("党课", "每季度一次")


def test_of_two_who_add_a_column_of_one_name_one_does(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        made = shelf(session)
        act = adding(made.root, "党课")

    assert at_once(any_sessions, act, act) == ["done", "study_column_name_taken"]


@pytest.mark.parametrize(
    "owner", ["nobody", "", "\0", "长" * 10_000, "branch", "closed", "auditor", "foreign"]
)
def test_owner_may_write_there(session: Session, made: Shelf, owner: str) -> None:
    account(session, "branch", made.first, role=Role.SECRETARY)
    account(session, "closed", made.root, active=False)
    account(session, "auditor", made.root, role=Role.AUDITOR)
    account(session, "foreign", made.foreign)

    with pytest.raises(columns.OwnerUnknown):
        column(session, made.root, "党课", owner=owner)
    with pytest.raises(columns.OwnerUnknown):
        columns.hand_over(session, column=made.column, owner=owner)

    assert made.column.owner == WRITER


def test_column_is_handed_over_to_whoever_may_write_there(session: Session, made: Shelf) -> None:
    account(session, "secretary", made.first, role=Role.SECRETARY)
    own = column(session, made.first, "支部学习")

    columns.hand_over(session, column=own, owner="secretary")

    assert own.owner == "secretary"


@pytest.mark.parametrize(
    ("position", "order"),
    [(-5, "丙甲乙"), (0, "丙甲乙"), (1, "甲丙乙"), (2, "甲乙丙"), (10**30, "甲乙丙")],
)
def test_column_moves_among_those_of_its_organisation(
    session: Session, made: Shelf, position: int, order: str
) -> None:
    columns.archive_column(session, column=made.column, by=WRITER, now=NOW)
    _, _, third = [column(session, made.root, name) for name in "甲乙丙"]
    column(session, made.first, "支部学习")

    columns.move_column(session, column=third, position=position)

    assert listed(session, made) == [*order, "支部学习"]
    with pytest.raises(columns.ColumnArchived):
        columns.move_column(session, column=made.column, position=0)


def test_column_is_archived_once_and_comes_back_last(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        made = shelf(session)
        column(session, made.root, "党课")

    def archive(session: Session) -> None:
        columns.archive_column(
            session, column=session.get_one(StudyColumn, made.column.id), by=FIRST, now=NOW
        )

    assert at_once(any_sessions, archive, archive) == ["done", "study_column_archived"]
    with any_sessions.begin() as session:
        kept = session.get_one(StudyColumn, made.column.id)
        assert (kept.archived_at, kept.archived_by, listed(session, made)) == (NOW, FIRST, ["党课"])
        assert names(columns.columns_for_staff(session, made.scope, archived=True)) == ["党章学习"]
        assert [columns.restore_column(session, column=kept) for _ in range(2)] == [True, False]
        assert (kept.archived_at, kept.archived_by, listed(session, made)) == (
            None,
            None,
            ["党课", "党章学习"],
        )


def test_reader_sees_the_columns_in_which_something_is_for_them(session: Session, made: Shelf) -> None:
    own, others = column(session, made.first, "第一支部学习"), column(session, made.second, "第二支部学习")
    column(session, made.root, "空栏目")
    archived = column(session, made.root, "旧栏目")
    passed(session, draft(session, made))
    passed(session, draft(session, made, column=archived))
    for mine, where in ((own, made.first), (others, made.second)):
        passed(session, draft(session, made, column=mine, organization=where, reach=StudyReach.OWN))
    columns.archive_column(session, column=archived, by=WRITER, now=NOW)

    assert names(columns.columns(session, made.first.path)) == ["党章学习", "第一支部学习"]
    assert names(columns.columns(session, made.root.path)) == ["党章学习"]


def test_writer_is_offered_the_columns_of_the_line_above(session: Session, made: Shelf) -> None:
    column(session, made.first, "第一支部学习")
    column(session, made.second, "第二支部学习")

    assert names(columns.columns_for_writers(session, made.first.path)) == ["党章学习", "第一支部学习"]


def test_column_of_somebody_else_is_not_there(session: Session, made: Shelf) -> None:
    assert columns.column_for_staff(session, made.scope, made.column.id) is made.column
    for scope in (Scope.of([]), Scope.of([made.first.path]), Scope.of([made.foreign.path])):
        assert columns.column_for_staff(session, scope, made.column.id) is None
    assert [columns.column_for_staff(session, made.scope, number) for number in (0, 2**31, 2**64)] == [
        None
    ] * 3


MADE = local_day(NOW)


def silent(session: Session, days: int, scope: Scope | None = None) -> list[tuple[str, int, bool]]:
    """On that day after NOW, a minute after midnight in China."""
    at = from_local(MADE + timedelta(days=days), 0, 1)
    return [(one.column.name, one.days, one.propose_archive) for one in stale(session, now=at, scope=scope)]


def test_column_is_stale_45_days_after_it_was_made_if_nothing_came(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        made = shelf(session)
        draft(session, made)

        assert silent(session, 44) == []
        assert silent(session, 45) == [("党章学习", 45, False)]
        assert silent(session, 60) == [("党章学习", 60, True)]


def test_column_is_stale_after_the_last_item_that_readers_see(session: Session, made: Shelf) -> None:
    passed(session, draft(session, made), now=NOW + timedelta(days=10))
    later = passed(session, draft(session, made), now=NOW + timedelta(days=30))
    assert silent(session, 75) == [("党章学习", 45, False)]

    service.withdraw(session, item=item_of(session, later), reason="废止", by=FIRST, now=NOW)

    assert silent(session, 75) == [("党章学习", 65, True)]


def test_archived_column_is_not_told_of_and_the_longest_silent_comes_first(
    session: Session, made: Shelf
) -> None:
    column(session, made.first, "新栏目", now=NOW + timedelta(days=5))
    column(session, made.foreign, "外单位", owner=foreigner(session, made), now=NOW + timedelta(days=9))
    gone = column(session, made.root, "旧栏目")
    columns.archive_column(session, column=gone, by=WRITER, now=NOW)

    assert [name for name, *_ in silent(session, 100)] == ["党章学习", "新栏目", "外单位"]
    assert [name for name, *_ in silent(session, 100, made.scope)] == ["党章学习", "新栏目"]


def foreigner(session: Session, made: Shelf) -> str:
    return account(session, "foreign", made.foreign).username


def test_new_version_counts_as_something_new(session: Session, made: Shelf) -> None:
    version = passed(session, draft(session, made))
    following = again(session, version)
    passed(session, following, now=NOW + timedelta(days=40))

    assert silent(session, 60) == []

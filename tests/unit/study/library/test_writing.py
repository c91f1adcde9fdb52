"""A version while it is written: drafted, changed, handed in, dropped, begun anew."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from app.core.db import Session, Sessions
from app.core.errors import DomainError
from app.organizations.models import Organization
from app.study.library import columns, files, queries, service, versions
from app.study.library.content import FieldMissing
from app.study.library.models import ItemKind, Rights, StudyReach, StudyVersion
from app.study.library.states import VersionState
from app.study.library.versions import NotInThisState, Overtaken
from tests.factories import NOW
from tests.unit.core.papers import PDF
from tests.unit.study.library.shelf import (
    CONTENT,
    FIRST,
    SECOND,
    WRITER,
    Shelf,
    again,
    at_once,
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


def revise(
    session: Session, version: StudyVersion, *, author: str = WRITER, revision: int | None = None
) -> None:
    service.revise(
        session,
        version=version,
        revision=version.revision if revision is None else revision,
        content=replace(CONTENT, title="改过的标题", tags=("廉洁",)),
        author=author,
        author_name="李四",
    )


def add_file(session: Session, version: StudyVersion, name: str = "a.pdf") -> None:
    files.add_file(
        session,
        version=version,
        revision=version.revision,
        name=name,
        content=PDF,
        author=WRITER,
        author_name="王丽",
    )


def test_draft_is_kept_with_its_tags_and_read_by_nobody(session: Session, made: Shelf) -> None:
    version = draft(session, made)

    assert (version.state, version.number, version.revision, version.author) == (S.DRAFT, 1, 1, WRITER)
    assert queries.tags_of(session, [version.id]) == {version.id: ["党章", "党员义务"]}
    assert queries.newest(session, made.root.path) == []
    assert queries.item_for_reader(session, made.root.path, version.item_id) is None


@pytest.mark.parametrize("organization_id", [-1, 0, 999_999, 2**31, 2**64])
def test_draft_for_an_organisation_that_is_none_is_refused(
    session: Session, made: Shelf, organization_id: int
) -> None:
    nobody = Organization(id=organization_id)

    with pytest.raises(service.OrganizationUnknown):
        draft(session, made, organization=nobody)


def test_draft_for_a_dissolved_organisation_is_refused(session: Session, made: Shelf) -> None:
    made.first.dissolved_on = NOW.date()

    with pytest.raises(service.OrganizationUnknown):
        draft(session, made, organization=made.first)


def test_branch_writes_into_its_own_columns_and_into_those_above(session: Session, made: Shelf) -> None:
    own = column(session, made.first, "支部学习")

    assert draft(session, made, organization=made.first, column=own).id
    assert draft(session, made, organization=made.first, column=made.column).id
    for stranger in (made.second, made.root, made.foreign):
        with pytest.raises(columns.ColumnUnknown):
            draft(session, made, organization=stranger, column=own)


@pytest.mark.parametrize("column_id", [-1, 0, 999_999, 2**31, 2**64])
def test_draft_in_a_column_that_is_none_is_refused(session: Session, made: Shelf, column_id: int) -> None:
    with pytest.raises(columns.ColumnUnknown):
        service.draft(
            session,
            organization_id=made.root.id,
            column_id=column_id,
            kind=ItemKind.ARTICLE,
            reach=StudyReach.OWN,
            content=CONTENT,
            author=WRITER,
            author_name="王丽",
            now=NOW,
        )


def test_refused_content_leaves_nothing_behind(session: Session, made: Shelf) -> None:
    with pytest.raises(FieldMissing):
        draft(session, made, replace(CONTENT, source_name=""))

    assert queries.for_staff(session, made.scope) == []


def test_revision_replaces_text_and_tags(session: Session, made: Shelf) -> None:
    version = draft(session, made)

    revise(session, version, author=FIRST)

    assert (version.title, version.revision, version.author) == ("改过的标题", 2, FIRST)
    assert queries.tags_of(session, [version.id])[version.id] == ["廉洁"]
    assert versions.writers(session, version.id) == {WRITER, FIRST}


@pytest.mark.parametrize("revision", [0, 2, -1, 2**70])
def test_revision_that_is_not_the_present_one_changes_nothing(
    session: Session, made: Shelf, revision: int
) -> None:
    version = draft(session, made)

    with pytest.raises(Overtaken):
        revise(session, version, revision=revision)
    with pytest.raises(Overtaken):
        service.submit(session, version=version, revision=revision, now=NOW)
    with pytest.raises(Overtaken):
        service.drop(session, version=version, revision=revision, by=WRITER, now=NOW)

    assert (version.title, version.state, version.revision) == (CONTENT.title, S.DRAFT, 1)


def test_change_in_review_takes_it_back_and_all_reviews_begin_anew(session: Session, made: Shelf) -> None:
    version = submitted(session, draft(session, made))
    say(session, version, 1, FIRST)

    revise(session, version)

    assert (version.state, version.submitted_at) == (S.DRAFT, None)
    submitted(session, version)
    assert version.round == 2
    with pytest.raises(Overtaken):
        say(session, version, 2, SECOND)
    say(session, version, 1, FIRST)


def publish(session: Session, version: StudyVersion) -> None:
    passed(session, version)


def drop(session: Session, version: StudyVersion) -> None:
    service.drop(session, version=version, revision=version.revision, by=WRITER, now=NOW)


def withdraw(session: Session, version: StudyVersion) -> None:
    passed(session, version)
    service.withdraw(session, item=item_of(session, version), reason="内容有误", by=FIRST, now=NOW)


def supersede(session: Session, version: StudyVersion) -> None:
    passed(session, version)
    passed(session, again(session, version))
    session.refresh(version)


@pytest.mark.parametrize("end", [publish, drop, withdraw, supersede])
def test_version_that_is_no_draft_is_neither_changed_nor_handed_in_nor_dropped(
    session: Session, made: Shelf, end: Callable[[Session, StudyVersion], None]
) -> None:
    version = draft(session, made)
    end(session, version)

    acts: list[Callable[[], object]] = [
        lambda: revise(session, version),
        lambda: add_file(session, version),
        lambda: submitted(session, version),
        lambda: drop(session, version),
        lambda: say(session, version, 1, FIRST),
    ]
    for act in acts:
        with pytest.raises(NotInThisState):
            act()


@pytest.mark.parametrize("kind", [ItemKind.DOCUMENT, ItemKind.HANDOUT])
def test_item_with_neither_text_nor_file_is_not_handed_in(
    session: Session, made: Shelf, kind: ItemKind
) -> None:
    version = draft(session, made, replace(CONTENT, body=""), kind=kind)

    with pytest.raises(service.NothingToRead):
        submitted(session, version)
    add_file(session, version)

    assert submitted(session, version).state is S.IN_REVIEW


def test_files_go_before_an_item_becomes_a_mere_link(session: Session, made: Shelf) -> None:
    video = replace(CONTENT, url="https://a.cn/v")
    version = draft(session, made, video, kind=ItemKind.VIDEO)
    add_file(session, version)
    service.revise(
        session,
        version=version,
        revision=version.revision,
        content=replace(video, rights=Rights.LINKED, body=""),
        author=WRITER,
        author_name="王丽",
    )

    with pytest.raises(service.FilesElsewhere):
        submitted(session, version)


def test_dropped_draft_is_over_and_its_files_are_gone(session: Session, made: Shelf) -> None:
    version = draft(session, made, kind=ItemKind.HANDOUT)
    add_file(session, version)

    drop(session, version)

    assert (version.state, version.ended_by, version.ended_at) == (S.DROPPED, WRITER, NOW)
    assert list(files.files_of(session, version.id)) == []
    with pytest.raises(service.NotPublished):
        again(session, version)


def test_new_version_begins_as_what_is_read(session: Session, made: Shelf) -> None:
    version = draft(session, made, kind=ItemKind.HANDOUT)
    add_file(session, version, "甲.pdf")
    add_file(session, version, "乙.pdf")
    passed(session, version)

    following = again(session, version, author=FIRST)

    assert (following.number, following.state, following.title) == (2, S.DRAFT, version.title)
    assert (following.author, versions.writers(session, following.id)) == (FIRST, {FIRST})
    assert queries.tags_of(session, [following.id])[following.id] == ["党章", "党员义务"]
    kept = files.files_of(session, following.id)
    assert [one.name for one in kept] == ["甲.pdf", "乙.pdf"]
    assert [one.content for one in kept] == [PDF, PDF]
    found = queries.item_for_reader(session, made.root.path, version.item_id)
    assert found is not None
    assert found[1].id == version.id


def test_withdrawn_item_comes_back_by_a_new_version(session: Session, made: Shelf) -> None:
    version = draft(session, made)
    withdraw(session, version)

    passed(session, again(session, version))

    assert len(queries.newest(session, made.root.path)) == 1


def test_item_moves_to_another_column_of_its_reach(session: Session, made: Shelf) -> None:
    item = item_of(session, draft(session, made, organization=made.first))
    own, strange = column(session, made.first, "支部"), column(session, made.second, "支部")

    service.move_item(session, item=item, column_id=own.id)

    assert item.column_id == own.id
    with pytest.raises(columns.ColumnUnknown):
        service.move_item(session, item=item, column_id=strange.id)


def test_draft_in_an_archived_column_is_not_handed_in(session: Session, made: Shelf) -> None:
    version = draft(session, made)
    columns.archive_column(session, column=made.column, by=WRITER, now=NOW)

    with pytest.raises(columns.ColumnArchived):
        submitted(session, version)
    with pytest.raises(columns.ColumnArchived):
        draft(session, made)


def test_of_two_who_change_one_revision_the_second_learns_of_it(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        version_id = draft(session, shelf(session)).id

    def changing(title: str) -> Callable[[Session], None]:
        def change(session: Session) -> None:
            service.revise(
                session,
                version=session.get_one(StudyVersion, version_id),
                revision=1,
                content=titled(title),
                author=WRITER,
                author_name="王丽",
            )

        return change

    assert at_once(any_sessions, changing("甲"), changing("乙"), changing("丙")) == [
        "done",
        "study_overtaken",
        "study_overtaken",
    ]
    with any_sessions.read() as session:
        kept = session.get_one(StudyVersion, version_id)
        assert (kept.title in "甲乙丙", kept.revision) == (True, 2)
        assert queries.tags_of(session, [version_id])[version_id] == ["党章", "党员义务"]


def test_of_two_who_begin_a_new_version_one_writes_it(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        version = passed(session, draft(session, shelf(session)))

    def begin(session: Session) -> None:
        again(session, session.get_one(StudyVersion, version.id))

    assert at_once(any_sessions, begin, begin, begin) == ["done", "study_version_open", "study_version_open"]


def test_refusals_have_codes_of_their_own() -> None:
    modules = (service, versions, columns, files)
    refusals = {
        one
        for module in modules
        for one in vars(module).values()
        if isinstance(one, type) and issubclass(one, DomainError) and one is not DomainError
    }

    assert len({one.code for one in refusals}) == len(refusals)
    assert all(one.__doc__ or one.code for one in refusals)

"""Files beside a version: five of ten megabytes, for the readers of what is published."""

from collections.abc import Callable

import pytest

from app.core import uploads
from app.core.db import Session, Sessions
from app.core.errors import DomainError
from app.core.files import AttachmentMacros
from app.organizations.scope import Scope
from app.study.library import files, service
from app.study.library.files import (
    FilesTooMany,
    add_file,
    file_for_reader,
    file_for_staff,
    files_of,
    remove_file,
)
from app.study.library.models import ItemKind, Rights, StudyFile, StudyReach, StudyVersion
from app.study.library.states import VersionState
from app.study.library.versions import Overtaken
from tests.factories import NOW
from tests.unit.core.papers import PDF, packed, picture
from tests.unit.study.library.shelf import (
    CONTENT,
    FIRST,
    WRITER,
    Shelf,
    again,
    at_once,
    draft,
    item_of,
    passed,
    shelf,
    submitted,
)
from tests.unit.study.library.test_content import LINK


def add(session: Session, version: StudyVersion, name: str = "a.pdf", content: bytes = PDF) -> StudyFile:
    return add_file(
        session,
        version=version,
        revision=version.revision,
        name=name,
        content=content,
        author=WRITER,
        author_name="王丽",
    )


def take(session: Session, version: StudyVersion, file_id: int) -> bool:
    return remove_file(
        session,
        version=version,
        revision=version.revision,
        file_id=file_id,
        author=WRITER,
        author_name="王丽",
    )


def test_file_is_kept_by_what_its_bytes_say(session: Session, made: Shelf) -> None:
    version = draft(session, made)

    kept = add(session, version, "照片.JPG", picture())

    assert (kept.media_type, kept.size) == ("image/jpeg", len(kept.content))
    assert b"SecretPhone" not in kept.content
    assert (version.revision, version.author) == (2, WRITER)


@pytest.mark.parametrize(
    ("name", "content", "refusal"),
    [
        ("a.pdf", PDF + b"0" * uploads.LIMIT, uploads.AttachmentTooLarge),
        ("a.mp4", b"\0\0\0\x20ftypisom", uploads.AttachmentKind),
        ("a.pdf", b"MZ\x90", uploads.AttachmentKind),
        ("a.html", b"<script>alert(1)</script>", uploads.AttachmentKind),
        ("../a.pdf", PDF, uploads.AttachmentName),
        ("a\0.pdf", PDF, uploads.AttachmentName),
        ("长" * 10_000 + ".pdf", PDF, uploads.AttachmentName),
        ("机密.pdf", PDF, uploads.AttachmentMarked),
        ("a.docx", packed(**{"word/document.xml": "", "word/vbaProject.bin": ""}), AttachmentMacros),
    ],
)
def test_file_that_must_not_go_out_is_refused(
    session: Session, made: Shelf, name: str, content: bytes, refusal: type[DomainError]
) -> None:
    version = draft(session, made)

    with pytest.raises(refusal):
        add(session, version, name, content)

    assert (list(files_of(session, version.id)), version.revision) == ([], 1)


@pytest.mark.parametrize(
    ("kind", "rights"),
    [(ItemKind.LINK, Rights.LINKED), (ItemKind.LINK, Rights.REGULATION), (ItemKind.VIDEO, Rights.LINKED)],
)
def test_what_only_leads_elsewhere_has_no_files(
    session: Session, made: Shelf, kind: ItemKind, rights: Rights
) -> None:
    version = draft(session, made, LINK, kind=kind)
    version.rights = rights

    with pytest.raises(service.FilesElsewhere):
        add(session, version)


def test_sixth_file_is_refused(sessions: Sessions) -> None:
    with sessions.begin() as session:
        version = draft(session, shelf(session))
        for number in range(files.MOST):
            add(session, version, f"{number}.pdf")

    with pytest.raises(FilesTooMany), sessions.begin() as session:
        add(session, session.get_one(StudyVersion, version.id), "6.pdf")

    with sessions.read() as session:
        assert len(files_of(session, version.id)) == files.MOST


def test_of_several_who_add_a_file_at_once_one_does(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        version = draft(session, shelf(session))
        for number in range(files.MOST - 1):
            add(session, version, f"{number}.pdf")

    def adding(session: Session) -> None:
        add_file(
            session,
            version=session.get_one(StudyVersion, version.id),
            revision=version.revision,
            name="last.pdf",
            content=PDF,
            author=WRITER,
            author_name="王丽",
        )

    assert at_once(any_sessions, adding, adding) == ["done", "study_overtaken"]
    with any_sessions.read() as session:
        assert len(files_of(session, version.id)) == files.MOST


@pytest.mark.parametrize("act", [add, lambda session, version: take(session, version, 1)])
def test_file_that_comes_or_goes_in_review_takes_the_text_back(
    session: Session, made: Shelf, act: Callable[[Session, StudyVersion], object]
) -> None:
    version = draft(session, made)
    assert add(session, version).id == 1
    submitted(session, version)

    act(session, version)

    assert (version.state, version.submitted_at) == (VersionState.DRAFT, None)


def test_file_is_taken_away_once(session: Session, made: Shelf) -> None:
    version, other = draft(session, made), draft(session, made)
    kept, others = add(session, version).id, add(session, other).id

    assert take(session, version, kept)
    assert not take(session, version, kept)
    assert not take(session, version, others)
    assert not take(session, version, 2**31)
    assert (len(files_of(session, other.id)), version.revision) == (1, 3)


def test_file_is_not_taken_from_a_text_that_was_changed_meanwhile(session: Session, made: Shelf) -> None:
    version = draft(session, made)
    kept = add(session, version)

    with pytest.raises(Overtaken):
        remove_file(session, version=version, revision=1, file_id=kept.id, author=WRITER, author_name="王丽")

    assert len(files_of(session, version.id)) == 1


def test_reader_gets_the_files_of_what_is_published_and_of_nothing_else(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        made = shelf(session)
        version = draft(session, made, reach=StudyReach.BELOW)
        kept = add(session, version, "一.pdf").id
        other = passed(session, draft(session, made))

        def read(path: str, file_id: int = kept, item_id: int = version.item_id) -> bytes | None:
            session.expunge_all()
            found = file_for_reader(session, path, item_id, file_id)
            return None if found is None else found.content

        branch = made.first.path
        assert read(branch) is None
        passed(session, session.get_one(StudyVersion, version.id))
        assert read(branch) == PDF
        assert read(made.foreign.path) is None
        assert read(branch, item_id=other.item_id) is None
        assert [read(branch, file_id=number) for number in (0, -1, 999, 2**31, 2**64)] == [None] * 5
        assert read(branch, item_id=2**64) is None

        following = again(session, session.get_one(StudyVersion, version.id))
        copied = files_of(session, following.id)[0].id
        assert read(branch, file_id=copied) is None
        passed(session, session.get_one(StudyVersion, following.id))
        assert (read(branch), read(branch, file_id=copied)) == (None, PDF)
        item = item_of(session, session.get_one(StudyVersion, following.id))
        service.withdraw(session, item=item, reason="废止", by=FIRST, now=NOW)
        assert read(branch, file_id=copied) is None


def test_staff_get_the_files_of_their_own_subtree(session: Session, made: Shelf) -> None:
    version = draft(session, made)
    kept = add(session, version)
    session.expunge(kept)

    found = file_for_staff(session, made.scope, version.id, kept.id)

    assert found is not None
    assert found.content == PDF
    for scope in (Scope.of([]), Scope.of([made.first.path]), Scope.of([made.foreign.path])):
        assert file_for_staff(session, scope, version.id, kept.id) is None
    assert file_for_staff(session, made.scope, version.id + 1, kept.id) is None
    assert file_for_staff(session, made.scope, 2**31, 2**64) is None


def test_list_of_files_does_not_load_them(sessions: Sessions) -> None:
    with sessions.begin() as session:
        version = draft(session, shelf(session), CONTENT, kind=ItemKind.HANDOUT)
        add(session, version)

    with sessions.read() as session:
        (listed,) = files_of(session, version.id)
        assert "content" not in listed.__dict__

"""Three people one after the other, none of whom wrote on it; then readers see it."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from app.core.db import Session, Sessions
from app.core.errors import DomainError
from app.staff.models import StaffAccount
from app.study.library import queries, reviewing, service
from app.study.library.content import FieldMissing, FieldTooLong
from app.study.library.models import ReviewVerdict, StudyReview, StudyVersion
from app.study.library.reviewing import ReviewedAlready, ReviewerWrote
from app.study.library.rules import STAGES
from app.study.library.states import VersionState
from app.study.library.versions import WRITTEN_ON, NotInThisState, Overtaken
from app.study.searching.models import SearchText
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
    at_once,
    draft,
    item_of,
    passed,
    say,
    shelf,
    submitted,
    titled,
)

S, RETURNED, PASSED = VersionState, ReviewVerdict.RETURNED, ReviewVerdict.PASSED
LATER = NOW + timedelta(days=1)


def shown(session: Session, made: Shelf) -> list[str]:
    return [one.version.title for one in queries.newest(session, made.root.path)]


def test_item_is_read_after_the_third_review_and_not_before(session: Session, made: Shelf) -> None:
    version = submitted(session, draft(session, made))
    for stage, reviewer in enumerate((FIRST, SECOND), start=1):
        say(session, version, stage, reviewer)
        assert (version.state, shown(session, made)) == (S.IN_REVIEW, [])

    say(session, version, 3, THIRD, now=LATER)

    item = item_of(session, version)
    assert (version.state, version.open_item_id, version.published_item_id) == (S.PUBLISHED, None, item.id)
    assert (item.published_at, shown(session, made)) == (LATER, [CONTENT.title])
    assert session.get(SearchText, item.id) is not None
    assert [(one.stage, one.reviewer, one.verdict) for one in reviewing.reviews(session, version)] == [
        (1, FIRST, PASSED),
        (2, SECOND, PASSED),
        (3, THIRD, PASSED),
    ]


@pytest.mark.parametrize("stage", [-1, 0, 2, 3, 4, 2**70])
def test_first_review_comes_first(session: Session, made: Shelf, stage: int) -> None:
    version = submitted(session, draft(session, made))

    with pytest.raises(Overtaken):
        say(session, version, stage, FIRST)


def test_stage_is_reviewed_once(session: Session, made: Shelf) -> None:
    version = submitted(session, draft(session, made))
    say(session, version, 1, FIRST)

    with pytest.raises(Overtaken):
        say(session, version, 1, SECOND)


@pytest.mark.parametrize("verdict", list(ReviewVerdict))
def test_writer_does_not_review(session: Session, made: Shelf, verdict: ReviewVerdict) -> None:
    version = submitted(session, draft(session, made))

    with pytest.raises(ReviewerWrote):
        say(session, version, 1, WRITER, verdict, note="好")


def test_who_wrote_before_another_changed_it_does_not_review_either(session: Session, made: Shelf) -> None:
    version = draft(session, made)
    service.revise(
        session, version=version, revision=1, content=titled("新"), author=FIRST, author_name="李四"
    )
    submitted(session, version)

    for writer in (WRITER, FIRST):
        with pytest.raises(ReviewerWrote):
            say(session, version, 1, writer)


def test_second_account_of_the_writer_does_not_review(session: Session, made: Shelf) -> None:
    person = factories.member(session, made.root)
    account(session, "wang.li.2", made.root, member=person)
    version = submitted(session, draft(session, made))
    say(session, version, 1, FIRST)
    session.scalars(select(StaffAccount).where(StaffAccount.username == WRITER)).one().member_id = person.id
    session.flush()

    with pytest.raises(ReviewerWrote):
        say(session, version, 2, "wang.li.2")


def test_three_reviews_are_three_people_and_not_three_accounts(session: Session, made: Shelf) -> None:
    person = factories.member(session, made.root)
    account(session, FIRST, made.root, member=person)
    account(session, SECOND, made.root, member=person)
    version = submitted(session, draft(session, made))
    say(session, version, 1, FIRST)

    for same in (FIRST, SECOND):
        with pytest.raises(ReviewedAlready):
            say(session, version, 2, same)


def test_returned_text_is_a_draft_with_a_word_why(session: Session, made: Shelf) -> None:
    version = submitted(session, draft(session, made))
    say(session, version, 1, FIRST)

    say(session, version, 2, SECOND, RETURNED, note="出处\n不明")

    assert (version.state, version.submitted_at, version.open_item_id) == (S.DRAFT, None, version.item_id)
    assert reviewing.reviews(session, version)[-1].note == "出处 不明"
    submitted(session, version)
    assert list(reviewing.reviews(session, version)) == []
    say(session, version, 1, SECOND)


def test_returned_text_that_is_handed_in_again_needs_all_three(session: Session, made: Shelf) -> None:
    version = submitted(session, draft(session, made))
    say(session, version, 1, FIRST, RETURNED, note="请补充")

    passed(session, version)

    past = queries.history(session, item_of(session, version))
    assert [(one.round, one.stage) for one in past[0].reviews] == [(1, 1), (2, 1), (2, 2), (2, 3)]


@pytest.mark.parametrize("note", ["", " \n", "\0\u200b"])
def test_who_returns_a_text_says_why(session: Session, made: Shelf, note: str) -> None:
    version = submitted(session, draft(session, made))

    with pytest.raises(FieldMissing):
        say(session, version, 1, FIRST, RETURNED, note=note)


@pytest.mark.parametrize("verdict", list(ReviewVerdict))
def test_note_of_a_novel_is_refused(session: Session, made: Shelf, verdict: ReviewVerdict) -> None:
    version = submitted(session, draft(session, made))

    with pytest.raises(FieldTooLong):
        say(session, version, 1, FIRST, verdict, note="长" * 10_000)


def test_draft_is_not_reviewed(session: Session, made: Shelf) -> None:
    with pytest.raises(NotInThisState):
        say(session, draft(session, made), 1, FIRST)


def test_new_version_takes_the_place_of_the_old_one(session: Session, made: Shelf) -> None:
    version = passed(session, draft(session, made))
    following = again(session, version)
    service.revise(
        session, version=following, revision=1, content=titled("新版"), author=WRITER, author_name="王丽"
    )
    assert shown(session, made) == [CONTENT.title]

    passed(session, following, now=LATER)

    session.refresh(version)
    assert (version.state, version.published_item_id, version.ended_at) == (S.SUPERSEDED, None, LATER)
    assert (shown(session, made), item_of(session, following).published_at) == (["新版"], LATER)
    index = session.get_one(SearchText, version.item_id)
    assert "新" in index.title


def test_withdrawn_item_is_gone_at_once_with_a_reason_for_later(session: Session, made: Shelf) -> None:
    version = passed(session, draft(session, made))
    item = item_of(session, version)

    service.withdraw(session, item=item, reason=" 文件\n废止 ", by=FIRST, now=LATER)

    assert (item.published_at, shown(session, made), session.get(SearchText, item.id)) == (None, [], None)
    assert queries.item_for_reader(session, made.root.path, item.id) is None
    session.refresh(version)
    ended = version.state, version.end_reason, version.ended_by, version.ended_at, version.published_item_id
    assert ended == (S.WITHDRAWN, "文件 废止", FIRST, LATER, None)


@pytest.mark.parametrize(("reason", "refusal"), [(" \0", FieldMissing), ("长" * 201, FieldTooLong)])
def test_who_withdraws_says_why(session: Session, made: Shelf, reason: str, refusal: type[Exception]) -> None:
    version = passed(session, draft(session, made))

    with pytest.raises(refusal):
        service.withdraw(session, item=item_of(session, version), reason=reason, by=FIRST, now=NOW)

    assert shown(session, made) == [CONTENT.title]


def test_what_nobody_reads_is_not_withdrawn(session: Session, made: Shelf) -> None:
    version = submitted(session, draft(session, made))

    with pytest.raises(service.NotPublished):
        service.withdraw(session, item=item_of(session, version), reason="废止", by=FIRST, now=NOW)


def reviewing_as(version_id: int, stage: int, reviewer: str, revision: int) -> Callable[[Session], None]:
    def act(session: Session) -> None:
        say(session, session.get_one(StudyVersion, version_id), stage, reviewer, revision=revision)

    return act


def test_stage_that_several_review_at_once_is_reviewed_by_one(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        version = submitted(session, draft(session, shelf(session)))
    acts = [reviewing_as(version.id, 1, one, version.revision) for one in (FIRST, SECOND, THIRD)]

    assert at_once(any_sessions, *acts) == ["done", "study_overtaken", "study_overtaken"]

    with any_sessions.read() as session:
        assert len(reviewing.reviews(session, session.get_one(StudyVersion, version.id))) == 1


def test_third_review_publishes_once(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        made = shelf(session)
        version = submitted(session, draft(session, made))
        say(session, version, 1, FIRST)
        say(session, version, 2, SECOND)
    acts = [reviewing_as(version.id, 3, one, version.revision) for one in (THIRD, "zhou.ba", "wu.jiu")]

    done = at_once(any_sessions, *acts)

    assert done.count("done") == 1
    assert set(done) <= {"done", "study_overtaken", "study_state"}
    with any_sessions.read() as session:
        assert shown(session, made) == [CONTENT.title]
        assert session.scalar(select(func.count()).select_from(StudyReview)) == STAGES
        assert session.get(SearchText, version.item_id) is not None


def test_text_that_is_changed_while_it_is_passed_is_not_published_unread(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        made = shelf(session)
        version = submitted(session, draft(session, made))
        say(session, version, 1, FIRST)
        say(session, version, 2, SECOND)

    def change(session: Session) -> None:
        service.revise(
            session,
            version=session.get_one(StudyVersion, version.id),
            revision=version.revision,
            content=replace(CONTENT, title="偷换的标题"),
            author=WRITER,
            author_name="王丽",
        )

    done = at_once(any_sessions, reviewing_as(version.id, 3, THIRD, version.revision), change)

    assert done.count("done") == 1
    with any_sessions.read() as session:
        kept = session.get_one(StudyVersion, version.id)
        assert (kept.state, kept.title) in [(S.PUBLISHED, CONTENT.title), (S.DRAFT, "偷换的标题")]


def test_item_that_is_withdrawn_while_its_next_version_comes_out_is_read_whole_or_not_at_all(
    any_sessions: Sessions,
) -> None:
    with any_sessions.begin() as session:
        made = shelf(session)
        old = passed(session, draft(session, made))
        following = submitted(session, again(session, old))
        say(session, following, 1, FIRST)
        say(session, following, 2, SECOND)

    def withdraw(session: Session) -> None:
        service.withdraw(session, item=item_of(session, old), reason="废止", by=FIRST, now=NOW)

    publish = reviewing_as(following.id, 3, THIRD, following.revision)
    assert at_once(any_sessions, withdraw, publish) == ["done", "done"]

    with any_sessions.read() as session:
        item = item_of(session, old)
        seen = queries.newest(session, made.root.path)
        published = StudyVersion.published_item_id == item.id
        versions = session.scalars(select(StudyVersion).where(published)).all()
        found = session.get(SearchText, item.id) is not None
        assert (item.published_at is not None) is bool(seen) is bool(versions) is found


STEPS = st.lists(
    st.sampled_from(["submit", "pass", "return", "change", "again", "withdraw", "drop"]), max_size=20
)
REVIEWERS = FIRST, SECOND, THIRD


def step(session: Session, version: StudyVersion, name: str) -> StudyVersion:
    """One act of somebody, on the item's latest version; which one that is afterwards."""
    revision, due = version.revision, len(reviewing.reviews(session, version))
    match name:
        case "submit":
            service.submit(session, version=version, revision=revision, now=NOW)
        case "pass":
            say(session, version, due + 1, REVIEWERS[due % STAGES])
        case "return":
            say(session, version, due + 1, REVIEWERS[due % STAGES], RETURNED, note="请改")
        case "change":
            service.revise(
                session,
                version=version,
                revision=revision,
                content=CONTENT,
                author=WRITER,
                author_name="王丽",
            )
        case "again":
            return again(session, version)
        case "withdraw":
            service.withdraw(session, item=item_of(session, version), reason="废止", by=FIRST, now=NOW)
            session.refresh(version)
        case "drop":
            service.drop(session, version=version, revision=revision, by=WRITER, now=NOW)
    return version


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(steps=STEPS)
def test_whatever_is_done_readers_see_one_version_that_three_have_passed_or_none(
    session: Session, made: Shelf, steps: list[str]
) -> None:
    version = draft(session, made)
    item = item_of(session, version)
    for name in steps:
        with suppress(DomainError):
            version = step(session, version, name)
        past = queries.history(session, item)
        read = [one for one in past if one.version.state is S.PUBLISHED]
        assert [one.version.published_item_id for one in read] == ([item.id] if item.published_at else [])
        assert (session.get(SearchText, item.id) is not None) is bool(item.published_at)
        for one in read:
            last = [said for said in one.reviews if said.round == one.version.round]
            assert [(said.reviewer, said.verdict) for said in last] == [(who, PASSED) for who in REVIEWERS]
        at_work = [one.version.open_item_id for one in past if one.version.state in WRITTEN_ON]
        assert at_work in ([], [item.id])
        assert all(one.version.open_item_id is None for one in past if one.version.state not in WRITTEN_ON)

"""The in-tray: what is due first, in scope, and counted."""

from datetime import timedelta

import pytest
from sqlalchemy import event

from app.core.db import Session, Sessions
from app.feedback import queries
from app.feedback.queries import TrayCounts
from app.feedback.states import ThreadState
from app.organizations.models import Organization, OrganizationKind
from app.organizations.scope import Scope
from tests import factories
from tests.factories import NOW
from tests.unit.feedback.letters import answer, submit

NOTHING = Scope(frozenset())


@pytest.fixture
def factory(session: Session) -> Organization:
    return factories.organization(session, name="一厂党委", kind=OrganizationKind.COMMITTEE)


def scope(organization: Organization) -> Scope:
    return Scope.of([organization.path])


def texts(session: Session, seen: Scope, state: ThreadState | None = None) -> list[str]:
    return [row.text for row in queries.tray(session, seen, state=state, offset=0, limit=10)]


def test_tray_has_open_letters_first_by_when_they_are_due(session: Session, factory: Organization) -> None:
    answered = submit(session, factory, "已答复", now=NOW - timedelta(days=30))
    answer(session, answered)
    submit(session, factory, "后到期", working_days=9)
    submit(session, factory, "先到期", working_days=1)

    assert texts(session, scope(factory)) == ["先到期", "后到期", "已答复"]
    assert texts(session, scope(factory), ThreadState.OPEN) == ["先到期", "后到期"]
    assert texts(session, scope(factory), ThreadState.ANSWERED) == ["已答复"]


def test_tray_names_organisation_and_writer_and_quotes_the_writer_s_first_words(
    any_sessions: Sessions,
) -> None:
    with any_sessions.begin() as session:
        branch = factories.organization(session)
        member_id = factories.member(session, branch, name="王五").id
        thread = submit(session, branch, "第一句", member_id=member_id)
        answer(session, thread, "答复")
        unbound = submit(session, branch, "没有绑定")

        rows = queries.tray(session, scope(branch), state=None, offset=0, limit=10)

        assert [(row[1], row[2], row[3]) for row in rows] == [
            ("第一党支部", None, "没有绑定"),
            ("第一党支部", "王五", "第一句"),
        ]
        assert queries.writer_name(session, thread) == "王五"
        assert queries.writer_name(session, unbound) is None


def test_tray_is_read_page_by_page(session: Session, factory: Organization) -> None:
    for number in range(5):
        submit(session, factory, f"第{number}封", working_days=number + 1)

    pages = [queries.tray(session, scope(factory), state=None, offset=at, limit=2) for at in (0, 2, 4, 6)]

    assert [[row.text for row in page] for page in pages] == [
        ["第0封", "第1封"],
        ["第2封", "第3封"],
        ["第4封"],
        [],
    ]


def test_letters_of_another_subtree_are_invisible(session: Session, factory: Organization) -> None:
    branch = factories.organization(session, name="一支部", parent=factory)
    beside = factories.organization(session, name="二厂党委", kind=OrganizationKind.COMMITTEE)
    ours, theirs = submit(session, branch, "我们的"), submit(session, beside, "他们的")

    for seen in (scope(factory), scope(branch)):
        assert texts(session, seen) == ["我们的"]
        assert queries.by_id(session, seen, ours.id) is ours
        assert queries.by_id(session, seen, theirs.id) is None
        assert queries.total(session, seen, state=None) == 1
        assert queries.counts(session, seen, now=NOW) == TrayCounts(open=1, overdue=0)
    assert texts(session, NOTHING) == []
    assert queries.by_id(session, NOTHING, ours.id) is None
    assert queries.total(session, NOTHING, state=None) == 0


def test_counts_are_of_open_letters_and_late_from_the_minute_after(
    session: Session, factory: Organization
) -> None:
    first = submit(session, factory, working_days=1)
    submit(session, factory, working_days=2)
    answer(session, submit(session, factory, working_days=1))

    at_the_end = queries.counts(session, scope(factory), now=first.due_at)
    after = queries.counts(session, scope(factory), now=first.due_at + timedelta(seconds=1))

    assert (at_the_end, after) == (TrayCounts(open=2, overdue=0), TrayCounts(open=2, overdue=1))
    assert queries.total(session, scope(factory), state=ThreadState.OPEN) == 2
    assert queries.total(session, scope(factory), state=None) == 3


@pytest.mark.parametrize("letters", [1, 3])
def test_tray_is_one_statement_whatever_its_length(
    letters: int, session: Session, factory: Organization
) -> None:
    for _ in range(letters):
        submit(session, factory)
    ran: list[str] = []
    event.listen(session.get_bind(), "before_cursor_execute", lambda *given: ran.append(given[2]))

    texts(session, scope(factory))

    assert len(ran) == 1


def test_tray_shows_the_latest_answer_first_among_the_answered(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        branch = factories.organization(session)
        for day, text in ((1, "早答复"), (2, "晚答复")):
            thread = submit(session, branch, text, now=NOW - timedelta(days=9))
            answer(session, thread)
            thread.answered_at = NOW + timedelta(days=day)
        submit(session, branch, "没答复")
        session.flush()

        assert texts(session, scope(branch)) == ["没答复", "晚答复", "早答复"]

"""A plan from its draft to its end, and what two planners cannot do to each other."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from sqlalchemy import func, select

from app.core.db import Session, Sessions
from app.study.plans import queries, service
from app.study.plans.models import Learner, Slot, StudyPlan
from app.study.plans.rules import (
    PlanYear,
)
from app.study.plans.service import (
    PlanEmpty,
    PlanInThisState,
    PlanOvertaken,
    PlanStands,
)
from app.study.plans.states import PlanState
from tests.factories import NOW
from tests.unit.study.plans.planning import add, end, publish, rename, titles
from tests.unit.study.plans.shelf import House, column, entry, house, item, plan, published


def test_plan_is_a_draft_then_stands_then_ends(session: Session, made: House) -> None:
    drafted = plan(session, made.root, entries=[entry()])

    assert (drafted.state, drafted.standing, drafted.published_at) == (PlanState.DRAFT, None, None)
    publish(session, drafted)
    assert (drafted.state, drafted.standing, drafted.published_at) == (PlanState.PUBLISHED, 1, NOW)
    end(session, drafted)
    assert (drafted.state, drafted.standing, drafted.ended_at) == (PlanState.ENDED, None, NOW)


def test_draft_may_be_given_up(session: Session, made: House) -> None:
    drafted = plan(session, made.root)

    end(session, drafted)

    assert drafted.state is PlanState.ENDED


@pytest.mark.parametrize("verb", [publish, end, rename, add])
def test_nothing_is_done_to_a_plan_that_has_ended(
    session: Session, made: House, verb: Callable[[Session, StudyPlan], None]
) -> None:
    over = plan(session, made.root, entries=[entry()])
    end(session, over)

    with pytest.raises(PlanInThisState):
        verb(session, over)


def test_plan_is_published_once(session: Session, made: House) -> None:
    stands = published(session, made.root)

    with pytest.raises(PlanInThisState):
        publish(session, stands)


def test_empty_plan_is_not_published(session: Session, made: House) -> None:
    with pytest.raises(PlanEmpty):
        publish(session, plan(session, made.root))


def test_one_plan_a_year_and_learner_stands(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        made = house(session)
        first = published(session, made.root)
        second = plan(session, made.root, entries=[entry()])

        with pytest.raises(PlanStands):
            publish(session, second)
        published(session, made.root, learner=Learner.LEADER)
        published(session, made.first)
        end(session, first)
        publish(session, second)

        assert (first.state, second.state) == (PlanState.ENDED, PlanState.PUBLISHED)


def test_of_two_who_publish_at_once_one_is_first(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        made = house(session)
        ids = [plan(session, made.root, entries=[entry()]).id for _ in range(4)]

    def once(plan_id: int) -> type[Exception] | None:
        try:
            with any_sessions.begin() as session:
                publish(session, session.get_one(StudyPlan, plan_id))
        except PlanStands as refused:
            return type(refused)
        return None

    with ThreadPoolExecutor(4) as pool:
        said = list(pool.map(once, ids))

    with any_sessions.read() as session:
        standing = select(func.count()).select_from(StudyPlan).where(StudyPlan.standing == 1)
        assert session.scalar(standing) == 1
    assert (said.count(None), said.count(PlanStands)) == (1, 3)


def test_of_two_who_write_on_the_same_revision_one_is_told(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        plan_id = plan(session, house(session).root).id

    def once(number: int) -> type[Exception] | None:
        try:
            with any_sessions.begin() as session:
                one = session.get_one(StudyPlan, plan_id)
                wanted = entry(title=f"第{number}课")
                service.add_entry(session, plan=one, revision=1, entry=wanted, now=NOW)
        except PlanOvertaken as refused:
            return type(refused)
        return None

    with ThreadPoolExecutor(4) as pool:
        said = list(pool.map(once, range(4)))

    with any_sessions.read() as session:
        one = session.get_one(StudyPlan, plan_id)
        assert (one.revision, len(titles(session, one))) == (2, 1)
    assert (said.count(None), said.count(PlanOvertaken)) == (1, 3)


def test_what_is_published_is_what_was_seen(session: Session, made: House) -> None:
    drafted = plan(session, made.root, entries=[entry()])
    seen = drafted.revision
    add(session, drafted)

    with pytest.raises(PlanOvertaken):
        service.publish_plan(session, plan=drafted, revision=seen, now=NOW)
    assert drafted.state is PlanState.DRAFT


def test_copy_is_a_draft_of_the_next_year_with_the_same_entries(session: Session, made: House) -> None:
    kept = item(session, column(session, made.root))
    gone = item(session, column(session, made.root, name="旧栏目"))
    old = plan(
        session,
        made.root,
        entries=[
            entry(title="党课", item_id=kept.id),
            entry(title="影片", month=5, slot=Slot.FILM, item_id=gone.id, day=date(2026, 5, 29)),
        ],
    )
    gone.published_at = None

    copy = service.copy_plan(session, plan=old, by="li.si", now=NOW)

    assert (copy.year, copy.title, copy.state, copy.made_by) == (
        2027,
        "2027年学习计划",
        PlanState.DRAFT,
        "li.si",
    )
    lines = [
        (line.month, line.slot, line.title, line.item_id, line.suggested_by)
        for line in queries.entries(session, copy)
    ]
    assert lines == [
        (3, Slot.COURSE, "党课", kept.id, date(2027, 3, 31)),
        (5, Slot.FILM, "影片", None, date(2027, 5, 28)),  # the 29th is a Saturday
    ]


def test_copy_of_a_plan_of_next_year_is_too_early(session: Session, made: House) -> None:
    with pytest.raises(PlanYear):
        service.copy_plan(session, plan=plan(session, made.root, year=2027), by="li.si", now=NOW)


def test_planners_see_the_plans_of_their_scope(session: Session, made: House) -> None:
    ended = plan(session, made.first, title="放弃的")
    end(session, ended)
    plan(session, made.root, title="明年的", year=2027)
    draft = plan(session, made.first, title="草稿")
    published(session, made.root, title="在用的")
    theirs = plan(session, made.foreign, title="外单位的")

    seen = [(one.plan.title, one.organization_name) for one in queries.plans(session, made.scope)]

    assert seen == [
        ("明年的", "集团党委"),
        ("在用的", "集团党委"),
        ("草稿", "第一支部"),
        ("放弃的", "第一支部"),
    ]
    assert len(queries.plans(session, made.scope, year=2027)) == 1
    assert queries.plans(session, made.scope, year=2**70) == []
    assert queries.plan_for_staff(session, made.scope, draft.id) is draft
    for plan_id in (theirs.id, 0, 2**70):
        assert queries.plan_for_staff(session, made.scope, plan_id) is None

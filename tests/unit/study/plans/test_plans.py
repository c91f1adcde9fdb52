"""A plan from its draft to its end, and what two planners cannot do to each other."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from app.core import calendar
from app.core.calendar import DayKind
from app.core.db import Session, Sessions
from app.core.errors import DomainError
from app.study.library.models import StudyReach
from app.study.plans import queries, service
from app.study.plans.models import Learner, PlanEntry, Slot, StudyPlan
from app.study.plans.rules import (
    DayNotWorked,
    DayOutside,
    DayTooSoon,
    Entry,
    PlanMonth,
    PlanTitle,
    PlanYear,
)
from app.study.plans.service import (
    PlanEmpty,
    PlanFull,
    PlanInThisState,
    PlanItem,
    PlanOvertaken,
    PlanStands,
)
from app.study.plans.states import PlanState
from tests.factories import NOW
from tests.unit.study.plans.shelf import EARLIEST, House, column, entry, house, item, plan, published


def publish(session: Session, one: StudyPlan) -> None:
    service.publish_plan(session, plan=one, revision=one.revision, now=NOW)


def end(session: Session, one: StudyPlan) -> None:
    service.end_plan(session, plan=one, revision=one.revision, now=NOW)


def rename(session: Session, one: StudyPlan) -> None:
    service.rename_plan(session, plan=one, revision=one.revision, title="新名称")


def add(session: Session, one: StudyPlan) -> None:
    service.add_entry(session, plan=one, revision=one.revision, entry=entry(), now=NOW)


def titles(session: Session, one: StudyPlan) -> list[str]:
    return [line.title for line in queries.entries(session, one)]


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


def test_entry_is_added_changed_and_removed(session: Session, made: House) -> None:
    drafted = plan(session, made.root, entries=[entry(title="党课"), entry(title="影片", slot=Slot.FILM)])
    course, film = queries.entries(session, drafted)

    changed = service.change_entry(
        session,
        plan=drafted,
        revision=drafted.revision,
        entry_id=course.id,
        entry=entry(month=4, slot=Slot.CASE, title="案例", day=date(2026, 4, 30)),
        now=NOW,
    )
    service.remove_entry(session, plan=drafted, revision=drafted.revision, entry_id=film.id)

    (left,) = queries.entries(session, drafted)
    assert left is changed
    assert (left.month, left.slot, left.title, left.suggested_by) == (
        4,
        Slot.CASE,
        "案例",
        date(2026, 4, 30),
    )


def test_entry_of_another_plan_is_not_touched(session: Session, made: House) -> None:
    other = plan(session, made.first, entries=[entry(title="别人的")])
    (theirs,) = queries.entries(session, other)
    mine = plan(session, made.root, entries=[entry()])

    for entry_id in (theirs.id, 0, -1, 2**31, 2**70):
        with pytest.raises(PlanOvertaken):
            service.remove_entry(session, plan=mine, revision=mine.revision, entry_id=entry_id)
        with pytest.raises(PlanOvertaken):
            service.change_entry(
                session, plan=mine, revision=mine.revision, entry_id=entry_id, entry=entry(), now=NOW
            )
    assert titles(session, other) == ["别人的"]


@pytest.mark.parametrize(
    ("wrong", "refusal"),
    [
        (entry(title=""), PlanTitle),
        (entry(title="学" * 10_000), PlanTitle),
        (entry(month=13), PlanMonth),
        (entry(month=0, day=None), PlanMonth),
        (entry(day=date(2026, 2, 27)), DayOutside),
        (entry(day=date(1, 1, 1)), DayOutside),
        (entry(day=date(9999, 12, 31)), DayOutside),
        (entry(day=date(2026, 3, 29)), DayNotWorked),
        (entry(month=10, day=date(2026, 10, 1)), DayNotWorked),
        (entry(item_id=2**31), PlanItem),
        (entry(item_id=2**70), PlanItem),
        (entry(item_id=-1), PlanItem),
        (entry(item_id=999), PlanItem),
    ],
)
def test_entry_that_cannot_be_is_refused_and_changes_nothing(
    session: Session, made: House, wrong: Entry, refusal: type[DomainError]
) -> None:
    drafted = plan(session, made.root)

    with pytest.raises(refusal):
        service.add_entry(session, plan=drafted, revision=1, entry=wrong, now=NOW)

    assert (drafted.revision, titles(session, drafted)) == (1, [])


def test_entry_names_what_its_people_can_read(session: Session, made: House) -> None:
    own, theirs = column(session, made.root), column(session, made.foreign)
    below = column(session, made.first)
    good = [item(session, own), item(session, theirs, reach=StudyReach.EVERYBODY)]
    bad = [
        item(session, own, published_at=None),
        item(session, theirs),
        item(session, below),
        item(session, below, reach=StudyReach.OWN),
    ]
    drafted = plan(session, made.root)

    for one in good:
        wanted = entry(item_id=one.id)
        service.add_entry(session, plan=drafted, revision=drafted.revision, entry=wanted, now=NOW)
    for one in bad:
        with pytest.raises(PlanItem):
            service.add_entry(
                session, plan=drafted, revision=drafted.revision, entry=entry(item_id=one.id), now=NOW
            )
    assert [one.item_id for one in queries.entries(session, drafted)] == [one.id for one in good]


def test_plan_has_room_for_a_hundred_entries(session: Session, made: House) -> None:
    full = plan(session, made.root)
    session.add_all(
        PlanEntry(
            plan_id=full.id, month=3, slot=Slot.READING, title=f"{number}", suggested_by=date(2026, 3, 31)
        )
        for number in range(service.MOST_ENTRIES)
    )
    session.flush()

    with pytest.raises(PlanFull):
        add(session, full)


def test_publication_wants_three_working_days_of_every_entry(session: Session, made: House) -> None:
    too_soon = EARLIEST - timedelta(days=1)
    drafted = plan(
        session,
        made.root,
        entries=[
            entry(title="太早", day=too_soon),
            entry(title="一月的", month=1, day=date(2026, 1, 30)),
            entry(title="刚好", day=EARLIEST),
        ],
    )

    with pytest.raises(DayTooSoon) as refused:
        publish(session, drafted)

    assert refused.value.details == {"titles": ("太早", "一月的"), "earliest": EARLIEST}
    assert drafted.state is PlanState.DRAFT


def test_publication_asks_the_calendar_again(session: Session, made: House) -> None:
    drafted = plan(session, made.root, entries=[entry(title="月底", day=date(2026, 3, 31))])
    calendar.set_day(session, day=date(2026, 3, 31), kind=DayKind.REST, note="厂休")
    session.flush()

    with pytest.raises(DayNotWorked) as refused:
        publish(session, drafted)

    assert refused.value.details == {"titles": ("月底",)}


def test_published_plan_takes_new_entries_with_three_days_of_notice(session: Session, made: House) -> None:
    stands = published(session, made.root)

    with pytest.raises(DayTooSoon):
        service.add_entry(
            session, plan=stands, revision=stands.revision, entry=entry(day=date(2026, 3, 4)), now=NOW
        )
    service.add_entry(session, plan=stands, revision=stands.revision, entry=entry(day=EARLIEST), now=NOW)


def test_published_entry_gets_its_item_when_its_day_is_near(session: Session, made: House) -> None:
    stands = published(session, made.root, entry(day=date(2026, 3, 31)))
    (line,) = queries.entries(session, stands)
    late = NOW + timedelta(days=28)  # 30 March
    offered = entry(item_id=item(session, column(session, made.root)).id, day=line.suggested_by)

    service.change_entry(
        session, plan=stands, revision=stands.revision, entry_id=line.id, entry=offered, now=late
    )

    assert line.item_id == offered.item_id
    with pytest.raises(DayTooSoon):
        service.change_entry(
            session,
            plan=stands,
            revision=stands.revision,
            entry_id=line.id,
            entry=replace(offered, suggested_by=date(2026, 4, 1)),
            now=late,
        )


def test_entry_keeps_an_item_that_was_withdrawn_since(session: Session, made: House) -> None:
    kept = item(session, column(session, made.root))
    drafted = plan(session, made.root, entries=[entry(item_id=kept.id)])
    kept.published_at = None
    (line,) = queries.entries(session, drafted)

    service.change_entry(
        session,
        plan=drafted,
        revision=drafted.revision,
        entry_id=line.id,
        entry=entry(title="换个名字", item_id=kept.id),
        now=NOW,
    )

    assert (line.title, line.item_id) == ("换个名字", kept.id)


def test_last_entry_of_a_published_plan_stays(session: Session, made: House) -> None:
    stands = published(session, made.root)
    (line,) = queries.entries(session, stands)

    with pytest.raises(PlanEmpty):
        service.remove_entry(session, plan=stands, revision=stands.revision, entry_id=line.id)


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

"""What a plan offers in which month, and by which day."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from app.core import calendar
from app.core.calendar import DayKind
from app.core.db import Session
from app.core.errors import DomainError
from app.study.library.models import StudyReach
from app.study.plans import queries, service
from app.study.plans.models import PlanEntry, Slot
from app.study.plans.rules import (
    DayNotWorked,
    DayOutside,
    DayTooSoon,
    Entry,
    PlanMonth,
    PlanTitle,
)
from app.study.plans.service import (
    PlanEmpty,
    PlanFull,
    PlanItem,
    PlanOvertaken,
)
from app.study.plans.states import PlanState
from tests.factories import NOW
from tests.unit.study.plans.planning import add, publish, titles
from tests.unit.study.plans.shelf import EARLIEST, House, column, entry, item, plan, published


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

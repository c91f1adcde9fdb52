"""What a member finds in the plans: the nearest one, for who they are, with what they can open."""

from datetime import timedelta

import pytest

from app.core.db import Session, Sessions
from app.members.models import MemberKind, PartyStatus
from app.staff.models import Role
from app.study.library.models import StudyReach
from app.study.plans import queries, service
from app.study.plans.models import Learner, Slot
from app.study.plans.people import NotHere
from tests import factories
from tests.factories import NOW
from tests.unit.notices.announcements.office import statements
from tests.unit.study.plans.shelf import (
    House,
    column,
    entry,
    house,
    item,
    leads,
    plan,
    published,
)

APRIL = NOW + timedelta(days=35)


def found(session: Session, member_id: int, year: int = 2026) -> list[tuple[str, Learner]]:
    mine = queries.for_member(session, member_id=member_id, year=year, now=NOW)
    return [(one.organization_name, one.learner) for one in mine]


def test_nearest_plan_upwards_is_the_member_s(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        made = house(session)
        with_own = factories.member(session, made.first)
        without = factories.member(session, made.second)
        published(session, made.root)
        published(session, made.first)
        published(session, made.foreign)

        assert found(session, with_own.id) == [("第一支部", Learner.EVERYBODY)]
        assert found(session, without.id) == [("集团党委", Learner.EVERYBODY)]


def test_drafts_ended_plans_and_other_years_are_not_shown(session: Session, made: House) -> None:
    reader = factories.member(session, made.first)
    plan(session, made.first, entries=[entry()])
    over = published(session, made.first)
    service.end_plan(session, plan=over, revision=over.revision, now=NOW)

    assert found(session, reader.id) == []
    published(session, made.root)
    assert found(session, reader.id, 2027) == []
    assert found(session, reader.id, 0) == []
    assert found(session, reader.id, 2**70) == []


@pytest.mark.parametrize("role", [Role.SECRETARY, Role.ORGANIZER])
def test_leader_has_the_leaders_plan_beside_everybody_s(session: Session, made: House, role: Role) -> None:
    secretary, ordinary = (factories.member(session, made.first) for _ in range(2))
    leads(session, secretary, made.first, role)
    published(session, made.root, learner=Learner.LEADER)
    published(session, made.first)

    assert found(session, secretary.id) == [
        ("集团党委", Learner.LEADER),
        ("第一支部", Learner.EVERYBODY),
    ]
    assert found(session, ordinary.id) == [("第一支部", Learner.EVERYBODY)]


def test_who_only_keeps_the_books_is_no_leader(session: Session, made: House) -> None:
    collector = factories.member(session, made.first)
    leads(session, collector, made.first, Role.COLLECTOR)
    published(session, made.root, learner=Learner.LEADER)

    assert found(session, collector.id) == []


def test_probationary_member_has_their_own_plan_beside(session: Session, made: House) -> None:
    young = factories.member(session, made.first, kind=MemberKind.PROBATIONARY)
    published(session, made.root)
    published(session, made.root, learner=Learner.PROBATIONARY)

    assert [learner for _, learner in found(session, young.id)] == [
        Learner.PROBATIONARY,
        Learner.EVERYBODY,
    ]


def test_line_leads_only_to_what_this_reader_can_open(session: Session, made: House) -> None:
    shelf = column(session, made.root)
    common = item(session, shelf)
    house_only = item(session, shelf, reach=StudyReach.OWN)
    gone = item(session, shelf)
    lines = [
        entry(title="都能看", item_id=common.id),
        entry(title="仅本级", item_id=house_only.id),
        entry(title="已撤下", item_id=gone.id),
        entry(title="待提供"),
    ]
    published(session, made.root, *lines)
    gone.published_at = None
    session.flush()
    below, above = factories.member(session, made.first), factories.member(session, made.root)

    def seen(member_id: int) -> dict[str, int | None]:
        (mine,) = queries.for_member(session, member_id=member_id, year=2026, now=NOW)
        return {line.title: line.item_id for line in mine.lines}

    assert seen(below.id) == {"都能看": common.id, "仅本级": None, "已撤下": None, "待提供": None}
    assert seen(above.id) == {
        "都能看": common.id,
        "仅本级": house_only.id,
        "已撤下": None,
        "待提供": None,
    }


def test_rhythm_is_this_month_s_in_the_order_course_film_case_reading(session: Session, made: House) -> None:
    reader = factories.member(session, made.first, kind=MemberKind.PROBATIONARY)
    published(
        session,
        made.root,
        entry(title="文章", slot=Slot.READING),
        entry(title="影片", slot=Slot.FILM),
        entry(title="党课", slot=Slot.COURSE),
        entry(title="四月的", month=4, day=None),
    )
    published(session, made.root, entry(title="案例", slot=Slot.CASE), learner=Learner.PROBATIONARY)

    in_march = queries.rhythm(session, member_id=reader.id, now=NOW)
    in_april = queries.rhythm(session, member_id=reader.id, now=APRIL)

    assert [line.title for line in in_march] == ["党课", "影片", "案例", "文章"]
    assert [line.title for line in in_april] == ["四月的"]


def test_month_changes_at_midnight_in_china(session: Session, made: House) -> None:
    reader = factories.member(session, made.first)
    published(session, made.root, entry(title="四月的", month=4, day=None))
    midnight = NOW.replace(day=31, hour=16)

    assert queries.rhythm(session, member_id=reader.id, now=midnight - timedelta(microseconds=1)) == []
    assert len(queries.rhythm(session, member_id=reader.id, now=midnight)) == 1


@pytest.mark.parametrize("member_id", [0, -1, 999_999, 2**31, 2**70])
def test_nobody_has_no_plan(session: Session, made: House, member_id: int) -> None:
    with pytest.raises(NotHere):
        queries.for_member(session, member_id=member_id, year=2026, now=NOW)


def test_who_has_left_has_no_plan_here(session: Session, made: House) -> None:
    left = factories.member(session, made.first, status=PartyStatus.TRANSFERRED)

    with pytest.raises(NotHere):
        queries.for_member(session, member_id=left.id, year=2026, now=NOW)


def test_plan_of_many_lines_asks_the_database_as_often_as_of_one(session: Session, made: House) -> None:
    one, many = factories.member(session, made.first), factories.member(session, made.second)
    published(session, made.first)
    published(session, made.second, *(entry(title=f"第{number}课") for number in range(20)))
    numbers = []
    for reader in (one, many):
        session.expire_all()
        with statements(session) as seen:
            queries.for_member(session, member_id=reader.id, year=2026, now=NOW)
        numbers.append(len(seen))

    assert numbers[0] == numbers[1]

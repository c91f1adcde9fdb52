"""A branch's month: what is held, planned and due, and three clicks to announce."""

from datetime import date

import pytest

from app.meetings.models import CheckIn, Meeting
from app.organizations.models import Organization, OrganizationKind
from app.staff.models import Role
from tests import factories
from tests.adapters.console.world import World
from tests.adapters.site import Browser, Site


@pytest.fixture
def secretary(site: Site, world: World) -> Browser:
    return site.staff(Role.SECRETARY, world.left.branch_id)


def test_month_shows_meetings_and_plans_in_the_order_of_time(secretary: Browser) -> None:
    page = secretary.get("/console/meetings").text

    places = [page.index(text) for text in ("2026年3月", "东山支部党员大会", "东山主题党日", "东山三月党课")]
    assert places == sorted(places)


def test_month_before_and_after_are_one_tap_away(secretary: Browser, world: World) -> None:
    page = secretary.get("/console/meetings").text
    april = secretary.get(f"/console/meetings?month=2026-04&organization={world.left.branch_id}").text

    assert ("month=2026-02" in page, "month=2026-04" in page) == (True, True)
    assert ("2026年4月" in april, "4月8日 周三 14:00" in april) == (True, True)


@pytest.mark.parametrize("month", ["", "2026", "2026-13", "0001-01", "9999-12", "nonsense"])
def test_month_that_cannot_be_read_is_this_one(secretary: Browser, month: str) -> None:
    assert "2026年3月" in secretary.get(f"/console/meetings?month={month}").text


def test_what_is_due_stands_above_with_its_clause(secretary: Browser) -> None:
    page = secretary.get("/console/meetings").text
    due = page[page.index("还没有办的") : page.index("这个月的会议和计划")]

    assert ("主题党日" in due, "第十六条" in due, "2026年3月31日前办" in due) == (True, True, True)
    assert "kind=theme_day" in due


def test_what_was_held_is_due_no_more(site: Site, secretary: Browser, world: World) -> None:
    with site.services.sessions.begin() as session:
        meeting = session.get_one(Meeting, world.left.meeting_id)
        session.add(
            CheckIn(
                meeting_id=meeting.id,
                member_id=world.left.member_id,
                checked_in_at=meeting.starts_at,
                way="recorder",
            )
        )

    page = secretary.get("/console/meetings").text

    assert "党员大会一般每季度召开一次" not in page


def test_overdue_month_offers_the_late_entry(secretary: Browser, world: World) -> None:
    page = secretary.get(f"/console/meetings?month=2026-02&organization={world.left.branch_id}").text

    assert ("逾期未开展" in page, "/console/meetings/late?" in page) == (True, True)


def test_groups_of_a_branch_are_on_its_page(site: Site, secretary: Browser, world: World) -> None:
    with site.services.sessions.begin() as session:
        branch = session.get_one(Organization, world.left.branch_id)
        group = factories.organization(
            session, name="东山第一党小组", parent=branch, kind=OrganizationKind.GROUP
        )
        factories.meeting(session, group).title = "三月党小组会"

    page = secretary.get("/console/meetings").text

    assert ("三月党小组会" in page, "东山第一党小组" in page) == (True, True)


def test_duties_of_a_branch_are_not_read_from_above(site: Site, world: World) -> None:
    office = site.staff(Role.OFFICE, world.left.committee_id)

    page = office.get(f"/console/meetings?organization={world.left.branch_id}").text

    assert ("东山支部党员大会" in page, "还没有办的" in page) == (True, False)


def test_month_of_somebody_else_is_not_there(secretary: Browser, world: World) -> None:
    assert secretary.get(f"/console/meetings?organization={world.right.branch_id}").status_code == 404


def test_monthly_duty_is_three_clicks(site: Site, secretary: Browser, world: World) -> None:
    """会议 → 发布 → told; nothing is typed."""
    secretary.get("/console/meetings")

    answer = secretary.post(
        f"/console/meetings/plans/{world.left.plan_id}/publish",
        {"planned_on": "2026-03-11", "month": "2026-03"},
    )

    page = secretary.get(answer.location).text
    assert ("“东山主题党日”已发布，将通知" in page, ">发布</button>" in page) == (True, False)
    with site.services.sessions.read() as session:
        made = session.query(Meeting).filter_by(planned_on=date(2026, 3, 11)).one()
    assert made.starts_at.isoformat() == "2026-03-11T06:00:00+00:00"

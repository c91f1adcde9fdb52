"""Working days that the office sets."""

from datetime import UTC, datetime

import pytest

from app.core.calendar import is_working_day
from app.core.clock import local_day
from app.staff.models import Role
from tests.adapters.console.world import World
from tests.adapters.site import Browser, Site


@pytest.fixture
def office(site: Site, world: World) -> Browser:
    return site.staff(Role.OFFICE, world.root_id)


def works(site: Site, text: str) -> bool:
    with site.services.sessions.read() as session:
        return is_working_day(session, local_day(datetime.fromisoformat(f"{text}T04:00:00+00:00")))


def test_set_day_counts_and_clearing_it_returns_to_the_published(site: Site, office: Browser) -> None:
    before = works(site, "2026-03-03")
    office.post("/console/calendar", {"day": "2026-03-03", "kind": "rest", "note": "厂庆"})
    between = works(site, "2026-03-03")
    page = office.get("/console/calendar?year=2026").text
    office.post("/console/calendar/clear", {"day": "2026-03-03"})

    assert (before, between, works(site, "2026-03-03")) == (True, False, True)
    assert "厂庆" in page


def test_published_holidays_are_listed(office: Browser) -> None:
    text = office.get("/console/calendar?year=2026").text

    assert "春节放假" in text
    assert "2月15日—2月23日" in text


def test_year_not_published_yet_is_said(site: Site, world: World) -> None:
    site.clock.at = datetime(2026, 12, 1, 1, 0, tzinfo=UTC)
    office = site.staff(Role.OFFICE, world.root_id)

    assert "2027 年的安排还没有收录" in office.get("/console/calendar?year=2027").text
    assert "2027 年的工作日安排还没有" in office.get("/console/").text


@pytest.mark.parametrize(
    "form", [{}, {"day": "2026-13-01", "kind": "rest"}, {"day": "2026-03-03", "kind": "?"}]
)
def test_set_day_nonsense_is_refused(office: Browser, form: dict[str, str]) -> None:
    assert office.post("/console/calendar", form).status_code == 422


@pytest.mark.parametrize("year", ["0", "99999999999", "x", "-5"])
def test_calendar_of_an_impossible_year_is_shown_within_bounds(office: Browser, year: str) -> None:
    assert office.get(f"/console/calendar?year={year}").status_code == 200

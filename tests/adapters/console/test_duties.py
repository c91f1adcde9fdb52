"""The year of duties: seen by the branch, counted for its superior, stated where nothing was held."""

import pytest

from app.meetings.duties.models import DutyStatement, Term
from app.meetings.models import CheckIn, Meeting
from app.staff.models import Role
from tests.adapters.console.world import World
from tests.adapters.site import Browser, Site

CELL = "duty=theme_day&period=2026-02"
PAGES = ("/console/meetings/duties", "/console/meetings/self-check")


@pytest.fixture
def secretary(site: Site, world: World) -> Browser:
    return site.staff(Role.SECRETARY, world.left.branch_id)


def come(site: Site, world: World) -> None:
    """Somebody signs in at the member meeting of today: it counts as held."""
    with site.services.sessions.begin() as session:
        meeting = session.get_one(Meeting, world.left.meeting_id)
        row = CheckIn(meeting_id=meeting.id, member_id=world.left.member_id, way="recorder")
        row.checked_in_at = meeting.starts_at
        session.add(row)


def stated(site: Site) -> list[tuple[str, str, str]]:
    with site.services.sessions.read() as session:
        rows = session.query(DutyStatement).all()
        return [(row.duty.value, row.period, row.statement.value) for row in rows]


def statement(world: World, **more: object) -> dict[str, object]:
    return {
        "organization": world.left.branch_id,
        "year": 2026,
        "duty": "theme_day",
        "period": "2026-02",
        "statement": "explained",
        "text": "全员防汛，并入三月",
        **more,
    }


def test_year_shows_what_is_held_due_and_overdue(site: Site, secretary: Browser, world: World) -> None:
    come(site, world)

    page = secretary.get("/console/meetings/duties?year=2026").text

    states = [page.count(f'class="state-{state}"') for state in ("held", "overdue", "due")]
    assert states[0] == 1
    assert min(states[1:]) > 0
    assert "3月2日" in page


def test_cell_tells_its_clause_its_limit_and_its_meeting(
    site: Site, secretary: Browser, world: World
) -> None:
    come(site, world)

    page = secretary.get("/console/meetings/duties?year=2026&duty=member_meeting&period=2026-Q1").text
    cell = page[page.index('id="cell"') :]

    assert ("第十一条" in cell, "2026年3月31日" in cell) == (True, True)
    assert f'href="/console/meetings/{world.left.meeting_id}">看会议' in cell


def test_what_was_not_held_is_explained_and_the_statement_taken_back(
    site: Site, secretary: Browser, world: World
) -> None:
    answer = secretary.post("/console/meetings/duties/state", statement(world))
    calendar = secretary.get(answer.location).text
    check = secretary.get("/console/meetings/self-check?year=2026").text
    kept = stated(site)
    secretary.post("/console/meetings/duties/withdraw", statement(world))

    assert kept == [("theme_day", "2026-02", "explained")]
    assert 'class="state-explained"' in calendar
    assert "2月 已说明：全员防汛，并入三月" in check
    assert stated(site) == []
    trail = site.staff(Role.AUDITOR, world.root_id).get("/console/audit").text
    assert ("说明职责情况" in trail, "时段：2026-02" in trail, "职责：主题党日" in trail) == (
        True,
        True,
        True,
    )


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"text": " "}, "请选“说明”或“不适用”，并写清原因"),
        ({"period": "2026-Q1"}, "这项职责没有这个时段"),
        ({"period": "2026-12"}, "这个时段还没有到"),
    ],
)
def test_statement_that_does_not_fit_is_refused_on_the_page(
    site: Site, secretary: Browser, world: World, change: dict[str, str], sentence: str
) -> None:
    answer = secretary.post("/console/meetings/duties/state", statement(world, **change))

    assert (answer.status_code, sentence in answer.text, stated(site)) == (409, True, [])


@pytest.mark.parametrize("change", [{"duty": "sport"}, {"statement": "lazy"}])
def test_statement_about_nothing_is_not_found(
    secretary: Browser, world: World, change: dict[str, str]
) -> None:
    answer = secretary.post("/console/meetings/duties/state", statement(world, **change))

    assert answer.status_code == 404


def test_superior_sees_counts_and_no_meeting(site: Site, world: World) -> None:
    come(site, world)
    office = site.staff(Role.OFFICE, world.left.committee_id)

    page = office.get("/console/meetings/duties?year=2026").text

    assert ("东山一支部" in page, "支部党员大会 1" in page) == (True, True)
    assert f"/console/meetings/{world.left.meeting_id}" not in page
    assert "东山支部党员大会" not in page


@pytest.mark.parametrize("path", PAGES)
def test_year_of_a_branch_is_not_opened_from_above_or_beside(site: Site, world: World, path: str) -> None:
    above = site.staff(Role.OFFICE, world.left.committee_id)
    beside = site.staff(Role.SECRETARY, world.right.branch_id)

    answers = [one.get(f"{path}?organization={world.left.branch_id}").status_code for one in (above, beside)]

    assert answers == [404, 404]


def test_two_levels_above_nothing_of_a_branch_is_counted(site: Site, world: World) -> None:
    page = site.staff(Role.OFFICE, world.root_id).get("/console/meetings/duties").text

    assert ("东山公司党委" in page, "东山一支部" in page) == (True, False)


def test_nobody_states_for_a_branch_from_above(site: Site, world: World) -> None:
    office = site.staff(Role.OFFICE, world.left.committee_id)

    assert office.post("/console/meetings/duties/state", statement(world)).status_code == 404
    assert stated(site) == []


def test_term_is_entered_and_its_end_computed(site: Site, secretary: Browser, world: World) -> None:
    form = {"organization": world.left.branch_id, "elected_on": "2024-05-01", "has_committee": "yes"}

    answer = secretary.post("/console/meetings/duties/term", form)

    assert "2027年5月1日" in secretary.get(answer.location).text
    with site.services.sessions.read() as session:
        assert session.get_one(Term, world.left.branch_id).has_committee


@pytest.mark.parametrize("elected", ["", "2026-03-03", "2015-01-01", "0001-01-01"])
def test_term_that_cannot_be_is_refused(site: Site, secretary: Browser, world: World, elected: str) -> None:
    form = {"organization": world.left.branch_id, "elected_on": elected, "ends_on": "2027-05-01"}

    answer = secretary.post("/console/meetings/duties/term", form)

    assert (answer.status_code, "请核对任期" in answer.text) == (409, True)
    with site.services.sessions.read() as session:
        assert session.get(Term, world.left.branch_id) is None


def test_self_check_names_every_duty_its_gap_and_its_owner(
    site: Site, secretary: Browser, world: World
) -> None:
    come(site, world)

    page = secretary.get("/console/meetings/self-check?year=2026").text
    theme_day = page[page.index("<strong>主题党日") :]
    theme_day = theme_day[: theme_day.index("</tr>")]

    assert [
        text in theme_day
        for text in ("第十六条", "1月 逾期未开展", "补办", "补录", "说明或不适用", "组织委员")
    ] == [True] * 6
    assert f'href="/console/meetings/{world.left.meeting_id}">第一季度' in page


def test_committee_checks_its_own_renewal_alone(site: Site, world: World) -> None:
    page = site.staff(Role.OFFICE, world.left.committee_id).get(PAGES[1]).text

    assert ("<strong>换届选举" in page, "<strong>主题党日" in page) == (True, False)

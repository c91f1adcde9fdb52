"""学时 in the console: lists confirmed by what was read, declarations decided, counts without names, dated figures."""

from datetime import UTC, date, datetime

import pytest

from app.members.models import Member
from app.organizations.models import Organization
from app.staff import queries as people
from app.staff.models import Role, StaffAccount
from app.study.hours.figures import of_year
from app.study.hours.models import Declaration, StudySession
from app.study.hours.statements import own_statement
from app.study.hours.states import DeclarationState
from tests import factories
from tests.adapters.console import credited
from tests.adapters.console.world import World
from tests.adapters.site import Browser, Site

HOURS = "/console/study/hours"
STUDIED = {"topic": "学习条例", "unit": "clock", "hours": "1.5"}


@pytest.fixture
def secretary(site: Site, world: World) -> Browser:
    return site.staff(Role.SECRETARY, world.left.branch_id)


@pytest.fixture
def office(site: Site, world: World) -> Browser:
    return site.staff(Role.OFFICE, world.left.committee_id)


def meeting_of(world: World) -> str:
    return f"{HOURS}/meetings/{world.left.credited.meeting_id}"


def session_of(world: World, name: str = "open_id") -> str:
    return f"{HOURS}/sessions/{getattr(world.left.credited, name)}"


def minutes(site: Site, world: World, year: int = 2025) -> int:
    """What one who was there has for the year."""
    with site.services.sessions.read() as session:
        member_id = world.left.member_id
        return own_statement(session, member_id=member_id, year=year, now=site.clock.now()).minutes


def kept(site: Site, session_id: int) -> StudySession | None:
    with site.services.sessions.read() as session:
        return session.get(StudySession, session_id)


def acts(site: Site) -> list[str]:
    with site.services.sessions.read() as session:
        return [act for act in people.trail_actions(session) if act.startswith("study.")]


def test_meeting_gives_its_people_hours_once_the_list_is_confirmed(
    site: Site, secretary: Browser, world: World
) -> None:
    before = minutes(site, world)
    made = secretary.post(meeting_of(world), STUDIED)
    page = secretary.get(made.location)
    between = minutes(site, world)
    secretary.post(f"{page.location}/confirm", {"revision": 1})

    assert (made.status_code, page.status_code, between) == (302, 302, before)
    assert minutes(site, world) == before + 90
    assert acts(site) == ["study.session_confirmed", "study.session_made"]


def test_form_sent_twice_makes_one_session(site: Site, secretary: Browser, world: World) -> None:
    answers = [secretary.post(meeting_of(world), {**STUDIED, "once": "one-form"}) for _ in range(2)]

    assert [one.status_code for one in answers] == [302, 302]
    assert acts(site) == ["study.session_made"]


@pytest.mark.parametrize(
    ("change", "status", "sentence"),
    [
        ({"topic": " "}, 422, "请写学了什么"),
        ({"unit": ""}, 422, "请选择怎样折算"),
        ({"hours": "很多"}, 422, "请填写数字"),
        ({"hours": "NaN"}, 422, "请填写数字"),
        ({"hours": "1e-9"}, 422, "请填写数字"),
        ({"hours": "1.1"}, 409, "按 0.25 学时填写，不少于 0.25，最多 2。"),
        ({"hours": "9"}, 409, "最多 2。"),
        ({"unit": "full_day", "hours": ""}, 409, "请按时长"),
        ({"topic": "绝密文件"}, 409, "绝密"),
        ({"entry": "999999"}, 409, "不在执行中的学习计划里"),
    ],
)
def test_session_that_cannot_be_is_refused_on_its_form(
    site: Site, secretary: Browser, world: World, change: dict[str, str], status: int, sentence: str
) -> None:
    answer = secretary.post(meeting_of(world), {**STUDIED, **change})

    assert (answer.status_code, sentence in answer.text) == (status, True)
    assert acts(site) == []


def test_who_sends_an_old_form_is_told_and_overwrites_nothing(
    site: Site, secretary: Browser, world: World
) -> None:
    path = session_of(world)
    secretary.post(f"{path}/change", {**STUDIED, "revision": 1})

    answer = secretary.post(f"{path}/change", {**STUDIED, "topic": "后来的", "revision": 1})

    found = kept(site, world.left.credited.open_id)
    assert (answer.status_code, "刚刚有人改过" in answer.text, "后来的" in answer.text) == (409, True, True)
    assert found is not None
    assert (found.topic, found.minutes) == ("学习条例", 90)


def test_confirmation_is_taken_back_for_a_reason(site: Site, secretary: Browser, world: World) -> None:
    path, before = session_of(world, "confirmed_id"), minutes(site, world)

    refused = secretary.post(f"{path}/take-back", {"revision": 2})
    taken = secretary.post(f"{path}/take-back", {"revision": 2, "reason": "名单有误"})

    assert (refused.status_code, "请写明原因" in refused.text) == (409, True)
    assert (before, minutes(site, world)) == (120, 0)
    assert "名单有误" in secretary.get(taken.location).text


def test_session_is_removed_and_the_meeting_stays(site: Site, secretary: Browser, world: World) -> None:
    answer = secretary.post(f"{session_of(world)}/remove", {"revision": 1})

    assert (answer.status_code, answer.location) == (302, HOURS)
    assert kept(site, world.left.credited.open_id) is None
    assert secretary.get(session_of(world)).status_code == 404


def test_meeting_leads_to_its_hours(secretary: Browser, office: Browser, world: World) -> None:
    path = f"/console/meetings/{world.left.credited.meeting_id}"

    assert f'href="{meeting_of(world)}"' in secretary.get(path).text
    assert f'href="{meeting_of(world)}"' not in office.get(path).text


def test_lists_and_declarations_are_the_branchs_own(
    office: Browser, secretary: Browser, world: World
) -> None:
    paths = [meeting_of(world), session_of(world)]

    assert [office.get(path).status_code for path in paths] == [404, 404]
    assert "东山赵一" in secretary.get(f"{HOURS}/declarations").text
    assert "东山赵一" not in office.get(f"{HOURS}/declarations").text


def decide(browser: Browser, world: World, **form: object) -> object:
    path = f"{HOURS}/declarations/{world.left.credited.declaration_id}/decide"
    return browser.post(path, {"revision": 1, **form})


def declaration(site: Site, world: World) -> Declaration:
    with site.services.sessions.read() as session:
        return session.get_one(Declaration, world.left.credited.declaration_id)


def test_accepted_declaration_counts_and_can_be_sent_back(
    site: Site, secretary: Browser, world: World
) -> None:
    decide(secretary, world, answer="accept")
    counted = minutes(site, world, 2026)
    decide(secretary, world, answer="return", revision=2, note="主办单位写错了")

    assert (counted, minutes(site, world, 2026)) == (120, 0)
    assert (declaration(site, world).state, declaration(site, world).note) == (
        DeclarationState.RETURNED,
        "主办单位写错了",
    )


def test_declaration_is_not_sent_back_without_a_word(site: Site, secretary: Browser, world: World) -> None:
    answer = decide(secretary, world, answer="return")

    assert (answer.status_code, "退回时请写明原因" in answer.text) == (409, True)  # type: ignore[attr-defined]
    assert declaration(site, world).state is DeclarationState.DECLARED


def test_nobody_accepts_their_own_declaration(site: Site, secretary: Browser, world: World) -> None:
    with site.services.sessions.begin() as session:
        account = session.query(StaffAccount).order_by(StaffAccount.id.desc()).first()
        assert account is not None
        account.member_id = world.left.member_id

    answer = decide(secretary, world, answer="accept")

    assert (answer.status_code, "另一位同志" in answer.text) == (409, True)  # type: ignore[attr-defined]
    assert declaration(site, world).state is DeclarationState.DECLARED


def test_same_day_elsewhere_is_pointed_out_before_anything_counts_twice(
    site: Site, secretary: Browser, world: World
) -> None:
    with site.services.sessions.begin() as session:
        branch = session.get_one(Organization, world.left.branch_id)
        both = [session.get_one(Member, one) for one in (world.left.member_id, world.left.bound_member_id)]
        that_day = datetime(2026, 2, 20, 1, 0, tzinfo=UTC)
        made = credited.made(session, "东山", credited.training(session, "东山", branch, both, that_day))
        path = f"{HOURS}/sessions/{made.id}"

    assert "东山赵一：东山党校专题班" in secretary.get(path).text
    assert "同一天还有" in secretary.get(f"{HOURS}/declarations").text


def test_counts_of_fewer_than_five_are_not_shown(site: Site, secretary: Browser, world: World) -> None:
    few = secretary.get(HOURS).text
    with site.services.sessions.begin() as session:
        branch = session.get_one(Organization, world.left.branch_id)
        for number in range(3):
            factories.member(session, branch, name=f"东山孙{number}")
    many = secretary.get(HOURS).text

    assert ("不足 5 人的组织不列" in few, "学时已够" in few) == (True, False)
    assert ("学时已够" in many, "还要安排学习的" in many, "东山孙" in many) == (True, True, False)


def test_superior_reads_counts_and_no_name(
    site: Site, office: Browser, secretary: Browser, world: World
) -> None:
    page = office.get(f"{HOURS}/below").text

    assert ("东山一支部" in page, "不列" in page, "东山赵一" in page) == (True, True, False)
    assert "西河" not in page
    assert secretary.get(f"{HOURS}/below").status_code == 404


def test_year_before_any_figure_is_no_fault(secretary: Browser, site: Site) -> None:
    assert "2026年" in secretary.get(f"{HOURS}?year=1").text
    assert secretary.get(f"{HOURS}?year=2147483648").status_code == 200


def test_figure_takes_two_people_above_all(site: Site, office: Browser, world: World) -> None:
    first, second = site.staff(Role.OFFICE, world.root_id), site.staff(Role.SECRETARY, world.root_id)
    form = {"figure": "member_year", "hours": "40", "effective_from": "2027-01-01", "clause": "新规划"}

    made = first.post(f"{HOURS}/figures", form)
    newest = max(int(one) for one in _ids(first.get(f"{HOURS}/figures").text))
    alone = first.post(f"{HOURS}/figures/{newest}/decide", {"decision": "approved"})
    said = first.get(alone.location).text
    second.post(f"{HOURS}/figures/{newest}/decide", {"decision": "approved"})

    assert (made.status_code, "另一位同志" in said) == (302, True)
    assert office.post(f"{HOURS}/figures", form).status_code == 404
    with site.services.sessions.read() as session:
        assert (of_year(session, 2026).member_year, of_year(session, 2027).member_year) == (1920, 2400)


def _ids(text: str) -> list[str]:
    return [part.split("/")[0] for part in text.split("/console/study/hours/figures/")[1:]]


@pytest.mark.parametrize(
    ("change", "status", "sentence"),
    [
        ({"figure": ""}, 422, "请选择改哪一个"),
        ({"hours": "x"}, 422, "请填写数字"),
        ({"figure": "clock_hour", "hours": "0"}, 422, "能整除 3600"),
        ({"figure": "clock_hour", "hours": "7"}, 422, "能整除 3600"),
        ({"effective_from": "2027-02-30"}, 422, "请填写从哪天起"),
        ({"effective_from": "2027-02-01"}, 409, "不是从 1 月 1 日起"),
        ({"effective_from": "2020-01-01"}, 409, "算过的不变"),
        ({"clause": ""}, 422, "请写依据"),
    ],
)
def test_figure_that_cannot_be_is_refused_on_its_form(
    site: Site, world: World, change: dict[str, str], status: int, sentence: str
) -> None:
    form = {"figure": "member_year", "hours": "40", "effective_from": "2027-01-01", "clause": "新规划"}

    answer = site.staff(Role.OFFICE, world.root_id).post(f"{HOURS}/figures", {**form, **change})

    assert (answer.status_code, sentence in answer.text) == (status, True)


def test_hour_by_the_clock_is_said_as_people_say_it(site: Site, world: World) -> None:
    browser = site.staff(Role.OFFICE, world.root_id)
    form = {"figure": "clock_hour", "hours": "45", "effective_from": "2026-06-01", "clause": "细则"}

    browser.post(f"{HOURS}/figures", form)

    assert "45 分钟计 1 学时" in browser.get(f"{HOURS}/figures").text
    with site.services.sessions.read() as session:
        assert of_year(session, date(2026, 3, 2).year).clock_hour == 60

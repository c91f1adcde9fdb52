"""Recurring plans in the console: made, listed with their dates, left out, announced once, ended."""

from datetime import date

import pytest

from app.meetings.models import Expected, Meeting, MeetingKind
from app.meetings.plans.models import Plan, Skip
from app.staff.models import Role
from tests.adapters.console.world import World
from tests.adapters.site import Browser, Site

NEW: dict[str, object] = {
    "kind": "branch_committee",
    "title": "支委会",
    "place": "三楼",
    "frequency": "monthly",
    "month": "1",
    "by": "weekday",
    "nth": "-1",
    "weekday": "4",
    "starts": "15:00",
    "ends": "16:00",
    "begins_on": "2026-03-02",
    "once": "plan-1",
}


@pytest.fixture
def secretary(site: Site, world: World) -> Browser:
    return site.staff(Role.SECRETARY, world.left.branch_id)


def plans_of(site: Site, world: World) -> list[Plan]:
    with site.services.sessions.read() as session:
        return session.query(Plan).filter_by(organization_id=world.left.branch_id).order_by(Plan.id).all()


def path_of(world: World, act: str) -> str:
    return f"/console/meetings/plans/{world.left.plan_id}/{act}"


def test_plan_is_made_and_listed_with_its_next_dates(site: Site, secretary: Browser, world: World) -> None:
    answer = secretary.post("/console/meetings/plans/new", {**NEW, "organization": world.left.branch_id})
    page = secretary.get(answer.location).text

    made = plans_of(site, world)[-1]
    assert (made.kind, made.nth, made.weekday, made.starts_minute, made.minutes) == (
        MeetingKind.BRANCH_COMMITTEE,
        -1,
        4,
        900,
        60,
    )
    assert ("每月最后一个周五" in page, "3月27日 周五 15:00" in page) == (True, True)
    assert "新建会议计划" in site.staff(Role.AUDITOR, world.root_id).get("/console/audit").text


def test_plan_sent_twice_is_made_once(site: Site, secretary: Browser, world: World) -> None:
    before = len(plans_of(site, world))

    for _ in range(2):
        secretary.post("/console/meetings/plans/new", {**NEW, "organization": world.left.branch_id})

    assert len(plans_of(site, world)) == before + 1


@pytest.mark.parametrize(
    ("change", "field", "sentence"),
    [
        ({"title": " "}, "title", "请写会议名称。"),
        ({"kind": "party"}, "kind", "请选择会议类型。"),
        ({"organization": ""}, "organization", "请选择组织。"),
        ({"by": "date", "month_day": ""}, "month_day", "请填写几号"),
        ({"by": "date", "month_day": "32"}, "rule", "这一天每个周期里不一定有"),
        ({"nth": "7"}, "rule", "这一天每个周期里不一定有"),
        ({"ends": "14:00"}, "ends", "结束时间要晚于开始时间。"),
        ({"starts": "三点"}, "starts", "请填写开始时间。"),
        ({"begins_on": "2026-02-30"}, "begins_on", "请填写从哪天开始。"),
        ({"ends_on": "2026-03-01"}, "ends_on", "结束的日期要在开始的日期之后。"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_the_rest_kept(
    site: Site, secretary: Browser, world: World, change: dict[str, str], field: str, sentence: str
) -> None:
    before = len(plans_of(site, world))

    answer = secretary.post(
        "/console/meetings/plans/new", {**NEW, "organization": world.left.branch_id, **change}
    )

    said = answer.text[answer.text.index(f'id="{field}-fault"') :]
    assert (answer.status_code, sentence in said[: len(sentence) + 40], 'value="三楼"' in answer.text) == (
        422,
        True,
        True,
    )
    assert len(plans_of(site, world)) == before


def test_date_is_left_out_with_a_reason_and_taken_back(site: Site, secretary: Browser, world: World) -> None:
    form = {"planned_on": "2026-03-11", "reason": "与党课合并"}

    silent = secretary.post(path_of(world, "skip"), {**form, "reason": ""})
    said = secretary.get(silent.location).text
    secretary.post(path_of(world, "skip"), form)
    skipped = [secretary.get(path).text for path in ("/console/meetings", "/console/meetings/plans")]
    secretary.post(path_of(world, "unskip"), form)

    assert "请写明这一次为什么不开" in said
    assert ["原因：与党课合并" in page for page in skipped] == [True, True]
    with site.services.sessions.read() as session:
        assert session.query(Skip).count() == 0


def test_planned_meeting_is_announced_once_by_two_secretaries(site: Site, world: World) -> None:
    both = [site.staff(Role.SECRETARY, world.left.branch_id) for _ in range(2)]

    answers = [one.post(path_of(world, "publish"), {"planned_on": "2026-03-11"}) for one in both]

    assert [answer.status_code for answer in answers] == [302, 302]
    assert "这一次已经发过会议通知了" in both[1].get(answers[1].location).text
    with site.services.sessions.read() as session:
        assert session.query(Meeting).filter_by(plan_id=world.left.plan_id).count() == 1


def test_day_that_the_plan_does_not_have_is_refused(site: Site, secretary: Browser, world: World) -> None:
    answer = secretary.post(path_of(world, "publish"), {"planned_on": "2026-03-12"})

    assert "计划里没有这一天" in secretary.get(answer.location).text
    assert secretary.post(path_of(world, "publish"), {"planned_on": "someday"}).status_code == 404


def test_people_of_a_committee_are_ticked_and_offered_again(
    site: Site, secretary: Browser, world: World
) -> None:
    secretary.post("/console/meetings/plans/new", {**NEW, "organization": world.left.branch_id})
    plan = plans_of(site, world)[-1].id
    path = f"/console/meetings/plans/{plan}/publish"
    secretary.post(path, {"planned_on": "2026-03-27", "person": world.left.member_id})

    page = secretary.get(f"{path}?planned_on=2026-04-24").text

    assert f'value="{world.left.member_id}" checked' in page
    assert f'value="{world.left.bound_member_id}">' in page
    with site.services.sessions.read() as session:
        made = session.query(Meeting).filter_by(planned_on=date(2026, 3, 27)).one()
        people = [row.member_id for row in session.query(Expected).filter_by(meeting_id=made.id)]
    assert people == [world.left.member_id]


def test_ended_plan_lists_no_dates(secretary: Browser, world: World) -> None:
    answer = secretary.post(path_of(world, "end"))

    page = secretary.get(answer.location).text
    assert ("已停用" in page, "3月11日" in page) == (True, False)
    assert "东山主题党日" not in secretary.get("/console/meetings").text


def test_reader_without_the_right_sees_no_buttons(site: Site, world: World) -> None:
    page = site.staff(Role.SECRETARY, world.left.branch_id).get("/console/meetings/plans").text

    assert "新建计划" in page
    assert site.staff(Role.AUDITOR, world.root_id).get("/console/meetings/plans").status_code == 403

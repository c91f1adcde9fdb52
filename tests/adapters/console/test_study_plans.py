"""Plans, wishes and pushes in the console: what is offered, to whom and when; nothing of who asked or read."""

from datetime import date

import pytest

from app.staff import queries as people
from app.staff.models import Role
from app.study.library.models import StudyItem, StudyReach
from app.study.plans import queries as plans
from app.study.plans import wishes
from app.study.plans.models import PlanEntry, StudyPlan, Wish
from app.study.plans.states import PlanState, WishState
from app.study.pushes.models import StudyPush
from app.study.pushes.states import PushState
from tests.adapters.console.world import World
from tests.adapters.site import Browser, Site

PLANS, WISHES, PUSHES = "/console/study/plans", "/console/study/wishes", "/console/study/pushes"
ENTRY = {"month": "5", "slot": "film", "title": "看一部片", "revision": 2}


@pytest.fixture
def secretary(site: Site, world: World) -> Browser:
    return site.staff(Role.SECRETARY, world.left.branch_id)


@pytest.fixture
def office(site: Site, world: World) -> Browser:
    return site.staff(Role.OFFICE, world.left.committee_id)


def plan_of(world: World) -> str:
    return f"{PLANS}/{world.left.offered.study_plan_id}"


def plan(site: Site, world: World) -> StudyPlan:
    with site.services.sessions.read() as session:
        return session.get_one(StudyPlan, world.left.offered.study_plan_id)


def titles(site: Site, world: World) -> list[tuple[int, str, date]]:
    with site.services.sessions.read() as session:
        found = session.get_one(StudyPlan, world.left.offered.study_plan_id)
        return [(one.month, one.title, one.suggested_by) for one in plans.entries(session, found)]


def acts(site: Site) -> list[str]:
    with site.services.sessions.read() as session:
        return [act for act in people.trail_actions(session) if act.startswith("study.")]


def test_plan_is_made_filled_and_published(site: Site, secretary: Browser, world: World) -> None:
    form = {"organization": world.left.branch_id, "year": "2027", "learner": "leader", "title": "2027年计划"}
    secretary.post(f"{PLANS}/new", form)
    with site.services.sessions.read() as session:
        made = session.query(StudyPlan).filter_by(title="2027年计划").one().id
    empty = secretary.post(f"{PLANS}/{made}/publish", {"revision": 1})
    secretary.post(f"{PLANS}/{made}/entries/new", {**ENTRY, "revision": 1})
    secretary.post(f"{PLANS}/{made}/publish", {"revision": 2})

    assert (empty.status_code, "还没有内容的计划不能发布" in empty.text) == (409, True)
    with site.services.sessions.read() as session:
        assert session.get_one(StudyPlan, made).state is PlanState.PUBLISHED
        assert session.query(PlanEntry).filter_by(plan_id=made).one().suggested_by == date(2027, 5, 31)
    assert acts(site) == ["study.plan_changed", "study.plan_made", "study.plan_published"]


def test_forms_sent_twice_do_it_once(site: Site, secretary: Browser, world: World) -> None:
    for _ in range(2):
        secretary.post(f"{plan_of(world)}/entries/new", {**ENTRY, "once": "one-form"})
        secretary.post(f"{plan_of(world)}/copy", {"once": "another"})

    assert [title for _, title, _ in titles(site, world)] == ["东山二季度党课", "看一部片"]
    with site.services.sessions.read() as session:
        assert session.query(StudyPlan).filter_by(year=2027).count() == 1


@pytest.mark.parametrize(
    ("change", "status", "sentence"),
    [
        ({"month": "13"}, 422, "请选择月份"),
        ({"slot": ""}, 422, "请选择是一堂课"),
        ({"title": " "}, 422, "请写学什么"),
        ({"day": "2026-02-30"}, 422, "请填写日期"),
        ({"day": "2026-05-03"}, 409, "休息日"),
        ({"day": "2027-05-10"}, 409, "在计划的这一年里"),
        ({"item": "999999"}, 409, "还没有发布"),
        ({"revision": "1"}, 409, "刚刚有人改过"),
        ({"title": "机密事项"}, 409, "机密"),
    ],
)
def test_entry_that_cannot_be_is_refused_on_its_form(
    site: Site, secretary: Browser, world: World, change: dict[str, str], status: int, sentence: str
) -> None:
    answer = secretary.post(f"{plan_of(world)}/entries/new", {**ENTRY, **change})

    assert (answer.status_code, sentence in answer.text) == (status, True)
    assert [title for _, title, _ in titles(site, world)] == ["东山二季度党课"]


def test_entry_is_changed_and_taken_out(site: Site, secretary: Browser, world: World) -> None:
    path = f"{plan_of(world)}/entries/{world.left.offered.entry_id}"
    shown = secretary.get(path).text

    secretary.post(path, {**ENTRY, "day": "2026-05-20"})
    changed = titles(site, world)
    secretary.post(f"{path}/remove", {"revision": 3})

    assert ("东山二季度党课" in shown, "东山条例要点" in shown) == (True, True)
    assert changed == [(5, "看一部片", date(2026, 5, 20))]
    assert titles(site, world) == []
    assert secretary.get(path).status_code == 404


def test_day_that_is_no_longer_reasonable_is_named_when_publishing(
    site: Site, secretary: Browser, world: World
) -> None:
    secretary.post(f"{plan_of(world)}/entries/new", {**ENTRY, "month": "3", "day": "2026-03-03"})

    answer = secretary.post(f"{plan_of(world)}/publish", {"revision": 3})

    assert (answer.status_code, "“看一部片”：建议学完的日子太近，请改到3月5日或以后" in answer.text) == (
        409,
        True,
    )
    assert plan(site, world).state is PlanState.DRAFT


def test_ended_plan_is_shown_and_not_written_on(site: Site, secretary: Browser, world: World) -> None:
    secretary.post(f"{plan_of(world)}/end", {"revision": 2})
    page = secretary.get(plan_of(world)).text

    assert ("已结束" in page, "加一项" in page, "改名称" in page) == (True, False, False)
    assert secretary.post(f"{plan_of(world)}/entries/new", {**ENTRY, "revision": 3}).status_code == 409
    assert secretary.get(f"{plan_of(world)}/entries/new").status_code == 404


def wish_of(world: World) -> str:
    return f"{WISHES}/{world.left.offered.wish_key}"


def own_wish(site: Site, world: World) -> wishes.OwnWish:
    with site.services.sessions.read() as session:
        return wishes.own_wishes(session, member_id=world.left.member_id)[0]


def test_wish_is_read_without_a_name(secretary: Browser, office: Browser, world: World) -> None:
    listed, page = secretary.get(WISHES).text, secretary.get(wish_of(world)).text

    assert ("东山想学安全生产法" in listed, "东山想学安全生产法" in page) == (True, True)
    assert ("赵一" in listed, "赵一" in page) == (False, False)
    assert (office.get(wish_of(world)).status_code, "安全生产法" in office.get(WISHES).text) == (404, False)


def test_wish_is_answered_with_something_of_the_library(site: Site, secretary: Browser, world: World) -> None:
    found = secretary.get(f"{wish_of(world)}?q=规则").text
    answer = secretary.post(
        f"{wish_of(world)}/offer", {"item": world.left.offered.free_item_id, "answer": "请看这一篇"}
    )
    again = secretary.post(f"{wish_of(world)}/decline", {"answer": "以后"})

    assert ("东山规则解读" in found or "没有找到" in found, answer.status_code, again.status_code) == (
        True,
        302,
        404,
    )
    kept = own_wish(site, world)
    assert (kept.state, kept.answer, kept.item_id) == (
        WishState.OFFERED,
        "请看这一篇",
        world.left.offered.free_item_id,
    )


def test_wish_is_declined_with_a_word(site: Site, secretary: Browser, world: World) -> None:
    refused = secretary.post(f"{wish_of(world)}/decline", {"answer": " "})
    secretary.post(f"{wish_of(world)}/decline", {"answer": "三季度请老师来讲"})

    assert (refused.status_code, "请写一句话" in refused.text) == (409, True)
    assert (own_wish(site, world).state, own_wish(site, world).answer) == (
        WishState.DECLINED,
        "三季度请老师来讲",
    )


def test_wish_is_not_answered_with_what_the_asker_cannot_read(
    site: Site, secretary: Browser, world: World
) -> None:
    answer = secretary.post(f"{wish_of(world)}/offer", {"item": world.right.offered.free_item_id})

    assert (answer.status_code, "看不到" in answer.text) == (409, True)
    with site.services.sessions.read() as session:
        assert session.query(Wish).filter_by(key=world.left.offered.wish_key).one().state is WishState.ASKED


def push_form(world: World, **more: object) -> dict[str, object]:
    return {
        "sender": world.left.branch_id,
        "item": world.left.offered.free_item_id,
        "organization": world.left.branch_id,
        "below": world.left.branch_id,
        "urgency": "own_push",
        **more,
    }


def newest_push(site: Site) -> StudyPush | None:
    with site.services.sessions.read() as session:
        return session.query(StudyPush).order_by(StudyPush.id.desc()).first()


def test_item_is_scheduled_for_a_day(site: Site, secretary: Browser, world: World) -> None:
    listed = secretary.get(f"{PUSHES}/new").text
    form = secretary.get(
        f"{PUSHES}/new?sender={world.left.branch_id}&item={world.left.offered.free_item_id}"
    ).text
    answer = secretary.post(f"{PUSHES}/new", push_form(world, day="2026-03-09", time="09:30"))
    page = secretary.get(PUSHES).text

    assert ("东山规则解读" in listed, "西河" in listed, "东山规则解读" in form) == (True, False, True)
    assert answer.status_code == 302
    made = newest_push(site)
    assert made is not None
    assert (made.send_at.isoformat(), made.item_id) == (
        "2026-03-09T01:30:00+00:00",
        world.left.offered.free_item_id,
    )
    assert ("东山规则解读" in page, "3月9日" in page) == (True, True)


@pytest.mark.parametrize(
    ("change", "status", "sentence"),
    [
        ({"day": "2026-03-09"}, 422, "日期和时间都填上"),
        ({"day": "2028-03-09", "time": "09:00"}, 409, "一年以后"),
        ({"organization": ""}, 409, "还没有选发给谁"),
        ({"urgency": "emergency"}, 409, "只有“随每周汇总”和“单独推送”"),
    ],
)
def test_push_that_cannot_be_is_refused_on_its_form(
    site: Site, secretary: Browser, world: World, change: dict[str, str], status: int, sentence: str
) -> None:
    before = newest_push(site)

    answer = secretary.post(f"{PUSHES}/new", push_form(world, **change))

    after = newest_push(site)
    assert (answer.status_code, sentence in answer.text) == (status, True)
    assert before is not None
    assert after is not None
    assert after.id == before.id


def test_people_who_cannot_read_it_are_counted_before_anything_is_sent(
    site: Site, office: Browser, world: World
) -> None:
    with site.services.sessions.begin() as session:
        item = session.get_one(StudyItem, world.left.offered.free_item_id)
        item.organization_id, item.reach = world.left.committee_id, StudyReach.OWN

    answer = office.post(
        f"{PUSHES}/new",
        {**push_form(world), "sender": world.left.committee_id, "below": world.left.branch_id},
    )

    assert (answer.status_code, "有 2 人看不到" in answer.text) == (409, True)


def test_item_waits_once_for_an_organization(secretary: Browser, world: World) -> None:
    answer = secretary.post(f"{PUSHES}/new", push_form(world, item=world.left.offered.item_id))

    assert (answer.status_code, "已经安排了推送" in answer.text) == (409, True)


def test_push_is_withdrawn_once(site: Site, secretary: Browser, world: World) -> None:
    path = f"{PUSHES}/{world.left.offered.push_id}/withdraw"
    answers = [secretary.post(path) for _ in range(2)]
    page = secretary.get(f"{PUSHES}?state=withdrawn").text

    assert [one.status_code for one in answers] == [302, 302]
    assert ("已取消" in page, "取消这次推送" in page) == (True, False)
    with site.services.sessions.read() as session:
        assert session.get_one(StudyPush, world.left.offered.push_id).state is PushState.WITHDRAWN
    assert acts(site) == ["study.push_withdrawn"]


def test_ticks_are_counted_while_they_are_set(secretary: Browser, world: World) -> None:
    assert (
        '将发给 <strong class="number">2</strong> 人'
        in secretary.post(f"{PUSHES}/count", push_form(world)).text
    )

"""Writing an announcement, choosing whom it is for, and the people who let it go out."""

import json

import pytest

from app.members.models import MemberKind, WeChatIdentity
from app.notices.announcements.audience import Audience, Target
from app.notices.announcements.models import Announcement
from app.notices.announcements.states import AnnouncementState
from app.notices.models import Urgency
from app.organizations import queries as organizations
from app.staff import queries as people
from app.staff.models import Role
from app.staff.queries import TrailFilter
from tests import factories
from tests.adapters.console import announced
from tests.adapters.console.world import World
from tests.adapters.site import Browser, Site

BODY = "周六上午九点在院里集合。\n## 请带\n- 手套\n- 水"


@pytest.fixture
def secretary(site: Site, world: World) -> Browser:
    return site.staff(Role.SECRETARY, world.left.branch_id)


def written(world: World, **more: object) -> dict[str, object]:
    return {
        "organization": world.left.branch_id,
        "title": "植树活动通知",
        "body": BODY,
        "urgency": "own_push",
        "once": "form-1",
        **more,
    }


def write(browser: Browser, world: World, **more: object) -> int:
    answer = browser.post("/console/announcements/new", written(world, **more))
    assert answer.status_code == 302, answer.text
    return int(str(answer.location).split("/")[3])


def kept(site: Site, announcement_id: int) -> Announcement:
    with site.services.sessions.read() as session:
        return session.get_one(Announcement, announcement_id)


def acts(site: Site, world: World) -> list[str]:
    with site.services.sessions.read() as session:
        root = organizations.by_id(session, world.root_id)
        assert root is not None
        rows = people.trail(session, organizations.subtree(root), TrailFilter(), offset=0, limit=50)
        return [entry.action for entry, _ in reversed(rows)]


def revision(site: Site, announcement_id: int) -> dict[str, object]:
    return {"revision": kept(site, announcement_id).revision}


def path_of(announcement_id: int, rest: str = "") -> str:
    return f"/console/announcements/{announcement_id}{rest}"


def test_written_announcement_is_a_draft_for_the_whole_organisation(
    site: Site, secretary: Browser, world: World
) -> None:
    made = kept(site, write(secretary, world))

    assert (made.state, made.title, made.urgency) == (
        AnnouncementState.DRAFT,
        "植树活动通知",
        Urgency.OWN_PUSH,
    )
    assert made.body == ("<p>周六上午九点在院里集合。</p><h3>请带</h3><ul><li>手套</li><li>水</li></ul>")
    assert Audience.from_json(made.audience) == Audience(
        (Target(world.left.branch_id),), frozenset({MemberKind.FULL, MemberKind.PROBATIONARY})
    )
    assert acts(site, world) == ["announcement.drafted"]


def test_form_sent_twice_makes_one_announcement(site: Site, secretary: Browser, world: World) -> None:
    first, second = write(secretary, world), write(secretary, world)

    assert first == second
    assert acts(site, world) == ["announcement.drafted"]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"organization": ""}, "请选择以哪个组织的名义发。"),
        ({"title": " "}, "请写标题。"),
        ({"body": "\n \n"}, "请写正文。"),
        ({"urgency": "personal"}, "请选择怎样送达。"),
        ({"urgency": "loud"}, "请选择怎样送达。"),
        ({"body": "此件为机密★文件"}, "里面有“机密”字样。"),
        ({"confirm_until": "2026-03-20"}, "就要写明依据的文件"),
        ({"confirm_until": "2026-03-01", "basis": "某文〔2026〕1号"}, "这一天已经过去"),
        ({"body": "<script>x</script>" * 6000}, "正文太长了"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(
    site: Site, secretary: Browser, world: World, wrong: dict[str, str], said: str
) -> None:
    answer = secretary.post("/console/announcements/new", written(world, **wrong))

    assert answer.status_code == 422
    assert said in answer.text
    assert ("植树活动通知" if "title" not in wrong else "手套") in answer.text
    assert acts(site, world) == []


def test_somebody_elses_organisation_does_not_exist(secretary: Browser, world: World) -> None:
    answer = secretary.post("/console/announcements/new", written(world, organization=world.right.branch_id))

    assert answer.status_code == 404


def test_script_in_the_text_is_only_text(site: Site, secretary: Browser, world: World) -> None:
    made = write(secretary, world, body="<img src=x onerror=alert(1)>\n[点](javascript:alert(1))")

    page = secretary.get(path_of(made)).text
    assert "<img src=x" not in page
    assert "javascript:alert" not in kept(site, made).body.replace("[点](javascript:alert(1))", "")


def test_preview_shows_the_phone_and_warns_of_secrecy(secretary: Browser, world: World) -> None:
    preview = "/console/announcements/preview"

    plain = secretary.post(preview, written(world), htmx=True).text
    secret = secretary.post(preview, written(world, body="内部资料，不得外传"), htmx=True).text

    assert "<li>手套</li>" in plain
    assert "东山一支部" in plain
    assert 'role="alert"' not in plain
    assert "文中有“内部资料”“不得外传”字样" in secret


def test_edit_shows_the_lines_as_they_were_typed(site: Site, secretary: Browser, world: World) -> None:
    made = write(secretary, world)

    assert "## 请带\n- 手套\n- 水</textarea>" in secretary.get(path_of(made, "/edit")).text
    secretary.post(
        path_of(made, "/edit"), written(world, title="植树活动改期", **revision(site, made), once="form-2")
    )

    assert (kept(site, made).title, kept(site, made).revision) == ("植树活动改期", 2)


def test_edit_of_an_old_page_overwrites_nothing(site: Site, secretary: Browser, world: World) -> None:
    made = write(secretary, world)
    old = revision(site, made)
    secretary.post(path_of(made, "/edit"), written(world, title="改过一次", **old, once="form-2"))

    answer = secretary.post(path_of(made, "/edit"), written(world, title="又改", **old, once="form-3"))

    assert (answer.status_code, "刚刚被别人改过" in answer.text, "又改" in answer.text) == (422, True, True)
    assert kept(site, made).title == "改过一次"


def test_audience_keeps_what_is_ticked(site: Site, world: World) -> None:
    office = site.staff(Role.OFFICE, world.left.committee_id)
    made = write(office, world, organization=world.left.committee_id)

    answer = office.post(
        path_of(made, "/audience"),
        {
            "organization": [world.left.committee_id, world.left.branch_id],
            "below": [world.left.branch_id],
            "kind": "full",
            "role": "secretary",
            "member": world.left.member_id,
            **revision(site, made),
        },
    )

    assert answer.location == path_of(made)
    assert Audience.from_json(kept(site, made).audience) == Audience(
        (Target(world.left.committee_id, below=False), Target(world.left.branch_id, below=True)),
        frozenset({MemberKind.FULL}),
        frozenset({Role.SECRETARY}),
        (world.left.member_id,),
    )


@pytest.mark.parametrize(
    ("ticked", "said"),
    [
        ({}, "还没有选发给谁"),
        ({"organization": "999999", "below": "999999"}, "不在发文组织的范围内"),
        ({"kind": "applicant"}, "一个人也没有"),
    ],
)
def test_audience_of_nobody_is_refused_with_the_reason(
    site: Site, secretary: Browser, world: World, ticked: dict[str, str], said: str
) -> None:
    made = write(secretary, world)
    before = kept(site, made).audience
    own = {"organization": world.left.branch_id} if "kind" in ticked else {}

    answer = secretary.post(path_of(made, "/audience"), {**own, **ticked, **revision(site, made)})

    assert (answer.status_code, said in answer.text) == (422, True)
    assert kept(site, made).audience == before


def test_audience_of_the_neighbours_reaches_nobody(site: Site, secretary: Browser, world: World) -> None:
    made = write(secretary, world)
    theirs = {"organization": world.right.branch_id, "member": world.right.member_id}

    answer = secretary.post(path_of(made, "/audience"), {**theirs, **revision(site, made)})

    assert (answer.status_code, "不在发文组织的范围内" in answer.text) == (422, True)
    assert world.right.mark not in answer.text


def test_count_follows_the_ticks(site: Site, secretary: Browser, world: World) -> None:
    made = write(secretary, world)
    address = path_of(made, "/audience/count")

    both = secretary.post(address, {"organization": world.left.branch_id}, htmx=True).text
    one = secretary.post(address, {"member": world.left.member_id}, htmx=True).text
    none = secretary.post(address, {}, htmx=True).text

    assert ">2</strong>" in both
    assert ">1</strong>" in one
    assert "请先勾选" in none


def test_find_people_keeps_the_ticks_also_without_scripts(
    site: Site, secretary: Browser, world: World
) -> None:
    made = write(secretary, world)
    form = {"q": "钱", "member": world.left.member_id, "role": "organizer"}

    page = secretary.post(path_of(made, "/audience/people"), form).text
    part = secretary.post(path_of(made, "/audience/people"), form, htmx=True).text

    for text in (page, part):
        assert f'value="{world.left.member_id}" checked' in text
        assert f'value="{world.left.bound_member_id}">' in text
    assert 'value="organizer" checked' in page


def test_reach_names_who_is_left(site: Site, secretary: Browser, world: World) -> None:
    made = write(secretary, world)
    with site.services.sessions.begin() as session:
        session.query(WeChatIdentity).update({"wrote_at": site.clock.now()})

    page = secretary.get(path_of(made)).text
    rest = secretary.get(path_of(made, "/rest")).text

    assert "可达 <strong>1</strong> / 2；其余 1" in page
    assert ("东山赵一" in rest, "东山钱二" in rest) == (True, False)


def test_schedule_lets_it_go_out_and_says_when(site: Site, secretary: Browser, world: World) -> None:
    made = write(secretary, world)

    secretary.post(path_of(made, "/schedule"), {**revision(site, made), "when": "now"})

    assert (kept(site, made).state, kept(site, made).send_at) == (
        AnnouncementState.SCHEDULED,
        site.clock.now(),
    )
    assert "已安排好。预计 今天 09:00 开始发送。" in secretary.get(path_of(made)).text
    assert acts(site, world) == ["announcement.drafted", "announcement.scheduled"]


def test_schedule_for_later_needs_a_time(site: Site, secretary: Browser, world: World) -> None:
    made = write(secretary, world)
    later = {**revision(site, made), "when": "later", "day": "2026-03-05"}

    refused = secretary.post(path_of(made, "/schedule"), later)
    secretary.post(path_of(made, "/schedule"), {**later, "time": "21:30"})

    assert (refused.status_code, "请填好定时发送的日期和时间" in refused.text) == (409, True)
    assert kept(site, made).state is AnnouncementState.SCHEDULED
    assert "预计 3月6日 周五 08:00 开始发送" in secretary.get(path_of(made)).text


def test_schedule_for_a_time_gone_by_is_refused_and_not_at_once(
    site: Site, secretary: Browser, world: World
) -> None:
    made = write(secretary, world)
    gone = {**revision(site, made), "when": "later", "day": "2026-03-01", "time": "21:30"}

    refused = secretary.post(path_of(made, "/schedule"), gone)

    assert (refused.status_code, "定时的时间已经过去" in refused.text) == (409, True)
    assert kept(site, made).state is AnnouncementState.DRAFT
    assert 'name="when" value="later" checked' in refused.text
    assert 'value="2026-03-01"' in refused.text
    assert 'value="21:30"' in refused.text


def test_at_once_with_a_time_filled_in_is_not_guessed(site: Site, secretary: Browser, world: World) -> None:
    made = write(secretary, world)

    answer = secretary.post(
        path_of(made, "/schedule"), {**revision(site, made), "when": "now", "time": "10:00"}
    )

    assert (answer.status_code, "请选“定时”，或者把时间清空" in answer.text) == (409, True)
    assert kept(site, made).state is AnnouncementState.DRAFT


def test_emergency_needs_a_second_person(site: Site, secretary: Browser, world: World) -> None:
    made = write(secretary, world, urgency="emergency")

    alone = secretary.post(path_of(made, "/schedule"), revision(site, made))
    secretary.post(path_of(made, "/submit"), revision(site, made))
    own = secretary.post(path_of(made, "/approve"), revision(site, made))
    colleague = site.staff(Role.SECRETARY, world.left.committee_id)
    colleague.post(path_of(made, "/approve"), revision(site, made))

    assert (alone.status_code, "要由另一个人审核" in alone.text) == (409, True)
    assert (own.status_code, "起草的人不能审核自己的通知" in own.text) == (409, True)
    assert kept(site, made).state is AnnouncementState.SCHEDULED
    assert acts(site, world)[1:] == ["announcement.submitted", "announcement.approved"]


def test_organisation_with_the_duty_wants_a_second_person(
    site: Site, secretary: Browser, world: World
) -> None:
    made = write(secretary, world)
    office = site.staff(Role.OFFICE, world.left.committee_id)
    office.post("/console/announcements/review-duties/set", {"organization": world.left.committee_id})

    page = secretary.get(path_of(made)).text
    refused = secretary.post(path_of(made, "/schedule"), revision(site, made))

    assert ("提交审核" in page, "确定发送" in page) == (True, False)
    assert refused.status_code == 409
    office.post("/console/announcements/review-duties/lift", {"organization": world.left.committee_id})
    assert "确定发送" in secretary.get(path_of(made)).text
    assert acts(site, world)[1:] == ["announcement.review_asked", "announcement.review_lifted"]


def test_duty_from_above_is_shown_below_and_stays_when_the_branch_lifts_its_own(
    site: Site, secretary: Browser, world: World
) -> None:
    office, duties = site.staff(Role.OFFICE, world.left.committee_id), "/console/announcements/review-duties"
    office.post(f"{duties}/set", {"organization": world.left.committee_id})
    secretary.post(f"{duties}/set", {"organization": world.left.branch_id})

    secretary.post(f"{duties}/lift", {"organization": world.left.branch_id})
    page = secretary.get(duties).text

    assert ("不再要求另一个人审核" in page, "上级规定" in page) == (False, True)
    assert ("没有组织要求审核" in page, 'aria-label="取消' in page) == (False, False)
    office.post(f"{duties}/lift", {"organization": world.left.committee_id})
    assert "不再要求另一个人审核" in office.get(duties).text
    assert "没有组织要求审核" in secretary.get(duties).text


def test_send_back_needs_a_word_and_shows_it_to_the_writer(
    site: Site, secretary: Browser, world: World
) -> None:
    made = write(secretary, world, urgency="emergency")
    secretary.post(path_of(made, "/submit"), revision(site, made))
    colleague = site.staff(Role.SECRETARY, world.left.committee_id)

    silent = colleague.post(path_of(made, "/send-back"), revision(site, made))
    colleague.post(path_of(made, "/send-back"), {**revision(site, made), "note": "请写明集合地点"})

    assert (silent.status_code, "退回时请写明要改什么" in silent.text) == (409, True)
    assert kept(site, made).state is AnnouncementState.DRAFT
    assert "请写明集合地点" in secretary.get(path_of(made)).text


def test_withdrawn_announcement_cannot_be_sent(site: Site, secretary: Browser, world: World) -> None:
    made = write(secretary, world)

    secretary.post(path_of(made, "/withdraw"))
    answer = secretary.post(path_of(made, "/schedule"), revision(site, made))

    assert kept(site, made).state is AnnouncementState.WITHDRAWN
    assert (answer.status_code, "现在的状态不能这样操作" in answer.text) == (409, True)
    assert acts(site, world)[1:] == ["announcement.withdrawn"]


def test_list_is_filtered_by_state_and_title(secretary: Browser, world: World) -> None:
    write(secretary, world)

    drafts = secretary.get("/console/announcements?state=draft").text
    found = secretary.get("/console/announcements?q=植树").text
    nothing = secretary.get("/console/announcements?q=百分号%25").text

    assert ("植树活动通知" in drafts, "东山学习安排" in drafts) == (True, False)
    assert ("植树活动通知" in found, "东山学习安排" in found) == (True, False)
    assert "没有符合条件的通知" in nothing


def test_organizer_writes_and_does_not_approve(site: Site, world: World) -> None:
    organizer = site.staff(Role.ORGANIZER, world.left.branch_id)

    made = write(organizer, world, urgency="emergency")
    organizer.post(path_of(made, "/submit"), revision(site, made))

    assert organizer.post(path_of(made, "/approve"), revision(site, made)).status_code == 403
    assert "审核规定" not in organizer.get("/console/announcements").text


def test_details_of_the_trail_hold_no_text(site: Site, secretary: Browser, world: World) -> None:
    """The trail keeps what was done, not what was written."""
    made = write(secretary, world)
    secretary.post(path_of(made, "/schedule"), revision(site, made))

    with site.services.sessions.read() as session:
        root = organizations.by_id(session, world.root_id)
        assert root is not None
        rows = people.trail(session, organizations.subtree(root), TrailFilter(), offset=0, limit=9)
        assert [set(json.loads(entry.details)) for entry, _ in rows] == [{"address"}, {"address"}]


def test_picker_shows_the_own_tree_folded_with_what_is_ticked(site: Site, world: World) -> None:
    with site.services.sessions.begin() as session:
        committee = organizations.by_id(session, world.left.committee_id)
        assert committee is not None
        branch = factories.organization(session, name="东山二支部", parent=committee)
        made = announced.announcement(session, committee, author="somebody")
        group = factories.organization(session, name="东山第一党小组", parent=branch)
        made.audience = Audience((Target(group.id),)).to_json()
        address = path_of(made.id, "/audience")

    page = site.staff(Role.OFFICE, world.left.committee_id).get(address).text

    assert f'name="organization" value="{group.id}" checked' in page
    assert page.count("<details open>") == 2
    assert world.right.mark not in page

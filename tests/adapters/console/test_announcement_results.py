"""What has become of an announcement: progress, every person, again, out as a file, and the talk in person."""

import csv
import io
import re
from datetime import timedelta

import pytest

from app.core.db import Session
from app.notices.announcements import service
from app.notices.announcements.models import Announcement, Confirmation
from app.notices.announcements.states import AnnouncementState
from app.notices.models import Channel, ChannelPause, Delivery
from app.notices.states import DeliveryState
from app.organizations import queries as organizations
from app.organizations.models import Organization
from app.staff.models import Role
from tests import factories
from tests.adapters.console import announced
from tests.adapters.console.test_announcements import acts, path_of
from tests.adapters.console.test_members import counted
from tests.adapters.console.world import World
from tests.adapters.site import Browser, Site
from tests.factories import NOW

D = DeliveryState


@pytest.fixture
def secretary(site: Site, world: World) -> Browser:
    return site.staff(Role.SECRETARY, world.left.branch_id)


def states(site: Site, announcement_id: int) -> dict[int | None, DeliveryState]:
    with site.services.sessions.read() as session:
        rows = session.query(Delivery).filter(Delivery.announcement_id == announcement_id)
        return {row.member_id: row.state for row in rows}


def reopen(site: Site, announcement_id: int, *ends: DeliveryState) -> None:
    """Under way again; its deliveries are in these states in turn."""
    with site.services.sessions.begin() as session:
        session.get_one(Announcement, announcement_id).state = AnnouncementState.SENDING
        rows = session.query(Delivery).filter(Delivery.announcement_id == announcement_id)
        for row, state in zip(rows.order_by(Delivery.member_id), ends, strict=True):
            row.state = state


def test_results_say_for_every_person_what_happened_and_why(secretary: Browser, world: World) -> None:
    page = secretary.get(path_of(world.left.announced.sent_id, "/results")).text

    cells = re.sub(r"<[^>]+>|\s+", " ", page)
    assert re.search(r"东山赵一 +已送达 +东山一支部 +模板消息", cells)
    assert re.search(r"东山钱二 +未送达 +东山一支部 +模板消息 +\S", cells)
    assert "已知晓" not in page


def test_results_are_filtered_by_state_and_organisation(secretary: Browser, world: World) -> None:
    address = path_of(world.left.announced.sent_id, "/results")

    rejected = secretary.get(f"{address}?state=rejected").text
    within = secretary.get(f"{address}?within={world.left.branch_id}").text

    assert ("东山钱二" in rejected, "东山赵一" in rejected) == (True, False)
    assert "东山赵一" in within
    assert secretary.get(f"{address}?within={world.right.branch_id}").status_code == 404


def sent_to(session: Session, branch_id: int, number: int) -> int:
    branch = organizations.by_id(session, branch_id)
    assert branch is not None
    made = announced.announcement(session, branch, title=f"发给 {number} 人", basis=announced.BASIS)
    people = [factories.member(session, branch, name=f"党员{at}") for at in range(number)]
    announced.delivered(session, made, people, states=tuple(announced.ENDS), until=NOW)
    return made.id


def test_result_pages_ask_the_same_number_of_questions_for_two_and_for_a_thousand(
    site: Site, secretary: Browser, world: World
) -> None:
    with site.services.sessions.begin() as session:
        few, many = (sent_to(session, world.left.branch_id, number) for number in (2, 1000))

    for rest in ("", "/results", "/progress"):
        asked = []
        for one in (few, many):
            with counted(site) as statements:
                assert secretary.get(path_of(one, rest)).status_code == 200
            asked.append(len(statements))
        assert asked[0] == asked[1], rest
        assert asked[0] <= 25


def test_progress_polls_while_open_and_stops_when_done(site: Site, secretary: Browser, world: World) -> None:
    sent_id = world.left.announced.sent_id
    address = path_of(sent_id, "/progress")
    done = secretary.get(address, htmx=True).text
    reopen(site, sent_id, D.SENT, D.QUEUED)

    open_bar = secretary.get(address, htmx=True).text

    assert ("hx-get" in done, "已发完" in done, "2 / 2" in done) == (False, True, True)
    assert ("hx-get" in open_bar, "正在发送" in open_bar, "1 / 2" in open_bar) == (True, True, True)


def test_progress_of_what_is_due_asks_until_it_has_begun(
    site: Site, secretary: Browser, world: World
) -> None:
    draft_id = world.left.announced.draft_id
    before = secretary.get(path_of(draft_id, "/progress"), htmx=True).text

    secretary.post(path_of(draft_id, "/schedule"), {"revision": 1, "when": "now"})

    page = secretary.get(path_of(draft_id)).text
    assert ("还没有开始发送" in before, "hx-get" in before) == (True, False)
    assert ("马上开始发送" in page, path_of(draft_id, "/progress") in page) == (True, True)


def test_progress_says_what_waits_why_and_until_when(site: Site, world: World) -> None:
    sent_id = world.left.announced.sent_id
    reopen(site, sent_id, D.HELD, D.QUEUED)
    with site.services.sessions.begin() as session:
        session.add(
            ChannelPause(
                channel=Channel.TEMPLATE, reason="quota_day", since=NOW, until=NOW + timedelta(hours=15)
            )
        )
    site.clock.advance(timedelta(hours=12))

    page = site.staff(Role.SECRETARY, world.left.branch_id).get(path_of(sent_id, "/progress"), htmx=True).text

    assert re.search(r"模板消息暂停：\S+。恢复时间：明天 00:00。", page)
    assert "现在是晚间或休息日，不打扰大家，明天 08:00 继续发送。" in page
    assert "1 人随每周汇总收到，3月6日 周五 16:00 发出。" in page


def test_retry_asks_again_only_for_what_is_ticked(site: Site, secretary: Browser, world: World) -> None:
    sent_id = world.left.announced.sent_id

    secretary.post(path_of(sent_id, "/retry"), {"state": "rejected", "once": "form-1"})
    secretary.post(path_of(sent_id, "/retry"), {"state": "rejected", "once": "form-1"})

    assert states(site, sent_id) == {
        world.left.member_id: D.DELIVERED,
        world.left.bound_member_id: D.QUEUED,
    }
    assert acts(site, world) == ["announcement.retried"]


@pytest.mark.parametrize("form", [{}, {"state": "delivered"}, {"state": "nonsense"}])
def test_retry_of_nothing_changes_nothing(
    site: Site, secretary: Browser, world: World, form: dict[str, str]
) -> None:
    sent_id = world.left.announced.sent_id
    before = states(site, sent_id)

    secretary.post(path_of(sent_id, "/retry"), form)

    assert "请先勾选要重试的一类。" in secretary.get(path_of(sent_id, "/results")).text
    assert states(site, sent_id) == before


def test_export_is_complete_and_written_to_the_trail(site: Site, secretary: Browser, world: World) -> None:
    address = path_of(world.left.announced.sent_id, "/export")

    answer = secretary.post(address, {"format": "csv"})

    rows = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"), newline="")))
    assert rows[0] == ["姓名", "组织", "结果", "途径", "说明", "时间", "已知晓"]
    assert sorted(row[:4] for row in rows[1:]) == [
        ["东山赵一", "东山一支部", "已送达", "模板消息"],
        ["东山钱二", "东山一支部", "未送达", "模板消息"],
    ]
    assert acts(site, world) == ["announcement.exported"]


def test_export_as_workbook_keeps_the_filter(secretary: Browser, world: World) -> None:
    address = path_of(world.left.announced.sent_id, "/export")

    answer = secretary.post(address, {"format": "xlsx", "state": "rejected"})

    assert answer.data.startswith(b"PK")
    assert "attachment" in answer.headers["Content-Disposition"]


def test_export_of_a_hostile_name_is_text(site: Site, secretary: Browser, world: World) -> None:
    with site.services.sessions.begin() as session:
        branch = organizations.by_id(session, world.left.branch_id)
        assert branch is not None
        made = announced.announcement(session, branch)
        hostile = factories.member(session, branch, name='=HYPERLINK("http://x")')
        announced.delivered(session, made, [hostile])
        address = path_of(made.id, "/export")

    assert secretary.post(address, {"format": "csv"}).text.splitlines()[1].startswith("\"'=HYPERLINK")


def test_organizer_may_look_and_not_take_out(site: Site, world: World) -> None:
    organizer = site.staff(Role.ORGANIZER, world.left.branch_id)
    sent_id = world.left.announced.sent_id

    page = organizer.get(path_of(sent_id, "/results"))

    assert (page.status_code, "导出" in page.text) == (200, False)
    assert organizer.post(path_of(sent_id, "/export"), {"format": "csv"}).status_code == 403


def confirmations(site: Site) -> list[tuple[int, str | None]]:
    with site.services.sessions.read() as session:
        return [(row.member_id, row.recorded_by) for row in session.query(Confirmation)]


def test_announcement_whose_people_had_all_gone_is_not_said_to_wait(
    site: Site, secretary: Browser, world: World
) -> None:
    with site.services.sessions.begin() as session:
        branch = session.get_one(Organization, world.left.branch_id)
        made = announced.announcement(session, branch)
        announced.delivered(session, made, [])
        made_id = made.id

    pages = [secretary.get(path_of(made_id, end)).text for end in ("", "/results")]

    assert [("没有可发的人" in page, "还没有开始发送" in page) for page in pages] == [(True, False)] * 2
    assert "还没有开始发送" in secretary.get(path_of(world.left.announced.draft_id, "/results")).text


def test_told_list_says_what_was_recorded_beside_what_was_not(secretary: Browser, world: World) -> None:
    pairs = ((side.announced.asking_id, side.member_id) for side in (world.right, world.left))

    secretary.post("/console/announcements/follow-up", {"told": [f"{one}-{who}" for one, who in pairs]})
    page = secretary.get("/console/announcements/follow-up").text

    assert ("已记录当面告知 1 人" in page, "没有发给这个人，不能记录" in page) == (True, True)


def test_follow_up_lists_who_is_to_be_told_and_records_it(
    site: Site, secretary: Browser, world: World
) -> None:
    told = {"told": f"{world.left.announced.asking_id}-{world.left.member_id}"}
    assert "有 1 人要请支部当面告知" in secretary.get("/console/announcements").text
    assert "东山赵一" in secretary.get("/console/announcements/follow-up").text

    secretary.post("/console/announcements/follow-up", told)
    secretary.post("/console/announcements/follow-up", told)

    [(member_id, by)] = confirmations(site)
    assert member_id == world.left.member_id
    assert by is not None
    assert "没有需要当面告知的人" in secretary.get("/console/announcements/follow-up").text
    assert acts(site, world) == ["announcement.told_in_person"]


@pytest.mark.parametrize("sent", ["1", "x-y", "1-2-3", "", "99999999999-1"])
def test_follow_up_of_nobody_records_nothing(site: Site, secretary: Browser, sent: str) -> None:
    answer = secretary.post("/console/announcements/follow-up", {"told": sent})

    assert answer.status_code == 302
    assert confirmations(site) == []


def test_follow_up_of_the_neighbours_records_nothing(site: Site, secretary: Browser, world: World) -> None:
    theirs = f"{world.right.announced.asking_id}-{world.right.member_id}"

    secretary.post("/console/announcements/follow-up", {"told": theirs})

    assert "没有发给这个人，不能记录" in secretary.get("/console/announcements/follow-up").text
    assert confirmations(site) == []


def test_confirmed_is_shown_only_where_it_is_asked_for(site: Site, secretary: Browser, world: World) -> None:
    asking_id = world.left.announced.asking_id
    secretary.post("/console/announcements/follow-up", {"told": f"{asking_id}-{world.left.member_id}"})

    asking = secretary.get(path_of(asking_id, "/results")).text
    plain = secretary.get(path_of(world.left.announced.sent_id, "/results")).text

    assert "已知晓 1 / 1 人" in asking
    assert "已知晓" not in plain


def test_plan_shows_the_days_ahead(site: Site, secretary: Browser, world: World) -> None:
    draft_id = world.left.announced.draft_id
    form = {"revision": 1, "when": "later", "day": "2026-03-05", "time": "10:00"}
    secretary.post(path_of(draft_id, "/schedule"), form)

    page = secretary.get("/console/announcements/plan").text

    assert "2026年3月5日 周四" in page
    assert "东山主题党日通知" in page


def test_plan_says_that_everything_waits_while_wechat_is_away(
    site: Site, secretary: Browser, world: World
) -> None:
    with site.services.sessions.begin() as session:
        for channel in Channel:
            session.add(
                ChannelPause(
                    channel=channel, reason="no_connection", since=NOW, until=NOW + timedelta(minutes=15)
                )
            )

    reopen(site, world.left.announced.sent_id, D.SENT, D.QUEUED)

    page = secretary.get("/console/announcements/plan").text
    progress = secretary.get(path_of(world.left.announced.sent_id, "/progress"), htmx=True).text

    assert "微信现在连不上，所有通知都在等待" in progress
    assert "微信现在连不上" in page
    assert page.count("恢复时间：今天 09:15") == len(Channel)
    site.clock.advance(timedelta(minutes=16))
    assert "微信现在连不上" not in secretary.get("/console/announcements/plan").text


def test_empty_lists_say_what_belongs_there(site: Site, world: World) -> None:
    with site.services.sessions.begin() as session:
        alone = factories.organization(session, name="新支部")
        address = alone.id
    browser = site.staff(Role.SECRETARY, address)

    assert "还没有通知" in browser.get("/console/announcements").text
    assert "未来 7 天没有要发送的" in browser.get("/console/announcements/plan").text
    assert "没有需要当面告知的人" in browser.get("/console/announcements/follow-up").text
    assert "没有组织要求审核" in browser.get("/console/announcements/review-duties").text


def test_branch_sees_its_own_people_of_an_announcement_from_above(site: Site, world: World) -> None:
    with site.services.sessions.begin() as session:
        root, left, right = (
            session.get_one(Organization, one)
            for one in (world.root_id, world.left.branch_id, world.right.branch_id)
        )
        made = announced.announcement(session, root, title="全集团通知")
        people = [factories.member(session, one, name=f"{one.name}新人") for one in (left, right)]
        announced.delivered(session, made, people, states=(D.LISTED,))
        made_id = made.id
    branch = site.staff(Role.SECRETARY, world.left.branch_id)

    listed = branch.get("/console/announcements?from=above").text
    page = branch.get(path_of(made_id, "/results?state=listed&whole=yes")).text

    assert "全集团通知" in listed
    assert ("东山一支部新人" in page, world.right.mark in page, "共 1 人" in page) == (True, False, True)
    assert ("导出" in page, "重试" in page) == (False, False)
    assert branch.get(path_of(made_id)).status_code == 404
    assert branch.post(path_of(made_id, "/export"), {"format": "csv"}).status_code == 404


def test_branch_reads_what_came_from_above_until_it_is_withdrawn(site: Site, world: World) -> None:
    """Who is to tell the others by word of mouth needs the words."""
    with site.services.sessions.begin() as session:
        root, left = (session.get_one(Organization, one) for one in (world.root_id, world.left.branch_id))
        made = announced.announcement(session, root, title="全集团通知")
        file_id = announced.attachment(session, made).id
        announced.delivered(session, made, [factories.member(session, left, name="新人")], states=(D.LISTED,))
        made_id = made.id
    left_branch, right_branch = (
        site.staff(Role.SECRETARY, one) for one in (world.left.branch_id, world.right.branch_id)
    )
    page, file = path_of(made_id, "/results"), path_of(made_id, f"/attachments/{file_id}")

    before = left_branch.get(page).text
    files = [one.get(file).status_code for one in (left_branch, right_branch)]
    with site.services.sessions.begin() as session:
        service.withdraw(session, announcement=session.get_one(Announcement, made_id), now=NOW)

    assert ("请按时参加。" in before, file in before, files) == (True, True, [200, 404])
    assert "请按时参加。" not in left_branch.get(page).text
    assert left_branch.get(file).status_code == 404

"""The console in Debian's Chromium: sizes, keyboard, live parts, the policy."""

import os
import shutil
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page, expect, sync_playwright
from werkzeug.serving import make_server

from app.core.db import driver_of
from app.meetings import check_in
from app.staff.models import Role
from tests.adapters.console.world import World
from tests.adapters.site import Site

pytestmark = pytest.mark.browser
CHROMIUM = shutil.which("chromium")
WIDTHS = ((390, 844), (1280, 800), (1920, 1080))


@dataclass
class Window:
    """A Chromium page that is signed in, with everything that went wrong in it."""

    page: Page
    base: str
    faults: list[str] = field(default_factory=list)

    def visit(self, path: str) -> Page:
        self.page.goto(f"{self.base}{path}", wait_until="load")
        return self.page


@pytest.fixture(scope="module")
def chromium() -> Iterator[Chromium]:
    if CHROMIUM is None:
        required = os.environ.get("REQUIRE_SERVICES") == "1"
        (pytest.fail if required else pytest.skip)("no Chromium: run deploy/install-browser.sh")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        yield browser
        browser.close()


@pytest.fixture
def base(site: Site) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, site.app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def window(chromium: Chromium, base: str, site: Site, world: World) -> Iterator[Window]:
    context = chromium.new_context(locale="zh-CN")
    signed_in = site.staff(Role.SECRETARY, world.left.branch_id)
    cookie = signed_in.client.get_cookie("zhibu_console", path="/console")
    assert cookie is not None
    context.add_cookies(
        [{"name": cookie.key, "value": cookie.value, "domain": "127.0.0.1", "path": "/console"}]
    )
    page = context.new_page()
    window = Window(page, base)
    page.on("console", lambda m: window.faults.append(m.text) if m.type in ("error", "warning") else None)
    page.on("request", lambda r: None if r.url.startswith((base, "data:")) else window.faults.append(r.url))
    yield window
    context.close()


def paths(world: World) -> list[str]:
    left = world.left
    return [
        "/console/",
        "/console/organizations",
        "/console/members",
        f"/console/members/{left.member_id}",
        "/console/slips",
        "/console/meetings",
        "/console/meetings/new",
        "/console/meetings/all",
        "/console/meetings/late",
        "/console/meetings/leaves",
        "/console/meetings/plans",
        "/console/meetings/plans/new",
        f"/console/meetings/plans/{left.plan_id}/publish?planned_on=2026-03-11",
        "/console/meetings/duties?duty=theme_day&period=2026-03",
        "/console/meetings/self-check",
        f"/console/meetings/{left.meeting_id}/people?q=钱",
        f"/console/meetings/{left.meeting_id}/people/{left.member_id}",
        f"/console/meetings/{left.meeting_id}",
        f"/console/meetings/{left.meeting_id}/screen",
        f"/console/meetings/{left.meeting_id}/screen?by=link",
        f"/console/meetings/{left.meeting_id}/cards",
        *(
            f"/console/meetings/{one}/record"
            for one in (
                left.meeting_id,
                left.recorded.draft_id,
                left.recorded.closed_id,
                left.recorded.amended_id,
            )
        ),
        f"/console/meetings/{left.recorded.draft_id}/record/edit",
        f"/console/meetings/{left.recorded.closed_id}/record/versions",
        f"/console/meetings/{left.recorded.closed_id}/record/public",
        "/console/meetings/ledger",
        "/console/meetings/forms",
        f"/console/meetings/{left.voted.meeting_id}/votes",
        f"/console/meetings/{left.voted.meeting_id}/votes/new",
        f"/console/meetings/{left.voted.meeting_id}/votes/new?matter=election",
        f"/console/meetings/votes/{left.voted.open_id}",
        f"/console/meetings/votes/{left.voted.counted_id}",
        f"/console/meetings/votes/{left.voted.counted_id}/paper",
        "/console/announcements",
        "/console/announcements/new",
        f"/console/announcements/{left.announced.draft_id}",
        f"/console/announcements/{left.announced.draft_id}/edit",
        f"/console/announcements/{left.announced.draft_id}/audience",
        f"/console/announcements/{left.announced.draft_id}/rest",
        f"/console/announcements/{left.announced.review_id}",
        f"/console/announcements/{left.announced.sent_id}",
        f"/console/announcements/{left.announced.sent_id}/results",
        "/console/announcements/follow-up",
        "/console/announcements/plan",
        "/console/announcements/review-duties",
        "/console/feedback",
        f"/console/feedback/{left.thread_id}",
        "/console/password",
    ]


@pytest.mark.parametrize(("width", "height"), WIDTHS)
def test_pages_fit_and_break_no_rule(window: Window, world: World, width: int, height: int) -> None:
    window.page.set_viewport_size({"width": width, "height": height})
    wide = []

    for path in paths(world):
        page = window.visit(path)
        beyond = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if beyond > 0:
            wide.append((path, beyond))

    assert wide == []
    assert window.faults == []


def test_chart_is_drawn_from_the_table(window: Window) -> None:
    page = window.visit("/console/")

    expect(page.locator("[data-chart] canvas")).to_have_count(1)
    expect(page.locator("[data-chart]")).to_have_attribute("role", "img")


def test_search_while_typing_keeps_the_focus_and_the_address(window: Window) -> None:
    page = window.visit("/console/members")

    page.locator("#q").press_sequentially("钱", delay=20)

    expect(page.locator("#found")).to_contain_text("找到 1 人")
    expect(page.locator("#q")).to_be_focused()
    expect(page).to_have_url(f"{window.base}/console/members?q=%E9%92%B1&organization=&kind=&bound=&gone=")


def test_keyboard_first_stop_is_the_way_to_the_text(window: Window) -> None:
    page = window.visit("/console/members")

    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("Enter")

    expect(page.locator("#main")).to_be_focused()


def test_menu_on_a_phone_opens_and_escape_closes_it(window: Window) -> None:
    window.page.set_viewport_size({"width": 390, "height": 844})
    page = window.visit("/console/")
    button = page.locator("[data-menu]")

    button.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#menu")).to_be_visible()
    page.keyboard.press("Escape")

    expect(page.locator("#menu")).to_be_hidden()
    expect(button).to_be_focused()
    expect(button).to_have_attribute("aria-expanded", "false")


def test_screen_counts_up_by_itself(window: Window, site: Site, world: World) -> None:
    page = window.visit(f"/console/meetings/{world.left.meeting_id}/screen")
    expect(page.locator(".tally-now")).to_have_text("0")

    with site.services.sessions.begin() as session:
        check_in.by_recorder(
            driver_of(session),
            meeting_id=world.left.meeting_id,
            member_id=world.left.member_id,
            now=site.clock.now(),
        )

    expect(page.locator(".tally-now")).to_have_text("1")
    expect(page.locator(".arrivals")).to_contain_text("东山赵一")
    assert window.faults == []


def test_link_on_the_screen_is_chosen_in_place_and_changes_by_itself(
    window: Window, site: Site, world: World
) -> None:
    window.page.clock.install()
    page = window.visit(f"/console/meetings/{world.left.meeting_id}/screen")
    page.get_by_role("link", name="链接码").click()
    picture = page.get_by_alt_text("会变的签到二维码，用微信扫一扫")
    expect(picture).to_be_visible()
    site.clock.advance(timedelta(seconds=30))

    with page.expect_response("**/link.svg*"):
        page.clock.fast_forward(30_000)

    expect(page.get_by_role("link", name="链接码")).to_have_attribute("aria-current", "true")
    assert page.url.endswith("/screen")
    assert window.faults == []


@pytest.mark.parametrize(("width", "height"), [(1280, 720), (1920, 1080), (1366, 768)])
def test_screen_needs_no_scrolling_on_a_projector(
    window: Window, site: Site, world: World, width: int, height: int
) -> None:
    with site.services.sessions.write() as driver:
        for one in (world.left.member_id, world.left.bound_member_id):
            check_in.by_recorder(
                driver, meeting_id=world.left.meeting_id, member_id=one, now=site.clock.now()
            )
    window.page.set_viewport_size({"width": width, "height": height})

    page = window.visit(f"/console/meetings/{world.left.meeting_id}/screen?by=link")

    assert page.evaluate("document.documentElement.scrollHeight") <= height
    for seen in (page.get_by_role("link", name="链接码"), page.get_by_alt_text("会变的签到二维码")):
        box = seen.bounding_box()
        assert box is not None
        assert box["y"] + box["height"] <= height


def test_recorder_button_changes_the_list_in_place(window: Window, world: World) -> None:
    page = window.visit(f"/console/meetings/{world.left.meeting_id}")

    page.get_by_role("button", name="给东山赵一补签").click()

    expect(page.locator("#attendance")).to_contain_text("1 / 2")
    assert page.url.endswith(f"/console/meetings/{world.left.meeting_id}")


def test_another_kind_of_meeting_brings_its_template_in_place(window: Window) -> None:
    page = window.visit("/console/meetings/new")

    page.get_by_label("地点").fill("三楼")
    page.get_by_label("会议类型").select_option("branch_committee")

    expect(page.get_by_label("会议名称")).to_have_value("3月支部委员会会议")
    expect(page.get_by_label("地点")).to_have_value("三楼")
    page.get_by_label("东山赵一").check()
    page.get_by_role("button", name="保存，通知应到的人").click()
    expect(page.locator("#attendance")).to_contain_text("应到 1 人")
    assert window.faults == []


def test_monthly_duty_takes_three_clicks(window: Window) -> None:
    page = window.visit("/console/")

    page.get_by_role("link", name="会议", exact=True).click()
    page.get_by_role("button", name="发布3月11日 周三的东山主题党日").click()

    expect(page.locator("#messages")).to_contain_text("“东山主题党日”已发布")
    assert window.faults == []


def test_writing_shows_the_phone_beside_it(window: Window) -> None:
    page = window.visit("/console/announcements/new")

    page.get_by_label("标题").fill("植树活动")
    page.get_by_label("正文").press_sequentially("带手套", delay=10)
    page.get_by_role("button", name="分条").click()

    expect(page.get_by_label("正文")).to_have_value("- 带手套")
    expect(page.locator("#preview li")).to_have_text("带手套")
    expect(page.locator("#preview")).to_contain_text("植树活动")
    assert window.faults == []


def test_picker_counts_and_finds_people_in_place(window: Window, world: World) -> None:
    page = window.visit(f"/console/announcements/{world.left.announced.draft_id}/audience")

    expect(page.locator("#count")).to_contain_text("将发给 2 人")
    page.get_by_label("东山一支部").first.uncheck()
    expect(page.locator("#count")).to_contain_text("请先勾选")
    page.get_by_label("按姓名找人").press_sequentially("赵", delay=20)
    page.get_by_label("东山赵一").check()
    expect(page.locator("#count")).to_contain_text("将发给 1 人")
    page.get_by_role("button", name="保存，下一步：核对").click()

    expect(page.locator("dl.facts")).to_contain_text("另加 1 人")
    assert window.faults == []


def test_choosing_a_time_chooses_later(window: Window, world: World) -> None:
    page = window.visit(f"/console/announcements/{world.left.announced.draft_id}")

    page.get_by_label("几点").fill("10:30")

    expect(page.locator("#later")).to_be_checked()


def test_results_can_be_downloaded(window: Window, world: World) -> None:
    page = window.visit(f"/console/announcements/{world.left.announced.sent_id}/results")

    with page.expect_download() as download:
        page.get_by_role("button", name="导出 Excel").click(no_wait_after=True)

    assert download.value.suggested_filename.endswith("-东山学习安排.xlsx")


def test_reveal_phone_in_place(window: Window, world: World) -> None:
    page = window.visit(f"/console/members/{world.left.member_id}")

    page.get_by_text("查看完整号码").click()
    page.get_by_label("查看原因").fill("通知开会")
    page.get_by_role("button", name="查看").click()

    expect(page.locator("#phone")).to_contain_text("13800138000")
    assert window.faults == []


def test_minutes_that_did_not_arrive_are_still_in_the_window(window: Window, world: World) -> None:
    """The session ends over lunch: what was typed is offered again, and is gone once it is saved."""
    edit = f"/console/meetings/{world.left.meeting_id}/record/edit"
    page = window.visit(edit)
    cookies = page.context.cookies()
    page.get_by_label("题目").fill("学习贯彻重要讲话精神")
    page.get_by_label("汇报").fill("写了一上午")
    page.context.clear_cookies()
    page.get_by_role("button", name="保存", exact=True).last.click()
    expect(page.get_by_label("用户名")).to_be_visible()

    page.context.add_cookies(cookies)  # type: ignore[arg-type]
    page = window.visit(edit)
    expect(page.get_by_label("汇报")).to_have_value("")
    page.get_by_role("button", name="恢复").click()
    expect(page.get_by_label("题目")).to_have_value("学习贯彻重要讲话精神")
    page.get_by_role("button", name="保存", exact=True).last.click()

    expect(page.get_by_text("写了一上午")).to_be_visible()
    expect(page.get_by_role("button", name="定稿")).to_be_visible()
    window.visit(edit)
    expect(page.get_by_role("button", name="恢复")).to_be_hidden()

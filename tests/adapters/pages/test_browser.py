"""The member pages in Debian's Chromium: narrow phones, large type, dark, keyboard, the policy, a slow finger."""

import os
import re
import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page, Route, expect, sync_playwright
from sqlalchemy import select
from werkzeug.serving import make_server

from app.members.models import Member
from app.notices.announcements.models import Confirmation
from app.organizations.models import Organization
from pages.sign_in import COOKIE
from tests import factories
from tests.adapters.pages.addressed import announce, attach
from tests.adapters.pages.door import Door
from tests.adapters.pages.people import People, Visitor
from tests.factories import NOW

pytestmark = pytest.mark.browser
CHROMIUM = shutil.which("chromium")
LONG = "关于召开基层党组织组织生活会和开展民主评议党员的通知"
WIDE = f"<table><tr>{'<td>机电党支部</td>' * 12}</tr></table><p>https://example.cn/{'a' * 90}</p>"


@dataclass
class Window:
    """A phone's page, with everything that went wrong in it."""

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
def base(door: Door) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, door.app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def open_window(chromium: Chromium, base: str, door: Door) -> Iterator[Callable[..., Window]]:
    contexts = []

    def create(visitor: Visitor, **settings: object) -> Window:
        context = chromium.new_context(
            **{"locale": "zh-CN", "viewport": {"width": 360, "height": 740}, **settings}  # type: ignore[arg-type]
        )
        contexts.append(context)
        cookie = door.signed_in(visitor.identity_id).client.get_cookie(COOKIE, path="/m")
        assert cookie is not None
        context.add_cookies([{"name": COOKIE, "value": cookie.value, "domain": "127.0.0.1", "path": "/m"}])
        page = context.new_page()
        window = Window(page, base)
        page.on("console", lambda m: window.faults.append(m.text) if m.type in ("error", "warning") else None)
        page.on(
            "request", lambda r: None if r.url.startswith((base, "data:")) else window.faults.append(r.url)
        )
        return window

    yield create
    for context in contexts:
        context.close()


@pytest.fixture
def sent(door: Door, people: People) -> int:
    assert people.member.member_id is not None
    with door.services.sessions.begin() as session:
        made = announce(
            session,
            organization_id=people.branch_id,
            members=[people.member.member_id],
            title=LONG,
            body=WIDE,
            basis=LONG,
        )
        attach(session, made, name=f"{'很长的文件名' * 8}.pdf")
        return made


def beyond(page: Page) -> int:
    """How far the page is wider than the screen."""
    width: int = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return width


@pytest.mark.parametrize("width", [320, 360, 390, 768])
@pytest.mark.parametrize("type_size", ["16px", "24px"])
def test_pages_fit_and_break_no_rule(
    open_window: Callable[..., Window], people: People, sent: int, width: int, type_size: str
) -> None:
    window = open_window(people.member, viewport={"width": width, "height": 740})
    wide = []

    for path in ("/m/", "/m/notices", f"/m/notices/{sent}", "/m/me"):
        page = window.visit(path)
        page.evaluate(f"document.documentElement.style.fontSize = '{type_size}'")
        if (more := beyond(page)) > 0:
            wide.append((path, more))

    assert wide == []
    assert window.faults == []


@pytest.fixture
def held(door: Door, people: People) -> int:
    """Tomorrow, with a long name, place and agenda."""
    with door.services.sessions.begin() as session:
        branch = session.get_one(Organization, people.branch_id)
        member = session.get_one(Member, people.member.member_id)
        made = factories.meeting(session, branch, starts_at=NOW + timedelta(days=1), expected=(member,))
        made.title, made.place, made.agenda = LONG, "行政楼" * 12, f"1. {LONG}\n2. {'a' * 90}"
        return made.id


@pytest.mark.parametrize("width", [320, 390])
@pytest.mark.parametrize("type_size", ["16px", "24px"])
def test_meeting_pages_fit_and_break_no_rule(
    open_window: Callable[..., Window], people: People, held: int, width: int, type_size: str
) -> None:
    window = open_window(people.member, viewport={"width": width, "height": 740})
    wide = []

    for path in ("/m/", "/m/meetings", f"/m/meetings/{held}", "/m/calendar"):
        page = window.visit(path)
        page.evaluate(f"document.documentElement.style.fontSize = '{type_size}'")
        if (more := beyond(page)) > 0:
            wide.append((path, more))

    assert wide == []
    assert window.faults == []


def test_calendar_address_is_copied_at_a_tap(open_window: Callable[..., Window], people: People) -> None:
    page = open_window(people.member).visit("/m/calendar")
    page.get_by_role("button", name="生成日历地址").click()

    page.get_by_role("button", name="复制地址").click()

    expect(page.get_by_role("textbox", name="地址")).to_have_value(re.compile(r"/m/calendar/[\w-]{43}\.ics$"))
    expect(page.locator("[data-said]")).to_have_text("已复制。")
    assert beyond(page) == 0


def test_leave_is_asked_and_taken_back_without_scripts(
    open_window: Callable[..., Window], people: People, held: int
) -> None:
    page = open_window(people.member, java_script_enabled=False).visit("/m/meetings")
    page.get_by_role("link", name=LONG).click()

    page.get_by_role("button", name="提交请假").click()
    expect(page.get_by_role("alert")).to_have_text("请选一种假。")
    page.get_by_role("radio", name="倒班").check()
    page.get_by_label("原因").fill("夜班")
    page.get_by_role("button", name="提交请假").click()
    expect(page.get_by_text("您已请假（倒班），等支部答复。")).to_be_visible()
    page.get_by_role("button", name="销假").click()

    expect(page.get_by_role("group", name="来不了？请假")).to_be_visible()


def test_follower_s_pages_fit_too(open_window: Callable[..., Window], people: People) -> None:
    window = open_window(people.follower)

    assert [beyond(window.visit(path)) for path in ("/m/", "/m/notices", "/m/me", "/m/nowhere")] == [0] * 4


def test_in_the_dark_our_red_stays_our_red(
    open_window: Callable[..., Window], people: People, sent: int
) -> None:
    window = open_window(people.member, color_scheme="dark")

    page = window.visit(f"/m/notices/{sent}")

    expect(page.get_by_role("button", name="已知晓")).to_have_css("background-color", "rgb(197, 57, 47)")
    expect(page.locator("body")).to_have_css("background-color", "rgb(17, 17, 17)")


def test_keyboard_first_stop_is_the_way_to_the_text(
    open_window: Callable[..., Window], people: People
) -> None:
    page = open_window(people.member).visit("/m/me")

    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("Enter")

    expect(page.locator("#main")).to_be_focused()


def test_switch_is_worked_by_the_keyboard_and_has_a_name(
    open_window: Callable[..., Window], people: People
) -> None:
    page = open_window(people.member).visit("/m/me")

    page.get_by_role("checkbox", name="每周汇总").press("Space")
    page.get_by_role("button", name="保存设置").press("Enter")

    expect(page.get_by_role("status")).to_have_text("接收设置已保存。")
    expect(page.get_by_role("checkbox", name="每周汇总")).not_to_be_checked()


def test_impatient_finger_sends_once(
    open_window: Callable[..., Window], people: People, sent: int, door: Door
) -> None:
    page = open_window(people.member).visit(f"/m/notices/{sent}")
    posts: list[str] = []
    page.on("request", lambda request: posts.append(request.url) if request.method == "POST" else None)

    said = page.evaluate(
        "() => { const b = document.querySelector('form button'); b.click(); b.click(); b.click();"
        " return b.textContent }"
    )

    expect(page.get_by_role("status")).to_contain_text("您已确认知晓")
    assert said == "正在提交…"
    assert len(posts) == 1
    with door.services.sessions.read() as session:
        assert session.scalars(select(Confirmation.member_id)).all() == [people.member.member_id]


def test_button_works_again_after_the_network_failed(
    open_window: Callable[..., Window], people: People, sent: int
) -> None:
    page = open_window(people.member).visit(f"/m/notices/{sent}")
    page.route("**/confirm", lambda route: route.abort())
    page.get_by_role("button", name="已知晓").click()
    page.unroute("**/confirm")

    page.go_back()
    page.get_by_role("button", name="已知晓").click()

    expect(page.get_by_role("status")).to_contain_text("您已确认知晓")


def test_without_scripts_everything_works(
    open_window: Callable[..., Window], people: People, sent: int
) -> None:
    window = open_window(people.member, java_script_enabled=False)
    page = window.visit("/m/")

    page.get_by_role("link", name=LONG).click()
    page.get_by_role("button", name="已知晓").click()

    expect(page.get_by_role("status")).to_contain_text("您已确认知晓")


def test_names_are_there_for_a_screen_reader(
    open_window: Callable[..., Window], people: People, sent: int
) -> None:
    page = open_window(people.member).visit(f"/m/notices/{sent}")

    expect(page.get_by_role("heading", level=1)).to_have_text(LONG)
    expect(page.get_by_role("navigation", name="主菜单").get_by_role("link")).to_have_count(4)
    expect(page.locator("nav [aria-current=page]")).to_have_text("通知")
    expect(page.get_by_role("region", name="附件")).to_be_visible()


@pytest.fixture
def on_screen(door: Door, people: People) -> str:
    """The path that the screen's code says now, at a meeting that expects the member."""
    with door.services.sessions.begin() as session:
        branch = session.get_one(Organization, people.branch_id)
        expected = (session.get_one(Member, people.member.member_id),)
        meeting = factories.meeting(session, branch, expected=expected)
        meeting.title = LONG
        return f"/m/check-in/{door.services.tickets.link_token(meeting.scene, door.clock.now())}"


@pytest.mark.parametrize("width", [320, 390])
def test_scan_signs_in_by_itself_on_any_phone(
    open_window: Callable[..., Window], people: People, on_screen: str, width: int
) -> None:
    window = open_window(people.member, viewport={"width": width, "height": 740})
    page = window.visit(on_screen)

    expect(page.locator("h1")).to_have_text("签到成功")
    assert (beyond(page), window.faults) == (0, [])
    page.reload()
    expect(page.locator("h1")).to_have_text("您已签到")
    guest = open_window(people.other, viewport={"width": width, "height": 740})
    page = guest.visit(on_screen)
    page.get_by_role("button", name="列席").click()
    expect(page.locator("h1")).to_have_text("已告诉会议记录人")
    assert (beyond(page), guest.faults) == (0, [])


@pytest.mark.parametrize(
    "away",
    [lambda route: route.abort("internetdisconnected"), lambda route: route.fulfill(status=503)],
    ids=["network", "server"],
)
def test_scan_that_did_not_arrive_is_sent_again_by_itself(
    open_window: Callable[..., Window], people: People, on_screen: str, away: Callable[[Route], None]
) -> None:
    window = open_window(people.member)
    window.page.clock.install()
    window.page.route("**/m/check-in", away)

    page = window.visit(on_screen)
    expect(page.get_by_text("正在重试")).to_be_visible()
    expect(page.locator("h1")).to_have_text("扫码签到")
    page.unroute("**/m/check-in")
    page.clock.fast_forward(3000)

    expect(page.locator("h1")).to_have_text("签到成功")


def test_scan_without_a_script_signs_in_by_the_button(
    open_window: Callable[..., Window], people: People, on_screen: str
) -> None:
    page = open_window(people.member, java_script_enabled=False).visit(on_screen)
    page.get_by_role("button", name="签到").click()

    expect(page.locator("h1")).to_have_text("签到成功")


def test_wrong_digits_are_said_beside_the_field(
    open_window: Callable[..., Window], people: People, on_screen: str
) -> None:
    page = open_window(people.member).visit("/m/check-in")
    page.get_by_label("签到码").fill("000000")
    page.keyboard.press("Enter")

    expect(page.get_by_role("alert")).to_contain_text("没有找到这个签到码")
    expect(page.get_by_label("签到码")).to_have_attribute("aria-describedby", "wrong")

"""学习 in Debian's Chromium: narrow phones, larger type that stays, the dark, and an article kept for no network."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from app.members.models import Member
from app.organizations.models import Organization
from app.study.library.models import ItemKind
from app.study.plans import choices, wishes
from tests.adapters.pages import studied
from tests.adapters.pages.door import Door
from tests.adapters.pages.people import People
from tests.adapters.pages.studied import ELSEWHERE
from tests.adapters.pages.test_browser import Window, base, beyond, chromium, open_window
from tests.factories import NOW
from tests.unit.study.hours import hall

__all__ = ["base", "chromium", "open_window"]

pytestmark = pytest.mark.browser
LONG = "学习贯彻关于加强新时代国有企业基层党组织建设和党员教育管理工作的若干规定的通知要求"
NAME = "很长的栏目名称一直写到二十个字为止才算完整"[:20]
BODY = (
    f"<h2>{LONG}</h2><p>{'党员必须履行下列义务，认真学习。' * 12}</p><ul><li>{'a' * 90}</li></ul>"
    f'<p><a href="https://example.cn/{"b" * 80}">https://example.cn/{"b" * 80}</a></p>'
)


@pytest.fixture
def shown(door: Door, people: People) -> dict[str, int]:
    """Everything with long names."""
    own = people.member.member_id
    assert own is not None
    with door.services.sessions.begin() as session:
        branch = session.get_one(Organization, people.branch_id)
        made = studied.opened(session, branch, name=NAME, about=LONG)
        item = studied.publish(
            session,
            made,
            title=LONG,
            body=BODY,
            source_name=LONG,
            source_url=f"https://www.example.cn/{'c' * 200}",
            tags=tuple(f"党员教育管理工作标签{number}" for number in range(8)),
            names=[f"{'很长的文件名' * 8}.pdf"],
        )
        out = studied.publish(session, made, kind=ItemKind.VIDEO, content=ELSEWHERE, title="看视频")
        choices.choose(session, member_id=own, column_id=made.column.id)
        wishes.wish(session, member_id=own, text=LONG * 4, now=NOW)
        hall.confirmed(session, hall.held(session, branch, session.get_one(Member, own)), topic=LONG * 2)
        declared = studied.declare(session, own, topic=LONG * 2, held_by=LONG)
        studied.declare(session, own, topic="b" * 100)
    return {"item": item, "out": out, "column": made.column.id, "declared": declared}


def paths(shown: dict[str, int]) -> list[str]:
    return [
        "/m/study",
        f"/m/study/columns/{shown['column']}",
        "/m/study/search?q=党员",
        f"/m/study/search?q={'挖' * 100}",
        f"/m/study/items/{shown['item']}",
        f"/m/study/items/{shown['out']}",
        "/m/study/hours",
        "/m/study/hours/declare",
        f"/m/study/hours/declarations/{shown['declared']}",
        "/m/study/wishes",
        "/m/study/choices",
        "/m/study/kept",
    ]


@pytest.mark.parametrize("width", [320, 360, 390])
@pytest.mark.parametrize("type_size", ["16px", "24px"])
def test_study_pages_fit_and_break_no_rule(
    open_window: Callable[..., Window], people: People, shown: dict[str, int], width: int, type_size: str
) -> None:
    window = open_window(people.member, viewport={"width": width, "height": 740})
    wide = []

    for path in paths(shown):
        page = window.visit(path)
        page.evaluate(f"document.documentElement.style.fontSize = '{type_size}'")
        if (more := beyond(page)) > 0:
            wide.append((path, more))

    assert wide == []
    assert window.faults == []


def test_type_grows_and_stays_so_on_this_phone(
    open_window: Callable[..., Window], people: People, shown: dict[str, int]
) -> None:
    page = open_window(people.member, viewport={"width": 360, "height": 740}).visit(
        f"/m/study/items/{shown['item']}"
    )
    text = page.locator(".announcement-body")
    size = "(e) => parseFloat(getComputedStyle(e).fontSize)"
    before = text.evaluate(size)

    for _ in range(3):
        page.get_by_role("button", name="字大一点").click()
    largest = text.evaluate(size)
    page.reload()

    assert largest > 1.5 * before
    assert text.evaluate(size) == largest
    assert beyond(page) == 0
    expect(page.get_by_role("button", name="字大一点")).to_have_attribute("aria-disabled", "true")


def test_article_is_read_in_the_dark(
    open_window: Callable[..., Window], people: People, shown: dict[str, int]
) -> None:
    page = open_window(people.member, color_scheme="dark").visit(f"/m/study/items/{shown['item']}")

    expect(page.locator("body")).to_have_css("background-color", "rgb(17, 17, 17)")
    expect(page.locator(".announcement-body")).to_have_css("color", "rgba(255, 255, 255, 0.8)")


def test_kept_article_opens_without_a_network_and_no_other_does(
    open_window: Callable[..., Window], people: People, shown: dict[str, int]
) -> None:
    page = open_window(people.member).visit(f"/m/study/items/{shown['item']}")
    page.get_by_role("button", name="存到这部手机").click()
    expect(page.get_by_text("存好了，没有网络也能打开。")).to_be_visible()
    page.context.set_offline(True)

    page.reload()

    expect(page.get_by_role("heading", level=1)).to_have_text(LONG)
    expect(page.get_by_text("现在没有连上网络，这是存在这部手机上的内容。")).to_be_visible()
    expect(page.locator(".announcement-title")).to_have_css("font-weight", "600")
    page.goto(page.url.replace(f"items/{shown['item']}", f"items/{shown['out']}"))
    expect(page.get_by_role("heading", level=1)).to_have_text("存在手机上的内容")
    page.get_by_role("link", name=LONG).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(LONG)


def test_nothing_is_kept_unless_it_is_asked_for(
    open_window: Callable[..., Window], people: People, shown: dict[str, int]
) -> None:
    page = open_window(people.member).visit(f"/m/study/items/{shown['item']}")

    assert page.evaluate("caches.keys()") == []
    assert page.evaluate("navigator.serviceWorker.getRegistrations().then((all) => all.length)") == 0


def test_what_was_withdrawn_goes_from_the_phone_too(
    open_window: Callable[..., Window], people: People, shown: dict[str, int], door: Door
) -> None:
    page = open_window(people.member).visit(f"/m/study/items/{shown['item']}")
    page.get_by_role("button", name="存到这部手机").click()
    expect(page.get_by_text("存好了")).to_be_visible()
    page.wait_for_function("navigator.serviceWorker.controller !== null")
    with door.services.sessions.begin() as session:
        studied.withdrawn(session, shown["item"])

    page.reload()

    expect(page.get_by_role("heading", level=1)).to_have_text("没有找到这个页面")
    page.goto(page.url.split("/items")[0] + "/kept")
    expect(page.get_by_text("这部手机上还没有存下的内容")).to_be_visible()


def test_kept_articles_are_taken_away_at_a_tap(
    open_window: Callable[..., Window], people: People, shown: dict[str, int]
) -> None:
    page = open_window(people.member).visit(f"/m/study/items/{shown['item']}")
    page.get_by_role("button", name="存到这部手机").click()
    expect(page.get_by_role("button", name="从这部手机删除")).to_be_visible()
    page.get_by_role("link", name="看存了哪些").click()

    page.get_by_role("button", name="全部删除").click()

    expect(page.get_by_text("已经全部删除。")).to_be_visible()
    assert page.evaluate("caches.keys()") == []


def test_study_works_without_scripts(
    open_window: Callable[..., Window], people: People, shown: dict[str, int]
) -> None:
    page = open_window(people.member, java_script_enabled=False).visit("/m/study")

    page.get_by_role("searchbox", name="搜学习内容").fill("党员")
    page.get_by_role("button", name="搜索").click()
    page.get_by_role("link", name=LONG).first.click()

    expect(page.get_by_role("heading", level=1)).to_have_text(LONG)
    expect(page.get_by_role("button", name="字大一点")).to_be_hidden()
    expect(page.get_by_role("button", name="存到这部手机")).to_be_hidden()

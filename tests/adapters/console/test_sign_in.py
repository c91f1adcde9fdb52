"""Getting in and out."""

from datetime import timedelta

import pyotp
import pytest

from app.staff import accounts, roles
from app.staff import queries as people
from app.staff.models import Role
from tests.adapters.console.world import World
from tests.adapters.site import Browser, Site

PASSWORD = "春天的花开-2026"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture
def account_id(site: Site, world: World) -> int:
    return opened(site, world)


def opened(site: Site, world: World, *, temporary: bool = False) -> int:
    with site.services.sessions.begin() as session:
        made = accounts.create(
            session,
            username="wang.li",
            display_name="王丽",
            password=PASSWORD,
            vault=site.services.vault,
            now=site.clock.now(),
            totp_secret=SECRET,
            temporary=temporary,
        )
        roles.grant(
            session,
            account_id=made.account.id,
            role=Role.SECRETARY,
            organization_id=world.left.branch_id,
            by=None,
        )
        return made.account.id


def typed(site: Site, **other: str) -> dict[str, object]:
    code = pyotp.TOTP(SECRET).at(site.clock.now())
    return {"username": "wang.li", "password": PASSWORD, "code": code, **other}


def page_of(browser: Browser, path: str = "/console/") -> int:
    return browser.get(path).status_code


def test_login_right_everything_opens_the_console(site: Site, account_id: int) -> None:
    browser = site.stranger()

    answer = browser.post("/console/login", typed(site))

    assert (answer.status_code, answer.location) == (302, "/console/")
    assert "王丽，您好" in browser.get("/console/").text


def test_login_leads_to_the_page_that_was_asked_for(site: Site, account_id: int) -> None:
    browser = site.stranger()
    asked = browser.get("/console/members?q=赵").location

    answer = browser.post(asked, typed(site))

    assert answer.location == "/console/members?q=%E8%B5%B5"


@pytest.mark.parametrize(
    "wanted",
    [
        "https://evil.example/",
        "//evil.example",
        "/console/..\\\\evil",
        "javascript:alert(1)",
        "/wechat/callback",
    ],
)
def test_login_never_leads_elsewhere(site: Site, account_id: int, wanted: str) -> None:
    browser = site.stranger()

    answer = browser.client.post(
        "/console/login", query_string={"next": wanted}, data={"csrf_token": browser.token(), **typed(site)}
    )

    assert (answer.status_code, answer.location) == (302, "/console/")


def test_login_wrong_code_says_so_and_keeps_the_name(site: Site, account_id: int) -> None:
    answer = site.stranger().post("/console/login", typed(site, code="000000"))

    assert answer.status_code == 401
    assert "用户名、密码或动态口令不对" in answer.text
    assert 'value="wang.li"' in answer.text


def test_login_locked_account_names_the_minute(site: Site, account_id: int) -> None:
    browser = site.stranger()
    for _ in range(5):
        browser.post("/console/login", typed(site, code="000000"))

    answer = browser.post("/console/login", typed(site))

    assert answer.status_code == 401
    assert "账号已锁定，09:15 之后可以再试" in answer.text


def test_login_second_use_of_a_code_is_explained(site: Site, account_id: int) -> None:
    site.stranger().post("/console/login", typed(site))

    answer = site.stranger().post("/console/login", typed(site))

    assert "这个动态口令刚刚用过" in answer.text


def test_temporary_password_opens_only_its_own_page(site: Site, world: World) -> None:
    browser = site.signed_in(opened(site, world, temporary=True))

    assert browser.get("/console/members").location == "/console/password"
    changed = browser.post(
        "/console/password", {"current": PASSWORD, "new": "秋天的果实-2026", "again": "秋天的果实-2026"}
    )

    assert changed.status_code == 302
    assert page_of(browser) == 200


def test_change_password_differing_repeats_are_refused(site: Site, account_id: int) -> None:
    answer = site.signed_in(account_id).post(
        "/console/password", {"current": PASSWORD, "new": "秋天的果实-2026", "again": "秋天的果实-2027"}
    )

    assert answer.status_code == 422
    assert "两次输入的新密码不一样" in answer.text


def test_sign_out_ends_the_session_in_the_table(site: Site, account_id: int) -> None:
    browser = site.signed_in(account_id)
    stolen = site.app.test_client()
    page_of(browser)
    kept = browser.client.get_cookie("zhibu_console", path="/console")
    assert kept is not None
    stolen.set_cookie("zhibu_console", kept.value, path="/console")

    browser.post("/console/logout")

    assert browser.get("/console/").location == "/console/login?next=/console/"
    assert stolen.get("/console/").status_code == 302


def test_session_idle_for_an_hour_is_over(site: Site, account_id: int) -> None:
    browser = site.signed_in(account_id)
    site.clock.advance(timedelta(minutes=59))
    assert page_of(browser) == 200
    site.clock.advance(timedelta(minutes=59))
    assert page_of(browser) == 200

    site.clock.advance(timedelta(minutes=61))

    assert page_of(browser) == 302


def test_session_ends_after_its_hours_however_busy(site: Site, account_id: int) -> None:
    browser = site.signed_in(account_id)
    for _ in range(23):
        site.clock.advance(timedelta(minutes=30))
        assert page_of(browser) == 200

    site.clock.advance(timedelta(minutes=31))

    assert page_of(browser) == 302


def test_closed_account_is_out_at_once(site: Site, account_id: int) -> None:
    browser = site.signed_in(account_id)
    with site.services.sessions.begin() as session:
        account = people.account(session, account_id)
        accounts.deactivate(session, account=account, by=0, now=site.clock.now())

    assert page_of(browser) == 302


def test_change_password_wrong_present_one_is_told(site: Site, account_id: int) -> None:
    answer = site.signed_in(account_id).post(
        "/console/password", {"current": "x", "new": "秋天的果实-2026", "again": "秋天的果实-2026"}
    )

    assert (answer.status_code, "当前密码不对。" in answer.text) == (422, True)


def test_login_when_signed_in_goes_on(site: Site, account_id: int) -> None:
    assert site.signed_in(account_id).get("/console/login").location == "/console/"


def test_first_page_of_an_administrator_has_no_letters_and_no_members(site: Site, world: World) -> None:
    text = site.staff(Role.ADMINISTRATOR, world.root_id).get("/console/").text

    assert "看不到党员信息和意见内容" in text
    assert "待回复" not in text

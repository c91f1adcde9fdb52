"""Signing in by WeChat: whose browser, for which page, once."""

from collections.abc import Callable
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import select

from app.members import identities
from app.members.models import PageSession, WeChatIdentity
from app.wechat.errors import BadAnswer, WeChatError, WeChatRefused, WeChatUnreachable
from pages.sign_in import COOKIE, ON_THE_WAY
from tests.adapters.pages.door import SAFARI, WECHAT, Door, Phone
from tests.adapters.pages.people import People
from tests.fakes.web_login import FakeWebLogin, state_of

STRANGER = "oStranger0000000000000000001"


def sessions_of(door: Door) -> int:
    with door.services.sessions.read() as session:
        return len(session.scalars(select(PageSession)).all())


def set_out(phone: Phone, path: str = "/m/") -> str:
    """The state with which the phone was sent to WeChat."""
    return state_of(phone.get(path).headers["Location"])


def test_page_sends_a_stranger_to_wechat(door: Door) -> None:
    answer = door.phone().get("/m/")

    address = urlsplit(answer.headers["Location"])
    query = parse_qs(address.query)
    assert answer.status_code == 302
    assert (address.hostname, address.path) == ("open.weixin.qq.com", "/connect/oauth2/authorize")
    assert query["redirect_uri"] == ["http://localhost/m/login"]
    assert query["scope"] == ["snsapi_base"]


def test_every_state_is_another(door: Door) -> None:
    phone = door.phone()

    assert set_out(phone) != set_out(phone)


def test_member_comes_back_to_the_page_that_was_wanted(door: Door, people: People) -> None:
    phone = door.phone()

    answer = door.through_wechat(phone, people.member.openid, "/m/me?from=chat")

    assert (answer.status_code, answer.headers["Location"]) == (303, "/m/me?from=chat")
    assert "李四" in phone.get("/m/me").text


def test_cookie_is_out_of_reach_of_scripts_and_of_other_sites(
    open_door: Callable[..., Door], people: People
) -> None:
    door = open_door(security={"secure_cookies": True})
    phone = door.phone()
    state = state_of(phone.get("/m/", base_url="https://localhost").headers["Location"])

    code = door.login.code_for(people.member.openid)
    answer = phone.get(f"/m/login?code={code}&state={state}", base_url="https://localhost")

    cookie = next(one for one in answer.headers.getlist("Set-Cookie") if one.startswith(COOKIE))
    assert {"HttpOnly", "Secure", "SameSite=Lax", "Path=/m"} <= set(cookie.split("; "))


def test_outside_wechat_the_page_says_where_to_open_it(door: Door) -> None:
    answer = door.phone(SAFARI).get("/m/me")

    assert answer.status_code == 403
    assert "请在微信里打开" in answer.text
    assert 'src="data:image/svg+xml;base64,' in answer.text
    assert "Set-Cookie" not in answer.headers


def test_wechat_at_work_is_not_wechat(door: Door) -> None:
    assert door.phone(f"{WECHAT} wxwork/4.1.0").get("/m/").status_code == 403


def test_with_a_stand_in_for_wechat_any_browser_signs_in(open_door: Callable[..., Door]) -> None:
    door = open_door(wechat={"api_base_url": "http://127.0.0.1:9"})

    assert door.phone(SAFARI).get("/m/").status_code == 302


def test_without_an_address_of_our_own_nobody_is_sent_away(open_door: Callable[..., Door]) -> None:
    answer = open_door(site={"base_url": ""}).phone().get("/m/")

    assert answer.status_code == 502
    assert "暂时不能登录" in answer.text


def test_address_without_its_slash_leads_home(door: Door) -> None:
    assert door.phone().get("/m").headers["Location"] == "http://localhost/m/"


def test_state_of_another_browser_is_refused(door: Door, people: People) -> None:
    """Somebody else's link signs nobody in as them."""
    state = set_out(door.phone())
    code = door.login.code_for(people.member.openid)

    answer = door.phone().get(f"/m/login?code={code}&state={state}")

    assert answer.status_code == 400
    assert (sessions_of(door), door.login.asked) == (0, [])


def test_state_of_another_attempt_is_refused(door: Door, people: People) -> None:
    phone = door.phone()
    older = set_out(phone)
    set_out(phone)

    answer = phone.get(f"/m/login?code={door.login.code_for(people.member.openid)}&state={older}")

    assert (answer.status_code, sessions_of(door)) == (400, 0)


def test_state_is_good_once(door: Door, people: People) -> None:
    phone = door.phone()
    state = set_out(phone)
    kept = phone.client.get_cookie(ON_THE_WAY, path="/m")
    assert kept is not None
    phone.get(f"/m/login?code={door.login.code_for(people.member.openid)}&state={state}")
    again = door.phone()
    again.client.set_cookie(ON_THE_WAY, kept.value, path="/m")

    answer = again.get(f"/m/login?code={door.login.code_for(people.other.openid)}&state={state}")

    assert (answer.status_code, sessions_of(door), len(door.login.asked)) == (400, 1, 1)


def test_state_is_good_for_ten_minutes(door: Door, people: People) -> None:
    phone = door.phone()
    state = set_out(phone)
    door.clock.advance(timedelta(minutes=10))

    answer = phone.get(f"/m/login?code={door.login.code_for(people.member.openid)}&state={state}")

    assert (answer.status_code, sessions_of(door)) == (400, 0)


@pytest.mark.parametrize("kept", ["", "x", "e30.forged", "eyJzdGF0ZSI6MX0", "\x00"])
def test_cookie_that_we_did_not_sign_is_no_attempt(door: Door, people: People, kept: str) -> None:
    phone = door.phone()
    phone.client.set_cookie(ON_THE_WAY, kept, path="/m")

    answer = phone.get(f"/m/login?code={door.login.code_for(people.member.openid)}&state=")

    assert (answer.status_code, sessions_of(door)) == (400, 0)


def test_back_button_to_the_way_in_goes_on_to_the_pages(door: Door, people: People) -> None:
    phone = door.phone()
    state = set_out(phone)
    way_in = f"/m/login?code={door.login.code_for(people.member.openid)}&state={state}"
    phone.get(way_in)

    answer = phone.get(way_in)

    assert (answer.status_code, answer.headers["Location"]) == (303, "/m/")


@pytest.mark.parametrize("path", ["//evil.example/m/", "/m//evil.example", "/m/../console/", "/m/%0d%0aX:1"])
def test_no_address_leads_out_of_our_pages(door: Door, people: People, path: str) -> None:
    phone = door.phone()
    answer = phone.get(path)
    if "state=" in answer.headers.get("Location", ""):
        state = state_of(answer.headers["Location"])
        code = door.login.code_for(people.member.openid)
        answer = phone.get(f"/m/login?code={code}&state={state}")

    led_to = urlsplit(answer.headers.get("Location", "/m/"))
    assert (led_to.netloc, led_to.path.startswith(("/m/", "/wechat"))) in {("", True), ("localhost", True)}


def test_wanted_page_in_the_query_is_ignored(door: Door, people: People) -> None:
    phone = door.phone()
    state = set_out(phone, "/m/me?next=https://evil.example&wanted=https://evil.example")

    code = door.login.code_for(people.member.openid)
    answer = phone.get(f"/m/login?code={code}&state={state}&wanted=https://evil.example")

    assert urlsplit(answer.headers["Location"]).netloc == ""


def test_stranger_is_told_to_follow_and_nothing_is_kept(door: Door, people: People) -> None:
    answer = door.through_wechat(door.phone(), STRANGER)

    assert (answer.status_code, sessions_of(door)) == (403, 0)
    assert "请先关注公众号" in answer.text
    with door.services.sessions.read() as session:
        kept = session.scalars(select(WeChatIdentity.openid)).all()
    assert STRANGER not in kept


def test_snapshot_visitor_is_refused(door: Door, people: People) -> None:
    phone = door.phone()
    state = set_out(phone)

    code = door.login.code_for(people.member.openid, snapshot=True)
    answer = phone.get(f"/m/login?code={code}&state={state}")

    assert (answer.status_code, sessions_of(door)) == (403, 0)
    assert "请使用完整服务" in answer.text


@pytest.mark.parametrize(
    ("error", "status", "words"),
    [
        (WeChatRefused(40029, "invalid code"), 400, "登录没有完成"),
        (WeChatRefused(40163, "code been used"), 400, "登录没有完成"),
        (WeChatRefused(-1, "system busy"), 503, "微信暂时没有回应"),
        (WeChatRefused(40125, "invalid appsecret"), 502, "暂时不能登录"),
        (WeChatUnreachable("timeout", may_have_arrived=True), 503, "微信暂时没有回应"),
        (BadAnswer("not_json"), 503, "微信暂时没有回应"),
    ],
)
def test_wechats_troubles_are_told_kindly(door: Door, error: WeChatError, status: int, words: str) -> None:
    phone = door.phone()
    state = set_out(phone, "/m/me")

    answer = phone.get(f"/m/login?code={door.login.failing(error)}&state={state}")

    assert answer.status_code == status
    assert words in answer.text
    assert 'href="/m/me">重试</a>' in answer.text
    assert sessions_of(door) == 0


@pytest.mark.parametrize("query", ["", "code=", "code=x", "state=x", "code=x&state=", "code=%00&state=%00"])
def test_return_without_its_parts_is_told_kindly(door: Door, query: str) -> None:
    phone = door.phone()
    set_out(phone)

    assert phone.get(f"/m/login?{query}").status_code == 400


def test_session_over_signs_in_anew(door: Door, people: People) -> None:
    phone = door.signed_in(people.member.identity_id)

    door.clock.advance(timedelta(hours=3))

    assert phone.get("/m/me").status_code == 302


def test_session_in_use_stays_awake(door: Door, people: People) -> None:
    phone = door.signed_in(people.member.identity_id)

    for _ in range(3):
        door.clock.advance(timedelta(minutes=90))
        assert phone.get("/m/me").status_code == 200


def test_unbinding_in_the_chat_ends_the_pages(door: Door, people: People) -> None:
    phone = door.signed_in(people.member.identity_id)

    with door.services.sessions.begin() as session:
        identities.unbind(session, identity_id=people.member.identity_id, now=door.clock.now())

    assert phone.get("/m/me").status_code == 302


def test_unfollowing_ends_the_pages(door: Door, people: People) -> None:
    phone = door.signed_in(people.member.identity_id)

    with door.services.sessions.begin() as session:
        identities.erase(session, app_id=door.services.settings.wechat.app_id, openid=people.member.openid)

    assert phone.get("/m/me").status_code == 302


def test_signing_in_as_another_ends_the_first_session(door: Door, people: People) -> None:
    phone = door.signed_in(people.member.identity_id)
    first = phone.client.get_cookie(COOKIE, path="/m")
    assert first is not None
    phone.client.delete_cookie(COOKIE, path="/m")
    state = set_out(phone)
    phone.client.set_cookie(COOKIE, first.value, path="/m")

    phone.get(f"/m/login?code={door.login.code_for(people.other.openid)}&state={state}")

    assert sessions_of(door) == 1
    assert "王五" in phone.get("/m/me").text


def test_two_visitors_at_once_do_not_meet(door: Door, people: People) -> None:
    one, two = door.phone(), door.phone()
    first, second = set_out(one), set_out(two)
    codes = door.login.code_for(people.member.openid), door.login.code_for(people.other.openid)

    two.get(f"/m/login?code={codes[1]}&state={second}")
    one.get(f"/m/login?code={codes[0]}&state={first}")

    assert ("李四" in one.get("/m/me").text, "王五" in two.get("/m/me").text) == (True, True)


def test_fake_gives_a_code_out_once() -> None:
    login = FakeWebLogin()
    code = login.code_for("oA")
    login.exchange(code)

    with pytest.raises(WeChatRefused) as refused:
        login.exchange(code)

    assert refused.value.errcode == 40163

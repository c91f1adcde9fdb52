"""The person's own page: masked, theirs alone, and their switches."""

from base64 import b64encode
from collections.abc import Callable
from hashlib import sha256

from app.members import registry
from app.members.models import MemberKind
from app.notices import switches
from app.notices.models import Topic
from tests import factories
from tests.adapters.pages.door import Door
from tests.adapters.pages.people import People
from tests.factories import NOW

WITH_SUBSCRIPTION = {"subscription_announcement": "tmpl-sub-1"}


def switched_off(door: Door, people: People) -> frozenset[Topic]:
    assert people.member.member_id is not None
    with door.services.sessions.read() as session:
        return switches.switched_off(session, member_id=people.member.member_id)


def test_own_record_is_masked(door: Door) -> None:
    with door.services.sessions.begin() as session:
        member = registry.register(
            session,
            organization_id=factories.organization(session, name="机电党支部").id,
            name="赵一",
            kind=MemberKind.PROBATIONARY,
            vault=door.services.vault,
            now=NOW,
            phone="13800138000",
            id_number="11010519491231002X",
        )
        chat = factories.identity(session, member=member)

    text = door.signed_in(chat.id).get("/m/me").text

    for shown in ("赵一", "机电党支部", "预备党员", "138****8000", "**************002X"):
        assert shown in text
    assert "13800138000" not in text
    assert "11010519491231002X" not in text


def test_nothing_of_anybody_else_is_on_the_page(door: Door, people: People) -> None:
    text = door.signed_in(people.member.identity_id).get("/m/me").text

    assert ("李四" in text, "王五" in text) == (True, False)


def test_follower_reads_how_to_bind(door: Door, people: People) -> None:
    answer = door.signed_in(people.follower.identity_id).get("/m/me")

    assert answer.status_code == 200
    assert "发送“绑定”两个字" in answer.text
    assert "接收设置" not in answer.text


def test_every_page_leads_to_the_place_for_complaints(door: Door, people: People) -> None:
    phone = door.signed_in(people.member.identity_id)

    for path in ("/m/", "/m/notices", "/m/me"):
        assert 'href="/m/me#opinion">减负意见</a>' in phone.get(path).text
    assert 'id="opinion"' in phone.get("/m/me").text


def test_switch_left_out_is_off_from_now_on(door: Door, people: People) -> None:
    phone = door.signed_in(people.member.identity_id)

    answer = phone.post("/m/me/topics", {"topic": ["digest", "meetings", "dues", "study"]})

    assert (answer.status_code, answer.headers["Location"]) == (303, "/m/me?saved=")
    assert switched_off(door, people) == {Topic.ANNOUNCEMENTS}
    text = phone.get("/m/me?saved=").text
    assert "接收设置已保存" in text
    assert 'value="digest" checked' in text
    assert 'value="announcements" checked' not in text


def test_switches_saved_twice_are_as_once(door: Door, people: People) -> None:
    phone = door.signed_in(people.member.identity_id)

    for _ in range(2):
        assert phone.post("/m/me/topics", {}).status_code == 303

    assert switched_off(door, people) == set(Topic)


def test_switch_that_nobody_offered_is_ignored(door: Door, people: People) -> None:
    phone = door.signed_in(people.member.identity_id)

    phone.post("/m/me/topics", {"topic": [*Topic, "' OR 1=1", "\x00"]})

    assert switched_off(door, people) == frozenset()


def test_without_a_subscription_no_script_of_wechat_is_asked_for(door: Door, people: People) -> None:
    text = door.signed_in(people.member.identity_id).get("/m/me").text

    assert "jweixin" not in text
    assert "data-subscribe" not in text


def test_with_a_subscription_this_page_alone_may_run_wechats_script(
    open_door: Callable[..., Door], people: People
) -> None:
    door = open_door(notices=WITH_SUBSCRIPTION)
    phone = door.signed_in(people.member.identity_id)

    answer = phone.get("/m/me")

    policy = answer.headers["Content-Security-Policy"]
    look = answer.text.split("<style>")[1].split("</style>")[0]
    assert 'src="https://res.wx.qq.com/open/js/jweixin-1.6.0.js"' in answer.text
    assert '<wx-open-subscribe template="tmpl-sub-1">' in answer.text
    assert "script-src 'self' https://res.wx.qq.com;" in policy
    assert f"style-src 'self' 'sha256-{b64encode(sha256(look.encode()).digest()).decode()}';" in policy
    assert "unsafe" not in policy
    assert "res.wx.qq.com" not in phone.get("/m/").headers["Content-Security-Policy"]


def test_one_tap_asks_for_three_templates_at_most(open_door: Callable[..., Door], people: People) -> None:
    kinds = ("announcement", "reminder", "digest", "feedback_answered")
    door = open_door(notices={f"subscription_{kind}": f"tmpl-{kind}" for kind in kinds})

    text = door.signed_in(people.member.identity_id).get("/m/me").text

    assert len(text.split('<wx-open-subscribe template="')[1].split('"')[0].split(",")) <= 3

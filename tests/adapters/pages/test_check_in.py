"""签到 on a page: the link on the screen, the six digits, the card, and what is told to whom."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from html import unescape

import pytest
from sqlalchemy import select

from app.meetings.models import CheckIn, KeptScan, Leave, LeaveKind, Meeting, RefusedCheckIn
from app.meetings.records.models import Record
from app.meetings.records.states import RecordState
from app.meetings.states import LeaveState
from app.meetings.tickets import Card
from app.members.models import Member, WeChatIdentity
from app.organizations.models import Organization
from app.staff.models import AuditEntry, Role, StaffAccount, StaffRole
from pages.opened import COOKIE
from tests import factories
from tests.adapters.pages.door import SAFARI, Door, Phone
from tests.adapters.pages.people import People, Visitor
from tests.factories import NOW

SCENE, CODE = "mpage", "482913"
HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)">')
OUTCOME = re.compile(r'data-outcome="(\w+)"')
TITLE = re.compile(r'<h1 class="weui-msg__title">([^<]+)</h1>')


@dataclass(frozen=True)
class Hall:
    """A meeting that is on now, at which 李四 is expected and 王五 is not."""

    door: Door
    people: People
    meeting_id: int

    def link(self, *, age: timedelta = timedelta(0)) -> str:
        """The path that the screen's code said so long ago."""
        return f"/m/check-in/{self.door.services.tickets.link_token(SCENE, self.door.clock.now() - age)}"

    def card(self, member_id: int | None) -> str:
        assert member_id is not None
        return f"/m/card/{self.door.services.tickets.card_token(Card(self.meeting_id, member_id))}"

    def signed(self) -> list[tuple[int, str, datetime]]:
        with self.door.services.sessions.read() as session:
            rows = session.scalars(select(CheckIn).order_by(CheckIn.id))
            return [(row.member_id, row.way.value, row.checked_in_at) for row in rows]

    def refused(self) -> list[tuple[int, str]]:
        with self.door.services.sessions.read() as session:
            rows = session.scalars(select(RefusedCheckIn).order_by(RefusedCheckIn.id))
            return [(row.member_id, row.reason) for row in rows]

    def phone(self, visitor: Visitor) -> Phone:
        return self.door.signed_in(visitor.identity_id)


@pytest.fixture
def hall(door: Door, people: People) -> Hall:
    with door.services.sessions.begin() as session:
        branch = session.get_one(Organization, people.branch_id)
        expected = (session.get_one(Member, people.member.member_id),)
        meeting = factories.meeting(session, branch, expected=expected, scene=SCENE, hand_code=CODE)
        return Hall(door, people, meeting.id)


def fields(text: str) -> dict[str, str]:
    return {name: unescape(value) for name, value in HIDDEN.findall(text)}


def scan(phone: Phone, path: str) -> str:
    """Open the page and send its form; the page that answers."""
    opened = phone.get(path)
    assert opened.status_code == 200
    return phone.bare_post("/m/check-in", fields(opened.text)).text


def outcome(text: str) -> str:
    found = OUTCOME.search(text)
    return found[1] if found else ""


def test_scanned_link_signs_in_from_the_moment_it_was_opened(hall: Hall) -> None:
    phone, opened_at = hall.phone(hall.people.member), hall.door.clock.now()
    page = phone.get(hall.link())
    hall.door.clock.advance(timedelta(seconds=90))

    told = phone.bare_post("/m/check-in", fields(page.text)).text

    assert "您扫码的时间 09:00 已经记下" in page.text
    assert (outcome(told), "您是第 1/1 位。" in told) == ("checked_in", True)
    assert "第一季度支部党员大会" in told
    assert hall.signed() == [(hall.people.member.member_id, "link", opened_at)]


def test_opening_the_link_alone_signs_nobody_in(hall: Hall) -> None:
    hall.phone(hall.people.member).get(hall.link())

    assert (hall.signed(), hall.refused()) == ([], [])


def test_form_sent_again_is_answered_again_and_counted_once(hall: Hall) -> None:
    phone = hall.phone(hall.people.member)
    form = fields(phone.get(hall.link()).text)

    told = [outcome(phone.bare_post("/m/check-in", form).text) for _ in range(3)]

    assert told == ["checked_in", "already", "already"]
    assert len(hall.signed()) == 1


def test_link_that_needs_the_way_through_wechat_counts_from_its_first_page(hall: Hall) -> None:
    phone, path, opened_at = hall.door.phone(), hall.link(), hall.door.clock.now()
    phone.get(path)
    hall.door.clock.advance(timedelta(seconds=100))

    hall.door.through_wechat(phone, hall.people.member.openid, path)
    told = scan(phone, path)

    assert outcome(told) == "checked_in"
    assert hall.signed() == [(hall.people.member.member_id, "link", opened_at)]


def test_scan_sent_more_than_two_minutes_late_waits_for_the_recorder(hall: Hall) -> None:
    phone = hall.phone(hall.people.member)
    form = fields(phone.get(hall.link()).text)
    hall.door.clock.advance(timedelta(minutes=2, seconds=1))

    told = phone.bare_post("/m/check-in", form).text

    assert outcome(told) == "late"
    assert "您 09:00 扫的码，过了两分钟才送到，系统不自动计入。" in told
    assert "weui-icon-success" not in told
    assert hall.signed() == []
    assert hall.refused() == [(hall.people.member.member_id, "late")]


def test_link_older_than_its_grace_says_to_scan_the_new_one(hall: Hall) -> None:
    told = scan(hall.phone(hall.people.member), hall.link(age=timedelta(seconds=61)))

    assert outcome(told) == "expired"
    assert "大屏上的码每 30 秒换一次" in told
    assert 'href="/m/check-in"' in told
    assert hall.signed() == []


def test_link_in_its_grace_is_still_good(hall: Hall) -> None:
    assert outcome(scan(hall.phone(hall.people.member), hall.link(age=timedelta(seconds=60)))) == "checked_in"


@pytest.mark.parametrize("minutes", [5, -5])
def test_phone_whose_clock_is_wrong_is_judged_by_ours(hall: Hall, minutes: int) -> None:
    phone = hall.phone(hall.people.member)
    wrong = (hall.door.clock.now() + timedelta(minutes=minutes)).strftime("%a, %d %b %Y %H:%M:%S GMT")
    headers = {"User-Agent": phone.agent, "Date": wrong, "If-Modified-Since": wrong}
    form = fields(phone.client.get(hall.link(), headers=headers).text)

    told = phone.client.post("/m/check-in", data=form, headers=headers).text

    assert outcome(told) == "checked_in"
    assert hall.signed() == [(hall.people.member.member_id, "link", NOW)]


@pytest.mark.parametrize("token", ["x", "mpage~1~AAAA", "a" * 2000, "签到"])
def test_forged_link_is_told_apart_and_signs_nobody_in(hall: Hall, token: str) -> None:
    answer = hall.phone(hall.people.member).get(f"/m/check-in/{token}")

    assert (answer.status_code, outcome(answer.text)) == (200, "unknown")
    assert hall.signed() == []


def test_page_passed_on_to_another_chat_signs_nobody_in(hall: Hall) -> None:
    copied = fields(hall.phone(hall.people.member).get(hall.link()).text)["scan"]
    other = hall.phone(hall.people.other)

    told = other.post("/m/check-in", {"scan": copied}).text

    assert outcome(told) == "unknown"
    assert (hall.signed(), hall.refused()) == ([], [])


def test_cookie_of_somebody_s_making_does_not_make_an_old_link_young(hall: Hall) -> None:
    phone, old = hall.phone(hall.people.member), hall.link(age=timedelta(minutes=10))
    young = hall.door.services.tickets.opening("another", hall.door.clock.now() - timedelta(minutes=10))
    phone.client.set_cookie(COOKIE, young, path="/m/check-in")

    assert outcome(scan(phone, old)) == "expired"


def test_follower_s_time_is_kept_and_their_name_asked_for_in_chat(hall: Hall) -> None:
    follower = hall.people.follower

    told = scan(hall.phone(follower), hall.link())

    assert outcome(told) == "kept"
    assert "扫码时间 09:00。还差一步：这个微信没有绑定身份" in told
    assert "weui-icon-success" not in told
    with hall.door.services.sessions.read() as session:
        kept = session.scalars(select(KeptScan)).one()
        chat = session.get_one(WeChatIdentity, follower.identity_id)
        assert (kept.identity_id, kept.scanned_at, chat.topic) == (follower.identity_id, NOW, "bind_name")


def test_stranger_in_another_browser_is_shown_a_code_that_leads_here(hall: Hall) -> None:
    answer = hall.door.phone(SAFARI).get(hall.link())

    assert answer.status_code == 403
    assert "用微信扫一扫这个二维码" in answer.text


def test_guest_asks_to_sit_in(hall: Hall) -> None:
    phone, guest = hall.phone(hall.people.other), hall.people.other.member_id
    refused = scan(phone, hall.link())

    told = phone.bare_post("/m/check-in", fields(refused)).text

    assert outcome(refused) == "not_expected"
    assert outcome(told) == "sit_in"
    assert hall.refused() == [(guest, "not_expected"), (guest, "sit_in")]
    assert hall.signed() == []


def test_person_on_leave_comes_after_all(hall: Hall) -> None:
    with hall.door.services.sessions.begin() as session:
        session.add(
            Leave(
                meeting_id=hall.meeting_id,
                member_id=hall.people.member.member_id,
                kind=LeaveKind.SICK,
                state=LeaveState.GRANTED,
                asked_at=NOW,
            )
        )
    phone = hall.phone(hall.people.member)
    asked = scan(phone, hall.link())
    hall.door.clock.advance(timedelta(minutes=10))

    told = phone.bare_post("/m/check-in", fields(asked)).text

    assert (outcome(asked), "改为到会" in asked) == ("on_leave", True)
    assert outcome(told) == "checked_in"
    assert hall.signed() == [(hall.people.member.member_id, "link", NOW)]


@pytest.mark.parametrize(
    "form",
    [
        {"act": "come", "meeting": "1"},
        {"act": "sit_in", "meeting": "1"},
        {"act": "come", "meeting": "9" * 30},
        {"act": "come", "meeting": "一"},
        {"act": "come", "meeting": "-1"},
        {"act": "nothing", "meeting": "1"},
        {},
        {"scan": ""},
    ],
)
def test_form_of_somebody_s_own_making_signs_nobody_in(hall: Hall, form: dict[str, str]) -> None:
    told = hall.phone(hall.people.member).post("/m/check-in", form)

    assert (told.status_code, outcome(told.text)) == (200, "unknown")
    assert (hall.signed(), hall.refused()) == ([], [])


@pytest.mark.parametrize("typed", [CODE, "482 913", " 482913 "])
def test_six_digits_sign_in(hall: Hall, typed: str) -> None:
    told = hall.phone(hall.people.member).post("/m/check-in", {"digits": typed}, page="/m/check-in")

    assert outcome(told.text) == "checked_in"
    assert hall.signed() == [(hall.people.member.member_id, "hand_code", NOW)]


def test_wrong_digits_are_asked_for_again_and_the_sixth_locks_them(hall: Hall) -> None:
    phone = hall.phone(hall.people.member)

    told = [phone.post("/m/check-in", {"digits": "000000"}) for _ in range(6)]
    right = phone.post("/m/check-in", {"digits": CODE}).text

    assert [one.status_code for one in told] == [422] * 5 + [200]
    assert "没有找到这个签到码" in told[0].text
    assert [outcome(told[5].text), outcome(right)] == ["wrong_codes", "wrong_codes"]
    assert "连续输错 6 次，09:10 以后才能再输" in right
    assert hall.refused() == [(hall.people.member.member_id, "wrong_codes")]


@pytest.mark.parametrize(
    ("later", "title"),
    [(timedelta(minutes=-31), "还没到签到时间"), (timedelta(hours=2, seconds=1), "签到已结束")],
)
def test_link_outside_the_window_says_what_to_do(hall: Hall, later: timedelta, title: str) -> None:
    hall.door.clock.advance(later)

    told = scan(hall.phone(hall.people.member), hall.link())

    assert TITLE.findall(told) == [title]


def test_link_of_a_cancelled_meeting_says_so(hall: Hall) -> None:
    with hall.door.services.sessions.begin() as session:
        session.get_one(Meeting, hall.meeting_id).cancelled_at = NOW

    assert TITLE.findall(scan(hall.phone(hall.people.member), hall.link())) == ["这次会议已取消"]


def use(phone: Phone, path: str) -> str:
    return phone.bare_post(path, fields(phone.get(path).text)).text


def test_card_signs_its_own_person_in(hall: Hall) -> None:
    me = hall.people.member

    told = use(hall.phone(me), hall.card(me.member_id))

    assert outcome(told) == "checked_in"
    assert hall.signed() == [(me.member_id, "card", NOW)]


def test_card_of_somebody_else_signs_nobody_in_and_names_nobody(hall: Hall) -> None:
    mine, other = hall.card(hall.people.member.member_id), hall.phone(hall.people.other)

    page, told = other.get(mine).text, use(other, mine)

    assert outcome(told) == "foreign"
    assert ["李四" in page, "李四" in told, "第一季度" in told] == [False, False, False]
    assert hall.signed() == []
    assert hall.refused() == [(hall.people.other.member_id, "foreign")]


def test_card_opened_by_somebody_not_bound_keeps_their_time(hall: Hall) -> None:
    told = use(hall.phone(hall.people.follower), hall.card(hall.people.member.member_id))

    assert outcome(told) == "kept"
    assert hall.signed() == []


def test_forged_card_is_told_apart(hall: Hall) -> None:
    phone = hall.phone(hall.people.member)

    assert outcome(phone.get("/m/card/1~2~AAAA").text) == "unknown"
    assert outcome(phone.post("/m/card/1~2~AAAA").text) == "unknown"


def keeps_the_list(hall: Hall, role: Role, *, above: bool = False) -> None:
    """王五 has an account with that role on the branch that meets, or on the committee above it."""
    with hall.door.services.sessions.begin() as session:
        branch = session.get_one(Meeting, hall.meeting_id).organization_id
        seat = factories.organization(session, name="一厂党委").id if above else branch
        account = StaffAccount(
            username="wang.wu",
            display_name="王五",
            member_id=hall.people.other.member_id,
            password_hash="none",
            totp_sealed="none",
            created_at=NOW,
        )
        session.add(account)
        session.flush()
        session.add(StaffRole(account_id=account.id, role=role, organization_id=seat))


def test_recorder_signs_in_with_the_card_of_somebody_without_a_phone(hall: Hall) -> None:
    keeps_the_list(hall, Role.SECRETARY)
    recorder, card = hall.phone(hall.people.other), hall.card(hall.people.member.member_id)

    page = recorder.get(card).text
    told = [TITLE.findall(use(recorder, card)) for _ in range(2)]

    assert "给李四补签" in page
    assert "data-at-once" not in page
    assert told == [["已给李四补签"], ["李四已签到"]]
    assert hall.signed() == [(hall.people.member.member_id, "recorder", NOW)]
    with hall.door.services.sessions.read() as session:
        trail = session.scalars(select(AuditEntry)).all()
        assert [(one.actor, one.action) for one in trail] == [("wang.wu", "meeting.signed_in_by_recorder")]


def test_recorder_s_card_of_a_merged_meeting_signs_into_the_one_that_took_it_in(hall: Hall) -> None:
    keeps_the_list(hall, Role.SECRETARY)
    with hall.door.services.sessions.begin() as session:
        branch = session.get_one(Organization, hall.people.branch_id)
        expected = (session.get_one(Member, hall.people.member.member_id),)
        target = factories.meeting(session, branch, expected=expected)
        target.title = "联合主题党日"
        session.get_one(Meeting, hall.meeting_id).merged_into_id = target.id
    recorder, card = hall.phone(hall.people.other), hall.card(hall.people.member.member_id)

    page, told = recorder.get(card).text, use(recorder, card)

    assert "联合主题党日" in page
    assert (TITLE.findall(told), "联合主题党日" in told) == (["已给李四补签"], True)


def test_recorder_changes_nothing_once_the_record_is_closed(hall: Hall) -> None:
    keeps_the_list(hall, Role.SECRETARY)
    with hall.door.services.sessions.begin() as session:
        closed = Record(
            meeting_id=hall.meeting_id,
            version=1,
            state=RecordState.CLOSED,
            content="{}",
            edited_by="书记",
            edited_at=NOW,
        )
        session.add(closed)

    told = use(hall.phone(hall.people.other), hall.card(hall.people.member.member_id))

    assert "会议记录已经定稿" in told
    assert hall.signed() == []


@pytest.mark.parametrize(("role", "above"), [(Role.AUDITOR, False), (Role.SECRETARY, True)])
def test_account_that_does_not_keep_that_list_is_nobody_s_recorder(
    hall: Hall, role: Role, *, above: bool
) -> None:
    keeps_the_list(hall, role, above=above)

    told = use(hall.phone(hall.people.other), hall.card(hall.people.member.member_id))

    assert outcome(told) == "foreign"
    assert hall.signed() == []

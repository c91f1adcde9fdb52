"""A calendar address of one's own: shown once, replaced, taken back; read without signing in, and not too often."""

import re
from datetime import timedelta

import pytest

from app.core import logs
from app.core.clock import FixedClock
from app.members.models import Member
from app.organizations.models import Organization
from tests import factories
from tests.adapters.pages.door import SAFARI, Door, Phone
from tests.adapters.pages.people import People
from tests.factories import NOW

ADDRESS = re.compile(r"http://localhost(/m/calendar/([\w-]{43})\.ics)")


@pytest.fixture
def phone(door: Door, people: People) -> Phone:
    with door.services.sessions.begin() as session:
        branch = session.get_one(Organization, people.branch_id)
        member = session.get_one(Member, people.member.member_id)
        factories.meeting(session, branch, starts_at=NOW + timedelta(days=1), expected=(member,))
    return door.signed_in(people.member.identity_id)


def made(phone: Phone) -> str:
    """The path of a new address."""
    found = ADDRESS.search(phone.post("/m/calendar", page="/m/calendar").text)
    assert found is not None
    return found[1]


def test_address_is_shown_once_and_never_again(phone: Phone) -> None:
    assert "生成日历地址" in phone.get("/m/calendar").text

    made(phone)

    later = phone.get("/m/calendar").text
    assert ADDRESS.search(later) is None
    assert "您已有一个日历地址" in later
    assert "换一个地址" in later


def test_calendar_is_read_without_signing_in(door: Door, phone: Phone) -> None:
    answer = door.phone(SAFARI).get(made(phone))

    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/calendar; charset=utf-8")
    assert answer.headers["Cache-Control"] == "private, max-age=3600"
    assert "SUMMARY:第一季度支部党员大会（机电党支部）\r\n" in answer.text
    assert "Set-Cookie" not in answer.headers


def test_unchanged_calendar_is_not_sent_twice(door: Door, phone: Phone) -> None:
    path, reader = made(phone), door.phone(SAFARI)
    tag = reader.get(path).headers["ETag"]

    again = reader.client.get(path, headers={"If-None-Match": tag})

    assert (again.status_code, again.data) == (304, b"")


def test_new_address_ends_the_one_before(door: Door, phone: Phone) -> None:
    first, second = made(phone), made(phone)

    assert [door.phone(SAFARI).get(path).status_code for path in (first, second)] == [404, 200]


def test_address_is_taken_back(door: Door, phone: Phone) -> None:
    path = made(phone)

    answer = phone.post("/m/calendar/end", page="/m/calendar")

    assert (answer.status_code, answer.headers["Location"]) == (303, "/m/calendar?ended=")
    assert "已停用" in phone.get("/m/calendar?ended=").text
    assert door.phone(SAFARI).get(path).status_code == 404


@pytest.mark.parametrize("token", ["a" * 43, "x", "..%2f..%2fetc%2fpasswd", "%00", "%ff%fe", "a" * 3000])
def test_unknown_address_is_no_page(door: Door, phone: Phone, token: str) -> None:
    made(phone)

    assert door.phone(SAFARI).get(f"/m/calendar/{token}.ics").status_code == 404


def test_address_that_is_read_all_the_time_waits(door: Door, phone: Phone, clock: FixedClock) -> None:
    path, reader = made(phone), door.phone(SAFARI)

    asked = [reader.get(path).status_code for _ in range(61)]
    waits = reader.get(path)
    clock.advance(timedelta(hours=1))

    assert (asked[59], asked[60]) == (200, 429)
    assert waits.headers["Retry-After"] == "3600"
    assert reader.get(path).status_code == 200


def test_address_stays_out_of_our_logs(phone: Phone) -> None:
    path = made(phone)

    assert logs.scrub(f"GET {path} 500") == "GET /m/calendar/***.ics 500"

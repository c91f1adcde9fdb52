"""A person's own calendar: only theirs, nothing of others, and gone when they take it back."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from icalendar import Calendar
from sqlalchemy import select

from app.core.db import Session, Sessions
from app.meetings import changes, feed
from app.meetings.models import CalendarFeed, Expected, Ground, Meeting, Standing
from app.members.models import Member, PartyStatus, WeChatIdentity
from tests import factories
from tests.factories import NOW

PAGES = "https://dj.example.com/m/meetings"


def somebody(session: Session) -> Member:
    """Bound at NOW."""
    member = factories.member(session, factories.organization(session))
    factories.identity(session, member=member)
    return member


def owner(session: Session, token: str) -> int | None:
    return feed.owner(session, token=token)


def test_address_is_its_maker_s(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        one, other = somebody(session), somebody(session)
        mine = feed.make(session, member_id=one.id, now=NOW)
        theirs = feed.make(session, member_id=other.id, now=NOW)

        assert (owner(session, mine), owner(session, theirs)) == (one.id, other.id)
        assert feed.made_at(session, member_id=one.id) == NOW


def test_address_is_not_kept(session: Session) -> None:
    token = feed.make(session, member_id=somebody(session).id, now=NOW)

    row = session.scalars(select(CalendarFeed)).one()
    assert len(token) == 43
    assert token not in (row.token_hash, str(row.id))
    assert len(row.token_hash) == 64


def test_new_address_ends_the_one_before(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        member = somebody(session)
        first, second = (feed.make(session, member_id=member.id, now=NOW) for _ in range(2))

        assert (owner(session, first), owner(session, second)) == (None, member.id)
        assert len(session.scalars(select(CalendarFeed)).all()) == 1


def test_address_that_was_taken_back_is_nobody_s(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        member = somebody(session)
        token = feed.make(session, member_id=member.id, now=NOW)

        assert [feed.revoke(session, member_id=member.id) for _ in range(2)] == [True, False]
        assert (owner(session, token), feed.made_at(session, member_id=member.id)) == (None, None)


@pytest.mark.parametrize("token", ["", "x", "a" * 43, "../../etc/passwd", "é" * 43, "a" * 5000])
def test_address_that_nobody_made_is_nobody_s(session: Session, token: str) -> None:
    feed.make(session, member_id=somebody(session).id, now=NOW)

    assert owner(session, token) is None


def test_who_has_left_has_no_calendar(session: Session) -> None:
    member = somebody(session)
    token = feed.make(session, member_id=member.id, now=NOW)
    member.status = PartyStatus.LEFT
    session.flush()

    assert owner(session, token) is None


def test_address_ends_with_the_binding_that_made_it(any_sessions: Sessions) -> None:
    """Whoever was bound by mistake keeps nothing; who is bound next makes an address of their own."""
    with any_sessions.begin() as session:
        member = somebody(session)
        token = feed.make(session, member_id=member.id, now=NOW)
        chat = session.scalars(select(WeChatIdentity)).one()
        chat.member_id = None
        session.flush()
        unbound = owner(session, token), feed.made_at(session, member_id=member.id)
        chat.member_id, chat.bound_at = member.id, NOW + timedelta(seconds=1)
        session.flush()

        assert (unbound, owner(session, token)) == ((None, None), None)


def test_two_taps_at_once_leave_one_address(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        member_id = somebody(session).id

    def tap(_: int) -> str:
        with any_sessions.begin() as session:
            return feed.make(session, member_id=member_id, now=NOW)

    with ThreadPoolExecutor(4) as pool:
        tokens = list(pool.map(tap, range(4)))

    with any_sessions.read() as session:
        assert [owner(session, token) for token in tokens].count(member_id) == 1


def entries(session: Session, member: Member, now: datetime = NOW) -> list[str]:
    return [row[0].title for row in feed.meetings(session, member_id=member.id, now=now)]


def test_meetings_are_the_person_s_own(session: Session) -> None:
    branch = factories.organization(session)
    me, other = (factories.member(session, branch, name=name) for name in "甲乙")
    factories.meeting(session, branch, expected=(other,))
    old = factories.meeting(session, branch, expected=(me,), starts_at=NOW - timedelta(days=181))
    later = factories.meeting(session, branch, expected=(me, other), starts_at=NOW + timedelta(days=1))
    first = factories.meeting(session, branch, starts_at=NOW - timedelta(days=179))
    session.add_all(
        [
            Expected(
                meeting_id=first.id, member_id=me.id, organization_id=branch.id, standing=Standing.INVITED
            ),
            Expected(
                meeting_id=factories.meeting(session, branch).id,
                member_id=me.id,
                organization_id=branch.id,
                standing=Standing.NOT_COUNTED,
                ground=Ground.ABROAD,
                approval_no="〔2026〕1号",
            ),
        ]
    )
    old.title, first.title, later.title = "太久", "列席", "将来"
    session.flush()

    assert entries(session, me) == ["列席", "将来"]


def test_merged_meeting_stays_in_the_calendars_of_its_own_people(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        first, second = (factories.organization(session, name=name) for name in ("一支部", "二支部"))
        me, other = factories.member(session, first), factories.member(session, second)
        mine = factories.meeting(session, first, expected=(me,), starts_at=NOW + timedelta(days=1))
        joint = factories.meeting(session, second, expected=(other,), starts_at=NOW + timedelta(days=2))
        mine.title, joint.title = "原来的", "合并的"
        changes.merge(session, meeting=mine, into=joint, now=NOW)

        assert (entries(session, me), entries(session, other)) == (["原来的", "合并的"], ["合并的"])


def event(session: Session, meeting: Meeting, **more: str) -> Any:
    session.refresh(meeting)
    given = {"name": "我的会议", "pages": PAGES, "host": "dj.example.com"} | more
    content = feed.text([(meeting, "第一支部")], **given)  # type: ignore[list-item]  # a row is a tuple, too
    return Calendar.from_ical(content).walk("VEVENT")[0]


@pytest.fixture
def meeting(session: Session) -> Meeting:
    made = factories.meeting(session, factories.organization(session), starts_at=NOW + timedelta(days=1))
    made.place, made.agenda, made.chair = "三楼会议室", "处分某人", "李四"
    session.flush()
    return made


def test_event_says_what_when_and_where(session: Session, meeting: Meeting) -> None:
    found = event(session, meeting)

    assert {
        name: found.to_ical().decode().count(name) for name in ("VALARM", "ATTENDEE", "李四", "处分")
    } == {
        "VALARM": 0,
        "ATTENDEE": 0,
        "李四": 0,
        "处分": 0,
    }
    assert (str(found["UID"]), int(found["SEQUENCE"]), str(found["STATUS"]), str(found["CLASS"])) == (
        f"meeting-{meeting.id}@dj.example.com",
        0,
        "CONFIRMED",
        "PRIVATE",
    )
    assert (str(found["SUMMARY"]), str(found["LOCATION"]), str(found["URL"])) == (
        "第一季度支部党员大会（第一支部）",
        "三楼会议室",
        f"{PAGES}/{meeting.id}",
    )
    assert found["DTSTART"].to_ical() == b"20260303T010000Z"
    assert found["DTEND"].to_ical() == b"20260303T030000Z"


def test_moved_event_keeps_its_number_and_counts_on(session: Session, meeting: Meeting) -> None:
    before = event(session, meeting)
    meeting.starts_at += timedelta(days=1)
    meeting.ends_at += timedelta(days=1)
    meeting.revision, meeting.moved_at = 1, NOW + timedelta(hours=1)
    session.flush()

    after = event(session, meeting)

    assert after["UID"] == before["UID"]
    assert (int(after["SEQUENCE"]), after["DTSTAMP"].to_ical()) == (1, b"20260302T020000Z")


@pytest.mark.parametrize("how", ["cancelled", "merged"])
def test_event_that_does_not_take_place_is_cancelled(session: Session, meeting: Meeting, how: str) -> None:
    meeting.revision = 1
    if how == "cancelled":
        meeting.cancelled_at = NOW
    else:
        meeting.merged_into_id = factories.meeting(session, factories.organization(session)).id
    session.flush()

    found = event(session, meeting)

    assert (str(found["STATUS"]), int(found["SEQUENCE"])) == ("CANCELLED", 1)


def test_file_is_the_same_while_nothing_changes(session: Session, meeting: Meeting) -> None:
    rows: Any = [(meeting, "第一支部")]
    given = {"name": "我的会议", "pages": "", "host": "a.example"}

    content = feed.text(rows, **given)

    assert content == feed.text(rows, **given)
    assert b"URL" not in content
    assert content.startswith(b"BEGIN:VCALENDAR\r\n")
    assert b"X-PUBLISHED-TTL:PT6H\r\n" in content
    assert b"REFRESH-INTERVAL;VALUE=DURATION:PT6H\r\n" in content
    assert max(map(len, content.split(b"\r\n"))) <= 75

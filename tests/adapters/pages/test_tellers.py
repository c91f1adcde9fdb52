"""A teller confirms the count on their own phone: the numbers first, then one tap, and a second one changes nothing."""

import json

import pytest
from sqlalchemy import select

from app.meetings.models import CheckIn, Meeting, MeetingKind, Way
from app.meetings.votes import service
from app.meetings.votes.counting import Counted
from app.meetings.votes.models import Matter, Method, Vote
from app.meetings.votes.states import VoteState
from app.members.models import Member
from app.organizations.models import Organization
from app.staff.models import AuditEntry
from tests import factories
from tests.adapters.pages.door import Door, Phone
from tests.adapters.pages.people import People
from tests.factories import NOW


@pytest.fixture
def phone(door: Door, people: People) -> Phone:
    return door.signed_in(people.member.identity_id)


@pytest.fixture
def vote_id(door: Door, people: People) -> int:
    """Open, at a meeting where both tellers are."""
    with door.services.sessions.begin() as session:
        branch = session.get_one(Organization, people.branch_id)
        tellers = [session.get_one(Member, one.member_id) for one in (people.member, people.other)]
        meeting = factories.meeting(session, branch, expected=tuple(tellers))
        session.add_all(
            CheckIn(meeting_id=meeting.id, member_id=one.id, checked_in_at=NOW, way=Way.SCAN)
            for one in tellers
        )
        vote = service.open_vote(
            session,
            meeting=meeting,
            matter=Matter.GENERAL,
            method=Method.BALLOT,
            subject="工作计划",
            by="书记",
            now=NOW,
        )
        service.name_tellers(session, vote=vote, member_ids=[one.id for one in tellers])
        return vote.id


def count(door: Door, vote_id: int, against: int = 0) -> None:
    counted = Counted(issued=2, returned=2, in_favour=2 - against, against=against)
    with door.services.sessions.begin() as session:
        vote = session.get_one(Vote, vote_id)
        service.record_count(
            session, vote=vote, counted=counted, seen=vote.count_number, by="书记", now=door.clock.now()
        )


def tap(phone: Phone, vote_id: int, seen: object = 1) -> tuple[int, str]:
    answer = phone.post(f"/m/votes/{vote_id}/confirm", {"count": seen})
    return answer.status_code, answer.headers.get("Location", "")


def state_of(door: Door, vote_id: int) -> VoteState:
    with door.services.sessions.read() as session:
        return session.get_one(Vote, vote_id).state


def trail(door: Door) -> list[tuple[str, str, dict[str, object]]]:
    with door.services.sessions.read() as session:
        rows = session.scalars(select(AuditEntry).order_by(AuditEntry.id))
        return [(row.actor, row.action, json.loads(row.details)) for row in rows]


def test_teller_is_told_to_wait_before_the_count(phone: Phone, vote_id: int) -> None:
    text = phone.get(f"/m/votes/{vote_id}").text

    assert "还没有计票" in text
    assert "确认无误" not in text


def test_teller_sees_the_numbers_and_no_verdict_of_ours(door: Door, phone: Phone, vote_id: int) -> None:
    """What is confirmed is the count; what it comes to is the rules' matter."""
    count(door, vote_id, against=1)

    text = phone.get(f"/m/votes/{vote_id}").text

    assert "一般事项：工作计划" in text
    assert "应到会有表决权" in text
    assert "确认无误" in text
    assert "未通过" not in text


def test_one_tap_each_confirms_the_sheet(door: Door, people: People, phone: Phone, vote_id: int) -> None:
    count(door, vote_id)
    other = door.signed_in(people.other.identity_id)

    first = tap(phone, vote_id)
    between = (state_of(door, vote_id), phone.get(f"/m/votes/{vote_id}").text)
    second = tap(other, vote_id)

    assert first == second == (303, f"/m/votes/{vote_id}")
    assert (between[0], "还等另一位监票人确认" in between[1]) == (VoteState.COUNTED, True)
    assert state_of(door, vote_id) is VoteState.CONFIRMED
    assert "两位监票人都已确认" in phone.get(f"/m/votes/{vote_id}").text


def test_second_tap_is_no_second_confirmation(door: Door, people: People, phone: Phone, vote_id: int) -> None:
    count(door, vote_id)
    page = f"/m/votes/{vote_id}"
    token = phone.get(page).text.split('name="csrf_token" value="')[1].split('"')[0]

    answers = [
        phone.bare_post(f"{page}/confirm", {"csrf_token": token, "count": "1"}).status_code for _ in range(2)
    ]

    assert answers == [303, 303]
    assert state_of(door, vote_id) is VoteState.COUNTED
    assert trail(door) == [
        (f"member:{people.member.member_id}", "meeting.vote_confirmed", {"round": 1, "vote": 1})
    ]


@pytest.mark.parametrize("seen", [0, 2, "", "x", "１", "9" * 30])
def test_tap_for_another_count_shows_the_numbers_again(
    door: Door, phone: Phone, vote_id: int, seen: object
) -> None:
    count(door, vote_id)
    path = f"/m/votes/{vote_id}"

    answer = phone.post(f"{path}/confirm", {"count": seen}, page=path)

    assert answer.status_code == 409
    assert "下面是最新的数字" in answer.text
    assert "确认无误" in answer.text
    assert trail(door) == []


def test_count_entered_anew_while_the_page_was_open_is_not_confirmed(
    door: Door, phone: Phone, vote_id: int
) -> None:
    count(door, vote_id)
    phone.get(f"/m/votes/{vote_id}")
    count(door, vote_id, against=1)

    assert tap(phone, vote_id, seen=1)[0] == 409
    assert tap(phone, vote_id, seen=2)[0] == 303


def test_home_says_that_a_count_waits_until_it_is_confirmed(door: Door, phone: Phone, vote_id: int) -> None:
    texts = [phone.get("/m/").text]
    count(door, vote_id)
    texts.append(phone.get("/m/").text)
    tap(phone, vote_id)
    texts.append(phone.get("/m/").text)

    assert [f'href="/m/votes/{vote_id}"' in text for text in texts] == [False, True, False]
    assert ["现在没有要您办的事" in text for text in texts] == [True, False, True]


def test_void_sheet_has_nothing_to_confirm(door: Door, phone: Phone, vote_id: int) -> None:
    count(door, vote_id)
    with door.services.sessions.begin() as session:
        vote = session.get_one(Vote, vote_id)
        service.void(session, vote=vote, reason="漏发一张票", now=door.clock.now())

    text = phone.get(f"/m/votes/{vote_id}").text

    assert "这次票决已作废" in text
    assert "确认无误" not in text
    assert tap(phone, vote_id)[0] == 409


def test_member_who_does_not_count_finds_nothing(door: Door, vote_id: int) -> None:
    with door.services.sessions.begin() as session:
        branch = session.scalars(select(Organization)).first()
        assert branch is not None
        stranger = factories.identity(session, member=factories.member(session, branch, name="赵六"))
        identity_id = stranger.id
    phone = door.signed_in(identity_id)

    assert phone.get(f"/m/votes/{vote_id}").status_code == 404
    assert phone.post(f"/m/votes/{vote_id}/confirm", {"count": 1}).status_code == 404


@pytest.mark.parametrize("number", ["999999999", "2147483648", "0", "x"])
def test_no_such_vote_is_no_page(phone: Phone, number: str) -> None:
    assert phone.get(f"/m/votes/{number}").status_code == 404


def test_election_shows_the_names_and_their_votes(door: Door, phone: Phone, vote_id: int) -> None:
    with door.services.sessions.begin() as session:
        meeting_id = session.get_one(Vote, vote_id).meeting_id
        meeting = session.get_one(Meeting, meeting_id)
        meeting.kind = MeetingKind.ELECTION
        vote = service.open_vote(
            session,
            meeting=meeting,
            matter=Matter.ELECTION,
            method=Method.BALLOT,
            subject="支部委员",
            seats=1,
            candidates=("甲", "乙"),
            by="书记",
            now=NOW,
        )
        tellers = [one.member_id for one in session.scalars(select(CheckIn))]
        service.name_tellers(session, vote=vote, member_ids=tellers)
        counted = Counted(2, 2, votes={"甲": 1, "丙": 1})
        service.record_count(session, vote=vote, counted=counted, seen=0, by="书记", now=NOW)

    text = phone.get(f"/m/votes/{vote.id}").text

    assert "丙（另选他人）" in text
    assert text.count("1 票") == 2
    assert "0 票" in text

"""The count: entered, refused, entered again, and confirmed by two tellers, once."""

from dataclasses import replace
from datetime import timedelta

import pytest

from app.core.db import Session, Sessions
from app.meetings.models import MeetingKind, Standing
from app.meetings.votes import queries, refusals, service
from app.meetings.votes.counting import Counted
from app.meetings.votes.models import Matter, Method, Teller, Vote, WrittenOpinion
from app.meetings.votes.rules import ElectionResult, Result, Verdict
from app.meetings.votes.states import VoteState
from app.members.models import Member
from tests import factories
from tests.factories import NOW
from tests.unit.meetings.votes.hall import AFTER, BEFORE, Hall, confirmed, count, hall, sign_in, yes

CANDIDATES = ("甲", "乙", "丙")


def test_count_takes_the_people_of_that_moment(sessions: Sessions) -> None:
    """Leave counts in the denominator; who is not counted, invited or probationary does not."""
    place = hall(sessions, people=10, present=7)

    with sessions.begin() as session:
        place.on_leave(session, place.people[9])
        place.add(session, Standing.NON_VOTING, present=True)
        place.add(session, Standing.NOT_COUNTED)
        place.add(session, Standing.INVITED, present=True)
        vote = place.open(session)
        sign_in(session, place.meeting_id, place.people[7])
        count(session, vote)

        assert (vote.due_voting, vote.present_voting) == (10, 8)
        assert (vote.state, vote.count_number, vote.counted_at) == (VoteState.COUNTED, 1, AFTER)
        assert queries.sheet(session, vote).verdict is Verdict.PASSED


def test_count_before_the_meeting_is_refused(sessions: Sessions) -> None:
    place = hall(sessions)

    with sessions.begin() as session:
        vote = place.open(session)
        with pytest.raises(refusals.CountTooEarly):
            count(session, vote, now=NOW - timedelta(microseconds=1))

        assert count(session, vote, now=NOW).count_number == 1


def test_count_needs_two_tellers(sessions: Sessions) -> None:
    place = hall(sessions)

    with sessions.begin() as session:
        vote = service.open_vote(
            session,
            meeting=place.meeting(session),
            matter=Matter.GENERAL,
            method=Method.BALLOT,
            subject="计划",
            by="书记",
            now=BEFORE,
        )
        with pytest.raises(refusals.TellersMissing):
            count(session, vote)


def test_count_needs_the_tellers_in_the_room(sessions: Sessions) -> None:
    place = hall(sessions, present=1)

    with sessions.begin() as session:
        vote = place.open(session)
        with pytest.raises(refusals.TellersAbsent):
            count(session, vote, yes(1))


def test_count_that_does_not_add_up_is_refused_with_its_fields(sessions: Sessions) -> None:
    place = hall(sessions)

    with sessions.begin() as session:
        vote = place.open(session)
        with pytest.raises(refusals.CountWrong) as refused:
            count(session, vote, replace(yes(8), issued=9))

        assert refused.value.details == {"flaws": {"issued": "issued_exceed_present"}}
        assert (vote.state, vote.returned) == (VoteState.OPEN, None)


def test_surplus_ballots_are_first_refused_and_then_void_the_vote(sessions: Sessions) -> None:
    place = hall(sessions)
    surplus = replace(yes(8), issued=7)

    with sessions.begin() as session:
        vote = place.open(session)
        with pytest.raises(refusals.BallotsSurplus):
            count(session, vote, surplus)
        assert vote.state is VoteState.OPEN
        count(session, vote, surplus, surplus_reason="收回的票多于发出的票")

        assert (vote.state, vote.issued, vote.returned) == (VoteState.VOID, 7, 8)
        assert (vote.void_reason, vote.ended_at) == ("收回的票多于发出的票", AFTER)
        assert queries.sheet(session, vote).verdict is None


def test_hands_have_no_ballots(sessions: Sessions) -> None:
    place = hall(sessions)

    with sessions.begin() as session:
        vote = place.open(session, method=Method.HANDS)
        count(session, vote, Counted(in_favour=6, against=1))

        assert (vote.issued, vote.returned, vote.in_favour) == (None, None, 6)


def test_committee_decides_by_the_majority_of_its_members(sessions: Sessions) -> None:
    place = hall(sessions, people=5, present=3, kind=MeetingKind.BRANCH_COMMITTEE)

    with sessions.begin() as session:
        vote = place.open(session, Matter.COMMITTEE, method=Method.HANDS)
        count(session, vote, Counted(in_favour=2, against=1))
        two = queries.sheet(session, vote).verdict
        count(session, vote, Counted(in_favour=3))

        assert (two, queries.sheet(session, vote).verdict) == (Verdict.NOT_PASSED, Verdict.PASSED)


def test_written_opinions_carry_an_admission(sessions: Sessions) -> None:
    """Six of ten came, five said yes, one absent voter had written yes: six of ten."""
    place = hall(sessions, people=10, present=6)

    with sessions.begin() as session:
        vote = place.open(session, Matter.ADMISSION, subject="李明")
        service.add_written_opinion(
            session, vote=vote, member_id=place.people[9], received_at=BEFORE, by="书记", now=AFTER
        )
        count(session, vote, replace(yes(5, against=1), written_in_favour=1))
        result = queries.sheet(session, vote).result

    assert isinstance(result, Result)
    assert (result.in_favour, result.enough, result.passed) == (6, 6, True)


def test_count_entered_on_an_old_page_is_refused(sessions: Sessions) -> None:
    place = hall(sessions)

    with sessions.begin() as session:
        vote = place.open(session)
        count(session, vote)
        with pytest.raises(refusals.CountOvertaken):
            count(session, vote, yes(7), seen=0)

        assert vote.in_favour == 8


def elect(place: Hall, session: Session, seats: int = 2) -> Vote:
    return place.open(session, Matter.ELECTION, subject="支部委员", seats=seats, candidates=CANDIDATES)


def ballots(**votes: int) -> Counted:
    return Counted(issued=8, returned=8, votes=votes)


def test_election_is_counted_by_name_with_names_written_in(sessions: Sessions) -> None:
    place = hall(sessions)

    with sessions.begin() as session:
        vote = elect(place, session)
        count(session, vote, ballots(甲=8, 乙=4, 丁=1))
        first = queries.sheet(session, vote)
        first_names = {one.name: (one.in_favour, one.written_in) for one in first.candidates}
        count(session, vote, ballots(甲=8, 乙=5))
        second = queries.sheet(session, vote)
        second_names = {one.name: (one.in_favour, one.written_in) for one in second.candidates}

    assert first_names == {"甲": (8, False), "乙": (4, False), "丙": (0, False), "丁": (1, True)}
    assert second_names == {"甲": (8, False), "乙": (5, False), "丙": (0, False)}
    assert isinstance(first.result, ElectionResult)
    assert isinstance(second.result, ElectionResult)
    assert (first.result.elected, second.result.elected) == (("甲",), ("甲", "乙"))
    assert (vote.in_favour, vote.issued, vote.spoiled) == (None, 8, 0)


@pytest.mark.parametrize(("present", "verdict"), [(8, Verdict.ELECTED), (7, Verdict.NO_QUORUM)])
def test_election_with_exactly_four_fifths_and_with_one_fewer(
    sessions: Sessions, present: int, verdict: Verdict
) -> None:
    place = hall(sessions, people=10, present=present, kind=MeetingKind.ELECTION)

    with sessions.begin() as session:
        vote = elect(place, session)
        count(session, vote, Counted(present, present, votes={"甲": present, "乙": present}))

        sheet = confirmed(session, place, vote)
        assert (sheet.verdict, sheet.decided) == (verdict, verdict is Verdict.ELECTED)


@pytest.mark.parametrize(
    ("present", "in_favour", "verdict"),
    [(5, 5, Verdict.NOT_PASSED), (6, 6, Verdict.PASSED), (4, 4, Verdict.NO_QUORUM)],
)
def test_no_resolution_is_printed_when_a_test_fails(
    sessions: Sessions, present: int, in_favour: int, verdict: Verdict
) -> None:
    place = hall(sessions, people=10, present=present)

    with sessions.begin() as session:
        vote = place.open(session)
        count(session, vote, yes(in_favour))
        unconfirmed = queries.sheet(session, vote).decided
        sheet = confirmed(session, place, vote)

        assert sheet.verdict is verdict
        assert (unconfirmed, sheet.decided) == (False, verdict is Verdict.PASSED)


def test_rules_are_those_of_the_day_of_the_meeting(sessions: Sessions) -> None:
    """A meeting of 2019, entered late: exactly four fifths were not yet enough."""
    place = hall(sessions, people=10, present=8)

    with sessions.begin() as session:
        vote = elect(place, session)
        place.meeting(session).starts_at = NOW.replace(year=2019)
        count(session, vote, ballots(甲=8, 乙=8))
        result = queries.sheet(session, vote).result

    assert result is not None
    assert result.verdict is Verdict.NO_QUORUM


def test_sheets_for_the_ledger_are_those_that_are_over(sessions: Sessions) -> None:
    place = hall(sessions)

    with sessions.begin() as session:
        place.open(session)
        count(session, place.open(session))
        third = count(session, place.open(session))
        confirmed(session, place, third)
        fourth = place.open(session)
        service.void(session, vote=fourth, reason="撤回", now=AFTER)

        over = [one.vote.number for one in queries.sheets(session, place.meeting_id)]
        every = [one.vote.number for one in queries.of_meeting(session, place.meeting_id)]

    assert (over, every) == ([3, 4], [1, 2, 3, 4])


def test_sheet_has_all_that_is_printed(sessions: Sessions) -> None:
    place = hall(sessions)

    with sessions.begin() as session:
        vote = count(session, place.open(session, Matter.CONVERSION, subject="李明（按期转正）"))
        factories.identity(session, member=session.get_one(Member, place.people[0]))
        sheet = confirmed(session, place, vote)

    assert sheet.title == "预备党员转正：李明（按期转正）"
    assert (sheet.organization_name, sheet.meeting.id) == ("第一党支部", place.meeting_id)
    assert [(one.name, one.confirmed_at, one.bound) for one in sheet.tellers] == [
        ("党员0", AFTER, True),
        ("党员1", AFTER, False),
    ]


def test_nothing_of_a_person_says_how_they_voted() -> None:
    kept = {column.name for table in (WrittenOpinion, Teller) for column in table.__table__.columns}

    assert kept == {
        *("id", "vote_id", "member_id", "received_at", "recorded_by"),
        *("confirmed_count", "confirmed_at", "paper_reason"),
    }

"""Opening a vote, naming tellers, taking written opinions, ending it without a result."""

import pytest
from sqlalchemy import select

from app.core.db import Session, Sessions
from app.core.errors import DomainError
from app.meetings.closing import RecordClosed
from app.meetings.holding import MeetingCancelled, MeetingMerged
from app.meetings.models import MeetingKind, MeetingOrganization, Standing
from app.meetings.records.models import Record
from app.meetings.records.states import RecordState
from app.meetings.votes import queries, refusals, service
from app.meetings.votes.models import Candidate, Matter, Method, Teller, Vote
from app.meetings.votes.states import VoteState
from app.organizations.models import Organization
from tests import factories
from tests.factories import NOW
from tests.unit.meetings.votes.hall import AFTER, Hall, count, hall

STANDING = ("甲", "乙", "丙")


def tellers_of(session: Session, vote: Vote) -> list[int]:
    return list(
        session.scalars(select(Teller.member_id).where(Teller.vote_id == vote.id).order_by(Teller.id))
    )


def elect(place: Hall, session: Session, **more: object) -> Vote:
    given = {"subject": "支部委员", "seats": 2, "candidates": STANDING} | more
    return place.open(session, Matter.ELECTION, **given)


def test_votes_of_a_meeting_are_numbered(sessions: Sessions) -> None:
    place = hall(sessions)

    with sessions.begin() as session:
        numbers = [place.open(session).number for _ in range(3)]

    assert numbers == [1, 2, 3]


def test_election_keeps_seats_and_candidates(sessions: Sessions) -> None:
    place = hall(sessions)

    with sessions.begin() as session:
        vote = elect(place, session)
        names = list(
            session.scalars(select(Candidate.name).where(Candidate.vote_id == vote.id).order_by(Candidate.id))
        )

    assert (vote.seats, vote.state, names) == (2, VoteState.OPEN, list(STANDING))


@pytest.mark.parametrize(
    ("kind", "matter"),
    [
        (MeetingKind.GROUP_MEETING, Matter.GENERAL),
        (MeetingKind.THEME_DAY, Matter.ADMISSION),
        (MeetingKind.PARTY_LECTURE, Matter.ELECTION),
        (MeetingKind.MEMBER_MEETING, Matter.COMMITTEE),
        (MeetingKind.BRANCH_COMMITTEE, Matter.ADMISSION),
        (MeetingKind.BRANCH_COMMITTEE, Matter.GENERAL),
    ],
)
def test_meeting_decides_only_what_is_its_own(sessions: Sessions, kind: MeetingKind, matter: Matter) -> None:
    place = hall(sessions, kind=kind)

    with sessions.begin() as session, pytest.raises(refusals.VoteNotPossible):
        place.open(session, matter, subject="甲", seats=1, candidates=STANDING)


@pytest.mark.parametrize("subject", ["", "   "])
def test_vote_needs_a_subject(sessions: Sessions, subject: str) -> None:
    place = hall(sessions)

    with sessions.begin() as session, pytest.raises(refusals.SubjectEmpty):
        place.open(session, subject=subject)


@pytest.mark.parametrize("matter", [Matter.ADMISSION, Matter.CONVERSION, Matter.DISPOSITION])
def test_people_are_voted_on_one_by_one(sessions: Sessions, matter: Matter) -> None:
    place = hall(sessions)

    with sessions.begin() as session, pytest.raises(refusals.OneByOne):
        place.open(session, matter, subject="李明、王芳")


@pytest.mark.parametrize("matter", [Matter.ADMISSION, Matter.CONVERSION, Matter.ELECTION])
def test_persons_are_decided_on_by_secret_ballot(sessions: Sessions, matter: Matter) -> None:
    place = hall(sessions)

    with sessions.begin() as session, pytest.raises(refusals.BallotNeeded):
        place.open(session, matter, subject="李明", method=Method.HANDS, seats=1, candidates=STANDING)


@pytest.mark.parametrize("seats", [-1, 0, 100])
def test_election_needs_seats(sessions: Sessions, seats: int) -> None:
    place = hall(sessions)

    with sessions.begin() as session, pytest.raises(refusals.SeatsWrong):
        elect(place, session, seats=seats)


@pytest.mark.parametrize("candidates", [(), ("甲", "甲"), ("李明", "李 明"), ("长" * 51,)])
def test_election_needs_different_candidates(sessions: Sessions, candidates: tuple[str, ...]) -> None:
    place = hall(sessions)

    with sessions.begin() as session, pytest.raises(refusals.CandidatesWrong):
        elect(place, session, candidates=candidates)


def test_fewer_candidates_than_usual_are_not_refused(sessions: Sessions) -> None:
    place = hall(sessions)

    with sessions.begin() as session:
        assert elect(place, session, seats=3).seats == 3


def joint(place: Hall, session: Session) -> None:
    other = factories.organization(session, name="第二党支部")
    session.add(MeetingOrganization(meeting_id=place.meeting_id, organization_id=other.id))


def cancelled(place: Hall, session: Session) -> None:
    place.meeting(session).cancelled_at = NOW


def merged(place: Hall, session: Session) -> None:
    at = place.meeting(session)
    branch = session.get_one(Organization, at.organization_id)
    at.merged_into_id = factories.meeting(session, branch).id


def recorded(place: Hall, session: Session) -> None:
    closed = Record(
        meeting_id=place.meeting_id,
        version=1,
        state=RecordState.CLOSED,
        content="{}",
        edited_by="书记",
        edited_at=NOW,
    )
    session.add(closed)


GONE = [
    (joint, refusals.VoteAtJointMeeting),
    (cancelled, MeetingCancelled),
    (merged, MeetingMerged),
    (recorded, RecordClosed),
]


@pytest.mark.parametrize(("happen", "refusal"), GONE)
def test_no_vote_is_opened_where_the_branch_does_not_decide_alone(
    sessions: Sessions, happen: object, refusal: type[DomainError]
) -> None:
    place = hall(sessions)
    with sessions.begin() as session:
        happen(place, session)  # type: ignore[operator]

    with sessions.begin() as session, pytest.raises(refusal):
        place.open(session)


@pytest.mark.parametrize(("happen", "refusal"), GONE)
def test_no_vote_is_counted_where_the_branch_no_longer_decides_alone(
    sessions: Sessions, happen: object, refusal: type[DomainError]
) -> None:
    place = hall(sessions)
    with sessions.begin() as session:
        vote = place.open(session)
        happen(place, session)  # type: ignore[operator]

    with sessions.begin() as session, pytest.raises(refusal):
        count(session, vote)


def test_meeting_with_a_vote_says_so_before_it_is_merged(sessions: Sessions) -> None:
    place = hall(sessions)

    with sessions.begin() as session:
        before = queries.any_of(session, place.meeting_id)
        place.open(session)
        after = queries.any_of(session, place.meeting_id)

    assert (before, after) == (False, True)


def test_tellers_may_be_named_anew_until_the_end(sessions: Sessions) -> None:
    place = hall(sessions)

    with sessions.begin() as session:
        vote = place.open(session)
        service.name_tellers(session, vote=vote, member_ids=place.people[1:3])
        first = tellers_of(session, vote)
        service.void(session, vote=vote, reason="写错了", now=AFTER)

        assert first == place.people[1:3]
        with pytest.raises(refusals.VoteEnded):
            service.name_tellers(session, vote=vote, member_ids=place.people[:2])


@pytest.mark.parametrize("chosen", [[], [0], [0, 0], [0, 1, 2]])
def test_tellers_are_two_different_people(sessions: Sessions, chosen: list[int]) -> None:
    place = hall(sessions)

    with sessions.begin() as session:
        vote = place.open(session)
        with pytest.raises(refusals.TellersWrong):
            service.name_tellers(session, vote=vote, member_ids=[place.people[one] for one in chosen])


@pytest.mark.parametrize("standing", [Standing.INVITED, Standing.NOT_COUNTED])
def test_tellers_are_of_those_who_should_attend(sessions: Sessions, standing: Standing) -> None:
    place = hall(sessions)

    with sessions.begin() as session:
        vote, other = place.open(session), place.add(session, standing)
        with pytest.raises(refusals.TellersWrong):
            service.name_tellers(session, vote=vote, member_ids=[place.people[0], other])


def test_teller_from_another_branch_is_refused(sessions: Sessions) -> None:
    place, other = hall(sessions), hall(sessions)

    with sessions.begin() as session:
        vote = place.open(session)
        with pytest.raises(refusals.TellersWrong):
            service.name_tellers(session, vote=vote, member_ids=[place.people[0], other.people[0]])


@pytest.mark.parametrize(
    ("matter", "more"),
    [
        (Matter.ELECTION, {"seats": 1, "candidates": ("党员0", "甲")}),
        (Matter.ADMISSION, {"subject": "党 员0"}),
        (Matter.CONVERSION, {"subject": "党员0（按期转正）"}),
        (Matter.DISPOSITION, {"subject": "党员0（限期改正）"}),
    ],
)
def test_nobody_counts_the_vote_about_themselves(
    sessions: Sessions, matter: Matter, more: dict[str, object]
) -> None:
    place = hall(sessions)

    with sessions.begin() as session, pytest.raises(refusals.TellerConcerned):
        place.open(session, matter, **more)


def test_name_in_a_general_matter_keeps_nobody_from_counting(sessions: Sessions) -> None:
    place = hall(sessions)

    with sessions.begin() as session:
        assert tellers_of(session, place.open(session, subject="党员0")) == place.people[:2]


@pytest.mark.parametrize("counted", [False, True])
def test_void_keeps_its_reason_and_is_the_end(sessions: Sessions, *, counted: bool) -> None:
    place = hall(sessions)

    with sessions.begin() as session:
        vote = place.open(session)
        if counted:
            count(session, vote)
        service.void(session, vote=vote, reason="漏发一张票", now=AFTER)

        assert (vote.state, vote.void_reason, vote.ended_at) == (VoteState.VOID, "漏发一张票", AFTER)
        assert queries.sheet(session, vote).result is None
        with pytest.raises(refusals.VoteEnded):
            service.void(session, vote=vote, reason="再来", now=AFTER)
        with pytest.raises(refusals.VoteEnded):
            count(session, vote)


def test_void_needs_a_reason(sessions: Sessions) -> None:
    place = hall(sessions)

    with sessions.begin() as session:
        vote = place.open(session)
        with pytest.raises(refusals.ReasonMissing):
            service.void(session, vote=vote, reason=" ", now=AFTER)


def test_people_to_choose_from_are_those_who_should_attend(sessions: Sessions) -> None:
    place = hall(sessions, people=3, present=2)

    with sessions.begin() as session:
        probationary = place.add(session, Standing.NON_VOTING)
        place.add(session, Standing.INVITED)
        place.add(session, Standing.NOT_COUNTED)
        rows = queries.people(session, place.meeting_id)

    assert {row.member_id for row in rows} == {*place.people, probationary}
    assert sum(row.present for row in rows) == 2

"""Written opinions of absent voters: which count, and which do not."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.core.db import Session, Sessions
from app.meetings.models import Expected, Standing
from app.meetings.votes import queries, refusals, service
from app.meetings.votes.models import Matter, Vote
from app.meetings.votes.states import VoteState
from app.members.models import Member
from tests.factories import NOW
from tests.unit.meetings.votes.hall import AFTER, BEFORE, Hall, count, hall, sign_in

STANDING = ("甲", "乙", "丙")


def test_opinion_of_an_absent_voter_is_kept_once(any_sessions: Sessions) -> None:
    place = hall(any_sessions)

    with any_sessions.begin() as session:
        vote = place.open(session, Matter.ADMISSION, subject="李明")
        give = {"vote": vote, "member_id": place.people[9], "received_at": BEFORE, "by": "书记", "now": AFTER}
        service.add_written_opinion(session, **give)  # type: ignore[arg-type]
        with pytest.raises(refusals.OpinionRepeated):
            service.add_written_opinion(session, **give)  # type: ignore[arg-type]

        assert queries.sheet(session, vote).opinions == 1
        assert [row.member_id for row in queries.opinions(session, vote.id)] == [place.people[9]]


@pytest.mark.parametrize("matter", [Matter.GENERAL, Matter.ELECTION])
def test_opinion_counts_only_on_persons(sessions: Sessions, matter: Matter) -> None:
    place = hall(sessions)

    with sessions.begin() as session:
        vote = place.open(session, matter, seats=1, candidates=STANDING)
        with pytest.raises(refusals.OpinionNotAllowed):
            service.add_written_opinion(
                session, vote=vote, member_id=place.people[9], received_at=BEFORE, by="书记", now=AFTER
            )


@pytest.mark.parametrize(
    ("received", "now", "taken"),
    [
        (NOW - timedelta(microseconds=1), AFTER, True),
        (NOW, AFTER, False),
        (NOW + timedelta(minutes=1), AFTER, False),
        (BEFORE, BEFORE, True),
        (BEFORE + timedelta(seconds=1), BEFORE, False),
    ],
)
def test_opinion_comes_before_the_meeting_begins_and_not_from_the_future(
    sessions: Sessions, received: object, now: object, *, taken: bool
) -> None:
    place = hall(sessions)

    with sessions.begin() as session:
        vote = place.open(session, Matter.ADMISSION, subject="李明")
        give = {"vote": vote, "member_id": place.people[9], "received_at": received, "by": "书记", "now": now}
        if taken:
            service.add_written_opinion(session, **give)  # type: ignore[arg-type]
        else:
            with pytest.raises(refusals.OpinionLate):
                service.add_written_opinion(session, **give)  # type: ignore[arg-type]

        assert queries.sheet(session, vote).opinions == taken


@pytest.mark.parametrize("standing", [Standing.NON_VOTING, Standing.INVITED, Standing.NOT_COUNTED])
def test_opinion_without_a_vote_is_refused(sessions: Sessions, standing: Standing) -> None:
    place = hall(sessions)

    with sessions.begin() as session:
        vote, other = place.open(session, Matter.ADMISSION, subject="李明"), place.add(session, standing)
        with pytest.raises(refusals.OpinionNotVoter):
            service.add_written_opinion(
                session, vote=vote, member_id=other, received_at=BEFORE, by="书记", now=AFTER
            )


def with_opinion(place: Hall, session: Session) -> Vote:
    vote = place.open(session, Matter.ADMISSION, subject="李明")
    service.add_written_opinion(
        session, vote=vote, member_id=place.people[9], received_at=BEFORE, by="书记", now=AFTER
    )
    return vote


def came_after_all(place: Hall, session: Session) -> None:
    sign_in(session, place.meeting_id, place.people[9])


def lost_the_vote(place: Hall, session: Session) -> None:
    wanted = select(Expected).where(Expected.member_id == place.people[9])
    session.scalars(wanted).one().standing = Standing.NON_VOTING


def moved_before_it(place: Hall, session: Session) -> None:
    place.meeting(session).starts_at = BEFORE


@pytest.mark.parametrize("happen", [came_after_all, lost_the_vote, moved_before_it])
def test_opinion_that_cannot_count_is_taken_back_before_the_count(sessions: Sessions, happen: object) -> None:
    place = hall(sessions)
    with sessions.begin() as session:
        vote = with_opinion(place, session)
        happen(place, session)  # type: ignore[operator]
        session.flush()

        with pytest.raises(refusals.OpinionUnusable):
            count(session, vote)
        assert service.take_opinion_back(session, vote=vote, member_id=place.people[9])
        assert not service.take_opinion_back(session, vote=vote, member_id=place.people[9])
        count(session, vote)

        assert vote.state is VoteState.COUNTED


def test_opinions_are_closed_by_the_count(sessions: Sessions) -> None:
    place = hall(sessions)
    with sessions.begin() as session:
        vote = place.open(session, Matter.ADMISSION, subject="李明")
        count(session, vote)

        with pytest.raises(refusals.OpinionsClosed):
            service.add_written_opinion(
                session, vote=vote, member_id=place.people[9], received_at=BEFORE, by="书记", now=AFTER
            )
        with pytest.raises(refusals.OpinionsClosed):
            service.take_opinion_back(session, vote=vote, member_id=place.people[9])


def test_sheet_names_no_writer(sessions: Sessions) -> None:
    """Who handed in an opinion is on the recorder's list alone."""
    place = hall(sessions)

    with sessions.begin() as session:
        sheet = queries.sheet(session, with_opinion(place, session))
        writer = session.get_one(Member, place.people[9]).name

    assert writer not in repr(sheet)

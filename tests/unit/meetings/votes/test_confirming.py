"""Two tellers confirm a count, each on their own phone or on paper, once."""

import threading
from collections.abc import Callable
from functools import partial

import pytest

from app.core.db import Session, Sessions
from app.meetings.votes import queries, refusals, service
from app.meetings.votes.models import Vote
from app.meetings.votes.states import VoteState
from tests.unit.meetings.votes.hall import AFTER, confirm, count, hall, yes

CANDIDATES = ("甲", "乙", "丙")


def test_recount_clears_what_was_confirmed(sessions: Sessions) -> None:
    place = hall(sessions)

    with sessions.begin() as session:
        vote = place.open(session)
        count(session, vote)
        confirm(session, place, vote, 0)
        count(session, vote, yes(7))

        assert (vote.count_number, vote.state) == (2, VoteState.COUNTED)
        assert [one.confirmed_at for one in queries.sheet(session, vote).tellers] == [None, None]
        with pytest.raises(refusals.CountOvertaken):
            confirm(session, place, vote, 1, seen=1)
        assert not confirm(session, place, vote, 1, seen=2).complete
        assert confirm(session, place, vote, 0, seen=2).complete


def test_two_tellers_confirm_and_the_sheet_stands(any_sessions: Sessions) -> None:
    place = hall(any_sessions)
    with any_sessions.begin() as session:
        vote = count(session, place.open(session))

    steps = []
    for teller in (0, 0, 1, 1):
        with any_sessions.begin() as session:
            again = session.get_one(Vote, vote.id)
            steps.append(confirm(session, place, again, teller))

    assert [(step.fresh, step.complete) for step in steps] == [
        (True, False),
        (False, False),
        (True, True),
        (False, True),
    ]
    with any_sessions.begin() as session:
        stands = session.get_one(Vote, vote.id)
        assert (stands.state, stands.ended_at) == (VoteState.CONFIRMED, AFTER)
        assert queries.sheet(session, stands).decided
        with pytest.raises(refusals.VoteEnded):
            count(session, stands)
        with pytest.raises(refusals.VoteEnded):
            service.void(session, vote=stands, reason="太晚", now=AFTER)


def test_nothing_is_confirmed_before_the_count(sessions: Sessions) -> None:
    place = hall(sessions)

    with sessions.begin() as session, pytest.raises(refusals.NothingCounted):
        confirm(session, place, place.open(session), seen=0)


def test_void_sheet_is_not_confirmed(sessions: Sessions) -> None:
    place = hall(sessions)

    with sessions.begin() as session:
        vote = count(session, place.open(session))
        service.void(session, vote=vote, reason="错了", now=AFTER)
        with pytest.raises(refusals.VoteEnded):
            confirm(session, place, vote)


def test_nobody_else_confirms(sessions: Sessions) -> None:
    place = hall(sessions)

    with sessions.begin() as session:
        vote = count(session, place.open(session))
        with pytest.raises(refusals.NotTeller):
            confirm(session, place, vote, 2)

        assert queries.for_teller(session, member_id=place.people[2], vote_id=vote.id) is None
        own = queries.for_teller(session, member_id=place.people[1], vote_id=vote.id)
        assert own is not None
        assert own.own.member_id == place.people[1]


def test_new_teller_confirms_for_the_one_who_left(sessions: Sessions) -> None:
    place = hall(sessions)

    with sessions.begin() as session:
        vote = count(session, place.open(session))
        confirm(session, place, vote, 0)
        service.name_tellers(session, vote=vote, member_ids=[place.people[0], place.people[2]])

        assert confirm(session, place, vote, 2).complete
        with pytest.raises(refusals.NotTeller):
            confirm(session, place, vote, 1)


def test_signature_on_paper_is_marked_with_its_reason(sessions: Sessions) -> None:
    place = hall(sessions)
    sign = {"member_id": place.people[1], "count_number": 1, "now": AFTER}

    with sessions.begin() as session:
        vote = count(session, place.open(session))
        confirm(session, place, vote, 0)
        with pytest.raises(refusals.ReasonMissing):
            service.record_signature(session, vote=vote, reason="  ", **sign)  # type: ignore[arg-type]
        done = service.record_signature(session, vote=vote, reason="不用微信", **sign)  # type: ignore[arg-type]
        again = service.record_signature(session, vote=vote, reason="又一次", **sign)  # type: ignore[arg-type]

        assert (done.complete, again.fresh) == (True, False)
        lines = queries.sheet(session, vote).tellers
        assert [one.paper_reason for one in lines] == [None, "不用微信"]


def test_both_tellers_at_the_same_time_make_one_confirmed_sheet(any_sessions: Sessions) -> None:
    place = hall(any_sessions)
    with any_sessions.begin() as session:
        vote = count(session, place.open(session))
    together = threading.Barrier(4)
    results: list[service.Confirmation] = []

    def tap(teller: int) -> None:
        together.wait()
        with any_sessions.begin() as session:
            results.append(confirm(session, place, session.get_one(Vote, vote.id), teller))

    _at_once([partial(tap, teller) for teller in (0, 1, 0, 1)])

    with any_sessions.read() as session:
        assert session.get_one(Vote, vote.id).state is VoteState.CONFIRMED
    assert sorted(result.fresh for result in results) == [False, False, True, True]
    assert sum(result.fresh and result.complete for result in results) == 1


def test_confirming_during_a_recount_is_of_one_count_only(any_sessions: Sessions) -> None:
    place = hall(any_sessions)
    with any_sessions.begin() as session:
        vote = count(session, place.open(session))
        confirm(session, place, vote, 0)
    together = threading.Barrier(2)
    refused: list[str] = []

    def attempt(act: Callable[[Session, Vote], object]) -> None:
        together.wait()
        try:
            with any_sessions.begin() as session:
                act(session, session.get_one(Vote, vote.id))
        except (refusals.CountOvertaken, refusals.VoteEnded) as refusal:
            refused.append(refusal.code)

    _at_once(
        [
            lambda: attempt(lambda session, seen: confirm(session, place, seen, 1)),
            lambda: attempt(lambda session, seen: count(session, seen, yes(7), seen=1)),
        ]
    )

    with any_sessions.read() as session:
        found = session.get_one(Vote, vote.id)
        ends = (found.state, found.count_number, found.in_favour, refused)
    assert ends in [
        (VoteState.CONFIRMED, 1, 8, ["vote_ended"]),
        (VoteState.COUNTED, 2, 7, ["count_overtaken"]),
    ]


def _at_once(acts: list[Callable[[], object]]) -> None:
    threads = [threading.Thread(target=act) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_teller_waits_only_for_what_they_have_not_confirmed(sessions: Sessions) -> None:
    place = hall(sessions)
    teller = place.people[0]

    with sessions.begin() as session:
        vote = place.open(session)
        opened = queries.awaiting(session, member_id=teller)
        count(session, vote)
        counted = [row.vote_id for row in queries.awaiting(session, member_id=teller)]
        confirm(session, place, vote, 0)
        done = queries.awaiting(session, member_id=teller)
        count(session, vote, yes(7))
        recounted = [row.vote_id for row in queries.awaiting(session, member_id=teller)]

    assert (opened, counted, done, recounted) == ([], [vote.id], [], [vote.id])

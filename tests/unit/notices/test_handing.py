"""Telling workers what is due: each delivery once a minute, until somebody has taken it."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update

from app.core.db import Sessions
from app.notices import handing
from app.notices.handing import AGAIN_AFTER
from app.notices.models import Delivery
from app.notices.states import DeliveryState
from tests.unit.notices.post import follower, queue

INSTANT = timedelta(microseconds=1)


@pytest.fixture
def waiting(any_sessions: Sessions, now: datetime) -> Sessions:
    """Three that are due, the longest due last made."""
    person = follower(any_sessions)
    for number in range(3):
        queue(any_sessions, person, f"feedback:{number}", now=now - timedelta(seconds=number))
    return any_sessions


def hand(sessions: Sessions, at: datetime, limit: int = 10) -> list[str]:
    """The subjects, in their order."""
    with sessions.begin() as session:
        ids = handing.hand(session, limit=limit, now=at)
        subjects = {row.id: row.subject for row in session.execute(select(Delivery.id, Delivery.subject))}
    return [subjects[one] for one in ids]


def test_what_is_due_is_handed_once_the_longest_due_first(waiting: Sessions, now: datetime) -> None:
    first, second, third = hand(waiting, now, 2), hand(waiting, now, 2), hand(waiting, now, 2)

    assert (first, second, third) == (["feedback:2", "feedback:1"], ["feedback:0"], [])


def test_what_still_waits_is_handed_again_after_a_minute(waiting: Sessions, now: datetime) -> None:
    hand(waiting, now)

    before, after = hand(waiting, now + AGAIN_AFTER - INSTANT), hand(waiting, now + AGAIN_AFTER)

    assert (before, len(after)) == ([], 3)


def test_what_is_not_due_yet_is_not_handed(waiting: Sessions, now: datetime) -> None:
    assert hand(waiting, now - timedelta(seconds=1)) == ["feedback:2", "feedback:1"]


@pytest.mark.parametrize("state", [state for state in DeliveryState if state is not DeliveryState.QUEUED])
def test_only_what_is_queued_is_handed(state: DeliveryState, sessions: Sessions, now: datetime) -> None:
    queue(sessions, follower(sessions))
    with sessions.begin() as session:
        session.execute(update(Delivery).values(state=state))

    assert hand(sessions, now) == []


def test_what_nobody_was_told_of_is_handed_again_at_once(waiting: Sessions, now: datetime) -> None:
    with waiting.begin() as session:
        handing.take_back(session, handing.hand(session, limit=2, now=now))

    assert len(hand(waiting, now)) == 3


def test_what_was_taken_meanwhile_is_left_alone(waiting: Sessions, now: datetime) -> None:
    with waiting.begin() as session:
        ids = handing.hand(session, limit=3, now=now)
        session.execute(update(Delivery).values(state=DeliveryState.SENDING))
        handing.take_back(session, ids)

        assert session.scalars(select(Delivery.handed_at)).all() == [now] * 3


def test_all_that_was_told_may_be_told_anew(waiting: Sessions, now: datetime) -> None:
    hand(waiting, now, 2)

    with waiting.begin() as session:
        anew = handing.take_all_back(session)

    assert anew == 2
    assert len(hand(waiting, now)) == 3

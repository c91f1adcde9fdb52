"""One delivery a subject and person, in the transaction of whoever causes it."""

import json
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.core.db import Sessions
from app.members.models import WeChatIdentity
from app.notices import queries, service
from app.notices.models import Delivery
from app.notices.states import DeliveryState
from tests.factories import NOW
from tests.unit.notices.post import ANSWERED, deliveries, follower, only, queue


def test_notice_waits_with_what_it_says(any_sessions: Sessions) -> None:
    identity_id = follower(any_sessions)

    added = queue(any_sessions, identity_id)

    waiting = only(any_sessions)
    assert (added, waiting.state, waiting.attempts, waiting.not_before) == (
        True,
        DeliveryState.QUEUED,
        0,
        NOW,
    )
    assert json.loads(waiting.fields) == ANSWERED
    assert len(waiting.id) == 32  # WeChat's limit for client_msg_id


def test_same_subject_and_person_is_queued_once(any_sessions: Sessions) -> None:
    one, other = follower(any_sessions), follower(any_sessions)

    added = [
        queue(any_sessions, one),
        queue(any_sessions, one, fields={"number": "x", "text": "another text"}),
        queue(any_sessions, other),
        queue(any_sessions, one, "feedback:2"),
    ]

    assert added == [True, False, True, True]
    assert [(one.subject, one.identity_id) for one in deliveries(any_sessions)] == [
        ("feedback:1", one),
        ("feedback:1", other),
        ("feedback:2", one),
    ]
    assert json.loads(deliveries(any_sessions)[0].fields) == ANSWERED


def test_race_of_eight_queues_one(any_sessions: Sessions) -> None:
    identity_id = follower(any_sessions)

    with ThreadPoolExecutor(8) as pool:
        added = list(pool.map(lambda _: queue(any_sessions, identity_id), range(8)))

    assert sorted(added) == [False] * 7 + [True]
    assert len(deliveries(any_sessions)) == 1


def test_notice_of_a_transaction_that_fails_was_never_queued(any_sessions: Sessions) -> None:
    identity_id = follower(any_sessions)

    with suppress(KeyboardInterrupt), any_sessions.write() as driver:
        service.queue(
            driver, subject="a", identity_id=identity_id, kind="late_reply", fields={"text": "x"}, now=NOW
        )
        raise KeyboardInterrupt

    assert deliveries(any_sessions) == []


def test_notice_to_nobody_is_an_error(any_sessions: Sessions) -> None:
    with pytest.raises(any_sessions.engine.dialect.loaded_dbapi.IntegrityError):
        queue(any_sessions, 404)


def test_forget_stops_what_waits_and_empties_what_was_said(any_sessions: Sessions) -> None:
    gone, stays = follower(any_sessions), follower(any_sessions)
    queue(any_sessions, gone, "a")
    queue(any_sessions, gone, "b")
    queue(any_sessions, stays, "a")
    with any_sessions.begin() as session:
        sent = session.scalars(select(Delivery).where(Delivery.subject == "b")).one()
        sent.state = DeliveryState.SENT

    with any_sessions.begin() as session:
        service.forget(session, identity_id=gone)

    assert [(one.subject, one.state, one.reason, one.fields) for one in deliveries(any_sessions)] == [
        ("a", DeliveryState.REJECTED, "unfollowed", "{}"),
        ("a", DeliveryState.QUEUED, None, json.dumps(ANSWERED, ensure_ascii=False)),
        ("b", DeliveryState.SENT, None, "{}"),
    ]


def test_delivery_outlives_the_chat_without_saying_whose_it_was(any_sessions: Sessions) -> None:
    identity_id = follower(any_sessions)
    queue(any_sessions, identity_id)

    with any_sessions.begin() as session:
        service.forget(session, identity_id=identity_id)
        session.delete(session.get_one(WeChatIdentity, identity_id))

    left = only(any_sessions)
    assert (left.identity_id, left.fields) == (None, "{}")


def test_counts_are_by_state_alone(any_sessions: Sessions) -> None:
    for number in range(3):
        queue(any_sessions, follower(any_sessions), f"subject:{number}")
    with any_sessions.begin() as session:
        session.scalars(select(Delivery).order_by(Delivery.subject)).first().state = DeliveryState.SENT  # type: ignore[union-attr]  # queued just above

    with any_sessions.read() as session:
        assert queries.counts(session) == {"queued": 2, "sent": 1}


def test_notice_queued_for_later_keeps_its_moment(any_sessions: Sessions) -> None:
    queue(any_sessions, follower(any_sessions), now=NOW + timedelta(microseconds=1))

    assert only(any_sessions).not_before == NOW + timedelta(microseconds=1)


def test_text_fades_when_the_notice_ended_long_ago(any_sessions: Sessions) -> None:
    identity_id = follower(any_sessions)
    queue(any_sessions, identity_id)
    queue(any_sessions, identity_id, "feedback:2")
    with any_sessions.begin() as session:
        ended = session.scalars(select(Delivery).where(Delivery.subject == "feedback:1")).one()
        ended.ended_at = NOW

    with any_sessions.begin() as session:
        faded = service.fade(session, before=NOW + timedelta(seconds=1))

    assert faded == 1
    assert {one.subject: json.loads(one.fields) for one in deliveries(any_sessions)} == {
        "feedback:1": {},
        "feedback:2": ANSWERED,
    }

"""Sending what is queued: claimed once, sent once, and every outcome followed up."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier, Lock

import pytest
from sqlalchemy import select

from app.core.clock import FixedClock
from app.core.db import Sessions
from app.core.outcomes import Accepted, Outcome, Rejected, RetryLater, Stopped
from app.core.states import IllegalTransition
from app.notices import dispatch, service
from app.notices.dispatch import CLAIM_LASTS, LONGEST_PAUSE, MAX_ATTEMPTS, STOPPED_PAUSE, record, send_due
from app.notices.models import Delivery
from app.notices.ports import Notice, Sent
from app.notices.states import DeliveryState
from tests.fakes.sender import FakeSender
from tests.unit.notices.post import ANSWERED, attempts, deliveries, follower, only, queue

BUSY = RetryLater("busy", timedelta(seconds=30))


class Script:
    """Answers one after the other as written, and then as the last."""

    def __init__(self, outcomes: Sequence[Outcome]) -> None:
        self._outcomes = list(outcomes)
        self.sent: list[str] = []

    def send(self, notice: Notice) -> Sent:
        self.sent.append(notice.id)
        outcome = self._outcomes.pop(0) if len(self._outcomes) > 1 else self._outcomes[0]
        return Sent("customer", outcome)


@pytest.fixture
def waiting(sessions: Sessions) -> Sessions:
    queue(sessions, follower(sessions, "oFollower"))
    return sessions


def state(sessions: Sessions) -> tuple[DeliveryState, str | None]:
    delivery = only(sessions)
    return delivery.state, delivery.reason


def claim(sessions: Sessions, clock: FixedClock) -> str:
    """As a worker does that then dies."""
    delivery_id = only(sessions).id
    assert dispatch._claim(sessions, delivery_id, clock.now())
    return delivery_id


def test_accepted_notice_is_sent_and_done(any_sessions: Sessions, clock: FixedClock) -> None:
    queue(any_sessions, follower(any_sessions, "oFollower"))
    sender = FakeSender(Accepted("3012345"))

    tried = [send_due(any_sessions, sender, clock), send_due(any_sessions, sender, clock)]

    delivery = only(any_sessions)
    assert tried == [1, 0]
    assert sender.sent == [Notice(delivery.id, "oFollower", "feedback_answered", ANSWERED)]
    assert (delivery.state, delivery.reason, delivery.ended_at) == (DeliveryState.SENT, None, clock.now())
    assert attempts(any_sessions) == [("customer", "accepted", None, "3012345")]


def test_rejected_notice_is_not_tried_again(waiting: Sessions, clock: FixedClock) -> None:
    sender = FakeSender(Rejected("unfollowed"))

    send_due(waiting, sender, clock)
    clock.advance(timedelta(days=1))
    send_due(waiting, sender, clock)

    assert len(sender.sent) == 1
    assert state(waiting) == (DeliveryState.REJECTED, "unfollowed")
    assert attempts(waiting) == [("customer", "rejected", "unfollowed", None)]


def test_busy_platform_is_asked_again_after_its_pause_and_not_before(
    waiting: Sessions, clock: FixedClock
) -> None:
    sender = Script([BUSY, Accepted()])

    send_due(waiting, sender, clock)
    clock.advance(timedelta(seconds=29))
    too_soon = send_due(waiting, sender, clock)
    clock.advance(timedelta(seconds=1))
    in_time = send_due(waiting, sender, clock)

    assert (too_soon, in_time) == (0, 1)
    assert len(set(sender.sent)) == 1  # one client_msg_id for every attempt
    assert state(waiting) == (DeliveryState.SENT, None)


def test_notice_is_given_up_after_the_last_try(waiting: Sessions, clock: FixedClock) -> None:
    sender = Script([BUSY])
    for _ in range(MAX_ATTEMPTS + 3):
        send_due(waiting, sender, clock)
        clock.advance(LONGEST_PAUSE)

    assert len(sender.sent) == MAX_ATTEMPTS
    assert state(waiting) == (DeliveryState.REJECTED, "busy")
    assert len(attempts(waiting)) == MAX_ATTEMPTS


def test_stopped_account_lets_the_notice_wait(waiting: Sessions, clock: FixedClock) -> None:
    sender = Script([Stopped("quota_day"), Accepted()])

    send_due(waiting, sender, clock)
    paused = only(waiting)
    clock.advance(STOPPED_PAUSE - timedelta(seconds=1))
    too_soon = send_due(waiting, sender, clock)
    clock.advance(timedelta(seconds=1))
    send_due(waiting, sender, clock)

    assert (paused.state, paused.reason, too_soon) == (DeliveryState.QUEUED, "quota_day", 0)
    assert state(waiting) == (DeliveryState.SENT, None)


def test_long_stop_uses_up_no_tries(waiting: Sessions, clock: FixedClock) -> None:
    """A morning without a token must not let the first busy second after it lose the notice."""
    sender = Script([*[Stopped("credentials")] * (MAX_ATTEMPTS + 2), BUSY, Accepted()])
    for _ in range(MAX_ATTEMPTS + 4):
        send_due(waiting, sender, clock)
        clock.advance(STOPPED_PAUSE)

    assert state(waiting) == (DeliveryState.SENT, None)
    assert [row[1] for row in attempts(waiting)][-2:] == ["retrylater", "accepted"]


def test_due_notices_go_in_the_order_of_their_time_up_to_the_limit(
    sessions: Sessions, clock: FixedClock
) -> None:
    for number in (3, 1, 2):
        at = clock.now() - timedelta(minutes=number)
        fields = {"number": str(number), "text": "x"}
        queue(sessions, follower(sessions), f"s:{number}", fields=fields, now=at)
    sender = FakeSender()

    tried = send_due(sessions, sender, clock, limit=2)

    assert tried == 2
    assert [notice.fields["number"] for notice in sender.sent] == ["3", "2"]


def test_notice_of_the_future_waits(sessions: Sessions, clock: FixedClock) -> None:
    queue(sessions, follower(sessions), now=clock.now() + timedelta(seconds=1))

    assert send_due(sessions, FakeSender(), clock) == 0


def test_two_workers_send_each_notice_once(any_sessions: Sessions, clock: FixedClock) -> None:
    for number in range(10):
        queue(any_sessions, follower(any_sessions), f"s:{number}")
    sent: list[str] = []
    lock, together = Lock(), Barrier(2)

    class Slow:
        def send(self, notice: Notice) -> Sent:
            with lock:
                sent.append(notice.id)
            return Sent("customer", Accepted())

    def work(_: int) -> int:
        together.wait()
        return send_due(any_sessions, Slow(), clock)

    with ThreadPoolExecutor(2) as pool:
        tried = list(pool.map(work, range(2)))

    assert sum(tried) == 10
    assert len(sent) == len(set(sent)) == 10
    assert {one.state for one in deliveries(any_sessions)} == {DeliveryState.SENT}


def test_notice_to_somebody_who_left_meanwhile_is_not_sent(waiting: Sessions, clock: FixedClock) -> None:
    with waiting.begin() as session:
        service.forget(session, identity_id=session.scalars(select(Delivery.identity_id)).one() or 0)
    sender = FakeSender()

    assert send_due(waiting, sender, clock) == 0
    assert sender.sent == []


def test_nothing_is_locked_while_the_platform_answers(waiting: Sessions, clock: FixedClock) -> None:
    class Writing:
        """Writes to the database in the middle of a send, as another request would."""

        def send(self, notice: Notice) -> Sent:
            queue(waiting, follower(waiting), "another")
            return Sent("customer", Accepted())

    send_due(waiting, Writing(), clock)

    assert [(one.subject, one.state) for one in deliveries(waiting)] == [
        ("another", DeliveryState.QUEUED),
        ("feedback:1", DeliveryState.SENT),
    ]


def test_claim_of_a_dead_worker_is_uncertain_and_never_sent_again(
    any_sessions: Sessions, clock: FixedClock
) -> None:
    queue(any_sessions, follower(any_sessions))
    claim(any_sessions, clock)
    clock.advance(CLAIM_LASTS)
    with any_sessions.begin() as session:
        too_soon = dispatch.give_up_claims(session, now=clock.now())
    clock.advance(timedelta(seconds=1))
    with any_sessions.begin() as session:
        given_up = dispatch.give_up_claims(session, now=clock.now())
        again = dispatch.give_up_claims(session, now=clock.now())
    clock.advance(timedelta(days=30))
    sender = FakeSender()

    assert (too_soon, given_up, again) == (0, 1, 0)
    assert state(any_sessions) == (DeliveryState.UNCERTAIN, "interrupted")
    assert (send_due(any_sessions, sender, clock), sender.sent) == (0, [])


def test_worker_that_was_only_slow_still_reports(waiting: Sessions, clock: FixedClock) -> None:
    notice_id = claim(waiting, clock)
    clock.advance(CLAIM_LASTS + timedelta(seconds=1))
    with waiting.begin() as session:
        dispatch.give_up_claims(session, now=clock.now())

    with waiting.begin() as session:
        record(session, notice_id=notice_id, sent=Sent("customer", Accepted()), now=clock.now())

    assert state(waiting) == (DeliveryState.SENT, None)


def test_outcome_of_a_delivery_that_ended_is_a_bug(waiting: Sessions, clock: FixedClock) -> None:
    send_due(waiting, FakeSender(), clock)

    with pytest.raises(IllegalTransition), waiting.begin() as session:
        record(session, notice_id=only(waiting).id, sent=Sent("customer", BUSY), now=clock.now())

    assert state(waiting) == (DeliveryState.SENT, None)


def test_sender_that_crashes_holds_up_nobody_for_longer_than_its_turn(
    sessions: Sessions, clock: FixedClock
) -> None:
    for number in range(2):
        queue(sessions, follower(sessions), f"s:{number}")

    class Crashing:
        def send(self, notice: Notice) -> Sent:
            raise RuntimeError("a template without its value")

    with pytest.raises(RuntimeError):
        send_due(sessions, Crashing(), clock)

    assert send_due(sessions, FakeSender(), clock) == 1
    assert sorted(one.state for one in deliveries(sessions)) == ["sending", "sent"]


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        ("success", None),
        (" Success ", None),
        ("failed:user block", "platform_failed"),
        ("failed: system failed", "platform_failed"),
        ("", "platform_failed"),
    ],
)
def test_platform_s_later_word_is_kept(
    status: str, reason: str | None, waiting: Sessions, clock: FixedClock
) -> None:
    send_due(waiting, FakeSender(Accepted("200163836")), clock)
    clock.advance(timedelta(minutes=1))

    with waiting.begin() as session:
        ours = service.confirm(session, remote_id="200163836", status=status, now=clock.now())

    delivery = only(waiting)
    assert (ours, delivery.reason, delivery.ended_at) == (True, reason, clock.now())


def test_word_about_a_message_of_nobody_s_is_not_ours(waiting: Sessions, clock: FixedClock) -> None:
    with waiting.begin() as session:
        assert service.confirm(session, remote_id="404", status="success", now=clock.now()) is False
    assert state(waiting) == (DeliveryState.QUEUED, None)


def test_pauses_double_so_that_hours_without_the_platform_lose_nothing(
    waiting: Sessions, clock: FixedClock
) -> None:
    sender = Script([*[BUSY] * (MAX_ATTEMPTS - 1), Accepted()])
    begun = clock.now()
    while len(sender.sent) < MAX_ATTEMPTS:
        send_due(waiting, sender, clock)
        clock.at = max(clock.at, only(waiting).not_before)

    assert only(waiting).state is DeliveryState.SENT
    assert clock.now() - begun > timedelta(hours=3)


def test_notice_that_may_have_arrived_is_not_repeated_after_wechat_forgets_it(
    waiting: Sessions, clock: FixedClock
) -> None:
    sender = Script([RetryLater("timeout", timedelta(seconds=30), may_have_arrived=True)])
    begun = clock.now()
    while only(waiting).state is DeliveryState.QUEUED:
        send_due(waiting, sender, clock)
        clock.at = max(clock.at, only(waiting).not_before)

    assert only(waiting).state is DeliveryState.UNCERTAIN
    assert clock.now() - begun < timedelta(minutes=10)

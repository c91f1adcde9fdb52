"""Sending what is queued: claimed once, sent once, and every outcome followed up."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from threading import Barrier

import pytest
from sqlalchemy import event, select
from sqlalchemy.exc import OperationalError

from app.core.clock import FixedClock
from app.core.db import Session, Sessions
from app.core.outcomes import NO_ANSWER, Accepted, Rejected, RetryLater, Stopped
from app.members.models import WeChatIdentity
from app.notices import claims, dispatch, ledger, service
from app.notices.claims import CLAIM_LASTS, DEAD_AFTER
from app.notices.dispatch import BATCH, pump, send_batch
from app.notices.following import LONGEST_PAUSE, MAX_ATTEMPTS, REPEATABLE_FOR
from app.notices.models import Channel, Delivery
from app.notices.ports import Allowance, Notice, Sent
from app.notices.setup import Setup
from app.notices.states import DeliveryState
from tests.fakes.sender import FakeSender, Script
from tests.unit.notices.post import ANSWERED, attempts, deliveries, follower, only, posted, queue
from tests.unit.notices.setups import CHAT_ONLY, TEMPLATES

BUSY = RetryLater("busy", timedelta(seconds=30))
SILENT = RetryLater("timeout", timedelta(seconds=30), may_have_arrived=True)


@pytest.fixture
def waiting(sessions: Sessions) -> Sessions:
    queue(sessions, follower(sessions, "oFollower"))
    return sessions


def state(sessions: Sessions) -> tuple[DeliveryState, str | None]:
    delivery = only(sessions)
    return delivery.state, delivery.reason


def claim(
    sessions: Sessions, clock: FixedClock, channel: Channel = Channel.CUSTOMER, setup: Setup = CHAT_ONLY
) -> claims.Batch:
    """As a worker does that then dies."""
    with sessions.begin() as session:
        batch = claims.claim(session, worker=claims.new_worker(), setup=setup, now=clock.now(), limit=BATCH)
        for delivery in session.scalars(select(Delivery).where(Delivery.state == DeliveryState.SENDING)):
            delivery.channel = channel
    return batch


def give_up(sessions: Sessions, clock: FixedClock, **known: list[str]) -> int:
    with sessions.begin() as session:
        return claims.give_up_claims(session, now=clock.now(), **known)


def test_accepted_notice_is_sent_and_done(any_sessions: Sessions, clock: FixedClock) -> None:
    queue(any_sessions, follower(any_sessions, "oFollower"))
    sender = FakeSender(Accepted("3012345"))
    post = posted(any_sessions, sender, clock)

    tried = [send_batch(post), send_batch(post)]

    delivery = only(any_sessions)
    assert tried == [1, 0]
    assert sender.sent == [Notice(delivery.id, Channel.CUSTOMER, "oFollower", "feedback_answered", ANSWERED)]
    assert (delivery.state, delivery.reason, delivery.ended_at) == (DeliveryState.SENT, None, clock.now())
    assert (delivery.channel, delivery.claimed_by, delivery.attempts) == (Channel.CUSTOMER, None, 1)
    assert attempts(any_sessions) == [("customer", "accepted", None, "3012345")]


def test_rejected_notice_is_not_tried_again(waiting: Sessions, clock: FixedClock) -> None:
    sender = FakeSender(Rejected("content_refused"))
    post = posted(waiting, sender, clock)

    send_batch(post)
    clock.advance(timedelta(days=1))
    send_batch(post)

    assert len(sender.sent) == 1
    assert state(waiting) == (DeliveryState.REJECTED, "content_refused")
    assert attempts(waiting) == [("customer", "rejected", "content_refused", None)]


def test_busy_platform_is_asked_again_after_its_pause_and_not_before(
    waiting: Sessions, clock: FixedClock
) -> None:
    sender = Script(BUSY, Accepted())
    post = posted(waiting, sender, clock)

    send_batch(post)
    clock.advance(timedelta(seconds=29))
    too_soon = send_batch(post)
    clock.advance(timedelta(seconds=10))
    in_time = send_batch(post)

    assert (too_soon, in_time) == (0, 1)
    assert len({notice.id for notice in sender.sent}) == 1  # one client_msg_id for every attempt
    assert state(waiting) == (DeliveryState.SENT, None)


def test_notice_is_given_up_after_the_last_try(waiting: Sessions, clock: FixedClock) -> None:
    sender = Script(BUSY)
    for _ in range(MAX_ATTEMPTS + 3):
        send_batch(posted(waiting, sender, clock))
        clock.advance(2 * LONGEST_PAUSE)

    assert len(sender.sent) == MAX_ATTEMPTS
    assert state(waiting) == (DeliveryState.REJECTED, "busy")
    assert len(attempts(waiting)) == MAX_ATTEMPTS


def test_pauses_double_so_that_hours_without_the_platform_lose_nothing(
    waiting: Sessions, clock: FixedClock
) -> None:
    sender = Script(*[BUSY] * (MAX_ATTEMPTS - 1), Accepted())
    begun = clock.now()
    while len(sender.sent) < MAX_ATTEMPTS:
        send_batch(posted(waiting, sender, clock))
        clock.at = max(clock.at, only(waiting).not_before)

    assert only(waiting).state is DeliveryState.SENT
    assert clock.now() - begun > timedelta(hours=3)


def test_due_notices_go_in_the_order_of_their_time_up_to_the_limit(
    any_sessions: Sessions, clock: FixedClock
) -> None:
    for number in (3, 1, 2):
        at = clock.now() - timedelta(minutes=number)
        fields = {"number": str(number), "text": "x"}
        queue(any_sessions, follower(any_sessions), f"s:{number}", fields=fields, now=at)
    sender = FakeSender()

    tried = send_batch(posted(any_sessions, sender, clock), limit=2)

    assert tried == 2
    assert [notice.fields["number"] for notice in sender.sent] == ["3", "2"]


def test_notice_of_the_future_waits(sessions: Sessions, clock: FixedClock) -> None:
    queue(sessions, follower(sessions), now=clock.now() + timedelta(seconds=1))

    assert send_batch(posted(sessions, FakeSender(), clock)) == 0


def test_named_notices_are_sent_and_no_others(any_sessions: Sessions, clock: FixedClock) -> None:
    for number in range(3):
        queue(any_sessions, follower(any_sessions), f"s:{number}")
    first, second, _ = deliveries(any_sessions)
    post = posted(any_sessions, FakeSender(), clock)

    sent = [send_batch(post, ids=[first.id, second.id, "0" * 32]), send_batch(post, ids=[first.id])]

    assert sent == [2, 0]
    assert [one.state.value for one in deliveries(any_sessions)] == ["sent", "sent", "queued"]


def test_many_workers_send_each_notice_once(any_sessions: Sessions, clock: FixedClock) -> None:
    for number in range(60):
        queue(any_sessions, follower(any_sessions), f"s:{number:03d}")
    sender, together = FakeSender(), Barrier(3)

    def work(_: int) -> int:
        post = posted(any_sessions, sender, clock)
        together.wait()
        return sum(send_batch(post, limit=7) for _ in range(20))

    with ThreadPoolExecutor(3) as pool:
        dealt = list(pool.map(work, range(3)))

    assert sum(dealt) == 60
    assert len(sender.sent) == len({notice.id for notice in sender.sent}) == 60
    assert {one.state for one in deliveries(any_sessions)} == {DeliveryState.SENT}
    assert len(attempts(any_sessions)) == 60


def test_pump_sends_until_nothing_is_due(sessions: Sessions, clock: FixedClock) -> None:
    identity_id = follower(sessions)
    for number in range(2 * BATCH + 50):
        queue(sessions, identity_id, f"s:{number:03d}")

    assert pump(posted(sessions, FakeSender(), clock)) == 2 * BATCH + 50
    assert {one.state for one in deliveries(sessions)} == {DeliveryState.SENT}


def test_pump_that_is_told_to_stop_leaves_the_rest_as_it_was(sessions: Sessions, clock: FixedClock) -> None:
    for number in range(5):
        queue(sessions, follower(sessions), f"s:{number}")
    sender = FakeSender()

    dealt = pump(posted(sessions, sender, clock), lanes=1, goes_on=lambda: len(sender.sent) < 2)

    assert dealt == 5
    assert sorted((one.state.value, one.attempts) for one in deliveries(sessions)) == [
        *[("queued", 0)] * 3,
        *[("sent", 1)] * 2,
    ]
    assert len(attempts(sessions)) == 2
    assert pump(posted(sessions, sender, clock)) == 3


class Slow:
    def __init__(self, granted: int) -> None:
        self.granted = granted
        self.given_back = 0

    def take(self, wanted: int) -> Allowance:
        return Allowance(min(wanted, self.granted), timedelta(seconds=1))

    def give_back(self, unused: int) -> None:
        self.given_back += unused


def test_pace_gets_back_what_is_not_sent(sessions: Sessions, clock: FixedClock) -> None:
    for number in range(2):
        queue(sessions, follower(sessions), f"s:{number}")
    with sessions.begin() as session:
        session.scalars(select(WeChatIdentity).limit(1)).one().followed_at = None
    pace = Slow(2)

    send_batch(posted(sessions, FakeSender(), clock, pace=pace))

    assert pace.given_back == 1


@pytest.mark.parametrize("granted", [0, 2])
def test_no_more_are_claimed_than_the_pace_allows(
    granted: int, sessions: Sessions, clock: FixedClock
) -> None:
    for number in range(5):
        queue(sessions, follower(sessions), f"s:{number}")
    sender = FakeSender()

    assert send_batch(posted(sessions, sender, clock, pace=Slow(granted))) == granted
    assert len(sender.sent) == granted
    assert len([one for one in deliveries(sessions) if one.state is DeliveryState.QUEUED]) == 5 - granted


def test_notice_to_somebody_who_left_meanwhile_is_not_sent(waiting: Sessions, clock: FixedClock) -> None:
    with waiting.begin() as session:
        service.forget(session, identity_id=session.scalars(select(Delivery.identity_id)).one() or 0)
    sender = FakeSender()

    assert send_batch(posted(waiting, sender, clock)) == 0
    assert sender.sent == []


def test_nothing_is_locked_while_the_platform_answers(waiting: Sessions, clock: FixedClock) -> None:
    def writing(_: Notice) -> Accepted:
        """Writes to the database in the middle of a send, as another request would."""
        queue(waiting, follower(waiting), "another")
        return Accepted()

    send_batch(posted(waiting, FakeSender(writing), clock))

    assert [(one.subject, one.state) for one in deliveries(waiting)] == [
        ("another", DeliveryState.QUEUED),
        ("feedback:1", DeliveryState.SENT),
    ]


def test_customer_message_of_a_dead_worker_is_uncertain_and_never_sent_again(
    any_sessions: Sessions, clock: FixedClock
) -> None:
    queue(any_sessions, follower(any_sessions))
    claim(any_sessions, clock)
    clock.advance(CLAIM_LASTS)
    too_soon = give_up(any_sessions, clock)
    clock.advance(timedelta(seconds=1))
    given_up = [give_up(any_sessions, clock), give_up(any_sessions, clock)]
    clock.advance(timedelta(days=30))
    sender = FakeSender()

    assert (too_soon, given_up) == (0, [1, 0])
    assert state(any_sessions) == (DeliveryState.UNCERTAIN, "interrupted")
    assert attempts(any_sessions) == [("customer", "interrupted", "interrupted", None)]
    assert (send_batch(posted(any_sessions, sender, clock)), sender.sent) == (0, [])


def test_template_message_of_a_dead_worker_goes_again_with_the_same_id(
    any_sessions: Sessions, clock: FixedClock
) -> None:
    queue(any_sessions, follower(any_sessions))
    claim(any_sessions, clock, Channel.TEMPLATE)
    begun = clock.now()
    clock.advance(CLAIM_LASTS + timedelta(seconds=1))
    give_up(any_sessions, clock)
    waiting = only(any_sessions)
    sender = FakeSender()

    send_batch(posted(any_sessions, sender, clock, setup=TEMPLATES))

    assert (waiting.state, waiting.unsure_since) == (DeliveryState.QUEUED, begun)
    assert [(notice.id, notice.channel) for notice in sender.sent] == [(waiting.id, Channel.TEMPLATE)]
    assert (only(any_sessions).state, only(any_sessions).unsure_since) == (DeliveryState.SENT, None)
    assert [row[1] for row in attempts(any_sessions)] == ["interrupted", "accepted"]


@pytest.mark.parametrize("setup", [CHAT_ONLY, TEMPLATES])
def test_interrupted_template_message_is_never_sent_late_or_on_another_way(
    sessions: Sessions, clock: FixedClock, setup: Setup
) -> None:
    queue(sessions, follower(sessions))
    claim(sessions, clock, Channel.TEMPLATE)
    clock.advance(CLAIM_LASTS + timedelta(seconds=1))
    give_up(sessions, clock)
    if setup is TEMPLATES:
        clock.advance(REPEATABLE_FOR - CLAIM_LASTS)
    sender = FakeSender()

    send_batch(posted(sessions, sender, clock, setup=setup))

    assert sender.sent == []
    assert state(sessions) == (DeliveryState.UNCERTAIN, "interrupted")


def test_claim_of_a_worker_that_beats_no_more_is_given_up_soon(
    any_sessions: Sessions, clock: FixedClock
) -> None:
    queue(any_sessions, follower(any_sessions))
    batch = claim(any_sessions, clock)
    worker = batch.token[: claims.WORKER]
    clock.advance(DEAD_AFTER + timedelta(seconds=1))

    assert give_up(any_sessions, clock, alive=[worker, "another"]) == 0
    assert give_up(any_sessions, clock, alive=["another"]) == 1
    assert give_up(any_sessions, clock, alive=[]) == 0


def report(sessions: Sessions, clock: FixedClock, batch: claims.Batch, outcome: object) -> None:
    with sessions.begin() as session:
        ledger.record(
            session,
            batch.going,
            {one.id: outcome for one in batch.going},  # type: ignore[misc]  # an Outcome
            token=batch.token,
            setup=CHAT_ONLY,
            now=clock.now(),
        )


@pytest.mark.parametrize("channel", [Channel.CUSTOMER, Channel.TEMPLATE])
def test_worker_that_was_only_slow_still_reports(
    any_sessions: Sessions, clock: FixedClock, channel: Channel
) -> None:
    queue(any_sessions, follower(any_sessions))
    batch = claim(any_sessions, clock, channel)
    clock.advance(CLAIM_LASTS + timedelta(seconds=1))
    give_up(any_sessions, clock)

    report(any_sessions, clock, batch, Accepted())

    assert state(any_sessions) == (DeliveryState.SENT, None)


def test_late_report_changes_nothing_of_what_another_has_claimed(
    any_sessions: Sessions, clock: FixedClock
) -> None:
    queue(any_sessions, follower(any_sessions))
    batch = claim(any_sessions, clock, Channel.TEMPLATE)
    clock.advance(CLAIM_LASTS + timedelta(seconds=1))
    give_up(any_sessions, clock)
    claim(any_sessions, clock, Channel.TEMPLATE, TEMPLATES)

    report(any_sessions, clock, batch, Rejected("content_refused"))

    assert only(any_sessions).state is DeliveryState.SENDING


def test_outcome_of_a_delivery_that_ended_changes_nothing(waiting: Sessions, clock: FixedClock) -> None:
    batch = claim(waiting, clock)
    report(waiting, clock, batch, Accepted())

    report(waiting, clock, batch, BUSY)

    assert state(waiting) == (DeliveryState.SENT, None)


def test_database_that_is_away_while_results_wait_loses_none(
    waiting: Sessions, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, faults = ledger.record, [OperationalError("", {}, Exception()) for _ in range(3)]

    def failing(*given: object, **named: object) -> object:
        if faults:
            raise faults.pop()
        return real(*given, **named)  # type: ignore[arg-type]  # handed on

    monkeypatch.setattr(ledger, "record", failing)
    sender = FakeSender(Accepted("7"))

    send_batch(posted(waiting, sender, clock))

    assert len(sender.sent) == 1
    assert state(waiting) == (DeliveryState.SENT, None)
    assert attempts(waiting) == [("customer", "accepted", None, "7")]


def test_commit_whose_answer_was_lost_is_not_recorded_twice(
    any_sessions: Sessions, clock: FixedClock
) -> None:
    queue(any_sessions, follower(any_sessions))

    class Cut(Sessions):
        """Once a result is there, one commit takes place and its answer is lost."""

        lost = False

        @contextmanager
        def begin(self) -> Iterator[Session]:
            with super().begin() as session:
                yield session
            if sender.sent and not self.lost:
                self.lost = True
                raise OperationalError("", {}, Exception())

    sender = FakeSender(Accepted("7"))

    send_batch(posted(Cut(any_sessions.engine), sender, clock))

    assert attempts(any_sessions) == [("customer", "accepted", None, "7")]
    assert state(any_sessions) == (DeliveryState.SENT, None)


def test_sender_that_crashes_holds_up_nobody_for_longer_than_its_turn(
    sessions: Sessions, clock: FixedClock
) -> None:
    for number in range(2):
        queue(sessions, follower(sessions), f"s:{number}")

    class Crashing(FakeSender):
        def send_many(self, notices: object, goes_on: object) -> list[Sent]:
            raise RuntimeError("a bug")

    with pytest.raises(RuntimeError):
        send_batch(posted(sessions, Crashing(), clock), limit=1)

    assert send_batch(posted(sessions, FakeSender(), clock)) == 1
    assert sorted(one.state for one in deliveries(sessions)) == ["sending", "sent"]


def test_notice_that_may_have_arrived_is_not_repeated_after_wechat_forgets_it(
    waiting: Sessions, clock: FixedClock
) -> None:
    sender = Script(Rejected("window_closed"), SILENT)
    begun = clock.now()
    for _ in range(30):
        send_batch(posted(waiting, sender, clock, setup=TEMPLATES))
        clock.at = max(clock.at, only(waiting).not_before) + timedelta(seconds=1)

    assert only(waiting).state is DeliveryState.UNCERTAIN
    assert {notice.channel for notice in sender.sent[1:]} == {Channel.TEMPLATE}
    assert len(sender.sent) > 2
    assert only(waiting).ended_at is not None
    assert only(waiting).ended_at - begun < REPEATABLE_FOR  # type: ignore[operator]  # looked at just above


def test_customer_message_without_an_answer_is_uncertain_at_once(
    waiting: Sessions, clock: FixedClock
) -> None:
    send_batch(posted(waiting, FakeSender(Rejected(NO_ANSWER)), clock, setup=TEMPLATES))

    assert state(waiting) == (DeliveryState.UNCERTAIN, NO_ANSWER)
    assert attempts(waiting) == [("customer", "unanswered", NO_ANSWER, None)]


def test_batch_costs_the_same_number_of_statements_whatever_its_size(
    sessions: Sessions, clock: FixedClock
) -> None:
    counts = []
    for size in (2, 80):
        for number in range(size):
            queue(sessions, follower(sessions), f"{size}:{number}")
        asked: list[str] = []

        def count(*given: object, asked: list[str] = asked) -> None:
            asked.append(str(given[2]))

        event.listen(sessions.engine, "before_cursor_execute", count)
        assert send_batch(posted(sessions, FakeSender(), clock)) == size
        event.remove(sessions.engine, "before_cursor_execute", count)
        counts.append(len(asked))

    assert counts[0] == counts[1] <= 12


def test_stopped_account_lets_all_wait_without_using_up_their_tries(
    sessions: Sessions, clock: FixedClock
) -> None:
    for number in range(4):
        queue(sessions, follower(sessions), f"s:{number}")
    sender = FakeSender(Stopped("credentials"))

    dispatch.pump(posted(sessions, sender, clock))

    assert len(sender.sent) == 1
    assert {(one.state, one.attempts) for one in deliveries(sessions)} == {(DeliveryState.QUEUED, 0)}
    assert all(one.not_before > clock.now() for one in deliveries(sessions))

"""The ways of one notice: the next one where the first is shut, the wallet paid before, and never two messages."""

from collections.abc import Mapping
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.core.clock import FixedClock
from app.core.db import Sessions
from app.core.outcomes import NO_ANSWER, Accepted, Outcome, Rejected, RetryLater, Stopped
from app.members.models import WeChatIdentity
from app.notices import pauses as stopping
from app.notices.dispatch import pump, send_batch
from app.notices.models import (
    Channel,
    ChannelPause,
    Delivery,
    DeliveryAttempt,
    SubscriptionGrant,
    Topic,
    TopicSwitch,
    Urgency,
)
from app.notices.ports import Notice
from app.notices.setup import Setup
from app.notices.states import DeliveryState
from tests import factories
from tests.fakes.sender import FakeSender
from tests.unit.notices.post import attempts, deliveries, only, posted
from tests.unit.notices.setups import CHAT_ONLY, EVERY_WAY, MINI_APP_ID

C = Channel
S = DeliveryState
DIGEST = '{"count": "2", "titles": "学习"}'
NIGHT = timedelta(hours=12)  # NOW is a Monday's 09:00 in China


def person(
    sessions: Sessions,
    clock: FixedClock,
    *,
    wrote: bool = True,
    grants: Mapping[str, int] | None = None,
    urgency: Urgency = Urgency.OWN_PUSH,
    followed: bool = True,
) -> int:
    """A member with chats at both apps and a digest that is due; gives the identity at the Official Account."""
    with sessions.begin() as session:
        member = factories.member(session, factories.organization(session))
        chat = factories.identity(session, member=member)
        mini = factories.identity(session, member=member, app_id=MINI_APP_ID)
        chat.wrote_at = clock.now() if wrote else None
        chat.followed_at = clock.now() if followed else None
        for template_id, remaining in (grants or {}).items():
            owner = mini if template_id.startswith("M") else chat
            session.add(
                SubscriptionGrant(
                    identity_id=owner.id,
                    template_id=template_id,
                    remaining=remaining,
                    updated_at=clock.now(),
                )
            )
        session.add(
            Delivery(
                id=f"{member.id:032d}",
                subject="digest:2026-W10",
                member_id=member.id,
                kind="digest",
                urgency=urgency,
                fields=DIGEST,
                state=S.QUEUED,
                created_at=clock.now(),
                not_before=clock.now(),
            )
        )
        return chat.id


def wallet(sessions: Sessions) -> dict[str, int]:
    with sessions.read() as session:
        return {grant.template_id: grant.remaining for grant in session.scalars(select(SubscriptionGrant))}


def pauses(sessions: Sessions) -> dict[Channel, ChannelPause]:
    with sessions.read() as session:
        return {pause.channel: pause for pause in session.scalars(select(ChannelPause))}


def answers(**by_channel: Outcome) -> FakeSender:
    return FakeSender(lambda notice: by_channel.get(notice.channel.value, Accepted("9")))


def tried(sender: FakeSender) -> list[Channel]:
    return [notice.channel for notice in sender.sent]


FULL = {"S-digest": 2, "M-digest": 1}


def test_each_shut_way_falls_to_the_next(any_sessions: Sessions, clock: FixedClock) -> None:
    person(any_sessions, clock, grants=FULL)
    sender = answers(
        customer=Rejected("window_closed"),
        template=Rejected("template_banned"),
        subscription=Rejected("not_subscribed"),
    )

    send_batch(posted(any_sessions, sender, clock, setup=EVERY_WAY))

    assert tried(sender) == list(Channel)
    assert attempts(any_sessions) == [
        ("customer", "rejected", "window_closed", None),
        ("template", "rejected", "template_banned", None),
        ("subscription", "rejected", "not_subscribed", None),
        ("mini_program", "accepted", None, "9"),
    ]
    assert (only(any_sessions).state, only(any_sessions).channel) == (S.SENT, C.MINI_PROGRAM)
    assert wallet(any_sessions) == {"S-digest": 0, "M-digest": 0}  # 43101: WeChat knows better what is left


def test_mini_program_message_goes_to_the_person_s_openid_there(
    sessions: Sessions, clock: FixedClock
) -> None:
    person(sessions, clock, wrote=False, followed=False, grants={"M-digest": 1})
    sender = answers()

    send_batch(posted(sessions, sender, clock, setup=EVERY_WAY))

    with sessions.read() as session:
        mini = session.scalars(select(WeChatIdentity).where(WeChatIdentity.app_id == MINI_APP_ID)).one()
    assert [(notice.channel, notice.openid) for notice in sender.sent] == [(C.MINI_PROGRAM, mini.openid)]


def test_every_way_shut_leaves_the_notice_in_the_list(sessions: Sessions, clock: FixedClock) -> None:
    person(sessions, clock, grants={"S-digest": 1})
    shut = Rejected("window_closed")
    sender = answers(customer=shut, template=Rejected("unfollowed"), subscription=Rejected("not_subscribed"))

    send_batch(posted(sessions, sender, clock, setup=EVERY_WAY))

    assert (only(sessions).state, only(sessions).reason) == (S.LISTED, "no_channel")


@pytest.mark.parametrize(
    ("refusal", "state"),
    [
        ("content_refused", S.REJECTED),
        ("blacklisted", S.REJECTED),
        ("minor_protection", S.REJECTED),
        (NO_ANSWER, S.UNCERTAIN),
    ],
)
def test_refusal_of_the_content_or_person_is_carried_by_no_other_way(
    refusal: str, state: DeliveryState, sessions: Sessions, clock: FixedClock
) -> None:
    person(sessions, clock, grants=FULL)
    sender = answers(customer=Rejected(refusal))

    send_batch(posted(sessions, sender, clock, setup=EVERY_WAY))

    assert tried(sender) == [C.CUSTOMER]
    assert (only(sessions).state, only(sessions).reason) == (state, refusal)
    assert wallet(sessions) == FULL


def test_who_has_left_is_not_asked_by_template_but_by_what_they_subscribed(
    sessions: Sessions, clock: FixedClock
) -> None:
    person(sessions, clock, grants=FULL)
    sender = answers(customer=Rejected("unfollowed"))

    send_batch(posted(sessions, sender, clock, setup=EVERY_WAY))

    assert tried(sender) == [C.CUSTOMER, C.SUBSCRIPTION]
    with sessions.read() as session:
        follows = session.execute(select(WeChatIdentity.app_id, WeChatIdentity.followed_at)).all()
    assert {app_id for app_id, followed_at in follows if followed_at is None} == {factories.APP_ID}


def test_field_that_does_not_fit_is_named_in_the_end(sessions: Sessions, clock: FixedClock) -> None:
    person(sessions, clock, wrote=False)
    sender = answers(template=Rejected("template_argument:thing1"))

    send_batch(posted(sessions, sender, clock, setup=EVERY_WAY))

    assert (only(sessions).state, only(sessions).reason) == (S.REJECTED, "template_argument:thing1")


@pytest.mark.parametrize(
    ("outcome", "left"),
    [
        (Accepted(), 1),
        (Rejected(NO_ANSWER), 1),
        (Rejected("not_subscribed"), 0),
        (Rejected("content_refused"), 2),
        (RetryLater("busy", timedelta(seconds=30)), 2),
        (RetryLater("connect", timedelta(seconds=30)), 2),
        (Stopped("quota_day"), 2),
    ],
)
def test_wallet_is_paid_before_the_send_and_refunded_for_what_was_surely_not_sent(
    outcome: Outcome, left: int, any_sessions: Sessions, clock: FixedClock
) -> None:
    person(any_sessions, clock, wrote=False, followed=False, grants={"S-digest": 2})
    during = list[int]()

    def look(_: Notice) -> Outcome:
        during.append(wallet(any_sessions)["S-digest"])
        return outcome

    send_batch(posted(any_sessions, FakeSender(look), clock, setup=EVERY_WAY))

    assert during == [1]
    assert wallet(any_sessions) == {"S-digest": left}


def test_last_accept_is_spent_once_for_two_notices(any_sessions: Sessions, clock: FixedClock) -> None:
    person(any_sessions, clock, wrote=False, followed=False, grants={"S-digest": 1})
    with any_sessions.begin() as session:
        first = session.scalars(select(Delivery)).one()
        session.add(
            Delivery(
                id="f" * 32,
                subject="digest:2026-W11",
                member_id=first.member_id,
                kind="digest",
                urgency=Urgency.OWN_PUSH,
                fields=DIGEST,
                state=S.QUEUED,
                created_at=clock.now(),
                not_before=clock.now(),
            )
        )
    sender = answers()

    send_batch(posted(any_sessions, sender, clock, setup=EVERY_WAY))

    assert tried(sender) == [C.SUBSCRIPTION]
    assert sorted(one.state.value for one in deliveries(any_sessions)) == ["listed", "sent"]
    assert wallet(any_sessions) == {"S-digest": 0}


@pytest.mark.parametrize(
    ("setup", "followed", "state", "reason"),
    [
        (CHAT_ONLY, True, S.LISTED, "no_channel"),
        (EVERY_WAY, False, S.LISTED, "not_following"),
    ],
)
def test_who_cannot_be_reached_keeps_the_notice_in_the_list(
    *, setup: Setup, followed: bool, state: DeliveryState, reason: str, sessions: Sessions, clock: FixedClock
) -> None:
    person(sessions, clock, wrote=False, followed=followed)
    sender = answers()

    assert send_batch(posted(sessions, sender, clock, setup=setup)) == 1

    assert sender.sent == []
    assert (only(sessions).state, only(sessions).reason) == (state, reason)
    assert only(sessions).ended_at == clock.now()


def test_chat_that_was_unbound_meanwhile_gets_nothing(sessions: Sessions, clock: FixedClock) -> None:
    identity_id = person(sessions, clock)
    with sessions.begin() as session:
        session.get_one(WeChatIdentity, identity_id).member_id = None
        session.scalars(select(Delivery)).one().identity_id = identity_id
    sender = answers()

    send_batch(posted(sessions, sender, clock, setup=EVERY_WAY))

    assert sender.sent == []
    assert (only(sessions).state, only(sessions).reason) == (S.LISTED, "not_bound")


@pytest.mark.parametrize(("urgency", "sent"), [(Urgency.OWN_PUSH, []), (Urgency.EMERGENCY, [C.CUSTOMER])])
def test_switched_off_topic_stays_in_the_list_but_for_an_emergency(
    urgency: Urgency, sent: list[Channel], sessions: Sessions, clock: FixedClock
) -> None:
    person(sessions, clock, urgency=urgency)
    with sessions.begin() as session:
        member_id = session.scalars(select(Delivery.member_id)).one()
        session.add(TopicSwitch(member_id=member_id, topic=Topic.DIGEST, off_at=clock.now()))
    sender = answers()

    send_batch(posted(sessions, sender, clock, setup=EVERY_WAY))

    assert tried(sender) == sent


def test_push_that_became_late_waits_for_the_morning(sessions: Sessions, clock: FixedClock) -> None:
    person(sessions, clock)
    clock.advance(NIGHT)
    sender = answers()

    dealt = pump(posted(sessions, sender, clock, setup=EVERY_WAY))

    assert (dealt, sender.sent) == (1, [])
    assert (only(sessions).state, only(sessions).reason) == (S.QUEUED, "quiet_hours")
    assert only(sessions).not_before == clock.now() + timedelta(hours=11)
    assert only(sessions).attempts == 0


def test_emergency_waits_for_no_morning(sessions: Sessions, clock: FixedClock) -> None:
    person(sessions, clock, urgency=Urgency.EMERGENCY)
    clock.advance(NIGHT)

    assert tried_at(sessions, clock) == [C.CUSTOMER]


def tried_at(sessions: Sessions, clock: FixedClock) -> list[Channel]:
    sender = answers()
    send_batch(posted(sessions, sender, clock, setup=EVERY_WAY))
    return tried(sender)


def test_retry_into_the_night_waits_for_the_morning(sessions: Sessions, clock: FixedClock) -> None:
    person(sessions, clock)
    clock.advance(NIGHT - timedelta(hours=1, seconds=10))  # 19:59:50

    send_batch(
        posted(sessions, answers(customer=RetryLater("busy", timedelta(seconds=30))), clock, setup=EVERY_WAY)
    )

    assert only(sessions).not_before == clock.now() + timedelta(hours=12, seconds=10)


def test_paused_channel_is_gone_round_and_waited_for_only_where_it_is_the_only_one(
    sessions: Sessions, clock: FixedClock
) -> None:
    person(sessions, clock, wrote=False, grants={"S-digest": 1})
    person(sessions, clock, wrote=False)
    until = clock.now() + timedelta(minutes=15)
    with sessions.begin() as session:
        session.add(ChannelPause(channel=C.TEMPLATE, reason="api_banned", since=clock.now(), until=until))

    assert tried_at(sessions, clock) == [C.SUBSCRIPTION]
    waiting = next(one for one in deliveries(sessions) if one.state is S.QUEUED)
    assert (waiting.reason, waiting.not_before, waiting.attempts) == ("api_banned", until, 0)


def test_stopped_channel_pauses_for_all_twice_as_long_each_time_and_resumes_by_itself(
    any_sessions: Sessions, clock: FixedClock
) -> None:
    for _ in range(3):
        person(any_sessions, clock, wrote=False)
    sender = answers(template=Stopped("api_banned"))
    lengths = list[timedelta]()
    for _ in range(3):
        pump(posted(any_sessions, sender, clock, setup=EVERY_WAY))
        pause = pauses(any_sessions)[C.TEMPLATE]
        lengths.append(pause.until - pause.since)
        clock.at = pause.until
    asked_while_stopped = len(sender.sent)
    for _ in range(3):
        pump(posted(any_sessions, answers(), clock, setup=EVERY_WAY))
        clock.advance(timedelta(seconds=10))

    assert lengths == [timedelta(minutes=15), timedelta(minutes=30), timedelta(hours=1)]
    assert asked_while_stopped == 3  # one send tries the channel after each pause
    assert pauses(any_sessions) == {}
    assert {one.state for one in deliveries(any_sessions)} == {S.SENT}


def test_day_s_quota_waits_for_midnight_and_the_night_s_end(sessions: Sessions, clock: FixedClock) -> None:
    person(sessions, clock, wrote=False)

    send_batch(posted(sessions, answers(template=Stopped("quota_day")), clock, setup=EVERY_WAY))

    assert pauses(sessions)[C.TEMPLATE].until == clock.now() + timedelta(hours=15)
    assert only(sessions).not_before == clock.now() + timedelta(hours=23)


def test_minute_s_limit_waits_one_minute(sessions: Sessions, clock: FixedClock) -> None:
    person(sessions, clock, wrote=False)
    full = Stopped("rate_minute", timedelta(minutes=1))

    for _ in range(2):
        send_batch(posted(sessions, answers(template=full), clock, setup=EVERY_WAY))
        pause = pauses(sessions)[C.TEMPLATE]
        assert pause.until == clock.now() + timedelta(minutes=1)
        clock.at = pause.until


def test_channel_that_stands_still_is_not_stopped_again_by_those_on_their_way(
    any_sessions: Sessions, clock: FixedClock
) -> None:
    person(any_sessions, clock, wrote=False)

    with any_sessions.begin() as session:
        for seconds in range(3):
            at = clock.now() + timedelta(seconds=seconds)
            stopping.stop(session, {C.TEMPLATE: Stopped("api_banned")}, now=at)

    assert pauses(any_sessions)[C.TEMPLATE].until == clock.now() + timedelta(minutes=15)


def test_account_s_own_trouble_stops_every_channel(sessions: Sessions, clock: FixedClock) -> None:
    person(sessions, clock, grants=FULL)
    sender = answers(customer=Stopped("ip_not_allowed"))

    pump(posted(sessions, sender, clock, setup=EVERY_WAY))

    assert pauses(sessions).keys() == set(Channel)
    assert tried(sender) == [C.CUSTOMER]


def test_hour_without_the_platform_loses_nothing_and_uses_up_no_tries(
    any_sessions: Sessions, clock: FixedClock
) -> None:
    for _ in range(4):
        person(any_sessions, clock, wrote=False)
    away = answers(template=RetryLater("connect", timedelta(seconds=30)))
    end = clock.now() + timedelta(hours=1)
    while clock.now() < end:
        pump(posted(any_sessions, away, clock, setup=EVERY_WAY))
        clock.advance(timedelta(seconds=10))
    while_away = [(one.state, one.attempts) for one in deliveries(any_sessions)]
    told = pauses(any_sessions)
    clock.advance(timedelta(minutes=15))
    for _ in range(3):
        pump(posted(any_sessions, answers(), clock, setup=EVERY_WAY))
        clock.advance(timedelta(minutes=1))

    assert while_away == [(S.QUEUED, 0)] * 4
    assert {pause.reason for pause in told.values()} == {"connect"}
    assert len(away.sent) < 20
    assert {one.state for one in deliveries(any_sessions)} == {S.SENT}


def test_platform_that_swallows_messages_takes_few_before_all_wait(
    sessions: Sessions, clock: FixedClock
) -> None:
    for _ in range(6):
        person(sessions, clock)
    swallowing = answers(customer=Rejected(NO_ANSWER))

    send_batch(posted(sessions, swallowing, clock, setup=EVERY_WAY), limit=2)
    for _ in range(4):
        pump(posted(sessions, swallowing, clock, setup=EVERY_WAY))
        clock.advance(timedelta(seconds=10))

    states = sorted(one.state.value for one in deliveries(sessions))
    assert len(swallowing.sent) == 3  # two, and the one that tried after the pause
    assert states == ["queued"] * 3 + ["uncertain"] * 3


def test_one_that_fails_among_many_pauses_nobody(sessions: Sessions, clock: FixedClock) -> None:
    person(sessions, clock)
    person(sessions, clock, wrote=False)

    send_batch(posted(sessions, answers(customer=Rejected(NO_ANSWER)), clock, setup=EVERY_WAY))

    assert pauses(sessions) == {}


def test_every_try_is_written_down(sessions: Sessions, clock: FixedClock) -> None:
    person(sessions, clock)
    busy = RetryLater("busy", timedelta(seconds=30))
    send_batch(posted(sessions, answers(customer=busy), clock, setup=EVERY_WAY))
    clock.at = only(sessions).not_before
    send_batch(posted(sessions, answers(), clock, setup=EVERY_WAY))

    with sessions.read() as session:
        rows = session.scalars(select(DeliveryAttempt).order_by(DeliveryAttempt.id)).all()
    assert [(row.channel, row.outcome) for row in rows] == [
        ("customer", "retrylater"),
        ("customer", "accepted"),
    ]

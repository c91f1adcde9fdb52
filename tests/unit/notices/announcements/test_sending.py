"""One delivery for each person, what waits for the digest, and sending again."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from sqlalchemy import func, select, update

from app.core.clock import FixedClock, from_local
from app.core.db import Session, Sessions
from app.core.outcomes import RetryLater
from app.members.models import Member, PartyStatus, WeChatIdentity
from app.notices.announcements import sending, service
from app.notices.announcements.addressing import facts, listed_because
from app.notices.announcements.audience import Audience, Target
from app.notices.announcements.models import Announcement
from app.notices.announcements.states import AnnouncementState
from app.notices.channels import Facts, Offer, Unreachable, ways
from app.notices.dispatch import send_batch
from app.notices.models import Delivery, DeliveryAttempt, SubscriptionGrant, Topic, TopicSwitch, Urgency
from app.notices.reachable import FACTS, facts_of
from app.notices.states import DeliveryState
from tests import factories
from tests.factories import NOW
from tests.fakes.sender import FakeSender
from tests.unit.notices.announcements.office import (
    SETUP,
    Office,
    content,
    draft,
    office,
    one,
    person,
    scheduled,
    sent,
    states,
)
from tests.unit.notices.post import posted

D = DeliveryState
NIGHT = datetime(2026, 3, 2, 14, 30, tzinfo=UTC)  # 22:30 in China
NEXT_WEEK = NOW + timedelta(days=7)


def switch_off(session: Session, member_id: int) -> None:
    session.add(TopicSwitch(member_id=member_id, topic=Topic.ANNOUNCEMENTS, off_at=NOW))
    session.flush()


def prepare(session: Session, announcement: Announcement, now: datetime = NOW) -> int:
    return sending.prepare(session, announcement_id=announcement.id, setup=SETUP, now=now)


def test_prepare_gives_everybody_one_delivery_with_its_state_and_reason(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        made = office(session)
        person(session, made.first, "可达")
        person(session, made.first, "未绑定", bound=False)
        person(session, made.second, "未关注", follows=False)
        switch_off(session, person(session, made.second, "已关闭").id)
        subscriber = person(session, made.second, "有订阅", follows=False)
        chat = session.scalars(
            select(WeChatIdentity.id).where(WeChatIdentity.member_id == subscriber.id)
        ).one()
        session.add(SubscriptionGrant(identity_id=chat, template_id="s", remaining=1, updated_at=NOW))
        factories.member(session, made.second, name="已转出", status=PartyStatus.TRANSFERRED)
        person(session, made.foreign, "外单位")
        announcement = scheduled(session, made)

    with any_sessions.begin() as session:
        number = prepare(session, announcement)

    with any_sessions.read() as session:
        kept = session.get_one(Announcement, announcement.id)
        rows = session.scalars(select(Delivery)).all()
        assert states(session, sending.subject_of(announcement.id)) == {
            "可达": (D.QUEUED, None),
            "有订阅": (D.QUEUED, None),
            "未绑定": (D.LISTED, "not_bound"),
            "未关注": (D.LISTED, "not_following"),
            "已关闭": (D.LISTED, "switched_off"),
        }
    assert (number, kept.state, kept.prepared_at) == (5, AnnouncementState.SENDING, NOW)
    assert len({row.id for row in rows}) == 5
    assert {len(row.id) for row in rows} == {32}
    assert {row.kind for row in rows} == {"announcement"}
    assert {(row.attempts, row.fields, row.created_at) for row in rows} == {(0, "{}", NOW)}
    assert {row.ended_at for row in rows if row.state is D.LISTED} == {NOW}
    assert {row.ended_at for row in rows if row.state is D.QUEUED} == {None}
    assert {row.identity_id is None for row in rows if row.reason == "not_bound"} == {True}


def test_prepare_a_second_time_adds_nobody(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        made = office(session)
        for _ in range(3):
            person(session, made.first)
        announcement = scheduled(session, made)

    def again(_: int) -> int:
        with any_sessions.begin() as session:
            return prepare(session, announcement)

    with ThreadPoolExecutor(4) as pool:
        made_each = list(pool.map(again, range(4)))

    with any_sessions.read() as session:
        assert session.scalar(select(func.count()).select_from(Delivery)) == 3
    assert sorted(made_each) == [0, 0, 0, 3]


def test_prepare_takes_what_is_due_and_nothing_else(session: Session, made: Office) -> None:
    person(session, made.first)
    later, now_ = draft(session, made), scheduled(session, made)
    service.schedule(
        session, announcement=later, revision=1, send_at=NOW + timedelta(hours=1), by="wang.li", now=NOW
    )
    draft(session, made)

    assert sending.due(session, now=NOW) == [now_.id]
    assert prepare(session, later) == 0
    assert sending.due(session, now=NOW + timedelta(hours=1)) == [now_.id, later.id]


def test_prepare_after_withdrawal_makes_nothing(session: Session, made: Office) -> None:
    person(session, made.first)
    announcement = scheduled(session, made)
    service.withdraw(session, announcement=announcement, now=NOW)

    assert prepare(session, announcement) == 0


def test_prepare_names_a_day_to_confirm_where_the_writer_did_not(session: Session, made: Office) -> None:
    person(session, made.first)
    announcement = sent(session, made, content(made.everybody, basis="某文件"))

    assert announcement.confirm_until == from_local(NOW.date() + timedelta(days=3), 18)


@pytest.mark.parametrize(
    ("urgency", "state", "not_before"),
    [
        (Urgency.OWN_PUSH, D.QUEUED, datetime(2026, 3, 3, 0, tzinfo=UTC)),
        (Urgency.EMERGENCY, D.QUEUED, NIGHT),
        (Urgency.DIGEST, D.HELD, datetime(2026, 3, 3, 0, tzinfo=UTC)),
    ],
)
def test_night_holds_up_all_but_an_emergency(
    session: Session, made: Office, urgency: Urgency, state: DeliveryState, not_before: datetime
) -> None:
    member = person(session, made.first)
    announcement = sent(session, made, content(made.everybody, urgency=urgency), now=NIGHT)

    mine = one(session, sending.subject_of(announcement.id), member)
    assert (mine.state, mine.not_before) == (state, not_before)


def test_emergency_asks_no_switch_and_no_budget(session: Session, made: Office) -> None:
    switch_off(session, person(session, made.first, "甲").id)
    person(session, made.first, "乙")
    sent(session, made)

    announcement = sent(session, made, content(made.everybody, urgency=Urgency.EMERGENCY))

    assert states(session, sending.subject_of(announcement.id)) == {
        "甲": (D.QUEUED, None),
        "乙": (D.QUEUED, None),
    }


def test_second_push_of_a_week_waits_for_the_digest(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        made = office(session)
        person(session, made.first, "甲")
        person(session, made.first, "未绑定", bound=False)
        sent(session, made)
        person(session, made.second, "新来")

        second = sent(session, made, now=NOW + timedelta(days=3))

        assert states(session, sending.subject_of(second.id)) == {
            "甲": (D.HELD, "week_used"),
            "未绑定": (D.LISTED, "not_bound"),
            "新来": (D.QUEUED, None),
        }


def test_push_of_the_next_week_goes_out_again(session: Session, made: Office) -> None:
    person(session, made.first, "甲")
    sent(session, made)

    next_one = sent(session, made, now=NEXT_WEEK)

    assert states(session, sending.subject_of(next_one.id)) == {"甲": (D.QUEUED, None)}


def test_push_that_failed_or_was_withdrawn_uses_no_week_up(session: Session, made: Office) -> None:
    person(session, made.first, "甲")
    withdrawn, failed = sent(session, made), None
    service.withdraw(session, announcement=withdrawn, now=NOW)
    failed = sent(session, made)
    session.execute(update(Delivery).where(Delivery.announcement_id == failed.id).values(state=D.REJECTED))

    third = sent(session, made)

    assert states(session, sending.subject_of(third.id)) == {"甲": (D.QUEUED, None)}


def test_friday_evening_s_push_uses_up_the_week_in_which_it_goes_out(session: Session, made: Office) -> None:
    person(session, made.first, "甲")
    friday_evening = NOW + timedelta(days=4, hours=12)
    sent(session, made, now=friday_evening)

    monday = sent(session, made, now=NEXT_WEEK)

    assert states(session, sending.subject_of(monday.id)) == {"甲": (D.HELD, "week_used")}


def test_what_waits_since_last_week_has_this_week_s_push(session: Session, made: Office) -> None:
    """Otherwise a push of its own each week would keep the digest away for ever."""
    person(session, made.first, "甲")
    sent(session, made, content(made.everybody, urgency=Urgency.DIGEST))

    same_week = sent(session, made, now=NOW + timedelta(days=1))
    next_week = sent(session, made, now=NEXT_WEEK)

    assert states(session, sending.subject_of(same_week.id)) == {"甲": (D.QUEUED, None)}
    assert states(session, sending.subject_of(next_week.id)) == {"甲": (D.HELD, "week_used")}


@pytest.mark.parametrize("emergency", [False, True])
def test_listed_because_says_what_ways_says(any_sessions: Sessions, emergency: bool) -> None:  # noqa: FBT001 -- a column
    """In SQL and in Python the same rule; NO_CHANNEL is for the moment of sending, when a chat may be open."""
    with any_sessions.begin() as session:
        made = office(session)
        for bound, follows, off, agreed in product((False, True), repeat=4):
            member = person(session, made.first, bound=bound, follows=follows)
            if off:
                switch_off(session, member.id)
            chat = session.scalar(select(WeChatIdentity.id).where(WeChatIdentity.member_id == member.id))
            if agreed and chat is not None:
                session.add(SubscriptionGrant(identity_id=chat, template_id="s", remaining=1, updated_at=NOW))
        session.flush()
        them = facts(select(Member.id), kind="announcement", setup=SETUP, now=NOW)
        why = listed_because(them, emergency=emergency).label("why")
        rows = session.execute(select(*(them.c[name] for name in FACTS), why)).all()

    assert len(rows) == 16
    for row in rows:
        said = ways(facts_of(row), Offer(True, True, True, True), emergency=emergency)  # noqa: FBT003 -- all are offered
        assert row.why == (said.value if isinstance(said, Unreachable) else None)


def ended(
    session: Session, announcement: Announcement, name: str, state: DeliveryState, reason: str
) -> Delivery:
    member_id = session.scalars(select(Member.id).where(Member.name == name)).one()
    row = session.scalars(
        select(Delivery).where(Delivery.announcement_id == announcement.id, Delivery.member_id == member_id)
    ).one()
    row.state, row.reason, row.attempts, row.ended_at = state, reason, 10, NOW
    session.flush()
    return row


def retry(session: Session, announcement: Announcement, *states_: DeliveryState, now: datetime = NOW) -> int:
    return sending.retry(session, announcement=announcement, states=states_, setup=SETUP, now=now)


def test_retry_sends_these_again_and_keeps_their_attempts(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        made = office(session)
        for name in ("拒", "疑", "达"):
            person(session, made.first, name)
        announcement = sent(session, made)
        rejected = ended(session, announcement, "拒", D.REJECTED, "user_block")
        ended(session, announcement, "疑", D.UNCERTAIN, "interrupted")
        ended(session, announcement, "达", D.DELIVERED, "")
        session.add(DeliveryAttempt(delivery_id=rejected.id, channel="template", at=NOW, outcome="rejected"))
        announcement.state, announcement.ended_at = AnnouncementState.SENT, NOW

    with any_sessions.begin() as session:
        announcement = session.get_one(Announcement, announcement.id)
        number = retry(session, announcement, D.REJECTED, now=NOW + timedelta(hours=1))

    with any_sessions.read() as session:
        found = states(session, sending.subject_of(announcement.id))
        again = session.get_one(Delivery, rejected.id)
        assert number == 1
        assert [found[name][0] for name in ("拒", "疑", "达")] == [D.QUEUED, D.UNCERTAIN, D.DELIVERED]
        assert (again.attempts, again.reason, again.ended_at) == (0, None, None)
        assert again.not_before == NOW + timedelta(hours=1)
        assert session.scalar(select(func.count()).select_from(DeliveryAttempt)) == 1
        assert announcement.state is AnnouncementState.SENDING


def test_retry_of_the_listed_takes_those_who_can_be_reached_now(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        made = office(session)
        bound_later = person(session, made.first, "后来绑定", bound=False)
        person(session, made.first, "仍未绑定", bound=False)
        person(session, made.first, "在汇总")
        gone = person(session, made.first, "已转出", bound=False)
        announcement = sent(session, made)
        ended(session, announcement, "在汇总", D.LISTED, "in_digest")
        factories.identity(session, member=bound_later)
        factories.identity(session, member=gone)
        gone.status = PartyStatus.TRANSFERRED
        session.flush()

        number = retry(session, announcement, D.LISTED)

        assert number == 1
        assert states(session, sending.subject_of(announcement.id)) == {
            "后来绑定": (D.QUEUED, None),
            "仍未绑定": (D.LISTED, "not_bound"),
            "在汇总": (D.LISTED, "in_digest"),
            "已转出": (D.LISTED, "not_bound"),
        }


def test_retry_keeps_to_the_week_s_one_push(session: Session, made: Office) -> None:
    person(session, made.first, "甲")
    first = sent(session, made)
    ended(session, first, "甲", D.REJECTED, "system_busy")
    sent(session, made)

    assert retry(session, first, D.REJECTED) == 1
    assert states(session, sending.subject_of(first.id)) == {"甲": (D.HELD, "week_used")}


def test_retry_of_an_uncertain_one_is_not_held_up_by_itself(session: Session, made: Office) -> None:
    person(session, made.first, "甲")
    announcement = sent(session, made)
    ended(session, announcement, "甲", D.UNCERTAIN, "interrupted")

    retry(session, announcement, D.UNCERTAIN)

    assert states(session, sending.subject_of(announcement.id)) == {"甲": (D.QUEUED, None)}


@pytest.mark.parametrize(
    "asked", [(), (D.DELIVERED,), (D.REJECTED, D.SENT), (D.SENDING,), (D.QUEUED,), (D.WITHDRAWN,), (D.HELD,)]
)
def test_retry_of_what_arrived_or_is_open_is_refused(
    session: Session, made: Office, asked: tuple[DeliveryState, ...]
) -> None:
    person(session, made.first)
    announcement = sent(session, made)

    with pytest.raises(sending.RetryStates):
        retry(session, announcement, *asked)


def test_retry_of_a_withdrawn_announcement_is_refused_and_changes_nothing(
    sessions: Sessions,
) -> None:
    with sessions.begin() as session:
        made = office(session)
        person(session, made.first, "甲")
        announcement = sent(session, made)
        ended(session, announcement, "甲", D.REJECTED, "x")
        service.withdraw(session, announcement=announcement, now=NOW)

    with pytest.raises(service.NotInThisState), sessions.begin() as session:
        retry(session, session.get_one(Announcement, announcement.id), D.REJECTED)

    with sessions.read() as session:
        assert states(session, sending.subject_of(announcement.id)) == {"甲": (D.REJECTED, "x")}


def test_withdrawal_stops_what_waits_and_leaves_what_went_out(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        made = office(session)
        for name in ("待", "达", "疑"):
            person(session, made.first, name)
        announcement = sent(session, made)
        ended(session, announcement, "达", D.DELIVERED, "")
        ended(session, announcement, "疑", D.UNCERTAIN, "interrupted")

        stopped = service.withdraw(session, announcement=announcement, now=NOW)

        found = states(session, sending.subject_of(announcement.id))
        assert stopped == 1
        assert [found[name][0] for name in ("待", "达", "疑")] == [D.WITHDRAWN, D.DELIVERED, D.UNCERTAIN]
        assert (announcement.state, announcement.withdrawn_at) == (AnnouncementState.WITHDRAWN, NOW)


def test_delivery_under_way_when_it_was_withdrawn_is_not_tried_again(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        made = office(session)
        person(session, made.first, "甲")
        announcement = sent(session, made)
    sender, clock = FakeSender(RetryLater("busy", timedelta(seconds=30))), FixedClock(NOW)
    post = posted(any_sessions, sender, clock, setup=SETUP)
    send_batch(post)
    with any_sessions.begin() as session:
        mine = session.get_one(Announcement, announcement.id)
        service.withdraw(session, announcement=mine, now=NOW)
        session.execute(
            update(Delivery).values(state=D.QUEUED, ended_at=None)
        )  # as its worker had put it back

    clock.advance(timedelta(minutes=5))
    dealt = send_batch(post)

    with any_sessions.read() as session:
        assert states(session, sending.subject_of(announcement.id)) == {"甲": (D.WITHDRAWN, None)}
    assert (dealt, len(sender.sent)) == (1, 1)


def test_facts_are_those_that_the_sender_asks_for() -> None:
    assert tuple(Facts.__dataclass_fields__) == FACTS


def test_whose_week_is_used_up_gets_nothing_that_is_not_for_them(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        made = office(session)
        person(session, made.first, "甲")
        person(session, made.second, "乙")
        sent(session, made)

        second = sent(session, made, content(Audience((Target(made.first.id),))))

        assert states(session, sending.subject_of(second.id)) == {"甲": (D.HELD, "week_used")}

"""WeChat's later word: found by its number, whether it comes after our own record or before it."""

from datetime import timedelta

import pytest
from sqlalchemy import event, func, select

from app.core.clock import FixedClock
from app.core.db import Sessions
from app.core.outcomes import Accepted, Outcome
from app.notices import receipts
from app.notices.announcements.models import Announcement
from app.notices.announcements.states import AnnouncementState
from app.notices.dispatch import pump, send_batch, tidy
from app.notices.models import Delivery, EarlyReceipt, Urgency
from app.notices.ports import Notice
from app.notices.states import DeliveryState
from tests import factories
from tests.factories import NOW
from tests.fakes.sender import FakeSender
from tests.unit.notices.post import deliveries, follower, only, posted, queue

S = DeliveryState
NUMBER = "200163836"


def confirm(sessions: Sessions, status: str = "success", remote_id: str = NUMBER) -> bool:
    with sessions.write() as driver:
        return receipts.confirm(
            driver, remote_id=remote_id, reason=receipts.reason_of(status), now=NOW + timedelta(minutes=1)
        )


def early(sessions: Sessions) -> int:
    with sessions.read() as session:
        return session.scalar(select(func.count()).select_from(EarlyReceipt)) or 0


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        ("success", None),
        (" Success ", None),
        ("failed:user block", "user_block"),
        ("failed: user  block", "user_block"),
        ("failed: system failed", "platform_failed"),
        ("", "platform_failed"),
    ],
)
def test_platform_s_later_word_is_kept(
    status: str, reason: str | None, any_sessions: Sessions, clock: FixedClock
) -> None:
    queue(any_sessions, follower(any_sessions))
    send_batch(posted(any_sessions, FakeSender(Accepted(NUMBER)), clock))

    ours = confirm(any_sessions, status)

    delivery = only(any_sessions)
    assert ours
    assert (delivery.state, delivery.reason) == (S.REJECTED if reason else S.DELIVERED, reason)
    assert delivery.ended_at == NOW + timedelta(minutes=1)
    assert early(any_sessions) == 0


@pytest.mark.parametrize(
    ("status", "state", "reason"),
    [("success", S.DELIVERED, None), ("failed:user block", S.REJECTED, "user_block")],
)
def test_word_that_comes_before_our_record_is_kept_for_it(
    status: str, state: DeliveryState, reason: str | None, any_sessions: Sessions, clock: FixedClock
) -> None:
    queue(any_sessions, follower(any_sessions))

    def answering(_: Notice) -> Outcome:
        assert confirm(any_sessions, status) is False
        return Accepted(NUMBER)

    send_batch(posted(any_sessions, FakeSender(answering), clock))

    assert (only(any_sessions).state, only(any_sessions).reason) == (state, reason)
    assert early(any_sessions) == 0


def test_word_that_crossed_our_record_is_found_by_the_tidying(
    any_sessions: Sessions, clock: FixedClock
) -> None:
    queue(any_sessions, follower(any_sessions))
    post = posted(any_sessions, FakeSender(Accepted(NUMBER)), clock)
    send_batch(post)
    with any_sessions.begin() as session:  # as if neither transaction had seen the other
        session.add(EarlyReceipt(remote_id=NUMBER, reason=None, at=NOW))

    tidy(post)

    assert only(any_sessions).state is S.DELIVERED
    assert early(any_sessions) == 0


def test_repeated_or_contradicting_word_changes_nothing(any_sessions: Sessions, clock: FixedClock) -> None:
    queue(any_sessions, follower(any_sessions))
    post = posted(any_sessions, FakeSender(Accepted(NUMBER)), clock)
    send_batch(post)
    confirm(any_sessions)

    confirm(any_sessions)
    confirm(any_sessions, "failed:user block")
    tidy(post)

    assert (only(any_sessions).state, only(any_sessions).reason) == (S.DELIVERED, None)
    assert early(any_sessions) == 0


def test_word_about_a_message_of_nobody_s_is_forgotten_after_a_day(
    any_sessions: Sessions, clock: FixedClock
) -> None:
    post = posted(any_sessions, FakeSender(), clock)
    assert confirm(any_sessions, remote_id="404") is False

    tidy(post)
    kept = early(any_sessions)
    clock.advance(timedelta(days=1, minutes=2))
    tidy(post)

    assert (kept, early(any_sessions)) == (1, 0)


def test_word_costs_two_statements_at_most(sessions: Sessions, clock: FixedClock) -> None:
    for number in range(30):
        queue(sessions, follower(sessions), f"s:{number}")
    send_batch(posted(sessions, FakeSender(lambda notice: Accepted(notice.id)), clock))
    asked: list[str] = []
    connection = sessions.engine.raw_connection()
    connection.driver_connection.set_trace_callback(asked.append)  # type: ignore[union-attr]  # sqlite3's own
    connection.close()

    confirm(sessions, remote_id=deliveries(sessions)[0].id)
    of_ours = [sql for sql in asked if sql.startswith(("UPDATE", "INSERT"))]
    confirm(sessions, remote_id="404")

    assert len(of_ours) == 1
    assert len([sql for sql in asked if sql.startswith(("UPDATE", "INSERT"))]) == 3


def test_many_early_words_are_matched_by_few_statements(sessions: Sessions, clock: FixedClock) -> None:
    for number in range(60):
        queue(sessions, follower(sessions), f"s:{number}")
    for delivery in deliveries(sessions):
        confirm(sessions, remote_id=delivery.id)
    asked: list[str] = []
    event.listen(sessions.engine, "before_cursor_execute", lambda *given: asked.append(given[2]))

    send_batch(posted(sessions, FakeSender(lambda notice: Accepted(notice.id)), clock))

    assert {one.state for one in deliveries(sessions)} == {S.DELIVERED}
    assert len(asked) <= 16


def announcement(sessions: Sessions, people: int) -> int:
    """One that is being sent to so many members."""
    with sessions.begin() as session:
        branch = factories.organization(session)
        made = Announcement(
            organization_id=branch.id,
            title="关于召开党员大会的通知",
            body="<p>请准时参加。</p>",
            audience="{}",
            urgency=Urgency.OWN_PUSH,
            state=AnnouncementState.SENDING,
            author="1",
            author_name="书记",
            created_at=NOW,
            send_at=NOW,
        )
        session.add(made)
        session.flush()
        for _ in range(people):
            member = factories.member(session, branch)
            factories.identity(session, member=member).wrote_at = NOW
            session.add(
                Delivery(
                    id=f"{member.id:032d}",
                    subject=f"announcement:{made.id}",
                    member_id=member.id,
                    announcement_id=made.id,
                    kind="announcement",
                    urgency=Urgency.OWN_PUSH,
                    fields="{}",
                    state=S.QUEUED,
                    created_at=NOW,
                    not_before=NOW,
                )
            )
        return made.id


def state_of(sessions: Sessions, announcement_id: int) -> tuple[AnnouncementState, object]:
    with sessions.read() as session:
        found = session.get_one(Announcement, announcement_id)
        return found.state, found.ended_at


def test_announcement_says_what_all_its_notices_share(sessions: Sessions, clock: FixedClock) -> None:
    announcement_id = announcement(sessions, 1)
    sender = FakeSender()

    send_batch(posted(sessions, sender, clock))

    assert [dict(notice.fields) for notice in sender.sent] == [
        {
            "announcement": str(announcement_id),
            "title": "关于召开党员大会的通知",
            "organization": "第一党支部",
            "time": "2026年03月02日 09:00",
            "until": "",
        }
    ]


def test_announcement_has_been_sent_when_its_last_delivery_is_closed(
    any_sessions: Sessions, clock: FixedClock
) -> None:
    one, other = announcement(any_sessions, 3), announcement(any_sessions, 1)
    post = posted(any_sessions, FakeSender(), clock)

    send_batch(post, limit=2)
    under_way = state_of(any_sessions, one)
    pump(post)

    assert under_way == (AnnouncementState.SENDING, None)
    assert state_of(any_sessions, one) == (AnnouncementState.SENT, clock.now())
    assert state_of(any_sessions, other) == (AnnouncementState.SENT, clock.now())


def test_announcement_that_nobody_could_be_pushed_has_been_sent_too(
    sessions: Sessions, clock: FixedClock
) -> None:
    announcement_id = announcement(sessions, 0)

    tidy(posted(sessions, FakeSender(), clock))

    assert state_of(sessions, announcement_id) == (AnnouncementState.SENT, clock.now())


def test_withdrawn_announcement_stays_withdrawn(sessions: Sessions, clock: FixedClock) -> None:
    announcement_id = announcement(sessions, 1)
    with sessions.begin() as session:
        session.get_one(Announcement, announcement_id).state = AnnouncementState.WITHDRAWN

    pump(posted(sessions, FakeSender(), clock))

    assert state_of(sessions, announcement_id) == (AnnouncementState.WITHDRAWN, None)

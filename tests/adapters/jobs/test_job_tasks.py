"""Each job: what it does once, and nothing more the second time."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import structlog
from sqlalchemy import select

from app.core.clock import FixedClock
from app.core.db import driver_of
from app.notices import claims
from app.notices import service as notices
from app.notices.announcements.audience import Audience, Target
from app.notices.announcements.models import Announcement
from app.notices.announcements.states import AnnouncementState
from app.notices.claims import CLAIM_LASTS, DEAD_AFTER
from app.notices.models import Delivery, Urgency
from app.notices.states import DeliveryState
from app.wiring import Services
from jobs import tasks
from jobs.presence import Presence
from tests import factories
from tests.adapters.jobs.timing import Silent, context
from tests.fakes.sender import FakeSender


def queue(services: Services) -> None:
    with services.sessions.begin() as session:
        identity_id = factories.identity(session).id
        notices.queue(
            driver_of(session),
            subject="feedback:1",
            identity_id=identity_id,
            kind="feedback_answered",
            fields={"number": "N1", "text": "好"},
            now=services.clock.now(),
        )


def states(services: Services) -> list[DeliveryState]:
    with services.sessions.read() as session:
        return list(session.scalars(select(Delivery.state)))


def test_due_notice_is_sent_once_however_often_the_job_runs(services: Services) -> None:
    queue(services)

    tasks.send_due_notices(context(services))
    tasks.send_due_notices(context(services))

    assert isinstance(services.sender, FakeSender)
    assert [notice.fields["number"] for notice in services.sender.sent] == ["N1"]
    assert states(services) == [DeliveryState.SENT]


def claimed(services: Services) -> None:
    """Something that this process has claimed, and is not heard of again."""
    queue(services)
    post = services.post
    with services.sessions.begin() as session:
        claims.claim(session, worker=post.worker, setup=post.setup, now=services.clock.now(), limit=1)


def give_up(services: Services) -> list[tuple[str, int]]:
    with structlog.testing.capture_logs() as told:
        tasks.give_up_claims(context(services))
        tasks.give_up_claims(context(services))
    return [(event["event"], event["count"]) for event in told]


def test_claim_of_a_dead_worker_is_given_up_once_and_told(services: Services, clock: FixedClock) -> None:
    claimed(services)

    clock.advance(DEAD_AFTER + timedelta(microseconds=1))

    assert give_up(services) == [("jobs.deliveries.interrupted", 1)]
    assert states(services) == [DeliveryState.UNCERTAIN]


def test_claim_of_a_worker_that_still_beats_is_its_own(services: Services, clock: FixedClock) -> None:
    claimed(services)

    clock.advance(DEAD_AFTER + timedelta(microseconds=1))
    Presence(services, "host:1").beat()

    assert give_up(services) == []
    assert states(services) == [DeliveryState.SENDING]


def test_claim_is_given_up_in_the_end_even_if_its_worker_beats(services: Services, clock: FixedClock) -> None:
    claimed(services)

    clock.advance(CLAIM_LASTS + timedelta(microseconds=1))
    Presence(services, "host:1").beat()

    assert give_up(services) == [("jobs.deliveries.interrupted", 1)]


def test_silent_events_are_the_desk_s_to_finish(services: Services) -> None:
    desk = Silent()

    tasks.finish_silent_events(context(services, desk))

    assert desk.asked == 1


def test_missing_calendar_is_an_alarm_at_each_look(services: Services, clock: FixedClock) -> None:
    clock.at = datetime(2026, 11, 30, 15, 59, tzinfo=UTC)

    with structlog.testing.capture_logs() as in_november:
        tasks.check_calendar(context(services))
    clock.advance(timedelta(minutes=1))  # midnight of 1 December in China
    with structlog.testing.capture_logs() as in_december:
        tasks.check_calendar(context(services))

    assert in_november == []
    assert in_december == [{"event": "calendar.missing", "year": 2027, "log_level": "error"}]


def schedule(services: Services, *titles: str, audience: str | None = None) -> None:
    """Each to a branch of one member, due now."""
    with services.sessions.begin() as session:
        for title in titles:
            branch = factories.organization(session)
            factories.member(session, branch)
            session.add(
                Announcement(
                    organization_id=branch.id,
                    title=title,
                    body="<p>正文</p>",
                    audience=audience or Audience(targets=(Target(branch.id),)).to_json(),
                    urgency=Urgency.EMERGENCY,
                    state=AnnouncementState.SCHEDULED,
                    author="writer",
                    author_name="王丽",
                    created_at=services.clock.now(),
                    send_at=services.clock.now(),
                )
            )


def announced(services: Services) -> list[tuple[str, AnnouncementState]]:
    """(title, state) of each announcement, as often as it has deliveries."""
    with services.sessions.read() as session:
        made = select(Announcement).join(Delivery, Delivery.announcement_id == Announcement.id)
        return [(one.title, one.state) for one in session.scalars(made.order_by(Announcement.id))]


def test_announcement_is_prepared_once_when_its_time_has_come(services: Services, clock: FixedClock) -> None:
    schedule(services, "会议通知")

    clock.advance(-timedelta(seconds=1))
    tasks.prepare_announcements(context(services))
    before = announced(services)
    clock.advance(timedelta(seconds=1))
    tasks.prepare_announcements(context(services))
    tasks.prepare_announcements(context(services))

    assert before == []
    assert announced(services) == [("会议通知", AnnouncementState.SENDING)]


def test_announcement_that_cannot_be_prepared_holds_up_no_other(services: Services) -> None:
    schedule(services, "坏的", audience="no audience")
    schedule(services, "好的")

    with structlog.testing.capture_logs() as told:
        tasks.prepare_announcements(context(services))

    assert announced(services) == [("好的", AnnouncementState.SENDING)]
    assert [event["event"] for event in told if event["log_level"] == "error"] == [
        "jobs.announcement.not_prepared"
    ]


def test_no_announcement_is_begun_once_this_process_no_longer_leads(services: Services) -> None:
    schedule(services, "会议通知")

    tasks.prepare_announcements(replace(context(services), goes_on=lambda: False))

    assert announced(services) == []


def test_digest_goes_to_whom_something_is_held_for_once_a_week(services: Services, clock: FixedClock) -> None:
    clock.at = datetime(2026, 3, 6, 8, 0, tzinfo=UTC)  # Friday 16:00 in China
    with services.sessions.begin() as session:
        member = factories.member(session, factories.organization(session))
        factories.identity(session, member=member).wrote_at = clock.now()
        announcement = Announcement(
            organization_id=member.organization_id, title="学习安排", body="", audience="{}",
            urgency=Urgency.DIGEST, state=AnnouncementState.SENDING, author="w", author_name="王丽",
            created_at=clock.now(),
        )  # fmt: skip
        session.add(announcement)
        session.flush()
        session.add(
            Delivery(
                id="h" * 32,
                subject="announcement:1",
                member_id=member.id,
                announcement_id=announcement.id,
                kind="announcement",
                urgency=Urgency.DIGEST,
                fields="{}",
                state=DeliveryState.HELD,
                created_at=clock.now(),
                not_before=clock.now(),
            )
        )

    for _ in range(2):
        tasks.make_digests(context(services), clock.now())
    tasks.send_due_notices(context(services))

    assert isinstance(services.sender, FakeSender)
    assert [(notice.kind, notice.fields["titles"]) for notice in services.sender.sent] == [
        ("digest", "学习安排")
    ]
    assert sorted(states(services)) == [DeliveryState.LISTED, DeliveryState.SENT]

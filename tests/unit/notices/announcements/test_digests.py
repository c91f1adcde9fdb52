"""One message a week for what may not be pushed by itself."""

import json
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from app.core.db import Session, Sessions
from app.members.models import Member, PartyStatus, WeChatIdentity
from app.notices.announcements import digests, sending, service
from app.notices.models import Delivery, Topic, TopicSwitch, Urgency
from app.notices.states import DeliveryState
from tests.factories import NOW
from tests.unit.notices.announcements.office import (
    SETUP,
    Office,
    content,
    office,
    one,
    person,
    sent,
    statements,
    states,
)

D = DeliveryState
FRIDAY = NOW + timedelta(days=4, hours=7)  # 16:00 in China
WEEK = timedelta(days=7)
W10, W11 = "digest:2026-W10", "digest:2026-W11"


def gather(session: Session, now: datetime = FRIDAY) -> int:
    return digests.gather(session, setup=SETUP, now=now)


def held(session: Session, made: Office, title: str = "学习安排", now: datetime = NOW) -> str:
    """The subject of an announcement that goes with the digest."""
    wanted = content(made.everybody, title=title, urgency=Urgency.DIGEST)
    return sending.subject_of(sent(session, made, wanted, now=now).id)


def test_digest_takes_along_what_waits_one_for_each_person(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        made = office(session)
        both = person(session, made.first, "甲")
        first = held(session, made, "甲通知")
        person(session, made.first, "乙")
        second = held(session, made, "乙通知", NOW + timedelta(hours=1))

    with any_sessions.begin() as session:
        number = gather(session)

    with any_sessions.read() as session:
        mine = one(session, W10, both)
        assert number == 2
        assert states(session, W10) == {"甲": (D.QUEUED, None), "乙": (D.QUEUED, None)}
        assert json.loads(mine.fields) == {"count": "2", "titles": "甲通知\n乙通知"}
        assert (mine.kind, mine.urgency, mine.not_before) == ("digest", Urgency.DIGEST, FRIDAY)
        assert states(session, first) == {"甲": (D.LISTED, "in_digest")}
        assert set(states(session, second).values()) == {(D.LISTED, "in_digest")}


def test_digest_is_gathered_once_a_week(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        made = office(session)
        person(session, made.first, "甲")
        held(session, made)

        assert [gather(session), gather(session), gather(session, FRIDAY + timedelta(minutes=1))] == [1, 0, 0]


@pytest.mark.parametrize(
    "now",
    [
        FRIDAY - timedelta(microseconds=1),
        FRIDAY + timedelta(hours=4),  # 20:00
        FRIDAY + timedelta(days=1),  # Saturday
        FRIDAY + timedelta(days=4),  # Tuesday
    ],
)
def test_digest_has_its_hours(session: Session, made: Office, now: datetime) -> None:
    person(session, made.first)
    held(session, made)

    assert gather(session, now) == 0


def test_nothing_held_makes_no_digest(session: Session, made: Office) -> None:
    person(session, made.first)
    sent(session, made)

    assert gather(session) == 0
    assert session.scalars(select(Delivery).where(Delivery.kind == "digest")).all() == []


def test_what_comes_after_the_moment_waits_for_the_next_one(session: Session, made: Office) -> None:
    person(session, made.first, "甲")
    late = held(session, made, now=FRIDAY + timedelta(minutes=5))

    assert gather(session, FRIDAY + timedelta(minutes=10)) == 0
    assert gather(session, FRIDAY + WEEK) == 1
    assert states(session, late) == {"甲": (D.LISTED, "in_digest")}


def test_digest_waits_for_a_week_that_has_no_push_yet(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        made = office(session)
        person(session, made.first, "甲")
        sent(session, made)
        subject = held(session, made)

        assert gather(session) == 0
        assert states(session, subject) == {"甲": (D.HELD, None)}
        assert gather(session, FRIDAY + WEEK) == 1
        assert states(session, W11) == {"甲": (D.QUEUED, None)}


def test_digest_uses_the_week_up(session: Session, made: Office) -> None:
    person(session, made.first, "甲")
    held(session, made)
    gather(session)

    later = sent(session, made, now=FRIDAY + timedelta(hours=1))

    assert states(session, sending.subject_of(later.id)) == {"甲": (D.HELD, "week_used")}


def test_digest_that_failed_is_not_repeated_and_stops_nobody(session: Session, made: Office) -> None:
    first, other = person(session, made.first, "甲"), None
    held(session, made)
    gather(session)
    one(session, W10, first).state = D.REJECTED
    other = person(session, made.first, "乙")
    session.flush()
    held(session, made, now=FRIDAY)

    assert gather(session, FRIDAY + timedelta(minutes=1)) == 1
    assert one(session, W10, other).state is D.QUEUED


def test_whom_nothing_reaches_any_more_keeps_it_in_the_list(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        made = office(session)
        people = {
            name: person(session, made.first, name) for name in ("关闭汇总", "解绑", "取关", "转出", "在")
        }
        subject = held(session, made)
        session.add(TopicSwitch(member_id=people["关闭汇总"].id, topic=Topic.DIGEST, off_at=NOW))
        chats = {row.member_id: row for row in session.scalars(select(WeChatIdentity))}
        chats[people["取关"].id].followed_at = None
        chats[people["解绑"].id].member_id = None
        session.get_one(Member, people["转出"].id).status = PartyStatus.TRANSFERRED
        session.flush()

        assert gather(session) == 1
        assert states(session, subject) == {
            "关闭汇总": (D.LISTED, "switched_off"),
            "解绑": (D.LISTED, "not_bound"),
            "取关": (D.LISTED, "not_following"),
            "转出": (D.LISTED, "left"),
            "在": (D.LISTED, "in_digest"),
        }


def test_withdrawn_announcement_is_in_no_digest(session: Session, made: Office) -> None:
    person(session, made.first)
    wanted = content(made.everybody, urgency=Urgency.DIGEST)
    service.withdraw(session, announcement=sent(session, made, wanted), now=NOW)

    assert gather(session) == 0


def test_many_titles_are_cut_and_still_counted(session: Session, made: Office) -> None:
    member = person(session, made.first)
    for number in range(10):
        held(session, made, f"通知{number}", NOW + timedelta(minutes=number))
    gather(session)

    said = json.loads(one(session, W10, member).fields)
    assert (said["count"], said["titles"].splitlines()) == (
        "10",
        [*(f"通知{number}" for number in range(7)), "……"],
    )


def test_digest_asks_the_database_as_often_for_one_as_for_many(session: Session, made: Office) -> None:
    """Its reading; writing goes a thousand rows at a time."""
    numbers = []
    for week in range(2):
        for _ in range(1 + 4 * week):
            person(session, made.first)
        held(session, made, now=NOW + week * WEEK)
        with statements(session) as seen:
            gather(session, FRIDAY + week * WEEK)
        numbers.append(len([one_ for one_ in seen if one_.startswith("SELECT")]))

    assert numbers[0] == numbers[1]

"""One delivery for each person, by the notices' own rules."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from app.core.clock import FixedClock
from app.core.db import Session, Sessions
from app.members.models import PartyStatus
from app.notices.announcements import digests, member_list
from app.notices.announcements.audience import Audience
from app.notices.dispatch import send_batch
from app.notices.models import Delivery, Topic, TopicSwitch, Urgency
from app.notices.states import DeliveryState
from app.study.library.models import StudyReach
from app.study.pushes import queries, service
from tests import factories
from tests.factories import NOW
from tests.fakes.sender import FakeSender
from tests.unit.notices.announcements import office as announcing
from tests.unit.notices.announcements.office import one, person, states
from tests.unit.notices.post import posted
from tests.unit.study.plans.shelf import House, column, house, item
from tests.unit.study.pushes.desk import SETUP, schedule, send, sent, subject

D = DeliveryState
NIGHT = datetime(2026, 3, 2, 14, 30, tzinfo=UTC)  # 22:30 in China
MORNING = datetime(2026, 3, 3, 0, tzinfo=UTC)
FRIDAY = NOW + timedelta(days=4, hours=7)  # 16:00 in China
WEEK = timedelta(days=7)
W10 = "digest:2026-W10"


def test_everybody_meant_has_one_delivery_with_what_the_card_says(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        made = house(session)
        person(session, made.first, "可达")
        person(session, made.second, "未绑定", bound=False)
        off = person(session, made.second, "已关闭")
        session.add(TopicSwitch(member_id=off.id, topic=Topic.STUDY, off_at=NOW))
        person(session, made.foreign, "外单位")
        factories.member(session, made.first, name="已转出", status=PartyStatus.TRANSFERRED)
        kept = item(session, column(session, made.root), title="100% 新规 {{ 7*7 }}")
        push = schedule(session, kept, made.root)

    with any_sessions.begin() as session:
        number = send(session, push)

    with any_sessions.read() as session:
        rows = session.scalars(select(Delivery)).all()
        assert states(session, subject(push)) == {
            "可达": (D.QUEUED, None),
            "未绑定": (D.LISTED, "not_bound"),
            "已关闭": (D.LISTED, "switched_off"),
        }
        assert queries.progress(session, push)[D.LISTED] == 2
    assert number == 3
    assert {(row.kind, row.announcement_id, row.urgency) for row in rows} == {
        ("study_item", None, Urgency.OWN_PUSH)
    }
    assert [json.loads(row.fields) for row in rows] == [
        {
            "item": str(kept.id),
            "title": "100% 新规 {{ 7*7 }}",
            "organization": "集团党委",
            "time": "2026年03月02日 09:00",
        }
    ] * 3


def test_push_is_sent_once_however_many_send_it(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        made = house(session)
        for _ in range(3):
            person(session, made.first)
        push = schedule(session, item(session, column(session, made.root)), made.root)

    def again(_: int) -> int:
        with any_sessions.begin() as session:
            return send(session, push)

    with ThreadPoolExecutor(4) as pool:
        made_each = list(pool.map(again, range(4)))

    with any_sessions.read() as session:
        assert session.scalar(select(func.count()).select_from(Delivery)) == 3
        assert service.due(session, now=NOW) == []
    assert sorted(made_each) == [0, 0, 0, 3]


def test_push_is_not_sent_before_its_time(session: Session, made: House) -> None:
    person(session, made.first)
    later = NOW + timedelta(hours=1)
    push = schedule(session, item(session, column(session, made.root)), made.root, send_at=later)

    assert send(session, push, later - timedelta(microseconds=1)) == 0
    assert send(session, push, later) == 1


def test_night_holds_the_push_up_until_the_morning(session: Session, made: House) -> None:
    reader = person(session, made.first)
    push = sent(session, item(session, column(session, made.root)), made.root, now=NIGHT)

    delivery = one(session, subject(push), reader)
    assert (delivery.state, delivery.not_before) == (D.QUEUED, MORNING)


def test_second_push_of_the_week_waits_for_the_digest(session: Session, made: House) -> None:
    """Whether the first was a study push or an announcement: it is the person's week."""
    person(session, made.first, "甲")
    shelf = column(session, made.root)
    office = announcing.office(session)
    person(session, office.first, "乙")
    sent(session, item(session, shelf), made.root)
    announcing.sent(session, office)

    second = sent(session, item(session, shelf), made.root)
    theirs = sent(session, item(session, column(session, office.root)), office.root)

    assert states(session, subject(second)) == {"甲": (D.HELD, "week_used")}
    assert states(session, subject(theirs)) == {"乙": (D.HELD, "week_used")}


def test_digest_names_studies_beside_announcements(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        made = announcing.office(session)
        reader = person(session, made.first, "甲")
        kept = item(session, column(session, made.root), title="党章第三条")
        push = sent(session, kept, made.root, urgency=Urgency.DIGEST)
        wanted = announcing.content(made.everybody, title="缴费通知", urgency=Urgency.DIGEST)
        announcing.sent(session, made, wanted, now=NOW + timedelta(minutes=1))

    with any_sessions.begin() as session:
        number = digests.gather(session, setup=SETUP, now=FRIDAY)

    with any_sessions.read() as session:
        assert number == 1
        assert json.loads(one(session, W10, reader).fields) == {
            "count": "2",
            "titles": "党章第三条\n缴费通知",
        }
        assert states(session, subject(push)) == {"甲": (D.LISTED, "in_digest")}


def test_digest_of_what_was_forgotten_says_nothing(session: Session, made: House) -> None:
    """Who stops following has what was said to them forgotten, what still waits for the digest too."""
    reader = person(session, made.first, "甲")
    push = sent(session, item(session, column(session, made.root)), made.root, urgency=Urgency.DIGEST)
    one(session, subject(push), reader).fields = "{}"
    session.flush()

    assert digests.gather(session, setup=SETUP, now=FRIDAY) == 0
    assert states(session, subject(push)) == {"甲": (D.LISTED, "in_digest")}


def test_card_leads_to_the_item_and_says_that_nobody_counts(sessions: Sessions) -> None:
    sender = FakeSender()
    with sessions.begin() as session:
        made = house(session)
        person(session, made.first)
        push = sent(session, item(session, column(session, made.root)), made.root)

    assert send_batch(posted(sessions, sender, FixedClock(NOW), setup=SETUP)) == 1

    (notice,) = sender.sent
    assert (notice.kind, notice.fields["item"]) == ("study_item", str(push.item_id))


def test_person_s_own_list_has_the_item_whatever_a_push_could_do(session: Session, made: House) -> None:
    reader = person(session, made.first, bound=False)
    push = sent(session, item(session, column(session, made.root)), made.root)

    (line,) = member_list.of_member(session, reader.id)

    assert (line.kind, line.title, line.withdrawn) == ("study_item", "", False)
    assert (line.fields["title"], line.fields["item"]) == ("党支部工作条例要点", str(push.item_id))


def test_person_is_told_of_an_item_twice_at_most(any_sessions: Sessions) -> None:
    """By whichever organisation (facts/domain §7.3 FR9); who has heard it less often hears the third, too."""
    with any_sessions.begin() as session:
        made = house(session)
        person(session, made.first, "甲")
        kept = item(session, column(session, made.root))
        sent(session, kept, made.root)
        sent(session, kept, made.first, now=NOW + WEEK)
        person(session, made.second, "乙")

        third = sent(session, kept, made.root, now=NOW + 2 * WEEK)
        assert set(states(session, subject(third))) == {"乙"}


def test_who_moved_out_of_the_item_s_reach_is_left_out(session: Session, made: House) -> None:
    moved = person(session, made.first, "调走")
    person(session, made.first, "留下")
    kept = item(session, column(session, made.first), reach=StudyReach.BELOW)
    push = schedule(session, kept, made.root, audience=Audience(members=(moved.id,)))
    moved.organization_id = made.second.id
    session.flush()

    assert send(session, push) == 0


@pytest.mark.parametrize("people", [1, 5])
def test_sending_asks_the_database_as_often_for_one_as_for_many(
    session: Session, made: House, people: int
) -> None:
    for _ in range(people):
        person(session, made.first)
    push = schedule(session, item(session, column(session, made.root)), made.root)

    with announcing.statements(session) as seen:
        send(session, push)

    assert len([said for said in seen if said.startswith("INSERT")]) == 1
    assert len(seen) <= 12

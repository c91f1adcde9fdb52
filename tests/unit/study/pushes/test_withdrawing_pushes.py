"""Nobody more is told of what was withdrawn, the push or the item itself."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from sqlalchemy import func, select

from app.core.db import Session, Sessions
from app.notices.models import Delivery, Urgency
from app.notices.states import DeliveryState
from app.study.pushes import service
from app.study.pushes.states import PushState
from tests.factories import NOW
from tests.unit.notices.announcements.office import one, person, states
from tests.unit.study.plans.shelf import House, column, house, item
from tests.unit.study.pushes.desk import schedule, send, sent, subject

D = DeliveryState
WEEK = timedelta(days=7)


def test_item_withdrawn_before_its_push_is_told_to_nobody(session: Session, made: House) -> None:
    person(session, made.first)
    kept = item(session, column(session, made.root))
    push = schedule(session, kept, made.root)
    kept.published_at = None
    session.flush()

    assert send(session, push) == 0

    session.refresh(push)
    assert (push.state, push.sent_at, push.ended_at, push.waiting) == (
        PushState.WITHDRAWN,
        None,
        NOW,
        None,
    )
    assert session.scalars(select(Delivery)).all() == []


def test_withdrawing_a_push_stops_what_still_waits(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        made = house(session)
        heard, waits = person(session, made.first, "听到"), person(session, made.first, "在等")
        held = person(session, made.second, "汇总")
        push = sent(session, item(session, column(session, made.root)), made.root)
        one(session, subject(push), heard).state = D.SENT
        one(session, subject(push), held).state = D.HELD
        assert one(session, subject(push), waits).state is D.QUEUED

    with any_sessions.begin() as session:
        push = session.get_one(type(push), push.id)
        assert service.withdraw_push(session, push=push, now=NOW) == 2

    with any_sessions.read() as session:
        assert states(session, subject(push)) == {
            "听到": (D.SENT, None),
            "在等": (D.WITHDRAWN, None),
            "汇总": (D.WITHDRAWN, None),
        }


def test_item_withdrawn_later_is_told_to_nobody_more(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        made = house(session)
        person(session, made.first)
        shelf = column(session, made.root)
        gone, heard, stays = (item(session, shelf, title=title) for title in "去听留")
        scheduled = schedule(session, gone, made.first)
        waiting = sent(session, gone, made.root, urgency=Urgency.DIGEST)
        told = sent(session, heard, made.root, urgency=Urgency.DIGEST)
        other = sent(session, stays, made.root, urgency=Urgency.DIGEST)
        for row in session.scalars(select(Delivery).where(Delivery.subject == subject(told))):
            row.state = D.LISTED
        gone.published_at = heard.published_at = None

    with any_sessions.begin() as session:
        assert service.stop_withdrawn(session, now=NOW) == 1
        assert service.stop_withdrawn(session, now=NOW) == 0

    with any_sessions.read() as session:
        kept = [session.get_one(type(one_), one_.id).state for one_ in (scheduled, waiting, told, other)]
        assert states(session, subject(waiting)) == {"张三": (D.WITHDRAWN, None)}
        assert states(session, subject(other)) == {"张三": (D.HELD, None)}
    assert kept == [PushState.WITHDRAWN, PushState.WITHDRAWN, PushState.SENT, PushState.SENT]


def test_withdrawing_and_sending_at_once_leave_nothing_on_its_way(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        made = house(session)
        for _ in range(5):
            person(session, made.first)
        push = schedule(session, item(session, column(session, made.root)), made.root)

    def withdraw() -> None:
        with any_sessions.begin() as session:
            service.withdraw_push(session, push=session.get_one(type(push), push.id), now=NOW)

    def sending() -> None:
        with any_sessions.begin() as session:
            send(session, push)

    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(sending), pool.submit(withdraw)]:
            done.result()

    with any_sessions.read() as session:
        assert session.get_one(type(push), push.id).state is PushState.WITHDRAWN
        left = select(func.count()).where(Delivery.state.in_((D.QUEUED, D.HELD)))
        assert session.scalar(left) == 0


def test_withdrawn_push_does_not_count_as_told(session: Session, made: House) -> None:
    person(session, made.first, "甲")
    kept = item(session, column(session, made.root))
    sent(session, kept, made.root)
    taken_back = sent(session, kept, made.first, now=NOW + WEEK)
    service.withdraw_push(session, push=taken_back, now=NOW + WEEK)

    third = sent(session, kept, made.root, now=NOW + 2 * WEEK)

    assert set(states(session, subject(third))) == {"甲"}

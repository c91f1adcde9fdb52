"""Many people's own matter: once each, at a permitted hour, and not at all once it is too late."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Select, select

from app.core.db import Session, Sessions
from app.members.models import Member, PartyStatus
from app.notices import personal
from app.notices.models import Delivery, Urgency
from app.notices.states import DeliveryState
from tests import factories
from tests.factories import NOW

D = DeliveryState
NIGHT = NOW + timedelta(hours=13)  # 22:00 in China
MORNING = NOW + timedelta(hours=23)
SUBJECT = "meeting:1:announced:0"


def people(session: Session, *names: str) -> Select[Any]:
    branch = factories.organization(session)
    members = [factories.member(session, branch, name=name) for name in names]
    for member in members:
        factories.identity(session, member=member)
    return select(Member.id).where(Member.id.in_([member.id for member in members]))


def queue(session: Session, them: Select[Any], *, now: datetime = NOW, **more: Any) -> int:
    return personal.queue_for(
        session, them, **{"subject": SUBJECT, "kind": "meeting", "fields": {"title": "党课"}} | more, now=now
    )


def rows(session: Session) -> dict[str, tuple[DeliveryState, str | None, datetime]]:
    found = session.execute(
        select(Member.name, Delivery.state, Delivery.reason, Delivery.not_before)
        .join(Member, Member.id == Delivery.member_id)
        .execution_options(populate_existing=True)
    )
    return {row.name: (row.state, row.reason, row.not_before) for row in found}


def test_each_gets_one_however_often_it_is_asked_for(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        them = people(session, "甲", "乙")

        assert [queue(session, them), queue(session, them)] == [2, 0]
        assert rows(session) == {"甲": (D.QUEUED, None, NOW), "乙": (D.QUEUED, None, NOW)}
        one = session.scalars(select(Delivery)).first()
        assert one is not None
        assert (one.kind, one.urgency, one.fields, len(one.id)) == (
            "meeting",
            Urgency.PERSONAL,
            '{"title": "党课"}',
            32,
        )


def test_who_came_later_is_told_and_nobody_else(session: Session) -> None:
    first = people(session, "甲")
    queue(session, first)
    later = people(session, "乙")

    assert queue(session, select(Member.id)) == 1
    assert set(rows(session)) == {"甲", "乙"}
    assert session.scalar(later) is not None


def test_who_has_gone_is_told_nothing(session: Session) -> None:
    them = people(session, "甲")
    session.get_one(Member, session.scalar(them)).status = PartyStatus.TRANSFERRED
    session.flush()

    assert queue(session, them) == 0


def test_who_has_no_chat_is_listed_and_not_counted(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        people(session, "甲")
        factories.member(session, factories.organization(session), name="没有绑定")

        assert [queue(session, select(Member.id)) for _ in range(2)] == [1, 0]
        assert rows(session) == {"甲": (D.QUEUED, None, NOW), "没有绑定": (D.LISTED, "not_bound", NOW)}


def test_nothing_is_pushed_by_night(session: Session) -> None:
    queue(session, people(session, "甲"), now=NIGHT)

    assert rows(session) == {"甲": (D.QUEUED, None, MORNING)}


@pytest.mark.parametrize(
    ("until", "state"), [(MORNING, D.LISTED), (MORNING + timedelta(seconds=1), D.QUEUED)]
)
def test_what_would_come_too_late_is_only_listed(
    session: Session, until: datetime, state: DeliveryState
) -> None:
    queue(session, people(session, "甲"), now=NIGHT, before=until)

    (found,) = rows(session).values()
    assert found == (state, personal.TOO_LATE if state is D.LISTED else None, MORNING)


def test_two_who_tell_at_the_same_moment_tell_once(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        them = people(session, "甲", "乙", "丙")

    def tell(_: int) -> int:
        with any_sessions.begin() as session:
            return queue(session, them)

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(tell, range(4))) == 3
    with any_sessions.read() as session:
        assert len(session.scalars(select(Delivery)).all()) == 3


def test_taken_back_is_what_nobody_has_heard(session: Session) -> None:
    queue(session, people(session, "甲", "乙"))
    heard = session.scalars(select(Delivery).order_by(Delivery.member_id)).first()
    assert heard is not None
    heard.state = D.SENT
    session.flush()

    assert personal.take_back(session, subjects=[SUBJECT], now=NOW) == 1

    assert {name: state for name, (state, _, _) in rows(session).items()} == {
        "甲": D.SENT,
        "乙": D.WITHDRAWN,
    }
    names = select(Member.name)
    assert session.scalars(names.where(Member.id.in_(personal.told([SUBJECT])))).all() == ["甲"]
    assert session.scalars(names.where(Member.id.in_(personal.spared([SUBJECT])))).all() == ["乙"]

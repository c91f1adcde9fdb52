"""A person's own switches."""

from datetime import datetime

from app.core.db import Session, Sessions
from app.members.models import Member
from app.notices import switches
from app.notices.models import Topic
from tests import factories

ALL = frozenset(Topic)


def somebody(session: Session) -> Member:
    return factories.member(session, factories.organization(session))


def test_nothing_said_everything_is_on(session: Session) -> None:
    assert switches.switched_off(session, member_id=somebody(session).id) == frozenset()


def test_keep_on_some_switches_the_others_off(any_sessions: Sessions, now: datetime) -> None:
    with any_sessions.begin() as session:
        member, other = somebody(session), somebody(session)
        switches.keep_on(session, member_id=member.id, topics=ALL - {Topic.ANNOUNCEMENTS}, now=now)

        assert switches.switched_off(session, member_id=member.id) == {Topic.ANNOUNCEMENTS}
        assert switches.switched_off(session, member_id=other.id) == frozenset()


def test_keep_on_twice_is_as_once(any_sessions: Sessions, now: datetime) -> None:
    with any_sessions.begin() as session:
        member = somebody(session)
        for _ in range(2):
            switches.keep_on(session, member_id=member.id, topics=frozenset(), now=now)

        assert switches.switched_off(session, member_id=member.id) == ALL


def test_keep_on_takes_a_switch_back(session: Session, now: datetime) -> None:
    member = somebody(session)
    switches.keep_on(session, member_id=member.id, topics=frozenset(), now=now)

    switches.keep_on(session, member_id=member.id, topics=ALL, now=now)

    assert switches.switched_off(session, member_id=member.id) == frozenset()


def test_every_topic_has_its_switch() -> None:
    assert set(switches.OFFERED) == set(Topic)

"""Before sending: how many a push can reach, and by name whom it cannot."""

from dataclasses import replace

from sqlalchemy import select

from app.core.db import Session, Sessions
from app.members.models import WeChatIdentity
from app.notices.announcements.audience import Audience
from app.notices.announcements.reach import Reach, reach, unreachable
from app.notices.channels import Unreachable
from app.notices.declarations import load
from app.notices.models import Channel, Topic, TopicSwitch, Urgency
from app.notices.setup import Setup, TemplateIds
from app.organizations.scope import Scope
from tests.factories import APP_ID, NOW
from tests.unit.notices.announcements.office import SETUP, Office, office, person, sent, statements

DIGESTS = replace(SETUP, ids={**SETUP.ids, "digest": TemplateIds("d")})
BARE = Setup(APP_ID, "", load())


def populated(session: Session) -> Office:
    made = office(session)
    writes = person(session, made.first, "聊天中")
    chat = session.scalars(select(WeChatIdentity).where(WeChatIdentity.member_id == writes.id)).one()
    chat.wrote_at = NOW
    person(session, made.first, "仅关注")
    person(session, made.second, "未绑定", bound=False)
    person(session, made.second, "未关注", follows=False)
    person(session, made.foreign, "外单位")
    session.flush()
    return made


def asked(session: Session, made: Office, urgency: Urgency, setup: Setup = SETUP) -> Reach:
    return reach(session, made.scope, audience=made.everybody, urgency=urgency, setup=setup, now=NOW)


def test_reach_counts_each_person_by_the_best_way(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        found = asked(session, populated(session), Urgency.OWN_PUSH)

    assert (found.total, found.reached, found.digest) == (4, 2, 0)
    assert found.by_channel == {Channel.CUSTOMER: 1, Channel.TEMPLATE: 1}
    assert found.unreachable == {Unreachable.NOT_BOUND: 1, Unreachable.NOT_FOLLOWING: 1}


def test_reach_of_a_deployment_without_templates_says_so(session: Session) -> None:
    found = asked(session, populated(session), Urgency.OWN_PUSH, BARE)

    assert found.by_channel == {Channel.CUSTOMER: 1}
    assert found.unreachable[Unreachable.NO_CHANNEL] == 1


def test_reach_by_the_digest_alone(session: Session) -> None:
    found = asked(session, populated(session), Urgency.DIGEST, DIGESTS)

    assert (found.total, found.reached, found.digest, dict(found.by_channel)) == (4, 2, 2, {})


def test_reach_by_the_digest_asks_for_the_ways_and_the_switch_of_the_digest(any_sessions: Sessions) -> None:
    """Who gets it with the digest gets the digest's message, and by no other way than that one's."""
    with any_sessions.begin() as session:
        made = office(session)
        person(session, made.first, "收汇总")
        off = person(session, made.first, "不收汇总")
        session.add(TopicSwitch(member_id=off.id, topic=Topic.DIGEST, off_at=NOW))
        session.flush()

        found, bare = (asked(session, made, Urgency.DIGEST, setup) for setup in (DIGESTS, SETUP))
        rows = unreachable(
            session, made.scope, audience=made.everybody, urgency=Urgency.DIGEST, setup=DIGESTS, now=NOW
        )

    assert (found.digest, found.unreachable) == (1, {Unreachable.SWITCHED_OFF: 1})
    assert [(row.name, row.why) for row in rows] == [("不收汇总", Unreachable.SWITCHED_OFF)]
    assert (bare.digest, bare.unreachable) == (0, {Unreachable.SWITCHED_OFF: 1, Unreachable.NO_CHANNEL: 1})


def test_reach_knows_whose_week_is_used_up(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        made = populated(session)
        sent(session, made)
        person(session, made.first, "新来")

        own, emergency = (asked(session, made, one, DIGESTS) for one in (Urgency.OWN_PUSH, Urgency.EMERGENCY))

    assert (own.digest, own.by_channel) == (2, {Channel.TEMPLATE: 1})
    assert (emergency.digest, emergency.by_channel) == (0, {Channel.CUSTOMER: 1, Channel.TEMPLATE: 2})


def test_reach_of_nobody_is_nothing(session: Session, made: Office) -> None:
    found = reach(session, made.scope, audience=Audience(), urgency=Urgency.OWN_PUSH, setup=SETUP, now=NOW)

    assert (found.total, found.reached, dict(found.unreachable)) == (0, 0, {})


def test_list_of_the_unreachable_by_branch_and_in_pages(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        made = populated(session)
        person(session, made.first, "也未绑定", bound=False)

        def page(scope: Scope, offset: int, limit: int) -> list[tuple[str, str, Unreachable]]:
            rows = unreachable(
                session,
                scope,
                audience=made.everybody,
                urgency=Urgency.OWN_PUSH,
                setup=SETUP,
                now=NOW,
                offset=offset,
                limit=limit,
            )
            return [(row.organization_name, row.name, row.why) for row in rows]

        everybody = page(made.scope, 0, 50)
        assert everybody[0] == ("第一支部", "也未绑定", Unreachable.NOT_BOUND)
        assert sorted(everybody[1:]) == [
            ("第二支部", "未关注", Unreachable.NOT_FOLLOWING),
            ("第二支部", "未绑定", Unreachable.NOT_BOUND),
        ]
        assert [*page(made.scope, 0, 2), *page(made.scope, 2, 2)] == everybody
        assert page(Scope.of([made.first.path]), 0, 50) == everybody[:1]


def test_reach_asks_as_often_for_many_as_for_few(session: Session) -> None:
    made = populated(session)
    numbers = []
    for _ in range(2):
        with statements(session) as seen:
            asked(session, made, Urgency.OWN_PUSH)
        numbers.append(len(seen))
        for number in range(30):
            person(session, made.first, bound=number % 2 == 0, follows=number % 3 == 0)

    assert numbers[0] == numbers[1]

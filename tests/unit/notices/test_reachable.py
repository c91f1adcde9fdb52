"""What the database says of people's ways: once per group for the reach, once per person while sending."""

from datetime import timedelta

import pytest
from sqlalchemy import event, select

from app.core.db import Session, Sessions
from app.members.models import Member
from app.notices.channels import Facts
from app.notices.models import SubscriptionGrant, Topic, TopicSwitch
from app.notices.reachable import WINDOW, groups
from app.notices.setup import Setup
from tests import factories
from tests.factories import NOW
from tests.unit.notices.setups import CHAT_ONLY, EVERY_WAY, MINI_APP_ID

NOBODY = Facts(
    bound=False,
    following=False,
    window_open=False,
    subscription=False,
    mini_program=False,
    switched_off=False,
)


def grant(session: Session, identity_id: int, template_id: str, remaining: int = 1) -> None:
    session.add(
        SubscriptionGrant(
            identity_id=identity_id, template_id=template_id, remaining=remaining, updated_at=NOW
        )
    )


def found(session: Session, setup: Setup = EVERY_WAY, kind: str = "announcement") -> dict[Facts, int]:
    return groups(session, select(Member.id), kind=kind, setup=setup, now=NOW)


def facts(**known: bool) -> Facts:
    return Facts(**{name: known.get(name, False) for name in NOBODY.__slots__})


def test_each_fact_is_seen_alone(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        branch = factories.organization(session)
        factories.member(session, branch)  # without a chat
        chats = [factories.identity(session, member=factories.member(session, branch)) for _ in range(5)]
        left, wrote, subscribed, mini, off = chats
        left.followed_at = None
        wrote.wrote_at = NOW - WINDOW + timedelta(seconds=1)
        grant(session, subscribed.id, "S-announcement")
        other = factories.identity(session, app_id=MINI_APP_ID)
        other.member_id = mini.member_id
        session.add(TopicSwitch(member_id=off.member_id, topic=Topic.ANNOUNCEMENTS, off_at=NOW))
        session.flush()
        grant(session, other.id, "M-announcement")
        session.flush()

        assert found(session) == {
            NOBODY: 1,
            facts(bound=True): 1,
            facts(bound=True, following=True, window_open=True): 1,
            facts(bound=True, following=True, subscription=True): 1,
            facts(bound=True, following=True, mini_program=True): 1,
            facts(bound=True, following=True, switched_off=True): 1,
        }


@pytest.mark.parametrize(
    ("template_id", "remaining"), [("S-announcement", 0), ("S-reminder", 1), ("M-announcement", 1)]
)
def test_empty_or_other_wallet_opens_no_way(sessions: Sessions, template_id: str, remaining: int) -> None:
    with sessions.begin() as session:
        chat = factories.identity(session, member=factories.member(session, factories.organization(session)))
        grant(session, chat.id, template_id, remaining)
        session.flush()

        assert found(session) == {facts(bound=True, following=True): 1}


def test_window_shuts_after_two_days(sessions: Sessions) -> None:
    with sessions.begin() as session:
        chat = factories.identity(session, member=factories.member(session, factories.organization(session)))
        chat.wrote_at = NOW - WINDOW
        session.flush()

        assert found(session) == {facts(bound=True, following=True): 1}


def test_switch_of_another_topic_and_wallets_that_nobody_uses_do_not_count(sessions: Sessions) -> None:
    with sessions.begin() as session:
        chat = factories.identity(session, member=factories.member(session, factories.organization(session)))
        session.add(TopicSwitch(member_id=chat.member_id, topic=Topic.MEETINGS, off_at=NOW))
        grant(session, chat.id, "S-announcement")
        session.flush()

        assert found(session, CHAT_ONLY) == {facts(bound=True, following=True): 1}


def test_chat_at_another_app_is_not_ours(sessions: Sessions) -> None:
    with sessions.begin() as session:
        member = factories.member(session, factories.organization(session))
        factories.identity(session, member=member, app_id="wxanother")

        assert found(session) == {NOBODY: 1}


def test_reach_is_one_question_whatever_number_of_people(sessions: Sessions) -> None:
    with sessions.begin() as session:
        branch = factories.organization(session)
        for _ in range(30):
            factories.identity(session, member=factories.member(session, branch))
        asked: list[str] = []
        event.listen(sessions.engine, "before_cursor_execute", lambda *given: asked.append(given[2]))

        assert found(session) == {facts(bound=True, following=True): 30}

    assert len(asked) == 1

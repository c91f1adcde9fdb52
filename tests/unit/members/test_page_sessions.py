"""Sessions of member pages: whose they are, how long they hold, and what ends them."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from app.core.db import Session, Sessions
from app.members import identities, page_sessions
from app.members.models import Member, PageSession, PartyStatus, WeChatIdentity
from tests import factories
from tests.factories import APP_ID

IDLE = timedelta(hours=2)
LIFETIME = timedelta(hours=12)


@pytest.fixture
def member(session: Session) -> Member:
    return factories.member(session, factories.organization(session, name="机电党支部"), name="李四")


@pytest.fixture
def chat(session: Session, member: Member) -> WeChatIdentity:
    return factories.identity(session, openid="oLi", member=member)


def opened(session: Session, chat: WeChatIdentity, now: datetime) -> str:
    return page_sessions.start(session, identity_id=chat.id, lifetime=LIFETIME, now=now)


def holds(session: Session, token: str, at: datetime) -> bool:
    return page_sessions.resume(session, token=token, idle=IDLE, now=at) is not None


def test_resume_knows_the_member_and_the_branch(
    session: Session, chat: WeChatIdentity, member: Member, now: datetime
) -> None:
    token = opened(session, chat, now)

    found = page_sessions.resume(session, token=token, idle=IDLE, now=now)

    assert found is not None
    assert (found.identity_id, found.member_id) == (chat.id, member.id)
    assert (found.name, found.organization_name, found.bound_at) == ("李四", "机电党支部", now)


def test_resume_of_an_unbound_chat_knows_no_member(session: Session, now: datetime) -> None:
    token = opened(session, factories.identity(session), now)

    found = page_sessions.resume(session, token=token, idle=IDLE, now=now)

    assert found is not None
    assert (found.member_id, found.name, found.bound_at) == (None, "", None)


def test_resume_of_somebody_who_has_left_knows_no_member(
    session: Session, chat: WeChatIdentity, member: Member, now: datetime
) -> None:
    token = opened(session, chat, now)
    member.status = PartyStatus.LEFT
    session.flush()

    found = page_sessions.resume(session, token=token, idle=IDLE, now=now)

    assert found is not None
    assert (found.member_id, found.name) == (None, "")


def test_token_itself_is_not_kept(session: Session, chat: WeChatIdentity, now: datetime) -> None:
    token = opened(session, chat, now)

    assert token not in session.scalars(select(PageSession.token_hash)).one()


@pytest.mark.parametrize("token", ["", "guessed", "\ud800", "ü" * 10_000])
def test_resume_unknown_token_is_nobody(
    session: Session, chat: WeChatIdentity, now: datetime, token: str
) -> None:
    opened(session, chat, now)

    assert not holds(session, token, now)


def test_session_lain_idle_is_over(session: Session, chat: WeChatIdentity, now: datetime) -> None:
    token = opened(session, chat, now)

    assert holds(session, token, now + IDLE - timedelta(seconds=1))
    assert not holds(session, token, now + IDLE)


def test_session_in_use_still_ends_at_its_limit(
    session: Session, chat: WeChatIdentity, now: datetime
) -> None:
    token = opened(session, chat, now)
    late = now + LIFETIME - timedelta(minutes=1)
    row = session.scalars(select(PageSession)).one()
    page_sessions.touch(session, session_id=row.id, now=late)

    assert holds(session, token, late)
    assert not holds(session, token, now + LIFETIME)


def test_session_is_stale_after_ten_minutes(session: Session, chat: WeChatIdentity, now: datetime) -> None:
    token = opened(session, chat, now)

    fresh = page_sessions.resume(session, token=token, idle=IDLE, now=now + timedelta(minutes=9))
    old = page_sessions.resume(session, token=token, idle=IDLE, now=now + timedelta(minutes=10))

    assert fresh is not None
    assert old is not None
    assert (fresh.stale, old.stale) == (False, True)


def test_end_closes_one_session_only(session: Session, chat: WeChatIdentity, now: datetime) -> None:
    one, other = opened(session, chat, now), opened(session, chat, now)

    page_sessions.end(session, token=one)
    page_sessions.end(session, token=one)

    assert (holds(session, one, now), holds(session, other, now)) == (False, True)


def test_unbinding_ends_this_chats_sessions_and_no_others(
    session: Session, chat: WeChatIdentity, member: Member, now: datetime
) -> None:
    elsewhere = factories.identity(session, member=member, app_id="wxother")
    here, there = opened(session, chat, now), opened(session, elsewhere, now)

    identities.unbind(session, identity_id=chat.id, now=now)

    assert (holds(session, here, now), holds(session, there, now)) == (False, True)


def test_leaving_the_registry_ends_every_session(
    session: Session, chat: WeChatIdentity, member: Member, now: datetime
) -> None:
    elsewhere = factories.identity(session, member=member, app_id="wxother")
    tokens = [opened(session, chat, now), opened(session, elsewhere, now)]

    identities.unbind_members(session, member_ids=[member.id], now=now)

    assert [holds(session, token, now) for token in tokens] == [False, False]


def test_unfollowing_leaves_no_session(any_sessions: Sessions, now: datetime) -> None:
    with any_sessions.begin() as session:
        opened(session, factories.identity(session, openid="oGone"), now)

    with any_sessions.begin() as session:
        identities.erase(session, app_id=APP_ID, openid="oGone")

    with any_sessions.read() as session:
        assert session.scalars(select(PageSession)).all() == []


def test_start_clears_away_what_ran_out(session: Session, chat: WeChatIdentity, now: datetime) -> None:
    opened(session, chat, now)

    opened(session, chat, now + LIFETIME)

    assert len(session.scalars(select(PageSession)).all()) == 1


def test_clear_ended_takes_only_what_ran_out(session: Session, chat: WeChatIdentity, now: datetime) -> None:
    opened(session, chat, now)
    token = opened(session, factories.identity(session), now + timedelta(hours=1))

    assert page_sessions.clear_ended(session, now=now + LIFETIME) == 1
    assert holds(session, token, now + timedelta(hours=1))

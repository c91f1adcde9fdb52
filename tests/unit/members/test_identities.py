"""Identities: who stands behind an OpenID, and what is forgotten."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import cast

import pytest
from sqlalchemy import func, select, update

from app.core.db import Session, Sessions, driver_of
from app.members import identities
from app.members.identities import Reach
from app.members.models import BindingCode, MemberKind, PartyStatus, WeChatIdentity
from app.organizations.models import Organization
from app.organizations.scope import Scope
from tests import factories
from tests.factories import APP_ID


@pytest.fixture
def branch(session: Session) -> Organization:
    return factories.organization(session, name="机电党支部")


def menu_flags(session: Session) -> list[bool]:
    return list(session.scalars(select(WeChatIdentity.menu_wanted).order_by(WeChatIdentity.id)))


def test_find_stranger_is_none(session: Session) -> None:
    assert identities.find(session, app_id=APP_ID, openid="oNobody") is None


def test_find_bound_person_knows_member_and_branch(session: Session, branch: Organization) -> None:
    member = factories.member(session, branch, name="李四", kind=MemberKind.PROBATIONARY)
    chat = factories.identity(session, openid="oLi", member=member)

    person = identities.find(session, app_id=APP_ID, openid="oLi")

    assert person == identities.Person(
        identity_id=chat.id,
        openid="oLi",
        member_id=member.id,
        name="李四",
        organization_id=branch.id,
        organization_path=branch.path,
        organization_name="机电党支部",
        kind=MemberKind.PROBATIONARY,
        topic=None,
        topic_data=None,
        topic_until=None,
        followed=True,
        wrote_at=None,
    )
    assert (person.bound, person.is_party_member) == (True, True)


def test_find_activist_is_bound_but_no_party_member(session: Session, branch: Organization) -> None:
    member = factories.member(session, branch, kind=MemberKind.ACTIVIST)
    factories.identity(session, openid="oAct", member=member)

    person = identities.find(session, app_id=APP_ID, openid="oAct")

    assert person is not None
    assert (person.bound, person.is_party_member) == (True, False)


def test_find_takes_one_statement(session: Session, branch: Organization) -> None:
    factories.identity(session, openid="oOne", member=factories.member(session, branch))
    statements: list[str] = []
    connection = cast("sqlite3.Connection", session.connection().connection.driver_connection)
    connection.set_trace_callback(statements.append)

    identities.find(session, app_id=APP_ID, openid="oOne")

    connection.set_trace_callback(None)
    assert len(statements) == 1


def test_find_two_openids_that_differ_in_case_are_two_people(any_sessions: Sessions, now: datetime) -> None:
    with any_sessions.begin() as session:
        lower = identities.meet(session, app_id=APP_ID, openid="oabc", now=now)
        upper = identities.meet(session, app_id=APP_ID, openid="oABC", now=now)

    assert lower.identity_id != upper.identity_id


def test_meet_twice_is_one_identity(any_sessions: Sessions, now: datetime) -> None:
    with any_sessions.begin() as session:
        first = identities.meet(session, app_id=APP_ID, openid="oNew", now=now)
    with any_sessions.begin() as session:
        second = identities.meet(session, app_id=APP_ID, openid="oNew", now=now)

    assert first == second
    assert (first.bound, first.followed, first.name) == (False, True, "")


def test_meet_in_many_threads_is_one_identity(any_sessions: Sessions, now: datetime) -> None:
    def meet(_: int) -> int:
        with any_sessions.begin() as session:
            return identities.meet(session, app_id=APP_ID, openid="oRace", now=now).identity_id

    with ThreadPoolExecutor(8) as threads:
        ids = set(threads.map(meet, range(16)))

    with any_sessions.read() as session:
        assert session.scalar(select(func.count()).select_from(WeChatIdentity)) == 1
    assert len(ids) == 1


def test_follow_after_a_time_away_is_followed_again(session: Session, now: datetime) -> None:
    chat = factories.identity(session, openid="oBack")
    session.execute(update(WeChatIdentity).where(WeChatIdentity.id == chat.id).values(followed_at=None))

    person = identities.follow(session, app_id=APP_ID, openid="oBack", now=now)

    assert person == identities.find(session, app_id=APP_ID, openid="oBack")
    assert person.followed is True


def test_topic_is_kept_and_cleared(session: Session, now: datetime) -> None:
    chat = factories.identity(session, openid="oTalk")
    until = now + timedelta(minutes=10)

    identities.set_topic(
        driver_of(session), identity_id=chat.id, topic="bind", data={"name": "张三😀"}, until=until
    )
    asked = identities.find(session, app_id=APP_ID, openid="oTalk")
    identities.clear_topic(driver_of(session), identity_id=chat.id)
    cleared = identities.find(session, app_id=APP_ID, openid="oTalk")

    assert asked is not None
    assert cleared is not None
    assert (asked.topic, asked.topic_data, asked.topic_until) == ("bind", {"name": "张三😀"}, until)
    assert (cleared.topic, cleared.topic_data, cleared.topic_until) == (None, None, None)


def test_wrote_keeps_the_time_once_an_hour(any_sessions: Sessions, now: datetime) -> None:
    with any_sessions.begin() as session:
        factories.identity(session, openid="oLi").followed_at = None
    kept = []
    for minutes in (0, 60, 61):
        with any_sessions.write() as driver:
            person = identities.encounter(driver, app_id=APP_ID, openid="oLi", now=now)
            identities.wrote(driver, person, now=now + timedelta(minutes=minutes))
        with any_sessions.read() as session:
            kept.append(session.execute(select(WeChatIdentity.wrote_at, WeChatIdentity.followed_at)).one())

    # Who writes follows, whatever we had been told.
    assert [tuple(row) for row in kept] == [(now, now), (now, now), (now + timedelta(minutes=61), now)]


def test_erase_removes_identity_and_leaves_the_member(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        branch = factories.organization(session)
        member = factories.member(session, branch)
        chat_id = factories.identity(session, openid="oGone", member=member).id

    with any_sessions.begin() as session:
        erased = identities.erase(session, app_id=APP_ID, openid="oGone")
        again = identities.erase(session, app_id=APP_ID, openid="oGone")

    with any_sessions.read() as session:
        assert identities.find(session, app_id=APP_ID, openid="oGone") is None
        assert identities.identity_of_member(session, app_id=APP_ID, member_id=member.id) is None
    assert (erased, again) == (chat_id, None)


def test_unbind_parts_chat_revokes_codes_and_wants_a_menu(
    session: Session, branch: Organization, now: datetime
) -> None:
    member = factories.member(session, branch)
    chat = factories.identity(session, openid="oBound", member=member)
    session.add(
        BindingCode(member_id=member.id, code_index="x", issued_at=now, issued_by="t", expires_at=now)
    )
    session.flush()

    parted = identities.unbind(session, identity_id=chat.id, now=now)
    again = identities.unbind(session, identity_id=chat.id, now=now)

    person = identities.find(session, app_id=APP_ID, openid="oBound")
    assert (parted, again) == (member.id, None)
    assert person is not None
    assert person.bound is False
    assert menu_flags(session) == [True]
    assert session.scalar(select(BindingCode.revoked_at)) == now


def test_look_ups_by_member_and_identity(session: Session, branch: Organization) -> None:
    member = factories.member(session, branch)
    chat = factories.identity(session, openid="oKnown", member=member)

    assert identities.identity_of_member(session, app_id=APP_ID, member_id=member.id) == chat.id
    assert identities.identity_of_member(session, app_id="wxother", member_id=member.id) is None
    assert identities.openid_of(session, chat.id) == "oKnown"
    assert identities.openid_of(session, chat.id + 1) is None


def test_reach_counts_present_party_members_of_the_scope_once(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        branch, other = factories.organization(session), factories.organization(session)
        reached = factories.member(session, branch)
        factories.identity(session, member=reached)
        factories.identity(session, member=reached, app_id="wxmini")
        factories.member(session, branch, kind=MemberKind.PROBATIONARY)
        factories.identity(session, member=factories.member(session, branch, kind=MemberKind.MASSES))
        factories.member(session, branch, status=PartyStatus.TRANSFERRED)
        factories.identity(session, member=factories.member(session, other))

        assert identities.reach_counts(session, Scope.of([branch.path])) == Reach(bound=1, total=2)
        assert identities.reach_counts(session, Scope.of([])) == Reach(bound=0, total=0)


def test_menus_wanted_until_done(session: Session, branch: Organization, now: datetime) -> None:
    chat = factories.identity(session, member=factories.member(session, branch))
    factories.identity(session)
    identities.unbind(session, identity_id=chat.id, now=now)

    wanted = identities.menus_wanted(session, 10)
    identities.menu_done(session, chat.id, bound=True)
    outdated = identities.menus_wanted(session, 10)
    identities.menu_done(session, chat.id, bound=False)

    assert [(one.identity_id, one.bound) for one in wanted] == [(chat.id, False)]
    assert outdated == wanted
    assert identities.menus_wanted(session, 10) == []


def test_menu_done_without_a_state_always_ends_the_wish(
    session: Session, branch: Organization, now: datetime
) -> None:
    chat = factories.identity(session, member=factories.member(session, branch))
    identities.unbind(session, identity_id=chat.id, now=now)

    identities.menu_done(session, chat.id)

    assert identities.menus_wanted(session, 10) == []


def test_follow_of_a_new_person_is_a_first_meeting(session: Session, now: datetime) -> None:
    person = identities.follow(session, app_id=APP_ID, openid="oFirst", now=now)

    assert person == identities.find(session, app_id=APP_ID, openid="oFirst")
    assert session.scalar(select(WeChatIdentity.followed_at)) == now


def test_forget_unionid_keeps_the_chat(session: Session) -> None:
    chat = factories.identity(session, openid="oUnion")
    other = factories.identity(session, openid="oOther")
    session.execute(update(WeChatIdentity).values(unionid="u"))

    identities.forget_unionid(session, app_id=APP_ID, openid="oUnion")

    rows = session.execute(
        select(WeChatIdentity.id, WeChatIdentity.unionid).order_by(WeChatIdentity.id)
    ).all()
    assert [(row.id, row.unionid) for row in rows] == [(chat.id, None), (other.id, "u")]

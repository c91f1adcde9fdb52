"""How long a signed-in browser stays signed in."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from app.core.crypto import Vault
from app.core.db import Session
from app.staff import accounts
from app.staff import sessions as browsers
from app.staff.models import StaffAccount, StaffSession
from tests.factories import NOW

HOURS = timedelta(hours=12)
IDLE = timedelta(minutes=60)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def account(session: Session, vault: Vault) -> StaffAccount:
    return accounts.create(
        session, username="wang.li", display_name="王丽", password="春天的花开-2026", vault=vault, now=NOW
    ).account


@pytest.fixture
def token(session: Session, account: StaffAccount) -> str:
    return browsers.start(session, account_id=account.id, lifetime=HOURS, now=NOW)


def resumed(session: Session, token: str, at: datetime) -> browsers.Resumed | None:
    session.expire_all()
    return browsers.resume(session, token=token, idle=IDLE, now=at)


def test_start_keeps_no_token(session: Session, token: str) -> None:
    row = session.scalars(select(StaffSession)).one()

    assert row.token_hash != token
    assert len(token) == 43


@pytest.mark.parametrize("token", ["", "guess", "\ud800", "x" * 10_000])
def test_resume_unknown_token_is_nobody(session: Session, token: str) -> None:
    assert resumed(session, token, NOW) is None


def test_resume_idle_too_long_is_nobody(session: Session, token: str) -> None:
    assert resumed(session, token, NOW + IDLE - MINUTE) is not None
    assert resumed(session, token, NOW + IDLE) is None


def test_resume_touched_session_lives_on_until_its_absolute_end(session: Session, token: str) -> None:
    at = NOW
    while at < NOW + HOURS:
        found = resumed(session, token, at)
        assert found is not None
        browsers.touch(session, session_id=found.session_id, now=at)
        at += timedelta(minutes=50)

    assert resumed(session, token, NOW + HOURS) is None


def test_resume_says_when_the_sign_of_life_is_old(session: Session, token: str) -> None:
    fresh = resumed(session, token, NOW + timedelta(seconds=59))
    stale = resumed(session, token, NOW + MINUTE)

    assert (fresh and fresh.stale, stale and stale.stale) == (False, True)


def test_end_twice_is_harmless_and_final(session: Session, token: str) -> None:
    browsers.end(session, token=token, now=NOW)
    browsers.end(session, token=token, now=NOW + MINUTE)

    assert session.scalars(select(StaffSession.ended_at)).one() == NOW
    assert resumed(session, token, NOW) is None


def test_end_all_leaves_other_accounts_alone(session: Session, vault: Vault, token: str) -> None:
    other = accounts.create(
        session, username="li.si", display_name="李四", password="春天的花开-2026", vault=vault, now=NOW
    ).account
    others = browsers.start(session, account_id=other.id, lifetime=HOURS, now=NOW)

    ended = browsers.end_all(session, account_id=other.id, now=NOW)

    assert ended == 1
    assert resumed(session, token, NOW) is not None
    assert resumed(session, others, NOW) is None


def test_resume_closed_account_is_nobody(session: Session, account: StaffAccount, token: str) -> None:
    account.active = False
    session.flush()

    assert resumed(session, token, NOW) is None

"""Texts go when the work no longer needs them; the facts stay."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.core.clock import FixedClock
from app.core.db import driver_of
from app.inbox import service as inbox
from app.inbox.models import InboundEvent
from app.inbox.service import Arrival
from app.members import page_sessions
from app.members.models import PageSession
from app.staff.models import FormSubmission, StaffAccount
from app.wiring import Services
from jobs import tasks
from tests import factories
from tests.adapters.jobs.timing import context

INSTANT = timedelta(microseconds=1)


@pytest.fixture
def kept(services: Services, clock: FixedClock) -> Services:
    """Two messages, one answered and one failed, and a form, all of this moment."""
    with services.sessions.begin() as session:
        driver, now = driver_of(session), clock.now()
        for key in ("answered", "failed"):
            claim = inbox.accept(driver, Arrival(key, "wechat", "text", "oPerson", "<xml/>"), now=now)
            assert claim is not None
            if key == "answered":
                inbox.finish(driver, claim, reply="好的", now=now)
            else:
                inbox.fail(driver, claim, reply="失败", error="ValueError", now=now)
        account = StaffAccount(
            username="wang.li", display_name="王丽", password_hash="none", totp_sealed="none", created_at=now
        )
        session.add(account)
        session.flush()
        session.add(FormSubmission(token="t" * 43, account_id=account.id, at=now))
    return services


def left(services: Services) -> tuple[list[tuple[str, str | None, str | None]], int]:
    """(key, body, reply) of each message; the number of forms."""
    with services.sessions.read() as session:
        events = session.scalars(select(InboundEvent).order_by(InboundEvent.external_key))
        forms = session.scalars(select(FormSubmission)).all()
        return [(event.external_key, event.body, event.reply) for event in events], len(forms)


def test_texts_stay_for_thirty_days(kept: Services, clock: FixedClock) -> None:
    clock.advance(timedelta(days=30))

    tasks.fade_texts(context(kept), clock.now())

    assert left(kept) == ([("answered", "<xml/>", "好的"), ("failed", "<xml/>", "失败")], 1)


def test_texts_go_after_thirty_days_but_for_what_failed(kept: Services, clock: FixedClock) -> None:
    clock.advance(timedelta(days=30) + INSTANT)

    tasks.fade_texts(context(kept), clock.now())
    tasks.fade_texts(context(kept), clock.now())

    assert left(kept) == ([("answered", None, ""), ("failed", "<xml/>", "失败")], 0)


def test_page_sessions_that_have_run_out_are_cleared_away(services: Services, clock: FixedClock) -> None:
    day = timedelta(days=1)
    with services.sessions.begin() as session:
        for lifetime in (day, 2 * day):
            chat = factories.identity(session)
            page_sessions.start(session, identity_id=chat.id, lifetime=lifetime, now=clock.now())
    clock.advance(day)

    tasks.fade_texts(context(services), clock.now())

    with services.sessions.read() as session:
        assert session.scalars(select(PageSession.expires_at)).all() == [clock.now() + day]

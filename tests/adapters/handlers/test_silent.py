"""Events whose process died before it answered, once WeChat has stopped repeating."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from app.core.clock import FixedClock
from app.core.db import Sessions
from app.inbox import service as inbox
from app.inbox.models import InboundEvent
from app.inbox.states import InboxState
from handlers.desk import Desk
from tests.adapters.handlers.conftest import Line, events, now_said
from tests.fakes.wechat import Phone


def fall_silent(sessions: Sessions, clock: FixedClock) -> None:
    """As if the process had died after keeping what is kept, a minute ago."""
    with sessions.begin() as session:
        session.execute(update(InboundEvent).values(state=InboxState.RECEIVED, reply=None))
    clock.advance(timedelta(minutes=1))


def test_silent_event_is_finished_by_the_job(
    desk: Desk, line: Line, phone: Phone, clock: FixedClock, sessions: Sessions
) -> None:
    """Its process died after keeping it, and WeChat has stopped repeating."""
    line.say(phone.text("帮助"))
    with sessions.begin() as session:
        session.connection().exec_driver_sql("UPDATE inbound_event SET state='received', reply=NULL")
    clock.at = clock.at.replace(minute=clock.at.minute + 1)

    assert desk.finish_silent() == 1
    assert desk.finish_silent() == 0
    assert now_said(line)[0].startswith("您可以直接回复")


@pytest.mark.parametrize("again", ["finish_silent", "replay"])
def test_event_without_a_body_is_ended_once(
    desk: Desk, line: Line, phone: Phone, clock: FixedClock, sessions: Sessions, again: str
) -> None:
    """A place is not kept, and who left took their words along."""
    line.say(phone.event("LOCATION", "", "<Latitude>31.2</Latitude>"))
    fall_silent(sessions, clock)
    if again == "replay":
        with sessions.begin() as session:
            session.execute(update(InboundEvent).values(state=InboxState.FAILED))
        desk.replay(events(sessions)[0].id)
    else:
        assert desk.finish_silent() == 1

    assert [(row.state, row.reply) for row in events(sessions)] == [(InboxState.HANDLED, "")]


def test_event_that_cannot_be_finished_keeps_no_other_waiting(
    desk: Desk, line: Line, phone: Phone, clock: FixedClock, sessions: Sessions
) -> None:
    line.say(phone.text("帮助"))
    line.say(phone.text("我的"))
    fall_silent(sessions, clock)
    with sessions.begin() as session:
        broken = update(InboundEvent).where(InboundEvent.id == events(sessions)[0].id)
        session.execute(broken.values(body="<xml>"))

    assert desk.finish_silent(limit=1) == 0
    assert desk.finish_silent(limit=1) == 1
    assert [row.state for row in events(sessions)] == [InboxState.RECEIVED, InboxState.HANDLED]


def test_silent_event_that_a_repeat_took_over_meanwhile_is_left_to_it(
    desk: Desk,
    line: Line,
    phone: Phone,
    clock: FixedClock,
    sessions: Sessions,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The job lists a hundred, and some seconds later comes to the last one."""
    line.say(phone.text("帮助"))
    line.say(phone.text("我的"))
    fall_silent(sessions, clock)
    first, second = events(sessions)
    act_again = desk._act_again

    def act_slowly(claim: inbox.Claim) -> None:
        if claim.key == first.external_key:
            inbox.take_over(sessions, inbox.look(sessions, second.external_key), now=clock.now())
        act_again(claim)

    monkeypatch.setattr(desk, "_act_again", act_slowly)

    assert desk.finish_silent() == 1
    assert [(row.state, row.attempts) for row in events(sessions)] == [
        (InboxState.HANDLED, 2),
        (InboxState.RECEIVED, 2),
    ]

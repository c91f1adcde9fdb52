"""Every event that WeChat documents: acted on, deliberately ignored, or kept as unknown."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from app.core.clock import FixedClock
from app.core.db import Base, Sessions
from app.feedback.models import Thread
from app.inbox import service as inbox
from app.inbox.models import InboundEvent
from app.inbox.states import InboxState
from app.meetings.models import CheckIn
from app.members.models import WeChatIdentity
from app.notices.models import Delivery
from handlers.router import EVENTS, IGNORED
from tests.adapters.handlers.conftest import House, Line, events
from tests.fakes.wechat import Phone


@pytest.mark.parametrize(
    "name", sorted({*EVENTS, *IGNORED, "card_pass_check", "poi_check_notify", "WifiConnected"})
)
def test_known_event_is_answered_with_silence(
    line: Line, phone: Phone, sessions: Sessions, name: str
) -> None:
    extra = f"<OpenID>{phone.openid}</OpenID>" if name.startswith("user_") else ""

    assert line.say(phone.event(name, "", extra)) is None
    assert [row.state for row in events(sessions)] == [InboxState.HANDLED]


def test_unknown_event_is_kept_with_its_body(line: Line, phone: Phone, sessions: Sessions) -> None:
    line.say(phone.event("brand_new_event", "", "<Odd>1</Odd>"))

    kept = events(sessions)[0]
    assert (kept.kind, kept.state) == ("event.brand_new_event", InboxState.HANDLED)
    assert "<Odd>1</Odd>" in (kept.body or "")


def test_event_name_is_read_in_any_case(line: Line, phone: Phone) -> None:
    assert (line.say(phone.event("SUBSCRIBE")) or "").startswith("欢迎关注")


@pytest.mark.parametrize(
    "message",
    [
        lambda phone: phone.event("LOCATION", "", "<Latitude>31.2</Latitude><Longitude>121.4</Longitude>"),
        lambda phone: phone.event(
            "location_select", "k", "<SendLocationInfo><Label>家</Label></SendLocationInfo>"
        ),
        lambda phone: phone._message("location", "<Location_X>31.2</Location_X><MsgId>7</MsgId>"),
    ],
)
def test_place_is_never_kept(
    line: Line, phone: Phone, sessions: Sessions, message: Callable[[Phone], str]
) -> None:
    line.say(message(phone))

    assert [row.body for row in events(sessions)] == [None]


def test_event_of_somebody_unknown_makes_nobody_known(line: Line, phone: Phone, sessions: Sessions) -> None:
    line.say(phone.event("VIEW", "https://example.org/"))

    with sessions.read() as session:
        assert session.scalars(select(WeChatIdentity)).all() == []


@pytest.mark.parametrize("leaving", ["unsubscribe", "user_authorization_cancellation"])
def test_leaving_erases_every_trace_of_the_chat(
    line: Line, zhang_phone: Phone, house: House, sessions: Sessions, leaving: str
) -> None:
    line.say(zhang_phone.scan("mopen"))
    line.say(zhang_phone.text("反馈 食堂太咸"))
    line.say(zhang_phone.event(leaving, "", f"<OpenID>{zhang_phone.openid}</OpenID>"))

    with sessions.read() as session:
        assert session.scalars(select(WeChatIdentity)).all() == []
        assert [(one.member_id, one.identity_id) for one in session.scalars(select(Thread))] == [
            (house.zhang.id, None)
        ]
        assert [one.member_id for one in session.scalars(select(CheckIn))] == [house.zhang.id]
        assert session.scalars(select(Delivery)).all() == []
    assert not any(zhang_phone.openid in text for text in everything_kept(sessions))


def everything_kept(sessions: Sessions) -> list[str]:
    with sessions.read() as session:
        rows = [row for table in Base.metadata.sorted_tables for row in session.execute(select(table))]
    return [str(value) for row in rows for value in row]


def test_repeat_of_the_leaving_stays_a_repeat(line: Line, zhang_phone: Phone, sessions: Sessions) -> None:
    leaving = zhang_phone.event("unsubscribe")

    line.say(leaving)
    line.say(leaving)

    assert len(events(sessions)) == 1


def test_withdrawn_consent_removes_the_union_id(line: Line, zhang_phone: Phone, sessions: Sessions) -> None:
    with sessions.begin() as session:
        session.scalars(select(WeChatIdentity)).one().unionid = "uZhang"

    line.say(zhang_phone.event("user_authorization_revoke", "", f"<OpenID>{zhang_phone.openid}</OpenID>"))

    with sessions.read() as session:
        kept = session.scalars(select(WeChatIdentity)).one()
    assert (kept.unionid, kept.openid) == (None, zhang_phone.openid)


def test_texts_of_handled_events_fade_and_repeats_stay_repeats(
    line: Line, phone: Phone, sessions: Sessions, clock: FixedClock
) -> None:
    message = phone.text("帮助")
    line.say(message)
    with sessions.begin() as session:
        assert inbox.fade(session, before=clock.now()) == 0
        assert inbox.fade(session, before=clock.now() + timedelta(seconds=1)) == 1

    assert line.say(message) is None
    assert [(row.body, row.reply) for row in events(sessions)] == [(None, "")]


def test_answer_committed_after_its_reader_left_fades_too(
    line: Line, phone: Phone, sessions: Sessions, clock: FixedClock
) -> None:
    """Their words were taken out of the event while its handler was still at work on the answer."""
    line.say(phone.text("我的"))
    with sessions.begin() as session:
        session.execute(update(InboundEvent).values(openid=None, body=None))
    with sessions.begin() as session:
        inbox.fade(session, before=clock.now() + timedelta(seconds=1))

    assert [row.reply for row in events(sessions)] == [""]

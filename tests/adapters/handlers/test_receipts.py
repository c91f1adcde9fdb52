"""What WeChat reports about our notices, in XML and JSON: receipts and wallets."""

from collections.abc import Mapping

import pytest
from sqlalchemy import event, select

from app.core.db import Sessions
from app.inbox.states import InboxState
from app.members.models import WeChatIdentity
from app.notices.models import Delivery, DeliveryAttempt, EarlyReceipt, SubscriptionGrant
from app.notices.states import DeliveryState
from app.wechat.messages import Inbound, parse
from handlers import router
from handlers.chat import Event
from tests import factories
from tests.adapters.handlers.conftest import Line, events
from tests.factories import APP_ID, NOW
from tests.fakes.wechat import Phone

XML_ITEM = (
    "<List><TemplateId><![CDATA[{0}]]></TemplateId>"
    "<SubscribeStatusString><![CDATA[{1}]]></SubscribeStatusString><PopupScene>2</PopupScene></List>"
)


def popup(phone: Phone, *items: tuple[str, str], block: str = "SubscribeMsgPopupEvent") -> str:
    name = {"SubscribeMsgPopupEvent": "subscribe_msg_popup_event"}.get(block, "subscribe_msg_change_event")
    return phone.event(name, "", f"<{block}>{''.join(XML_ITEM.format(*item) for item in items)}</{block}>")


def wallet(sessions: Sessions) -> dict[str, int]:
    with sessions.read() as session:
        return {one.template_id: one.remaining for one in session.scalars(select(SubscriptionGrant))}


def sent(sessions: Sessions, number: str) -> None:
    """A template message that WeChat took under this number."""
    with sessions.begin() as session:
        chat = factories.identity(session)
        delivery = Delivery(
            id=number.zfill(32),
            subject=number,
            identity_id=chat.id,
            kind="feedback_answered",
            fields="{}",
            state=DeliveryState.SENT,
            created_at=NOW,
            not_before=NOW,
        )
        session.add(delivery)
        session.flush()
        session.add(
            DeliveryAttempt(
                delivery_id=delivery.id, channel="template", at=NOW, outcome="accepted", remote_id=number
            )
        )


def state(sessions: Sessions) -> list[tuple[DeliveryState, str | None]]:
    with sessions.read() as session:
        rows = session.execute(select(Delivery.state, Delivery.reason).order_by(Delivery.id))
        return [(row.state, row.reason) for row in rows]


def finished(phone: Phone, number: str, status: str = "success") -> str:
    return phone.event(
        "TEMPLATESENDJOBFINISH", "", f"<MsgID>{number}</MsgID><Status><![CDATA[{status}]]></Status>"
    )


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("success", (DeliveryState.DELIVERED, None)),
        ("failed:user block", (DeliveryState.REJECTED, "user_block")),
        ("failed: system failed", (DeliveryState.REJECTED, "platform_failed")),
    ],
)
def test_template_s_receipt_ends_the_delivery(
    status: str, expected: object, line: Line, phone: Phone, sessions: Sessions
) -> None:
    sent(sessions, "3012345678901234567")

    assert line.say(finished(phone, "3012345678901234567", status)) is None

    assert state(sessions) == [expected]
    assert [row.state for row in events(sessions)] == [InboxState.HANDLED]


def test_receipt_without_a_delivery_waits_for_it(line: Line, phone: Phone, sessions: Sessions) -> None:
    line.say(finished(phone, "404"))

    with sessions.read() as session:
        assert session.scalars(select(EarlyReceipt.remote_id)).all() == ["404"]
        assert session.scalars(select(WeChatIdentity)).all() == []


def test_receipt_is_done_with_in_one_transaction(line: Line, phone: Phone, sessions: Sessions) -> None:
    sent(sessions, "7")
    commits: list[int] = []
    event.listen(sessions.engine, "checkin", lambda *_: commits.append(1))

    line.say(finished(phone, "7"))

    assert len(commits) == 1


@pytest.mark.parametrize(
    ("code", "expected"),
    [("0", (DeliveryState.DELIVERED, None)), ("1003", (DeliveryState.REJECTED, "platform_failed"))],
)
def test_subscription_s_receipt_ends_the_delivery(
    code: str, expected: object, line: Line, phone: Phone, sessions: Sessions
) -> None:
    sent(sessions, "1864323726461255680")

    line.say(
        phone.event(
            "subscribe_msg_sent_event",
            "",
            "<SubscribeMsgSentEvent><List><TemplateId>T</TemplateId><MsgID>1864323726461255680</MsgID>"
            f"<ErrorCode>{code}</ErrorCode><ErrorStatus>x</ErrorStatus></List></SubscribeMsgSentEvent>",
        )
    )

    assert state(sessions) == [expected]


def test_each_accept_fills_the_wallet_by_one_and_a_refusal_empties_it(
    line: Line, phone: Phone, sessions: Sessions
) -> None:
    line.say(phone.text("帮助"))
    seen = []
    for items in (
        [("A", "accept"), ("B", "accept")],
        [("A", "accept")],
        [("A", "reject"), ("B", "accept")],
    ):
        line.say(popup(phone, *items))
        seen.append(wallet(sessions))

    assert seen == [{"A": 1, "B": 1}, {"A": 2, "B": 1}, {"A": 0, "B": 2}]


def test_repeat_of_an_accept_fills_nothing(line: Line, phone: Phone, sessions: Sessions) -> None:
    line.say(phone.text("帮助"))
    message = popup(phone, ("A", "accept"))

    line.say(message)
    line.say(message)

    assert wallet(sessions) == {"A": 1}


def test_change_in_the_settings_only_empties(line: Line, phone: Phone, sessions: Sessions) -> None:
    line.say(phone.text("帮助"))
    line.say(popup(phone, ("A", "accept"), ("B", "accept")))

    line.say(popup(phone, ("A", "reject"), ("B", "accept"), block="SubscribeMsgChangeEvent"))

    assert wallet(sessions) == {"A": 0, "B": 1}


@pytest.mark.parametrize(
    "items",
    [[("A" * 65, "accept")], [("", "accept")], [("A", "maybe")], []],
    ids=["long", "none", "odd", "no"],
)
def test_odd_answer_fills_nothing(
    items: list[tuple[str, str]], line: Line, phone: Phone, sessions: Sessions
) -> None:
    line.say(phone.text("帮助"))

    line.say(popup(phone, *items))

    assert wallet(sessions) == {}
    assert {row.state for row in events(sessions)} == {InboxState.HANDLED}


def test_stranger_s_accept_makes_nobody_known(line: Line, phone: Phone, sessions: Sessions) -> None:
    line.say(popup(phone, ("A", "accept")))

    assert wallet(sessions) == {}
    with sessions.read() as session:
        assert session.scalars(select(WeChatIdentity)).all() == []


ONE = {"TemplateId": "A", "SubscribeStatusString": "accept", "PopupScene": "0"}


@pytest.mark.parametrize("listed", [ONE, [ONE]], ids=["object", "array"])
def test_json_lists_are_read_as_one_or_many(
    listed: object, line: Line, phone: Phone, sessions: Sessions
) -> None:
    line.say(phone.text("帮助"))
    fields: Mapping[str, object] = {
        "ToUserName": "gh_0123456789ab",
        "FromUserName": phone.openid,
        "CreateTime": 1_772_413_200,
        "MsgType": "event",
        "Event": "subscribe_msg_popup_event",
        "List": listed,
    }
    inbound: Inbound = parse(fields)

    with sessions.work() as work:
        router.on_event(Event(work, line.services, inbound, NOW))

    assert wallet(sessions) == {"A": 1}


def test_text_opens_the_chat_s_window_and_a_tap_does_not(
    line: Line, phone: Phone, sessions: Sessions
) -> None:
    line.say(phone.event("CLICK", "help"))
    with sessions.read() as session:
        tapped = session.scalars(select(WeChatIdentity.wrote_at)).one()
    line.say(phone.text("帮助"))

    with sessions.read() as session:
        identity = session.scalars(select(WeChatIdentity).where(WeChatIdentity.app_id == APP_ID)).one()
    assert (tapped, identity.wrote_at) == (None, NOW)

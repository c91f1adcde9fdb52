"""What WeChat reports later about something that we sent, or about the account itself."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import structlog

from app.core.db import Driver
from app.notices import receipts, wallet
from app.wechat.messages import Inbound, subscribe_items
from handlers.chat import Event

log = structlog.get_logger()


def on_template_finished(event: Event) -> None:
    """Thousands of these follow a notice to everybody: two statements at most, and no session."""
    template_finished(event.work.driver, event.inbound, event.now)


def template_finished(driver: Driver, inbound: Inbound, now: datetime) -> None:
    reason = receipts.reason_of(str(inbound.fields.get("Status", "")))
    if inbound.msg_id:
        receipts.confirm(driver, remote_id=inbound.msg_id, reason=reason, now=now)


def on_subscription_sent(event: Event) -> None:
    """Reports only what failed inside the platform; its success is a receipt all the same."""
    for item in subscribe_items(event.inbound):
        if number := str(item.get("MsgID") or ""):
            reason = None if str(item.get("ErrorCode")) == "0" else "platform_failed"
            receipts.confirm(event.work.driver, remote_id=number[:64], reason=reason, now=event.now)


def on_subscription_answered(event: Event) -> None:
    """One accept allows one notice; a refusal takes back those that are left."""
    _wallets(event, {"accept": wallet.accepted, "reject": wallet.refused})


def on_subscription_changed(event: Event) -> None:
    """Taken back in WeChat's own settings: only refusals are told, and nothing else may fill a wallet."""
    _wallets(event, {"reject": wallet.refused})


def _wallets(event: Event, verbs: Mapping[str, Callable[..., bool]]) -> None:
    settings = event.services.settings
    app_ids = [settings.wechat.app_id, settings.miniprogram.app_id]
    for item in subscribe_items(event.inbound):
        verb, template_id = verbs.get(_status(item)), str(item.get("TemplateId") or "")
        if verb and 0 < len(template_id) <= wallet.LONGEST_TEMPLATE_ID:
            openid = event.inbound.openid
            known = verb(
                event.session, openid=openid, app_ids=app_ids, template_id=template_id, now=event.now
            )
            log.info("handlers.subscription.answered", status=_status(item), known=known)


def _status(item: Mapping[str, Any]) -> str:
    return str(item.get("SubscribeStatusString", "")).strip().lower()


def on_account_notice(event: Event) -> None:
    """Verification, renewal or punishment of the account: the operator must read it."""
    log.warning("handlers.account.notice", event_name=event.inbound.event)

"""What WeChat reports later about something that we sent, or about the account itself."""

import structlog

from app.notices import service as notices
from handlers.chat import Event

log = structlog.get_logger()


def on_template_finished(event: Event) -> None:
    status = str(event.inbound.fields.get("Status", ""))
    known = notices.confirm(event.session, remote_id=event.inbound.msg_id, status=status, now=event.now)
    if not known:
        log.info("handlers.receipt.unknown", status=status[:40])


def on_account_notice(event: Event) -> None:
    """Verification, renewal or punishment of the account: the operator must read it."""
    log.warning("handlers.account.notice", event_name=event.inbound.event)

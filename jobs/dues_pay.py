"""What is done about payments when nobody asks: orders, refunds, notifications, trade bills, certificates."""

import structlog

from app.dues.ports import GatewayRefused, GatewayUnclear
from jobs.context import Context

log = structlog.get_logger()


def ask_about_orders(context: Context) -> None:
    if asked := context.services.pay_desk.ask_due(context.goes_on):
        log.info("jobs.dues.orders_asked", count=asked)


def send_refunds(context: Context) -> None:
    if asked := context.services.pay_desk.send_refunds(context.goes_on):
        log.info("jobs.dues.refunds_asked", count=asked)


def finish_notifications(context: Context) -> None:
    if finished := context.services.pay_inbox.finish_silent(context.goes_on):
        log.warning("jobs.dues.notifications_finished", count=finished)


def work_statements(context: Context) -> None:
    if worked := context.services.statement_desk.run_due(context.goes_on):
        log.info("jobs.dues.statements_worked", count=worked)


def refresh_certificates(context: Context) -> None:
    """For merchants who verify by platform certificates; those with the public key alone need none."""
    for gateway in context.services.gateways.wechat:
        if gateway.account.trust.mode == "public_key":
            continue
        try:
            gateway.refresh_certificates()
        except (GatewayUnclear, GatewayRefused) as fault:
            log.warning("jobs.dues.certificates_not_fetched", error=str(fault))

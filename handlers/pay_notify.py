"""POST /wechat/pay/notify and /wechat/pay/refund-notify: who speaks, kept first, acted on second, 204."""

import json
from typing import Final

import structlog
from flask import Flask, Response, request

from app.access import signed
from app.dues.inbound.service import NonceSeen
from app.wechat.pay.inbound import NotBelieved, NotReadable
from app.wechat.pay.signing import Headers
from app.wiring import Services

log = structlog.get_logger()

PATHS: Final = {"pay_notify": "/wechat/pay/notify", "pay_refund_notify": "/wechat/pay/refund-notify"}
BODY_LIMIT: Final = 64 * 1024
TAKEN: Final = 204
FAILED: Final = json.dumps({"code": "FAIL", "message": "失败"}, ensure_ascii=False)
"""Says nothing of why: whoever forges learns nothing from it."""


class PayNotify:
    """The contract of both addresses, without a server."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def status(self, headers: Headers, body: bytes) -> int:
        """204 once it is kept, whatever came of it; 401 for what is not WeChat's word; else WeChat repeats it."""
        services = self._services
        if len(body) > BODY_LIMIT:
            log.error("handlers.pay_notify.refused", reason="too_long")
            return 413
        try:
            told = services.gateways.open_notification(headers, body, services.clock.now())
            services.pay_inbox.receive(told)
        except NotBelieved as refused:
            (log.info if refused.probe else log.error)("handlers.pay_notify.refused", reason=refused.reason)
            return 401
        except NotReadable as refused:
            log.error("handlers.pay_notify.refused", reason=f"unreadable: {refused.reason}")  # noqa: TRY400
            return 401
        except NonceSeen:
            log.error("handlers.pay_notify.refused", reason="nonce_seen")  # noqa: TRY400
            return 401
        except Exception:
            log.exception("handlers.pay_notify.not_kept")
            return 500
        return TAKEN


def register(app: Flask, services: Services) -> None:
    notify = PayNotify(services)

    @signed("WeChat Pay's signature over time, nonce and body")
    def pay_notify() -> Response:
        status = notify.status(request.headers, request.stream.read(BODY_LIMIT + 1))
        return Response("" if status == TAKEN else FAILED, status, content_type="application/json")

    for endpoint, path in PATHS.items():
        app.add_url_rule(path, endpoint, pay_notify, methods=["POST"])

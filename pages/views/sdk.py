"""What WeChat's script needs to work on one of our pages."""

import structlog
from flask import request
from flask.typing import ResponseReturnValue

from app.access import follower
from app.wechat.errors import WeChatError
from pages.blueprint import pages
from pages.edge import HOME, services

LONGEST_ADDRESS = 2000

log = structlog.get_logger()


@pages.get("/sdk-config")
@follower("signs addresses of these pages and of no others")
def sdk_config() -> ResponseReturnValue:
    """`url` as the page sees it: WeChat compares it to the letter, but for the fragment."""
    address = request.args.get("url", "")
    ours = f"{services().settings.site.base_url.rstrip('/')}{HOME}"
    if not address.startswith(ours) or len(address) > LONGEST_ADDRESS:
        return {"code": "address_not_ours"}, 400
    try:
        return services().js_sdk.config(address)
    except WeChatError as error:
        log.warning("pages.sdk_config.unavailable", error=type(error).__name__)
        return {"code": "wechat_away"}, 503

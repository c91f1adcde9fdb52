"""What time it is at the platform."""

import requests
from urllib3.exceptions import HTTPError

from app.wechat.client import WeChatClient
from app.wechat.errors import WeChatUnreachable
from app.wechat.http import API


def server_date(client: WeChatClient) -> str | None:
    """The Date header of any answer; None where there is none. Raises WeChatError."""
    try:
        date: str | None = client.session.get(f"{API}/cgi-bin/get_api_domain_ip").headers.get("Date")
    except (requests.RequestException, HTTPError) as error:
        reason = "timeout" if isinstance(error, requests.Timeout) else "connect"
    else:
        return date
    raise WeChatUnreachable(reason, may_have_arrived=False)  # outside: its context would hold the address

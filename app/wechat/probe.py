"""What time it is at the platform."""

from app.wechat.client import WeChatClient
from app.wechat.http import API


def server_date(client: WeChatClient) -> str | None:
    """The Date header of any answer; None where there is none."""
    date: str | None = client.session.get(f"{API}/cgi-bin/get_api_domain_ip").headers.get("Date")
    return date

"""Numbers that we give to WeChat Pay: digits and letters alone, at most 32, never twice (facts/wechat.md §6.4)."""

import secrets
from datetime import datetime

from app.core.clock import local_text


def out_trade_no(now: datetime) -> str:
    return f"D{_number(now)}"


def out_refund_no(now: datetime) -> str:
    return f"R{_number(now)}"


def _number(now: datetime) -> str:
    return local_text(now, "%Y%m%d") + secrets.token_hex(10).upper()

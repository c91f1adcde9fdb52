"""Whether a merchant's keys work, without moving anything: an order that nobody could have made is asked about."""

from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

from app.wechat.pay.gateway import WeChatPay

NOBODYS: Final = "zhibu-doctor-000000"


@dataclass(frozen=True, slots=True)
class Probed:
    """`code` is WeChat's refusal of us, `unsigned` what is wrong with the answer's signature; "" where all is well."""

    code: str
    unsigned: str
    date: datetime | None


def probe(gateway: WeChatPay) -> Probed:
    """Raises GatewayUnclear."""
    answer = gateway.ask_about(NOBODYS)
    stamp = next((value for name, value in answer.headers.items() if name.lower() == "date"), "")
    return Probed("" if answer.unknown or answer.sound else answer.code, answer.unsigned, _date(stamp))


def _date(stamp: str) -> datetime | None:
    try:
        return parsedate_to_datetime(stamp).astimezone(UTC)
    except ValueError:
        return None

"""A merchant as the settings set it up, and what it asks for."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

from app.core.clock import Clock
from app.dues.ports import RefundWanted, Wanted
from app.wechat.grants import SharedStore
from app.wechat.pay.gateways import Gateways, gateways
from tests.services import settings
from tests.unit.wechat_pay.known_answers import MERCHANT_KEY
from tests.unit.wechat_pay.platform_side import API_V3_KEY, PUBLIC_KEY_ID, public_pem, rsa_key

APP_ID, MCHID, OPENID = "wx1234567890abcdef", "1900007291", "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"
SITE = "https://zhibu.example"
SERIAL = "408B07E79B8269FEC3D5D3E6AB8ED163A6A380DB"
ORDER = Wanted(
    out_trade_no="D202603020001",
    description="2026年3月党费",
    total=1250,
    openid=OPENID,
    expires_at=datetime(2026, 3, 2, 3, 0, tzinfo=UTC),
)
BACK = RefundWanted("D202603020001", "R202603020001", refund=250, total=1250, reason="多缴")


def pay(**changes: Any) -> dict[str, Any]:
    """The settings of a merchant with the 微信支付公钥."""
    return {
        "mchid": MCHID,
        "merchant_serial": SERIAL,
        "merchant_key": MERCHANT_KEY,
        "api_v3_key": API_V3_KEY,
        "public_key_id": PUBLIC_KEY_ID,
        "public_key": public_pem(rsa_key("platform")),
        "timeout_seconds": 2,
    } | changes


def further(folder: Path, *merchants: dict[str, Any]) -> str:
    """The path of a file of further merchants, each different from the first as given."""
    path = folder / "merchants.yaml"
    listed = [
        {key: value for key, value in (pay() | one).items() if key != "timeout_seconds"} for one in merchants
    ]
    path.write_text(yaml.safe_dump(listed), encoding="utf-8")
    return str(path)


@contextmanager
def built(store: SharedStore, clock: Clock, **changes: Any) -> Iterator[Gateways]:
    given = settings(pay=pay(**changes), site={"base_url": SITE})
    found = gateways(given, store=store, clock=clock)
    yield found
    for one in found.wechat:
        one.client.close()

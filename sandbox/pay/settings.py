"""The `pay` section of the configuration."""

from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields
from decimal import Decimal, InvalidOperation
from typing import Any, Self

from cryptography.exceptions import UnsupportedAlgorithm

from sandbox.pay.signatures import load_private, load_public

API_KEY_LENGTH = 32
FINEST_RATE = 2


class BadPay(ValueError):
    """The section cannot be used; the text names the key."""


@dataclass(frozen=True)
class Merchant:
    mchid: str
    app_ids: list[str]
    name: str = ""
    api_v3_key: str = ""
    """Without one no notification is ever sent."""
    merchant_serial: str = ""
    merchant_public_key: str = ""


@dataclass(frozen=True)
class PaySettings:
    merchants: dict[str, Merchant] = field(default_factory=dict)
    platform_key: str = ""
    """PEM of the private key behind 微信支付公钥; made when empty."""
    public_key_id: str = ""
    fee_rate: str = "0.60"
    """Percent."""
    notify_scale: float = 1.0
    """How long the pauses between notifications are, 1.0: as they officially are."""

    @classmethod
    def of(cls, raw: Mapping[str, Any]) -> Self:
        if not isinstance(raw, Mapping):
            raise BadPay("pay must be an object")
        if unknown := sorted(raw.keys() - {item.name for item in fields(cls)}):
            raise BadPay(f"unknown keys: pay.{', pay.'.join(unknown)}")
        merchants = [_merchant(one) for one in raw.get("merchants", [])]
        made = cls(**{**raw, "merchants": {one.mchid: one for one in merchants}})
        _check(made, count=len(merchants))
        return made


def basis_points(fee_rate: str) -> int:
    """A hundredth of a percent each."""
    try:
        rate = Decimal(fee_rate)
    except InvalidOperation as error:
        raise BadPay("pay.fee_rate must be a percentage such as 0.60") from error
    if not 0 <= rate < 100 or rate != round(rate, FINEST_RATE):  # noqa: PLR2004 -- percent
        raise BadPay("pay.fee_rate must be a percentage such as 0.60")
    return int(rate * 100)


def _merchant(raw: object) -> Merchant:
    known = {item.name: item for item in fields(Merchant)}
    needed = {name for name, item in known.items() if item.default is MISSING}
    if not isinstance(raw, Mapping) or raw.keys() - known.keys() or needed - raw.keys():
        raise BadPay(f"pay.merchants: each has mchid and app_ids, and only {', '.join(known)}")
    if not all(isinstance(value, list if name == "app_ids" else str) for name, value in raw.items()):
        raise BadPay("pay.merchants: a value has the wrong type")
    made = Merchant(**raw)
    key = made.api_v3_key
    if key and (len(key) != API_KEY_LENGTH or not key.isascii()):
        raise BadPay(f"pay.merchants: api_v3_key must have {API_KEY_LENGTH} ASCII characters")
    if made.merchant_public_key:
        _check_pem("merchants: merchant_public_key", load_public, made.merchant_public_key)
    return made


def _check(made: PaySettings, *, count: int) -> None:
    if len(made.merchants) != count:
        raise BadPay("pay.merchants: the same mchid twice")
    basis_points(made.fee_rate)
    if isinstance(made.notify_scale, bool) or not isinstance(made.notify_scale, int | float):
        raise BadPay("pay.notify_scale must be a number")
    if made.platform_key:
        _check_pem("platform_key", load_private, made.platform_key)
    if made.public_key_id and not made.public_key_id.startswith("PUB_KEY_ID_"):
        raise BadPay("pay.public_key_id must begin with PUB_KEY_ID_")


def _check_pem(name: str, load: Any, text: str) -> None:
    try:
        load(text)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise BadPay(f"pay.{name} is not PEM of an RSA key") from error

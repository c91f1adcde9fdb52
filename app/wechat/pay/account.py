"""Merchants' keys from the settings: parsed at start, each fault named in one line without the key."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, TypeVar

import yaml
from pydantic import ValidationError

from app.core import yamls
from app.core.clock import Clock
from app.core.settings import DELIMITER, PREFIX, BadSettings, Pay, PayMerchant
from app.dues.ports import Merchant
from app.wechat.grants import SharedStore
from app.wechat.pay import keys
from app.wechat.pay.certificates import CertificateShelf
from app.wechat.pay.keys import BadKey, Envelope, Trust, Trusted
from app.wechat.pay.signing import Signer

_OPTIONAL: Final = {"public_key_id": "", "public_key": "", "platform_certificates": ""}
Parsed = TypeVar("Parsed")
Name = Callable[[str], str]
"""How a key is called towards the operator."""


@dataclass(frozen=True, slots=True)
class Account:
    merchant: Merchant
    signer: Signer = field(repr=False)
    envelope: Envelope = field(repr=False)
    trust: Trust = field(repr=False)
    shelf: CertificateShelf = field(repr=False)


def accounts(pay: Pay, *, app_id: str, store: SharedStore, clock: Clock) -> list[Account]:
    """The first is that of `pay` itself; none where nothing is set up. Raises BadSettings."""
    if not pay.mchid:
        if pay.merchant_key.get_secret_value() or pay.more:
            raise BadSettings(f"{_variable('mchid')} is missing: the other keys of pay are there")
        return []
    found = [_account(pay, _variable, app_id=app_id, store=store, clock=clock)]
    for number, merchant in enumerate(_further(pay.more), start=1):
        found.append(_account(merchant, _place(number), app_id=app_id, store=store, clock=clock))
        if merchant.mchid in {one.merchant.mchid for one in found[:-1]}:
            raise BadSettings(f"{_place(number)('mchid')}: the merchant is there twice")
    return found


def _account(given: PayMerchant, name: Name, *, app_id: str, store: SharedStore, clock: Clock) -> Account:
    def parsed(key: str, parse: Callable[[str], Parsed]) -> Parsed:
        value = getattr(given, key)
        try:
            return parse(value if isinstance(value, str) else value.get_secret_value())
        except BadKey as fault:
            raise BadSettings(f"{name(key)}: {fault}") from None

    envelope = parsed("api_v3_key", Envelope.of)
    signer = Signer(
        given.mchid,
        parsed("merchant_serial", keys.merchant_serial),
        parsed("merchant_key", keys.merchant_key),
    )
    public_key = None
    if given.public_key_id or given.public_key.get_secret_value():
        name_of_key = parsed("public_key_id", keys.public_key_id)
        public_key = Trusted(name_of_key, parsed("public_key", keys.platform_key))
    shelf = CertificateShelf(given.mchid, envelope, store, clock)
    certificates = parsed("platform_certificates", keys.platform_certificates)
    if public_key is None and not certificates:
        raise BadSettings(f"{name('public_key')} is missing, and so is a platform certificate")
    trust = Trust(public_key, certificates, found_since=shelf.certificates)
    return Account(Merchant(given.mchid, app_id), signer, envelope, trust, shelf)


def _variable(key: str) -> str:
    return f"{PREFIX}PAY{DELIMITER}{key.upper()}"


def _place(number: int) -> Name:
    return lambda key: f"pay.more, merchant {number}: {key}"


def _further(path: str) -> Iterator[PayMerchant]:
    for number, one in enumerate(_listed(path) if path else [], start=1):
        try:
            merchant = PayMerchant.model_validate({**_OPTIONAL, **one} if isinstance(one, dict) else one)
        except ValidationError as error:
            fault = error.errors(include_input=False, include_url=False)[0]
            key = ".".join(str(part) for part in fault["loc"]) or "-"
            raise BadSettings(f"{_place(number)(key)}: {fault['msg']}") from None
        if not merchant.mchid:
            raise BadSettings(f"{_place(number)('mchid')} is missing")
        yield merchant


def _listed(path: str) -> list[Any]:
    """The path is not repeated: somebody may have put the secret itself there."""
    try:
        listed = yamls.read(Path(path))
    except OSError as error:
        raise BadSettings(f"pay.more: cannot read the file that it names: {error.strerror}") from None
    except (yaml.YAMLError, ValueError):
        raise BadSettings("pay.more: the file that it names is not YAML") from None
    if not isinstance(listed, list):
        raise BadSettings("pay.more: the file that it names holds no list of merchants")
    return listed

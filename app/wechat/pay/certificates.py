"""Platform certificates that one process fetched for all, kept as WeChat sealed them: the store is not trusted."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

import structlog

from app.core.clock import Clock
from app.wechat.answers import object_of, objects_of, text_of
from app.wechat.errors import BadAnswer
from app.wechat.grants import SharedStore
from app.wechat.pay.keys import BadKey, Envelope, NotOpened, Trusted, platform_certificates

log = structlog.get_logger()

ASKED_EVERY: Final = timedelta(minutes=10)
READ_EVERY: Final = timedelta(minutes=1)
KEPT: Final = timedelta(days=7)


def opened(fields: Mapping[str, Any], envelope: Envelope) -> list[Trusted]:
    """The certificates in an answer of /v3/certificates. Raises NotOpened unless all are sealed for this merchant."""
    try:
        sealed = [object_of(one, "encrypt_certificate") for one in objects_of(fields, "data")]
        pems = [
            envelope.open(
                nonce=text_of(one, "nonce"),
                ciphertext=text_of(one, "ciphertext"),
                associated_data=str(one.get("associated_data", "")),
            ).decode()
            for one in sealed
        ]
        return [certificate for pem in pems for certificate in platform_certificates(pem)]
    except (BadAnswer, BadKey, UnicodeDecodeError):
        raise NotOpened from None


class CertificateShelf:
    """Where processes leave certificates for one another."""

    def __init__(self, mchid: str, envelope: Envelope, store: SharedStore, clock: Clock) -> None:
        self._name = f"wechatpay:{mchid}:certificates"
        self._envelope = envelope
        self._store = store
        self._clock = clock
        self._read_at: datetime | None = None

    def may_ask(self) -> bool:
        """Whether WeChat may be asked now; True at most once in ten minutes for all processes together."""
        return self._store.acquire(f"{self._name}:asked", ASKED_EVERY) is not None

    def put(self, fields: Mapping[str, Any]) -> None:
        self._store.set(self._name, json.dumps(dict(fields)), KEPT)

    def certificates(self) -> list[Trusted]:
        """What is there; nothing within a minute of the last look, for anybody can invent unknown serials."""
        now = self._clock.now()
        if self._read_at is not None and now < self._read_at + READ_EVERY:
            return []
        self._read_at = now
        try:
            return opened(json.loads(self._store.get(self._name) or '{"data": []}'), self._envelope)
        except (ValueError, AttributeError):  # NotOpened is a ValueError
            log.warning("pay.certificates.unreadable")
            return []

"""The six digits of an authenticator app (TOTP, RFC 6238)."""

import hmac
from datetime import datetime

import pyotp

from app.core.crypto import Vault

STEP_SECONDS = 30
WINDOW = 1
"""A code of the step before or after still counts: phones' clocks are off by half a minute."""
FIELD = "staff_account.totp_sealed"


def new_secret() -> str:
    return pyotp.random_base32()


def seal(secret: str, vault: Vault) -> str:
    return vault.seal(secret, FIELD)


def uri(secret: str, *, username: str, issuer: str) -> str:
    """What the QR code for the authenticator app says."""
    return pyotp.TOTP(secret).provisioning_uri(name=username, issuer_name=issuer)


def step_of(code: str, *, sealed: str, vault: Vault, now: datetime) -> int | None:
    """The 30-second step that `code` belongs to, or None where it is not one of the present codes."""
    totp = pyotp.TOTP(vault.open(sealed, FIELD))
    present = int(now.timestamp()) // STEP_SECONDS
    digits = "".join(code.split()).encode()
    for step in range(present - WINDOW, present + WINDOW + 1):
        if hmac.compare_digest(totp.generate_otp(step).encode(), digits):
            return step
    return None

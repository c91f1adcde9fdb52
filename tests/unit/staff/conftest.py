"""An account that can sign in, and what it would type."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import pyotp
import pytest

from app.core.crypto import Vault
from app.core.db import Sessions
from app.staff import accounts
from app.staff.sign_in import Claim, LockPolicy, sign_in
from tests.factories import NOW

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
PASSWORD = "春天的花开-2026"
POLICY = LockPolicy(attempts=3, pause=timedelta(minutes=15))


@dataclass(frozen=True)
class Door:
    """The sign-in form of one account."""

    sessions: Sessions
    vault: Vault
    account_id: int

    def code(self, at: datetime) -> str:
        return pyotp.TOTP(SECRET).at(at)

    def knock(
        self,
        *,
        at: datetime = NOW,
        username: str = "wang.li",
        password: str = PASSWORD,
        code: str | None = None,
    ) -> int:
        claim = Claim(username, password, self.code(at) if code is None else code)
        return sign_in(self.sessions, claim, vault=self.vault, policy=POLICY, now=at)


def make_door(sessions: Sessions, vault: Vault) -> Door:
    with sessions.begin() as session:
        made = accounts.create(
            session,
            username="wang.li",
            display_name="王丽",
            password=PASSWORD,
            vault=vault,
            now=NOW,
            totp_secret=SECRET,
        )
        return Door(sessions, vault, made.account.id)


@pytest.fixture
def door(sessions: Sessions, vault: Vault) -> Door:
    return make_door(sessions, vault)


@pytest.fixture
def any_door(any_sessions: Sessions, vault: Vault) -> Door:
    return make_door(any_sessions, vault)

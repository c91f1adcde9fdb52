"""Opening, changing and closing console accounts."""

import re
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.exc import IntegrityError

from app.core.crypto import Vault
from app.core.db import Session
from app.core.errors import DomainError
from app.staff import passwords, second_factor, sessions
from app.staff.models import StaffAccount

USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{2,31}")


class BadUsername(DomainError):
    code = "bad_username"


class UsernameTaken(DomainError):
    code = "username_taken"


class WrongPassword(DomainError):
    code = "wrong_password"


class NotYourself(DomainError):
    """Nobody closes or empowers their own account."""

    code = "not_yourself"


@dataclass(frozen=True)
class NewAccount:
    """`totp_secret` is in clear only here: show it once, then it is gone."""

    account: StaffAccount
    totp_secret: str


def create(
    session: Session,
    *,
    username: str,
    display_name: str,
    password: str,
    vault: Vault,
    now: datetime,
    totp_secret: str | None = None,
    temporary: bool = False,
) -> NewAccount:
    """`temporary`: the password must be changed at the first sign-in, because somebody else knows it."""
    secret = totp_secret or second_factor.new_secret()
    account = StaffAccount(
        username=_username(username),
        display_name=display_name.strip(),
        password_hash=passwords.hashed(password, username=username.strip()),
        password_temporary=temporary,
        totp_sealed=second_factor.seal(secret, vault),
        created_at=now,
    )
    try:
        with session.begin_nested():
            session.add(account)
    except IntegrityError as error:
        raise UsernameTaken from error
    return NewAccount(account, secret)


def known_form(typed: str) -> str | None:
    """How the table writes that user name; None where no account can have it."""
    name = typed.strip().lower()
    return name if USERNAME.fullmatch(name) else None


def _username(typed: str) -> str:
    name = known_form(typed)
    if name is None:
        raise BadUsername
    return name


def change_password(
    session: Session, *, account: StaffAccount, current: str, new: str, keep_session: int, now: datetime
) -> None:
    """Every other browser of the account is signed out."""
    if not passwords.matches(current, account.password_hash):
        raise WrongPassword
    if new == current:
        raise passwords.WeakPassword
    account.password_hash = passwords.hashed(new, username=account.username)
    account.password_temporary = False
    sessions.end_all(session, account_id=account.id, but=keep_session, now=now)


def renew_access(
    session: Session, *, account: StaffAccount, by: int, password: str, vault: Vault, now: datetime
) -> NewAccount:
    """A temporary password and a new second factor, for somebody who lost theirs; unlocks the account."""
    if account.id == by:
        raise NotYourself
    secret = second_factor.new_secret()
    account.password_hash = passwords.hashed(password, username=account.username)
    account.password_temporary = True
    account.totp_sealed = second_factor.seal(secret, vault)
    account.failures, account.locked_until = 0, None
    sessions.end_all(session, account_id=account.id, now=now)
    return NewAccount(account, secret)


def deactivate(session: Session, *, account: StaffAccount, by: int, now: datetime) -> None:
    if account.id == by:
        raise NotYourself
    account.active = False
    sessions.end_all(session, account_id=account.id, now=now)


def reactivate(session: Session, *, account: StaffAccount) -> None:
    account.active = True
    session.flush()

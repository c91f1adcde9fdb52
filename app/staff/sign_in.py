"""Proving to be somebody: password and second factor, with a lock after too many wrong tries."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update

from app.core.crypto import Vault
from app.core.db import Session, Sessions, rows_changed
from app.core.errors import DomainError
from app.staff import audit, passwords, roles, second_factor
from app.staff.accounts import known_form
from app.staff.models import StaffAccount


class WrongCredentials(DomainError):
    """One refusal for a wrong name, password or code, so that none of them can be found out alone."""

    code = "wrong_credentials"


class CodeUsed(DomainError):
    """Everything is right, but this code has opened a session already."""

    code = "code_used"


class AccountLocked(DomainError):
    code = "account_locked"

    def __init__(self, until: datetime) -> None:
        super().__init__(until=until)
        self.until = until


@dataclass(frozen=True)
class LockPolicy:
    attempts: int
    pause: timedelta


@dataclass(frozen=True)
class Claim:
    """What somebody typed."""

    username: str
    password: str
    code: str


@dataclass(frozen=True)
class _Kept:
    id: int
    password_hash: str
    totp_sealed: str


def sign_in(sessions: Sessions, claim: Claim, *, vault: Vault, policy: LockPolicy, now: datetime) -> int:
    """The account's id. Raises WrongCredentials, CodeUsed, AccountLocked.

    Each try is counted before it is judged, in a transaction of its own: tries side by side cannot outrun
    the lock, and a crash in between does not give one back.
    """
    username = known_form(claim.username) or ""
    with sessions.begin() as session:
        kept, locked_until = _count_try(session, username, policy, now)
    right = passwords.matches(claim.password, kept.password_hash if kept else None)
    if locked_until:
        raise AccountLocked(locked_until)
    step = _step(claim, kept, vault, now) if right else None
    if kept is None or step is None:
        _refused(sessions, kept, username, now)
        raise WrongCredentials
    _open(sessions, kept, username, step=step, now=now)
    return kept.id


def _count_try(
    session: Session, username: str, policy: LockPolicy, now: datetime
) -> tuple[_Kept | None, datetime | None]:
    found = select(StaffAccount).where(StaffAccount.username == username, StaffAccount.active)
    account = session.scalar(found.with_for_update())
    if account is None:
        return None, None
    kept = _Kept(account.id, account.password_hash, account.totp_sealed)
    if account.locked_until and account.locked_until > now:
        return kept, account.locked_until
    account.failures = 1 if account.locked_until else account.failures + 1
    account.locked_until = now + policy.pause if account.failures >= policy.attempts else None
    return kept, None


def _step(claim: Claim, kept: _Kept | None, vault: Vault, now: datetime) -> int | None:
    if kept is None:
        return None
    return second_factor.step_of(claim.code, sealed=kept.totp_sealed, vault=vault, now=now)


def _open(sessions: Sessions, kept: _Kept, username: str, *, step: int, now: datetime) -> None:
    with sessions.begin() as session:
        fresh = (
            update(StaffAccount)
            .where(StaffAccount.id == kept.id, StaffAccount.active, StaffAccount.totp_last_step < step)
            .values(totp_last_step=step, failures=0, locked_until=None)
        )
        if not rows_changed(session, fresh):
            raise CodeUsed
        _record(session, kept, username, "staff.signed_in", now)


def _refused(sessions: Sessions, kept: _Kept | None, username: str, now: datetime) -> None:
    if kept is None:
        return  # a name that we do not know may be a password typed in the wrong box: it is not kept
    with sessions.begin() as session:
        _record(session, kept, username, "staff.sign_in_refused", now)


def _record(session: Session, kept: _Kept, username: str, action: str, now: datetime) -> None:
    audit.record(
        session,
        actor=username,
        action=action,
        subject=f"account:{kept.id}",
        organization_id=roles.home(session, account_id=kept.id),
        details={},
        now=now,
    )
